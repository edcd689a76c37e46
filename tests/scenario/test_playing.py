"""A scenario is played through the whole production platform, and the same scenario always the same way."""

import os
import subprocess
import sys

import pytest

from guanjia.scenario.comparison import compare
from guanjia.scenario.player import play
from guanjia.scenario.virtual_site import VirtualSite
from model.clock import MINUTE, SECOND
from model.notice import NoticeKind
from model.scenario import ClockState
from model.ticket import Promise, TicketState
from tests.scenario.ground import played

DRY_RUN = """
devices: [pr2.pump1, pr2.tank]
length: 12min
timeline:
  - {at: 1min, device: pr2.pump1, fault: dry_run, for: 4min}
"""


def test_the_same_scenario_gives_the_same_bytes() -> None:
    loaded, first = played("seed: 7" + DRY_RUN)
    again = play(loaded.scenario, loaded.site, loaded.rules)
    assert first.stream == again.stream
    assert first.stream


def test_another_process_gives_the_same_bytes_too() -> None:
    """Nothing hangs on the order in which a process happens to keep its sets."""
    script = f"import sys; from tests.scenario.ground import played; sys.stdout.buffer.write(played({'seed: 7' + DRY_RUN!r})[1].stream)"
    words = [sys.executable, "-c", script]
    salts = [os.environ | {"PYTHONHASHSEED": salt} for salt in ("1", "2")]
    streams = [subprocess.run(words, capture_output=True, check=True, timeout=100, env=salted) for salted in salts]
    told = [[line for line in run.stdout.splitlines() if line.startswith(b'{"at"')] for run in streams]
    assert told[0] == told[1]
    assert told[0]


def test_another_seed_gives_another_life() -> None:
    assert played("seed: 7" + DRY_RUN)[1].stream != played("seed: 8" + DRY_RUN)[1].stream


def test_a_fault_raises_its_alarm_and_opens_one_ticket() -> None:
    _, run = played(DRY_RUN)
    (alarm,) = run.outcome.alarms
    (ticket,) = run.outcome.tickets
    assert (alarm.name, alarm.under) == ("pump.dry_run@pr2.pump1", "")
    assert MINUTE < alarm.raised_ns < 90 * SECOND
    assert alarm.returned_ns is not None
    assert ticket.alarms == (alarm.name,)
    assert ticket.opened_ns == alarm.raised_ns


def test_what_is_expected_of_it_is_compared() -> None:
    right = """
expect:
  alarms: [{alarm: pump.dry_run@pr2.pump1, raised: 1min15s, within: 15s, priority: high}]
  tickets: [{for: pump.dry_run@pr2.pump1, class: large, accept: running, arrive: running, finish: running}]
"""
    loaded, run = played(DRY_RUN + right)
    assert compare(loaded.scenario, run.outcome) == ()


UNANSWERED = """
devices: [b12.lift2]
length: 16min
timeline:
  - {at: 1min, device: b12.lift2, fault: entrapment, for: 14min}
  - {at: 5min, platform: crash, for: 6min}
"""


def test_promises_run_out_to_the_second_and_through_a_crash_once() -> None:
    _, run = played(UNANSWERED)
    (ticket,) = run.outcome.tickets
    late = [(notice.to, notice.at_ns - ticket.opened_ns) for notice in run.outcome.notices if notice.kind is NoticeKind.ARRIVE_LATE]
    back_ns = 11 * MINUTE - ticket.opened_ns
    assert late == [("manager", 3 * MINUTE + 1), ("hejing", back_ns), ("wuhaitao", 13 * MINUTE + 1)]
    first = {(notice.to, notice.kind.value) for notice in run.outcome.notices if notice.at_ns == ticket.opened_ns}
    assert first == {("zhangwei", "dispatched"), ("engineer", "emergency"), ("manager", "emergency")}


def test_people_act_through_the_desks_of_the_platform() -> None:
    _, run = played(
        DRY_RUN
        + """
  - {at: 2min, by: engineer, acknowledge: pump.dry_run@pr2.pump1, comment: 看到了}
  - {at: 3min, by: technician, ticket: pump.dry_run@pr2.pump1, act: accept}
  - {at: 4min, by: technician, ticket: pump.dry_run@pr2.pump1, act: arrive}
  - {at: 7min, by: engineer, reset: pump.dry_run@pr2.pump1}
"""
    )
    assert run.outcome.troubles == ()
    (alarm,), (ticket,) = run.outcome.alarms, run.outcome.tickets
    assert (alarm.acknowledged_ns, alarm.ended_ns) == (2 * MINUTE, 7 * MINUTE)
    assert (ticket.state, ticket.owner) == (TicketState.ON_SITE, "technician")
    assert ticket.clocks == {Promise.ACCEPT: ClockState.MET, Promise.ARRIVE: ClockState.MET, Promise.FINISH: ClockState.RUNNING}


@pytest.mark.parametrize(
    ("act", "why"),
    [
        ("{at: 30s, by: engineer, acknowledge: pump.dry_run@pr2.pump1}", "no such alarm is open"),
        ("{at: 2min, by: engineer, reset: pump.dry_run@pr2.pump1}", "can't reset"),
        ("{at: 2min, by: engineer, unshelve: pump.dry_run@pr2.pump1}", "not shelved"),
        ("{at: 30s, by: technician, ticket: pump.dry_run@pr2.pump1, act: accept}", "the alarm has no ticket"),
        ("{at: 2min, by: engineer, ticket: pump.dry_run@pr2.pump1, act: verify}", "verify"),
    ],
)
def test_what_the_platform_refuses_is_told(act: str, why: str) -> None:
    _, run = played(f"{DRY_RUN}  - {act}\n")
    (trouble,) = run.outcome.troubles
    assert why in trouble
    _, expected = played(f"{DRY_RUN}  - {act.replace('}', ', refused: true}')}\n")
    assert expected.outcome.troubles == ()


def test_somebody_without_the_right_is_refused() -> None:
    _, run = played(DRY_RUN + "  - {at: 2min, by: technician, acknowledge: pump.dry_run@pr2.pump1, refused: true}\n")
    assert run.outcome.troubles == ()
    assert run.outcome.alarms[0].acknowledged_ns is None


def test_an_act_that_should_have_been_refused_and_was_not_is_told() -> None:
    _, run = played(DRY_RUN + "  - {at: 2min, by: engineer, acknowledge: pump.dry_run@pr2.pump1, refused: true}\n")
    assert run.outcome.troubles == ("at 2min engineer: acknowledge pump.dry_run@pr2.pump1: expected to be refused, and was not",)


def test_a_shelved_alarm_is_shouted_again_when_its_shelving_expires() -> None:
    _, run = played(
        """
devices: [pr2.pump1, pr2.tank]
length: 30min
timeline:
  - {at: 1min, device: pr2.pump1, fault: seal_leak}
  - {at: 3min, by: engineer, shelve: pump.seal_leak@pr2.pump1, for: 10min, reason: 配件在路上}
"""
    )
    lines = run.stream.decode().splitlines()
    assert any('"alarm":"shelving_expired"' in line for line in lines)
    assert run.outcome.troubles == ()


def test_a_crash_loses_nothing_and_doubles_nothing() -> None:
    _, run = played(DRY_RUN.replace("for: 4min", "for: 8min") + "  - {at: 3min, platform: crash, for: 30s}\n")
    (alarm,), (ticket,) = run.outcome.alarms, run.outcome.tickets
    assert alarm.returned_ns is not None
    assert ticket.alarms == (alarm.name,)


def test_nothing_is_read_while_the_platform_is_dead() -> None:
    _, run = played(DRY_RUN + "  - {at: 30s, platform: crash, for: 6min}\n")
    assert [a for a in run.outcome.alarms if a.raised_ns < 6 * MINUTE] == []


def test_a_time_of_day_is_the_first_one_after_the_start() -> None:
    _, run = played(DRY_RUN.replace("at: 1min", 'at: "10:03"'))
    assert 3 * MINUTE < run.outcome.alarms[0].raised_ns < 4 * MINUTE


def test_a_fault_that_grows_comes_later_than_a_sudden_one() -> None:
    body = """
devices: [pr2.pump1, pr2.tank]
length: 40min
timeline:
  - {at: 1min, device: pr2.pump1, fault: bearing_hot%s}
"""
    sudden, growing = (played(body % onset)[1].outcome.alarms for onset in ("", ", onset: 15min"))
    assert [alarm.rule for alarm in sudden] == [alarm.rule for alarm in growing] == ["pump.bearing_hot"]
    assert growing[0].raised_ns > sudden[0].raised_ns + 3 * MINUTE


def test_energy_is_what_the_machine_has_counted() -> None:
    loaded, run = played(
        """
devices: [sub2.d5]
length: 30min
timeline: []
expect:
  energy: [{point: sub2.d5.energy_import, from: 5min, to: 25min, kwh: 1}]
"""
    )
    site = VirtualSite(loaded.site, loaded.scenario.seed, loaded.scenario.start_ns - loaded.scenario.warm_up_ns)
    counted = []
    for minutes in (2 + 5, 20):
        site.run(60 * minutes, 5.0)
        counted.append(float(site.physics.machines["sub2.d5"].truth()["energy_import"]))
    (energy,) = run.outcome.energy
    assert energy.amount == pytest.approx(counted[1] - counted[0], abs=0.05)
    assert counted[1] - counted[0] > 1
