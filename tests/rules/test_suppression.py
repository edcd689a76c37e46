"""Suppression by design along the power topology, and the loss of a device's link."""

from model.alarm import AlarmEvent, AlarmEventKind, AlarmState
from model.quality import Quality
from model.rule import Scope
from rules.engine import Engine
from tests.rules.workshop import OPERATOR, at, block, device, engine, is_at_rest, kinds, lost, out_of_service, point, rule, site

VOLTS = [point("volts", "V")]
INCOMER = device("incomer", VOLTS, "meter", feeds=["feeder"])
FEEDER = device("feeder", VOLTS, "meter", feeds=["pump"])
PUMP = device("pump", [point("flow")], "pump")
SITE = site(INCOMER, FEEDER, PUMP)
DEAD = rule("dead", "volts < 10", scope=Scope(device_class="meter"), suppressed_by=("dead",))
NO_FLOW = rule("no_flow", "flow < 1", scope=Scope(device_class="pump"), suppressed_by=("dead", "comms"))
COMMS = rule("comms", "offline", on_delay_s=5, off_delay_s=5, suppressed_by=("dead",))


def _trial() -> Engine:
    trial = engine(SITE, DEAD, NO_FLOW, COMMS)
    _round(trial, 0)
    return trial


def _round(trial: Engine, at_s: float, *, incomer: float = 230.0, feeder: float = 230.0, flow: float = 5.0) -> list[AlarmEvent]:
    """A poll of all three at one moment, from the incomer downwards."""
    polled = (block(INCOMER, at_s, volts=incomer), block(FEEDER, at_s, volts=feeder), block(PUMP, at_s, flow=flow))
    return [event for one in polled for event in trial.observe(one)]


def test_what_hangs_below_a_dead_feeder_is_recorded_but_not_shouted() -> None:
    *_, raised = _round(_trial(), 1, feeder=0.0, flow=0.0)
    assert raised.occurrence is not None
    assert (raised.standing.rule, raised.standing.device) == ("no_flow", "pump")
    assert (raised.occurrence.annunciated, raised.occurrence.suppressed_by) == (False, "dead@feeder")
    assert raised.standing.flags == ("suppressed",)


def test_the_cause_may_lie_further_up_and_may_come_later() -> None:
    trial = _trial()
    assert kinds(_round(trial, 1, flow=0.0)) == ["raised no_flow@pump"]
    events = trial.observe(block(INCOMER, 2, volts=0.0))
    assert kinds(events) == ["raised dead@incomer", "suppressed no_flow@pump"]
    assert kinds(trial.observe(block(FEEDER, 3, volts=0.0))) == ["raised dead@feeder"]
    assert trial.standing("dead", "feeder").flags == ("suppressed",)
    assert trial.standing("dead", "incomer").flags == ()


def test_when_the_cause_is_gone_what_is_still_true_is_annunciated() -> None:
    trial = _trial()
    _round(trial, 1, feeder=0.0, flow=0.0)
    events = trial.observe(block(FEEDER, 3, volts=230.0))
    assert kinds(events) == ["returned dead@feeder", "unsuppressed no_flow@pump"]
    occurrence = events[-1].occurrence
    assert occurrence is not None
    assert (occurrence.annunciated, occurrence.suppressed_by, occurrence.state) == (True, None, AlarmState.ACTIVE_UNACKNOWLEDGED)


def test_when_the_cause_is_gone_what_has_returned_is_over() -> None:
    trial = _trial()
    _round(trial, 1, feeder=0.0, flow=0.0)
    trial.observe(block(PUMP, 3, flow=5.0))
    released = trial.observe(block(FEEDER, 4, volts=230.0))[-1]
    assert released.occurrence is not None
    assert released.occurrence.ended_at_ns == at(4)
    assert is_at_rest(trial.standing("no_flow", "pump"))


def test_another_cause_takes_over_without_a_shout_between() -> None:
    trial = _trial()
    _round(trial, 1, feeder=0.0, flow=0.0)
    trial.observe(block(INCOMER, 3, volts=0.0))
    assert trial.standing("dead", "feeder").suppression is not None
    events = trial.observe(block(FEEDER, 4, volts=230.0))
    assert [event.kind for event in events] == [AlarmEventKind.RETURNED, AlarmEventKind.SUPPRESSED]
    suppression = trial.standing("no_flow", "pump").suppression
    assert suppression is not None
    assert suppression.by == "dead@incomer"


def test_an_alarm_that_has_returned_keeps_waiting_in_plain_sight() -> None:
    trial = _trial()
    _round(trial, 1, flow=0.0)
    _round(trial, 2)
    assert kinds(_round(trial, 3, feeder=0.0)) == ["raised dead@feeder"]
    assert trial.standing("no_flow", "pump").state is AlarmState.RETURNED_UNACKNOWLEDGED
    assert trial.standing("no_flow", "pump").flags == ()


def test_a_silent_device_has_one_alarm_and_its_process_alarms_are_held() -> None:
    trial = _trial()
    _round(trial, 1, flow=0.0)
    events: list[AlarmEvent] = []
    for second in range(2, 60):
        events += trial.observe(lost(PUMP, second))
    assert kinds(events) == ["raised comms@pump", "suppressed no_flow@pump"]
    assert trial.standing("no_flow", "pump").state is AlarmState.ACTIVE_UNACKNOWLEDGED
    trial.observe(block(PUMP, 60, flow=0.0))
    assert kinds(trial.advance(at(65))) == ["returned comms@pump", "unsuppressed no_flow@pump"]


def test_a_meter_that_stopped_answering_explains_nothing_below_it() -> None:
    trial = _trial()
    for second in range(1, 10):
        trial.observe(lost(FEEDER, second))
    trial.observe(block(INCOMER, 10, volts=230.0))
    (raised,) = trial.observe(block(PUMP, 10, flow=0.0))
    assert raised.standing.flags == ()


def test_devices_that_feed_each_other_do_not_silence_each_other() -> None:
    ring = site(device("a", VOLTS, "meter", feeds=["b"]), device("b", VOLTS, "meter", feeds=["a"]))
    trial = engine(ring, DEAD)
    for name in ("a", "b"):
        trial.observe(block(ring.devices[name], 1, volts=0.0))
    assert [trial.standing("dead", name).flags for name in ("a", "b")] == [(), ("suppressed",)]


def test_in_a_ring_of_feeders_one_is_heard_when_the_first_is_well_again() -> None:
    """Each of the others could be folded under the next."""
    names = ("a", "b", "c", "d")
    ring = site(*(device(name, VOLTS, "meter", feeds=[names[n - 3]]) for n, name in enumerate(names)))
    trial = engine(ring, DEAD)
    for name in names:
        trial.observe(block(ring.devices[name], 1, volts=0.0))
    trial.observe(block(ring.devices["a"], 2, volts=230.0))
    assert [trial.standing("dead", name).flags for name in names].count(()) == 2


def test_suppression_is_restored_and_released_when_its_cause_has_gone_meanwhile() -> None:
    trial = _trial()
    cause, effect = _round(trial, 1, feeder=0.0, flow=0.0)
    whole = engine(SITE, DEAD, NO_FLOW, COMMS)
    assert whole.restore([(e.standing, e.occurrence) for e in (cause, effect)], at(9)) == []
    assert whole.standing("no_flow", "pump").flags == ("suppressed",)
    torn = engine(SITE, NO_FLOW, COMMS)
    events = torn.restore([(e.standing, e.occurrence) for e in (cause, effect)], at(9))
    assert kinds(events) == ["withdrawn dead@feeder", "unsuppressed no_flow@pump"]


def test_suppression_and_shelving_hold_independently() -> None:
    trial = _trial()
    *_, raised = _round(trial, 1, feeder=0.0, flow=0.0)
    assert raised.occurrence is not None
    trial.shelve(raised.occurrence.id, OPERATOR, "known", 600_000_000_000, at(3))
    released = trial.observe(block(FEEDER, 4, volts=230.0))[-1]
    assert (released.kind, released.standing.flags) == (AlarmEventKind.UNSUPPRESSED, ("shelved",))
    assert released.occurrence is not None
    assert not released.occurrence.annunciated
    assert trial.observe(block(PUMP, 5, Quality.GOOD, flow=5.0))


def test_a_consequence_names_the_root_not_the_link_between() -> None:
    """The feeder is dark because the incomer is: the pump stands for want of the incomer."""
    trial = _trial()
    _round(trial, 1, incomer=0.0, feeder=0.0)
    (raised,) = trial.observe(block(PUMP, 2, flow=0.0))
    assert raised.standing.suppression is not None
    assert raised.standing.suppression.by == "dead@incomer"


# ── the consequence is seen first ──

SLOW_DEAD = rule("dead", "volts < 10", on_delay_s=3, off_delay_s=5, scope=Scope(device_class="meter"), suppressed_by=("dead",))
SLOW_FLOW = rule("no_flow", "flow < 1", on_delay_s=2, off_delay_s=8, scope=Scope(device_class="pump"), suppressed_by=("dead",))


def _slow_trial() -> Engine:
    trial = engine(SITE, SLOW_DEAD, SLOW_FLOW)
    _round(trial, 0)
    return trial


def test_a_consequence_polled_before_its_cause_is_raised_under_it() -> None:
    """The pump is seen to stand at 1 s and due at 3 s; its feeder is polled at 2 s and due at 5 s."""
    trial = _slow_trial()
    trial.observe(block(PUMP, 1, flow=0.0))
    trial.observe(block(INCOMER, 2, volts=230.0))
    trial.observe(block(FEEDER, 2, volts=0.0))
    assert trial.advance(at(4.9)) == []
    events = trial.advance(at(5))
    assert kinds(events) == ["raised dead@feeder", "raised no_flow@pump"]
    assert [event.standing.flags for event in events] == [(), ("suppressed",)]


def test_a_feeder_that_has_not_been_asked_since_is_waited_for() -> None:
    trial = _slow_trial()
    trial.observe(block(PUMP, 1, flow=0.0))
    assert trial.advance(at(3.6)) == []
    trial.observe(block(INCOMER, 3.6, volts=0.0))
    trial.observe(block(FEEDER, 3.6, volts=0.0))
    events = trial.advance(at(20))
    assert sorted(kinds(events)) == ["raised dead@feeder", "raised dead@incomer", "raised no_flow@pump"]
    assert [event.standing.device for event in events if not event.standing.is_silent] == ["incomer"]


def test_once_every_feeder_is_known_to_be_well_an_alarm_waits_no_longer() -> None:
    trial = _slow_trial()
    trial.observe(block(PUMP, 1, flow=0.0))
    trial.observe(block(INCOMER, 2, volts=230.0))
    trial.observe(block(FEEDER, 2.5, volts=230.0))
    (raised,) = trial.advance(at(3))
    assert (raised.at_ns, raised.standing.flags) == (at(3), ())


def test_an_alarm_is_told_within_a_second_of_its_due_time_whoever_stays_silent() -> None:
    trial = _slow_trial()
    trial.observe(block(PUMP, 1, flow=0.0))
    assert trial.advance(at(3.7)) == []
    (raised,) = trial.advance(at(3.8))
    assert (raised.at_ns, raised.standing.flags) == (at(3.8), ())


def test_a_condition_that_goes_away_while_it_waits_raises_nothing() -> None:
    trial = _slow_trial()
    trial.observe(block(PUMP, 1, flow=0.0))
    trial.advance(at(3.5))
    trial.observe(block(PUMP, 3.6, flow=5.0))
    assert trial.advance(at(60)) == []


def test_what_ends_with_its_cause_does_not_cry_on_the_way_out() -> None:
    """The feeder's off-delay is over at 15 s, the pump's at 18 s."""
    trial = _slow_trial()
    for second in range(1, 10):
        _round(trial, second, feeder=0.0, flow=0.0)
    _round(trial, 10)
    assert kinds(trial.advance(at(17))) == ["returned dead@feeder"]
    events = trial.advance(at(18))
    assert kinds(events) == ["returned no_flow@pump", "unsuppressed no_flow@pump"]
    ended = events[-1]
    assert ended.occurrence is not None
    assert (ended.occurrence.ended_at_ns, ended.occurrence.annunciated) == (at(18), False)
    assert is_at_rest(trial.standing("no_flow", "pump"))


def test_what_comes_back_after_its_cause_has_gone_is_annunciated() -> None:
    trial = _slow_trial()
    for second in range(1, 10):
        _round(trial, second, feeder=0.0, flow=0.0)
    _round(trial, 10)
    trial.advance(at(16))
    events = trial.observe(block(PUMP, 17, flow=0.0))
    assert kinds(events) == ["unsuppressed no_flow@pump"]
    assert trial.standing("no_flow", "pump").flags == ()


def test_a_cause_that_was_set_aside_goes_on_explaining() -> None:
    trial = _trial()
    shelved, removed = _round(trial, 1, feeder=0.0)[-1], _trial()
    assert shelved.occurrence is not None
    trial.shelve(shelved.occurrence.id, OPERATOR, "known", 600_000_000_000, at(2))
    _round(removed, 1, feeder=0.0)
    out_of_service(removed, "dead", "feeder", 2)
    for one in (trial, removed):
        later = _round(one, 3, feeder=0.0, flow=0.0)[-1]
        assert (later.standing.rule, later.standing.flags) == ("no_flow", ("suppressed",))
