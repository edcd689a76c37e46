"""A test session judged: the rule book's promise against what came. A wrong verdict in a hand-over file is worse than none."""

from dataclasses import replace

import pytest

from guanjia.test_report.expectations import longest_window_s
from model.alarm import Priority
from model.site import ModbusTcp
from model.testing import ActKind, Shortfall, Verdict
from tests.guanjia.expectations import TABLE, written
from tests.guanjia.sitting import LIFT, METER, PUMP, at, broke, mended, promises, rang, told

DRY = broke(PUMP, "dry_run", 10)
GATE = "gate.north.in"


def test_the_table_of_what_each_fault_raises_is_that_of_the_virtual_trials() -> None:
    """Written afresh by ``python -m tests.guanjia.expectations``."""
    assert TABLE.read_text(encoding="utf-8") == written()


def test_an_alarm_that_came_as_promised_passes() -> None:
    account = told([DRY], [rang("pump.dry_run", PUMP, 25)])
    [injection] = account.injections
    assert injection.verdict is Verdict.PASSED
    [came] = injection.came
    assert (came.after_s, came.expected is not None, came.ticket is not None) == (15, True, True)


def test_silence_is_waited_for_until_the_alarm_is_overdue() -> None:
    [waiting] = told([DRY], stopped_s=None).injections
    assert (waiting.verdict, waiting.shortfalls) == (Verdict.OPEN, ())
    assert [expected.rule for expected in waiting.missing] == ["pump.dry_run"]
    [failed] = told([DRY], stopped_s=600).injections
    assert (failed.verdict, failed.shortfalls) == (Verdict.FAILED, (Shortfall.MISSING,))


def test_a_session_stopped_before_the_alarm_was_due_proves_nothing() -> None:
    [injection] = told([DRY], stopped_s=20).injections
    assert injection.verdict is Verdict.OPEN


def test_an_alarm_after_its_time_is_late() -> None:
    [expected] = promises().of_fault(PUMP, "dry_run") or ()
    [injection] = told([DRY], [rang("pump.dry_run", PUMP, 10 + expected.due_s + 1)]).injections
    assert (injection.verdict, injection.shortfalls) == (Verdict.FAILED, (Shortfall.LATE,))
    [in_time] = told([DRY], [rang("pump.dry_run", PUMP, 10 + expected.due_s)]).injections
    assert in_time.verdict is Verdict.PASSED


def test_a_fault_that_grows_is_given_the_time_it_grows() -> None:
    [expected] = promises().of_fault(PUMP, "dry_run") or ()
    growing = replace(DRY, onset_s=100)
    [injection] = told([growing], [rang("pump.dry_run", PUMP, 10 + expected.due_s + 99)]).injections
    assert injection.verdict is Verdict.PASSED


def test_the_promise_counts_delay_poll_and_the_longest_look_back_of_the_condition() -> None:
    known = promises()
    [expected] = known.of_fault(LIFT, "data_frozen") or ()
    rule = known.rules["elevator.data_frozen"]
    assert longest_window_s(rule) == 60
    assert expected.due_s == 60 + rule.on_delay_ns / 1e9 + 2 * known.site.devices[LIFT].every_ns / 1e9 + 60


def test_a_wrong_priority_fails() -> None:
    [injection] = told([DRY], [rang("pump.dry_run", PUMP, 25, priority=Priority.LOW)]).injections
    assert injection.shortfalls == (Shortfall.PRIORITY,)


def test_an_alarm_without_the_ticket_its_rule_orders_fails() -> None:
    [injection] = told([DRY], [rang("pump.dry_run", PUMP, 25)], tickets=False).injections
    assert injection.shortfalls == (Shortfall.NO_TICKET,)


def test_an_alarm_nobody_promised_on_the_broken_device_fails() -> None:
    [injection] = told([DRY], [rang("pump.dry_run", PUMP, 25), rang("pump.seal_leak", PUMP, 30)]).injections
    assert (injection.verdict, injection.shortfalls) == (Verdict.FAILED, (Shortfall.UNEXPECTED,))


def test_a_consequence_on_what_is_fed_is_told_and_not_judged() -> None:
    trip = broke(METER, "feeder_trip", 10)
    alarms = [rang("power.feeder_off", METER, 14), rang("elevator.power_lost", LIFT, 20, annunciated=False, ticket=None)]
    account = told([trip], alarms)
    [injection] = account.injections
    assert injection.verdict is Verdict.PASSED
    assert [came.folded for came in injection.came] == [False, True]
    assert not account.others


def test_an_alarm_elsewhere_is_told_apart() -> None:
    account = told([DRY], [rang("pump.dry_run", PUMP, 25), rang("charger.faulted", "charge.b17", 30)])
    assert [came.occurrence.device for came in account.others] == ["charge.b17"]
    assert account.count(Verdict.PASSED) == 1


def test_an_alarm_before_the_injection_is_not_its_answer() -> None:
    early = rang("pump.dry_run", PUMP, 5, returned_s=7)
    [injection] = told([DRY], [early]).injections
    assert (injection.verdict, injection.came) == (Verdict.FAILED, ())


def test_an_alarm_that_stood_already_leaves_no_verdict() -> None:
    standing = rang("pump.dry_run", PUMP, -30)
    [injection] = told([DRY], [standing]).injections
    assert (injection.verdict, injection.shortfalls) == (Verdict.NOTED, (Shortfall.STOOD,))


def test_two_faults_at_once_each_get_their_own_alarm() -> None:
    acts = [DRY, broke(PUMP, "seal_leak", 12, 2)]
    dry, leak = told(acts, [rang("pump.seal_leak", PUMP, 20), rang("pump.dry_run", PUMP, 25)]).injections
    assert [came.occurrence.rule for came in dry.came] == ["pump.dry_run"]
    assert [came.occurrence.rule for came in leak.came] == ["pump.seal_leak"]
    assert {dry.verdict, leak.verdict} == {Verdict.PASSED}


def test_half_a_fault_is_noted_unless_the_tester_said_what_to_expect() -> None:
    half = broke(PUMP, "dry_run", 10, severity=0.5)
    assert [i.verdict for i in told([half]).injections] == [Verdict.NOTED]
    silent = broke(PUMP, "dry_run", 10, severity=0.5, expect=())
    assert [i.verdict for i in told([silent]).injections] == [Verdict.PASSED]
    [loud] = told([silent], [rang("pump.dry_run", PUMP, 25)]).injections
    assert loud.shortfalls == (Shortfall.UNEXPECTED,)
    wanted = broke(PUMP, "dry_run", 10, severity=0.5, expect=("pump.dry_run",))
    assert [i.shortfalls for i in told([wanted]).injections] == [(Shortfall.MISSING,)]


def test_a_fault_that_is_visible_and_not_alarmed_expects_silence() -> None:
    quiet = broke("pr2.tank", "sensor_stuck", 10)
    assert [i.verdict for i in told([quiet]).injections] == [Verdict.PASSED]


def test_a_silent_wire_is_a_lost_link() -> None:
    silent = broke(GATE, "silent", 10, kind=ActKind.NETWORK_FAULT)
    [injection] = told([silent], [rang("comms.lost", GATE, 55)]).injections
    assert injection.verdict is Verdict.PASSED


def test_every_device_behind_what_was_broken_is_expected_to_be_lost() -> None:
    """Here the broker: all that promised to speak up."""
    down = broke("", "down", 10, kind=ActKind.NETWORK_FAULT, broker=True)
    devices = [expected.device for expected in promises().of_act(down) or ()]
    assert len(devices) > 1
    alarms = [rang("comms.lost", device, 60 + n, id=f"A-{n}") for n, device in enumerate(devices)]
    [injection] = told([down], alarms).injections
    assert injection.verdict is Verdict.PASSED
    [short] = told([down], alarms[1:]).injections
    assert [expected.device for expected in short.missing] == [devices[0]]


@pytest.mark.parametrize("kind", ["jitter", "lossy", "wrong_word_order"])
def test_what_a_limping_wire_raises_depends_on_how_much(kind: str) -> None:
    limping = broke(PUMP, kind, 10, kind=ActKind.NETWORK_FAULT)
    assert [i.verdict for i in told([limping]).injections] == [Verdict.NOTED]


def test_a_wire_set_right_is_no_injection() -> None:
    acts = [broke(GATE, "silent", 10, kind=ActKind.NETWORK_FAULT), broke(GATE, "ok", 100, 2, kind=ActKind.NETWORK_FAULT)]
    [injection] = told(acts).injections
    assert injection.mended_ns == at(100)


def test_mending_is_told_of_the_fault_that_was_mended() -> None:
    acts = [DRY, broke(PUMP, "seal_leak", 12, 2), mended(PUMP, "seal_leak", 40, 3), mended(PUMP, "dry_run", 70, 4)]
    assert [i.mended_ns for i in told(acts).injections] == [at(70), at(40)]


def test_a_gateway_reaches_the_devices_behind_its_address() -> None:
    connection = promises().site.devices[PUMP].connection
    assert isinstance(connection, ModbusTcp)
    act = broke("", "silent", 10, kind=ActKind.NETWORK_FAULT, gateway=f"{connection.host}:{connection.port}")
    assert PUMP in promises().behind(act)


def test_what_another_alarm_holds_back_by_design_is_no_failure() -> None:
    trip, door = broke(METER, "feeder_trip", 10), broke(LIFT, "door_fault", 15, 2)
    dark = rang("power.feeder_off", METER, 14)
    _, injection = told([trip, door], [dark]).injections
    assert (injection.verdict, injection.shortfalls) == (Verdict.NOTED, (Shortfall.SHADOWED,))
    folded = rang("elevator.door_fault", LIFT, 26, annunciated=False, ticket=None)
    _, again = told([trip, door], [dark, folded]).injections
    assert again.verdict is Verdict.NOTED


def test_a_fault_of_a_given_length_is_over_when_its_time_is_even_if_nobody_said_so() -> None:
    short = broke(PUMP, "dry_run", 10, for_s=600, speed=10.0)
    assert [i.mended_ns for i in told([short], stopped_s=600).injections] == [at(70)]
    assert [i.mended_ns for i in told([short], stopped_s=60).injections] == [None]
    late = rang("pump.seal_leak", PUMP, 500)
    account = told([short], [rang("pump.dry_run", PUMP, 25), late])
    assert [came.occurrence.rule for came in account.others] == ["pump.seal_leak"]
