"""What the journal keeps of alarms, and what it refuses."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from model.alarm import AlarmEvent, AlarmEventKind, AlarmState, Hold, HoldKind, Raise, Removal, Shelving, Standing
from model.people import PLATFORM
from model.ports import DuplicateOpen, OccurrenceFilter
from store.journal import SqlJournal, open_journal
from tests.journal.builders import ENGINEER, ended, followed, opened, raised, returned, ticket


def record(journal: SqlJournal, *events: AlarmEvent) -> None:
    with journal.write() as tx:
        for event in events:
            tx.record(event)


def test_an_occurrence_comes_back_exactly_as_it_was_recorded(journal: SqlJournal) -> None:
    event = raised("o1")
    record(journal, event)
    assert journal.occurrence("o1") == event.occurrence
    assert journal.standings() == [(event.standing, event.occurrence)]


def test_the_story_keeps_each_snapshot_as_it_was_then(journal: SqlJournal) -> None:
    first = raised("o1")
    second = followed(first, AlarmEventKind.ACKNOWLEDGED, AlarmState.ACTIVE_ACKNOWLEDGED, 2_000, ENGINEER, "看到了")
    record(journal, first, second)
    assert journal.alarm_events("o1") == [first, second]


def test_the_bytes_behind_an_alarm_are_kept_once_and_told_with_every_event(journal: SqlJournal) -> None:
    first = raised("o1")
    assert first.occurrence is not None
    assert first.occurrence.evidence[0].hex == "000dffff"
    story = [first, returned(first, 2_000), ended(returned(first, 2_000), 3_000)]
    record(journal, *story)
    kept = journal.occurrence("o1")
    assert kept is not None
    assert kept.evidence == first.occurrence.evidence
    assert journal.alarm_events("o1") == story
    with journal._read() as connection:
        then = connection.exec_driver_sql("SELECT occurrence_then FROM alarm_events").scalars().all()
    assert len(then) == 3
    assert not [snapshot for snapshot in then if "000dffff" in snapshot]


def test_an_alarm_that_is_over_no_longer_stands(journal: SqlJournal) -> None:
    first = raised("o1")
    record(journal, first, returned(first, 2_000), ended(returned(first, 2_000), 3_000))
    assert journal.standings() == []


@pytest.mark.parametrize(
    "flag",
    [
        {"shelving": Shelving("engineer", "换表", 1, 9, one_shot=True)},
        {"suppression": Removal("comms.lost", "upstream", 1)},
        {"out_of_service": Removal("engineer", "检修", 1, 9, "manager")},
        {"request": Removal("engineer", "检修", 1, 9)},
        {"hold": Hold(HoldKind.CHATTERING, 5)},
        {"recent_ns": (1, 2)},
        {"brief_ns": (7,)},
    ],
    ids=lambda flag: next(iter(flag)),
)
def test_an_alarm_of_which_something_must_be_known_still_stands(journal: SqlJournal, flag: dict[str, object]) -> None:
    standing = replace(Standing("pump.dry_run", "b01.pump1"), **flag)  # type: ignore[arg-type]
    record(journal, AlarmEvent(AlarmEventKind.SHELVED, 1, standing, None, ENGINEER, "换表"))
    assert journal.standings() == [(standing, None)]


def test_level_mark_hold_and_judging_version_come_back(journal: SqlJournal) -> None:
    event = raised("o1", level="hh", source_ns=990, group="trip@b01", first_out=False, hold=HoldKind.FLEETING, flips=4, judged_by="v2")
    record(journal, event)
    assert journal.occurrence("o1") == event.occurrence
    assert journal.alarm_events("o1") == [event]


def test_what_was_annunciated_of_late_is_told_oldest_first_but_for_one_device(journal: SqlJournal) -> None:
    story = [raised(f"o{n}", device=f"d{n}", at_ns=1000 * n, annunciated=n != 3) for n in (5, 4, 3, 2, 1)]
    record(journal, *story, raised("own", device="platform", at_ns=4500))
    assert journal.annunciated(2000, "platform") == [Raise("o2", 2000), Raise("o4", 4000), Raise("o5", 5000)]


def test_standing_of_an_unknown_alarm_is_plainly_normal(journal: SqlJournal) -> None:
    occurrence = raised("o1").occurrence
    assert occurrence is not None
    assert journal.standing_of(occurrence) == Standing("pump.dry_run", "b01.pump1")


def test_standing_of_is_the_alarms_present_standing(journal: SqlJournal) -> None:
    first = raised("o1")
    second = returned(first, 2_000)
    record(journal, first, second)
    assert first.occurrence is not None
    assert journal.standing_of(first.occurrence) == second.standing


def test_a_second_open_occurrence_of_one_alarm_is_refused(journal: SqlJournal) -> None:
    record(journal, raised("o1"))
    with pytest.raises(DuplicateOpen, match=r"pump.dry_run on b01.pump1"):
        record(journal, raised("o2"))
    assert journal.alarm_events("o2") == []


def test_another_device_or_rule_may_have_its_own_open_occurrence(journal: SqlJournal) -> None:
    record(journal, raised("o1"), raised("o2", device="b01.pump2"), raised("o3", rule="pump.seal_leak"))
    assert {occurrence.id for _, occurrence in journal.standings() if occurrence} == {"o1", "o2", "o3"}


def test_a_new_occurrence_may_open_once_the_old_one_is_superseded(journal: SqlJournal) -> None:
    first = raised("o1")
    gone = followed(returned(first, 1_500), AlarmEventKind.SUPERSEDED, AlarmState.NORMAL, 2_000, superseded_by="o2")
    record(journal, first, returned(first, 1_500), gone, raised("o2", at_ns=2_000))
    assert [occurrence.id for _, occurrence in journal.standings() if occurrence] == ["o2"]


def test_the_transaction_goes_on_after_a_refused_duplicate(journal: SqlJournal) -> None:
    record(journal, raised("o1"))
    with journal.write() as tx:
        with pytest.raises(DuplicateOpen):
            tx.record(raised("o2"))
        tx.record(raised("o3", device="b01.pump2"))
    assert journal.occurrence("o2") is None
    assert journal.occurrence("o3") is not None


def test_an_exception_in_a_transaction_undoes_all_of_it(journal: SqlJournal) -> None:
    def interrupted() -> None:
        with journal.write() as tx:
            tx.record(raised("o1"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        interrupted()
    assert journal.standings() == []
    assert journal.alarm_events("o1") == []


def test_readers_see_a_transaction_only_once_it_is_committed(journal: SqlJournal) -> None:
    with journal.write() as tx:
        tx.record(raised("o1"))
        assert journal.occurrence("o1") is None
        assert tx.occurrence("o1") is not None
    assert journal.occurrence("o1") is not None


def test_a_later_event_does_not_take_the_ticket_off_the_occurrence(journal: SqlJournal) -> None:
    first = raised("o1")
    job = ticket("GD-1", alarms=("o1",))
    with journal.write() as tx:
        tx.record(first)
        tx.put_ticket(job, opened(job))
        tx.attach("o1", "GD-1")
        tx.record(returned(first, 2_000))
    kept = journal.occurrence("o1")
    assert kept is not None
    assert (kept.ticket, kept.returned_at_ns) == ("GD-1", 2_000)


def test_attaching_to_an_unknown_occurrence_is_refused(journal: SqlJournal) -> None:
    with pytest.raises(KeyError, match="nowhere"), journal.write() as tx:
        tx.attach("nowhere", "GD-1")


def test_everything_stands_after_closing_and_opening_again(url: str, tmp_path: Path) -> None:
    first = open_journal(url, tmp_path, {})
    record(first, raised("o1"), raised("o2", device="b01.pump2"))
    before = first.standings()
    first.close()
    second = open_journal(url, tmp_path, {})
    assert sorted(second.standings(), key=str) == sorted(before, key=str)
    second.close()


def test_the_system_of_a_device_that_has_left_the_site_is_remembered(url: str, tmp_path: Path) -> None:
    event = raised("o1")
    before = open_journal(url, tmp_path, {"b01.pump1": "water"})
    record(before, event)
    before.close()
    after = open_journal(url, tmp_path, {})
    record(after, returned(event, 2_000))
    assert [occurrence.id for occurrence in after.occurrences(OccurrenceFilter(system="water"))] == ["o1"]
    after.close()


def test_many_threads_raising_the_same_alarm_leave_one_occurrence(journal: SqlJournal) -> None:
    refused: list[str] = []
    start = threading.Barrier(8)

    def raise_one(at: int) -> None:
        start.wait()
        try:
            record(journal, raised(f"o{at}"))
        except DuplicateOpen:
            refused.append(f"o{at}")

    threads = [threading.Thread(target=raise_one, args=(at,)) for at in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 7
    assert len(journal.standings()) == 1


def test_an_event_without_an_occurrence_is_kept_under_the_one_that_stands(journal: SqlJournal) -> None:
    first = raised("o1")
    noted = AlarmEvent(AlarmEventKind.COMMENTED, 2_000, first.standing, None, PLATFORM, "看过")
    record(journal, first, noted)
    assert journal.alarm_events("o1") == [first, noted]
