"""Every fault of every kind of device raises the right alarm, one job comes of it, and it goes away after the repair."""

import pytest

from model.alarm import AlarmEventKind, Priority
from model.site import Mqtt
from model.ticket import TicketClass
from rules.book import Book
from tests.virtual.coverage import PAGE, SILENT, UNREACHED, applying, page, reached
from tests.virtual.site import VirtualSite, example, library, moment_ns
from tests.virtual.specimens import MORNING, collection, related, specimens, trials
from tests.virtual.trial import RULES, Bench, Heard, Trial, due_ns

pytestmark = pytest.mark.timeout(600)
"""A second or two of work each; a busy machine may take minutes over the first of a kind."""
_each_kind = pytest.mark.parametrize("device", list(specimens().values()), ids=["-".join(filter(None, kind)) for kind in specimens()])


@_each_kind
def test_every_fault_is_alarmed_in_time_or_known_to_be_silent(device: str) -> None:
    every_ns = collection().devices[device].every_ns
    for trial in trials(device):
        is_silent = (trial.profile, trial.kind) in SILENT
        assert bool(trial.shouted) is not is_silent, (trial.kind, trial.heard)
        if trial.shouted and not trial.is_slow:
            first = trial.shouted[0]
            assert first.after_ns <= due_ns(RULES[first.rule], every_ns), (trial.kind, first)


@_each_kind
def test_a_fault_is_shouted_on_its_own_device_and_what_hangs_on_it_is_folded(device: str) -> None:
    for trial in trials(device):
        assert {heard.device for heard in trial.heard} <= related(device), trial
        assert {heard.device for heard in trial.shouted} <= {device} | _meters_above(device), trial


@_each_kind
def test_of_one_fault_comes_one_job_unless_it_grows_into_an_emergency(device: str) -> None:
    for trial in trials(device):
        assert len({heard.job for heard in trial.shouted if heard.job and not _is_later_emergency(heard, trial)}) <= 1, trial


@_each_kind
def test_after_the_repair_every_alarm_goes_away(device: str) -> None:
    assert [(trial.kind, trial.lingering) for trial in trials(device) if trial.lingering] == []


def _meters_above(device: str) -> set[str]:
    """A lasting load counts on every meter it flows through."""
    return {name for name in related(device) if device in collection().devices[name].feeds and collection().devices[name].metering}


def _is_later_emergency(heard: Heard, trial: Trial) -> bool:
    order = heard.order
    return heard is not trial.shouted[0] and order is not None and order.ticket_class is TicketClass.EMERGENCY


def test_every_rule_of_the_reference_site_is_raised_by_some_fault_or_known_not_to_be() -> None:
    assert applying() - reached() == set(UNREACHED)


def test_the_specimens_stand_for_every_rule_of_the_reference_site() -> None:
    assert {verdict.rule.id for verdict in Book(collection(), library()).applying()} == applying()


def test_every_reason_for_silence_is_still_needed() -> None:
    tried = {(trial.profile, trial.kind) for device in specimens().values() for trial in trials(device)}
    assert set(SILENT) <= tried


def test_the_page_says_what_the_engine_does() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "write it afresh: python -m tests.virtual.coverage"


def test_a_lost_link_is_one_alarm_a_device_and_holds_what_was_known() -> None:
    site = VirtualSite(collection(), seed=7, start_ns=moment_ns(collection(), MORNING))
    Bench(site).warm_up()
    cut_off = [name for name in specimens().values() if not isinstance(collection().devices[name].connection, Mqtt)]
    for name in cut_off:
        site.misbehave(name, "silent")
    events = site.run(120, 5.0)
    raised = [event.standing for event in events if event.kind is AlarmEventKind.RAISED]
    assert sorted((standing.rule, standing.device) for standing in raised) == sorted(("comms.lost", name) for name in cut_off)
    for name in cut_off:
        site.misbehave(name, "ok")
    assert {event.kind for event in site.run(180, 5.0)} == {AlarmEventKind.RETURNED}


def test_a_tripped_feeder_is_one_alarm_however_much_hangs_on_it() -> None:
    site = VirtualSite(example("small.yaml"), seed=3, start_ns=moment_ns(example("small.yaml"), MORNING))
    Bench(site).warm_up()
    site.inject("sub2.incomer1", "feeder_trip")
    raised = [event for event in site.run(180, 4.0) if event.kind is AlarmEventKind.RAISED]
    shouted = [event.occurrence for event in raised if event.occurrence is not None and event.occurrence.annunciated]
    assert [(occurrence.rule, occurrence.device, occurrence.priority) for occurrence in shouted] == [
        ("power.feeder_off", "sub2.incomer1", Priority.HIGH)
    ]
    dark = {event.standing.device for event in raised}
    assert {"sub2.d5", "sub2.d6", "b07.lift-meter", "b07.light-meter", "b07.lift1", "b07.lift2", "fcc.loop07"} <= dark
