"""What stands goes over to the changed rules by the rules of docs/changing-rules.md, and nothing is lost on the way."""

import pytest

from model.alarm import IllegalAct
from model.ports import JournalUnavailable, OccurrenceFilter, TicketFilter
from tests.guanjia.rulebook.room import HIGH, LOW, MANAGER, OWN, TANK, Room, listed, rule

HIGHER = HIGH.replace("level > 3", "level > 3.5")
HALF = HIGH.replace("level > 3", "level > 3.5").replace("off_delay: 20s", "off_delay: 5s")


@pytest.fixture
async def high(room: Room) -> Room:
    """The tank stands high, and has its alarm and its ticket."""
    room.reads(4.0)
    room.passes(10)
    assert room.kinds()[-1] == "raised tank.high"
    return room


async def test_an_open_alarm_survives_an_edit_of_its_limit_and_keeps_what_raised_it(high: Room) -> None:
    (before,) = high.journal.occurrences(OccurrenceFilter(active=True))
    adopted = await high.edit("tank.high", HIGHER)
    (after,) = high.journal.occurrences(OccurrenceFilter(active=True))
    assert high.kinds() == ["rule_changed tank.high"]
    assert adopted.moved == {"rule_changed": 1}
    assert (after.id, after.rule_version, after.text, after.ticket) == (before.id, before.rule_version, before.text, before.ticket)
    assert after.judged_by == high.version("tank.high") != before.rule_version
    words = {kept.version: kept.yaml for kept in high.desk.versions("tank.high")}
    assert "level > 3\n" in words[after.rule_version]
    assert "level > 3.5\n" in words[after.judged_by]


async def test_an_edit_is_answered_once_the_alarms_it_moved_are_on_disk(high: Room) -> None:
    await high.edit("tank.low", LOW.replace("60s", "90s"))
    assert high.committed == 0
    await high.edit("tank.high", HIGHER)
    assert high.committed == 1


async def test_an_edit_is_in_force_and_told_even_if_the_journal_takes_its_alarms_later(high: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(events: object) -> None:
        raise JournalUnavailable("the disk is full")

    monkeypatch.setattr(high, "commit", refuse)
    adopted = await high.edit("tank.high", HIGHER)
    assert (adopted.moved, high.told[-1], high.version("tank.high")) == ({"rule_changed": 1}, adopted, adopted.versions["tank.high"])


async def test_an_edit_that_makes_the_condition_false_clears_by_the_new_off_delay(high: Room) -> None:
    high.reads(3.2)
    await high.edit("tank.high", HALF)
    high.passes(4.9)
    assert high.open_alarms() == {"tank.high": "active_unacknowledged"}
    high.passes(0.2)
    assert high.kinds() == ["rule_changed tank.high", "returned tank.high"]


async def test_a_limit_moved_below_the_value_begins_the_new_on_delay_now(room: Room) -> None:
    room.reads(2.0)
    room.passes(500)
    await room.edit("tank.high", HIGH.replace("level > 3", "level > 1"))
    room.passes(9.9)
    assert room.kinds() == []
    room.passes(0.2)
    assert room.kinds() == ["raised tank.high"]


async def test_a_delay_that_runs_goes_on_through_edits_of_other_rules_and_of_the_words(room: Room) -> None:
    room.reads(0.2)
    room.passes(40)
    await room.edit("tank.high", HIGHER)
    await room.edit("tank.low", LOW.replace("tank.low", "tank.low", 1).replace("进水阀卡住", "进水阀没开"))
    room.passes(19.9)
    assert room.kinds() == []
    room.passes(0.2)
    assert room.kinds() == ["raised tank.low"]


async def test_a_running_delay_that_is_made_shorter_is_over_at_once(room: Room) -> None:
    room.reads(0.2)
    room.passes(40)
    adopted = await room.edit("tank.low", LOW.replace("60s", "30s"))
    assert room.kinds() == ["raised tank.low"]
    assert adopted.moved == {"raised": 1}


@pytest.mark.parametrize("change", ["params: {limit: 0.4}", "units: {level: m}\nparams: {limit: 0.3}"], ids=["limit", "unit and limit"])
async def test_a_delay_begins_anew_when_a_name_in_the_condition_means_something_else(room: Room, change: str) -> None:
    await room.edit("tank.low", rule("tank.low", "level < limit", "on_delay: 60s\nparams: {limit: 0.5}\n"))
    room.reads(0.2)
    room.passes(40)
    await room.edit("tank.low", rule("tank.low", "level < limit", f"on_delay: 60s\n{change}\n"))
    room.passes(40)
    assert room.kinds() == []
    room.passes(20)
    assert room.kinds() == ["raised tank.low"]


async def test_what_an_untouched_rule_has_counted_is_not_forgotten(room: Room) -> None:
    for is_open in (False, True, False, True, False):
        room.reads(1.0, is_open)
        room.passes(60)
    await room.edit("tank.high", HIGHER)
    room.reads(1.0, True)
    assert room.kinds() == ["raised own.busy"]


async def test_a_rule_that_goes_withdraws_its_alarm_and_the_ticket_says_why(room: Room) -> None:
    await room.desk.create(rule("own.flood", "level > 3", "ticket: {class: small, skill: plumbing}\n"), MANAGER, "for the wet season")
    room.reads(4.0)
    (alarm,) = [o for o in room.journal.occurrences(OccurrenceFilter(active=True)) if o.rule == "own.flood"]
    assert alarm.ticket is not None
    room.kinds()
    adopted = await room.desk.take_back("own.flood", MANAGER, "season over")
    assert room.kinds() == ["withdrawn own.flood"]
    assert adopted.versions == {"own.flood": None}
    assert "own.flood" not in room.open_alarms()
    story = [(line.what, line.comment) for line in room.journal.ticket_events(alarm.ticket)]
    assert story[-1] == ("alarm_withdrawn", alarm.id)
    (ticket,) = room.journal.tickets(TicketFilter(open=True))
    assert ticket.state.is_open


async def test_shelving_and_acknowledgement_go_over_to_the_changed_rule(high: Room) -> None:
    (alarm,) = high.journal.occurrences(OccurrenceFilter(active=True))
    high.put(high.engine.acknowledge(alarm.id, MANAGER, high.clock.now_ns()))
    high.put(high.engine.shelve(alarm.id, MANAGER, "valve is on its way", 600_000_000_000, high.clock.now_ns()))
    await high.edit("tank.high", HIGHER)
    standing = high.engine.standing("tank.high", TANK)
    assert (standing.occurrence, standing.flags) == (alarm.id, ("shelved",))
    assert high.open_alarms() == {"tank.high": "active_acknowledged"}
    high.passes(601)
    assert "shelving_expired tank.high" in high.kinds()


async def test_an_alarm_that_nothing_explains_any_more_is_shouted_at_once(room: Room) -> None:
    await room.desk.create(rule("own.flood", "level > 2.5"), MANAGER, "wet season")
    await room.edit("tank.high", HIGH + "suppressed_by: [own.flood]\n")
    room.reads(4.0)
    room.passes(10)
    assert room.engine.standing("tank.high", TANK).flags == ("suppressed",)
    room.kinds()
    adopted = await room.edit("tank.high", HIGH)
    assert adopted.moved == {"rule_changed": 1, "unsuppressed": 1}
    assert room.engine.standing("tank.high", TANK).flags == ()


async def test_a_returned_alarm_waits_for_people_through_a_change_and_its_limits_are_the_new_ones(high: Room) -> None:
    high.reads(1.0)
    high.passes(20)
    await high.edit("tank.high", HIGHER + "max_shelve: 10min\n")
    assert high.open_alarms() == {"tank.high": "returned_unacknowledged"}
    (alarm,) = high.journal.occurrences(OccurrenceFilter(active=True))
    with pytest.raises(IllegalAct, match="at most 10 min"):
        high.engine.shelve(alarm.id, MANAGER, "x", 900_000_000_000, high.clock.now_ns())
    high.put(high.engine.acknowledge(alarm.id, MANAGER, high.clock.now_ns()))
    assert high.open_alarms() == {}


async def test_the_next_ticket_is_opened_by_the_changed_rule(room: Room) -> None:
    await room.edit("tank.high", HIGH.replace("ticket: {class: small", "ticket: {class: emergency"))
    room.reads(4.0)
    room.passes(10)
    assert [ticket.ticket_class.value for ticket in room.journal.tickets(TicketFilter())] == ["emergency"]


async def test_a_block_that_comes_while_the_new_rules_are_built_is_judged(room: Room) -> None:
    """By the rules before; what it said is known to the rules after."""
    room.before_work = lambda: room.reads(4.0)
    await room.edit("tank.low", LOW.replace("60s", "30s"))
    room.passes(10)
    assert room.kinds() == ["raised tank.high"]


async def test_files_that_change_are_moved_over_like_edits(high: Room) -> None:
    high.rule_file.write_text(listed(OWN, HIGHER + "replace: true\n"), encoding="utf-8")
    await high.watch.look()
    assert high.kinds() == []  # the file may still be written to
    await high.watch.look()
    assert high.kinds() == ["rule_changed tank.high"]
    assert high.told[-1].versions == {"tank.high": high.version("tank.high")}
