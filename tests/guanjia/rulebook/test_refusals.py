"""What is wrong changes nothing, says where and what to write instead; what was changed outlives the process."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from guanjia.rulebook.file_watch import AGAIN_AFTER
from guanjia.rulebook.shelf import Marks, Shelf
from model.mistake import Mistake
from model.ports import JournalUnavailable
from model.rule_version import NotChangeable, Origin, RulesRefused, VersionMoved
from tests.guanjia.rulebook.room import ADMIN, HIGH, LOW, MANAGER, OWN, SITE, Room, listed, rule

HIGHER = HIGH.replace("level > 3", "level > 3.5")


async def refused(act: Awaitable[object]) -> list[Mistake]:
    with pytest.raises(RulesRefused) as error:
        await act
    return error.value.mistakes


@pytest.mark.parametrize(
    ("yaml", "line", "said", "suggestion"),
    [
        (HIGH.replace("level > 3", "levle > 3"), 3, "no point or parameter 'levle'", "level"),
        (HIGH.replace("level > 3", "level >"), 3, "", ""),
        (HIGH.replace("priority", "prioritty"), 4, "'prioritty' is not known", "priority"),
        (HIGH.replace("on_delay: 10s", "on_delay: soon"), 8, "duration", ""),
        (HIGH + "units: {level: kW}\n", 11, "does not convert", ""),
        (HIGH + "suppressed_by: [tank.lo]\n", 11, "there is no rule 'tank.lo'", "tank.low"),
        (HIGH.replace("id: tank.high", "id: tank.higher"), 1, "this is the text of 'tank.high'", ""),
        ("[]", 1, "", ""),
        ("- [", 1, "", ""),
        ("level > 3", 1, "write one rule", ""),
    ],
    ids=["name", "syntax", "key", "delay", "unit", "unknown suppressor", "another rule", "no rule", "no yaml", "no keys"],
)
async def test_a_wrong_edit_is_refused_where_it_is_wrong_and_nothing_changes(
    room: Room, yaml: str, line: int, said: str, suggestion: str
) -> None:
    before = room.version("tank.high"), room.engine.book, room.journal.rule_versions(), room.journal.audit_lines(10)
    mistakes = await refused(room.edit("tank.high", yaml))
    assert [mistake.file for mistake in mistakes] == [""] * len(mistakes)
    found = [m for m in mistakes if m.line == line and said in m.message and suggestion in m.suggestion]
    assert found, mistakes
    assert (room.version("tank.high"), room.engine.book, room.journal.rule_versions(), room.journal.audit_lines(10)) == before
    assert room.told == []


@pytest.mark.parametrize("yaml", [HIGH, HIGH + "# a word\n", listed(HIGH)], ids=["same text", "another comment", "pasted from a file"])
async def test_an_edit_that_says_the_same_changes_nothing(room: Room, yaml: str) -> None:
    kept = room.journal.rule_versions()
    adopted = await room.edit("tank.high", yaml)
    assert (adopted.versions, room.told, room.journal.rule_versions()) == ({}, [], kept)
    assert room.desk.origin("tank.high") is Origin.LIBRARY


async def test_of_two_edits_of_one_version_the_second_is_told_who_was_first(room: Room) -> None:
    version = room.version("tank.high")
    first = room.desk.change("tank.high", HIGHER, MANAGER, "it splashes", version)
    second = room.desk.change("tank.high", HIGH.replace("> 3", "> 4"), ADMIN, "too early", version)
    done, late = await asyncio.gather(first, second, return_exceptions=True)
    assert not isinstance(done, BaseException)
    assert isinstance(late, VersionMoved)
    assert "wang: it splashes" in str(late)
    assert "level > 3.5" in room.desk.versions("tank.high")[-1].yaml


async def test_an_edit_that_is_taken_back_takes_no_newer_one_along(room: Room) -> None:
    await room.edit("own.busy", OWN.replace(">= 3", ">= 4"))
    seen = room.version("own.busy")
    await room.edit("own.busy", OWN.replace(">= 3", ">= 5"), comment="better")
    with pytest.raises(VersionMoved, match="wang: better"):
        await room.desk.take_back("own.busy", ADMIN, "too late", seen)
    assert ">= 5" in room.desk.versions("own.busy")[-1].yaml


@pytest.mark.parametrize(
    "act",
    [
        lambda desk: desk.create(rule("tank.high", "level > 1"), MANAGER, "again"),
        lambda desk: desk.take_back("tank.high", MANAGER, "never edited"),
    ],
    ids=["a second rule of an id", "an edit that was never made"],
)
async def test_what_is_not_there_to_be_changed_is_said(room: Room, act: Callable[[object], Awaitable[object]]) -> None:
    with pytest.raises(NotChangeable, match=r"tank\.high"):
        await act(room.desk)


async def test_an_unknown_rule_is_not_changed_into_being(room: Room) -> None:
    with pytest.raises(KeyError):
        await room.desk.change("tank.moon", rule("tank.moon", "level > 1"), MANAGER, "x", "")


async def test_when_the_journal_refuses_the_running_rules_stay(room: Room) -> None:
    def disk_full() -> None:
        raise JournalUnavailable("disk full")

    before = room.version("tank.high")
    room.before_work = disk_full
    with pytest.raises(JournalUnavailable):
        await room.edit("tank.high", HIGHER)
    assert room.version("tank.high") == before
    room.reads(3.2)
    room.passes(10)
    assert room.open_alarms() == {"tank.high": "active_unacknowledged"}


async def test_edits_and_their_history_outlive_a_restart(room: Room) -> None:
    await room.edit("tank.high", HIGHER, comment="it splashes")
    await room.desk.create(rule("own.flood", "level > 5"), ADMIN, "new")
    await room.desk.take_back("tank.high", MANAGER, "it does not")
    await room.edit("tank.low", LOW.replace("60s", "30s"), comment="quicker")
    kept = [(v.rule, v.origin.value, v.by, v.by_role, v.comment) for v in room.journal.rule_versions()]
    again = await Room(room.folder, room.clock).start()
    assert [(v.rule, v.origin.value, v.by, v.by_role, v.comment) for v in again.journal.rule_versions()] == kept
    assert kept[3:] == [
        ("tank.high", "edited", "wang", "manager", "it splashes"),
        ("own.flood", "edited", "root", "admin", "new"),
        ("tank.high", "retired", "wang", "manager", "it does not"),
        ("tank.high", "library", "wang", "manager", "it does not"),
        ("tank.low", "edited", "wang", "manager", "quicker"),
    ]
    origins = {id_: again.desk.origin(id_).value for id_ in ("tank.high", "tank.low", "own.busy", "own.flood")}
    assert origins == {"tank.high": "library", "tank.low": "edited", "own.busy": "site", "own.flood": "edited"}
    below = again.desk.read("tank.low").file
    assert below is not None
    assert "on_delay: 60s" in below.yaml
    again.close()


async def test_an_edit_that_no_longer_fits_is_kept_and_said_and_the_file_runs(room: Room) -> None:
    await room.edit("tank.low", LOW.replace("class: tank", "device: roof.tank"))
    await room.edit("tank.high", HIGHER)
    (room.folder / "site.yaml").write_text(SITE.replace("id: roof.tank", "id: roof.basin"), encoding="utf-8")
    again = await Room(room.folder, room.clock).start()
    health = again.desk.health()
    assert not health.ok
    assert "tank.low" in health.reason
    assert again.desk.origin("tank.low") is Origin.LIBRARY
    reading = again.desk.read("tank.low")
    assert reading.aside is not None
    assert reading.mistakes
    refusal = again.desk.refusal()
    assert refusal is not None
    assert {mistake.file for mistake in refusal.mistakes} == {"edit:tank.low"}
    assert again.desk.origin("tank.high") is Origin.EDITED
    again.close()
    (room.folder / "site.yaml").write_text(SITE, encoding="utf-8")
    mended = await Room(room.folder, room.clock).start()
    assert mended.desk.health().ok
    assert mended.desk.origin("tank.low") is Origin.EDITED
    mended.close()


async def test_a_wrong_file_is_refused_kept_in_mind_and_forgotten_once_it_is_right(room: Room) -> None:
    version = room.version("own.busy")
    room.rule_file.write_text(listed(OWN.replace("inlet_open", "inlet_opn")), encoding="utf-8")
    await room.watch.look()
    await room.watch.look()
    refusal = room.desk.refusal()
    assert refusal is not None
    assert [(m.file, m.line, m.suggestion) for m in refusal.mistakes] == [(str(room.rule_file), 3, "inlet_open")]
    assert not room.desk.health().ok
    assert room.version("own.busy") == version
    await room.edit("tank.high", HIGHER)  # people go on editing over the files as they were taken last
    room.rule_file.write_text(listed(OWN), encoding="utf-8")
    adopted = await room.desk.reload(MANAGER)
    assert (adopted.versions, room.desk.refusal(), room.desk.health().ok) == ({}, None, True)


async def test_files_that_change_while_the_journal_is_away_are_taken_once_it_is_back(room: Room) -> None:
    def disk_full() -> None:
        raise JournalUnavailable("disk full")

    room.before_work = disk_full
    room.rule_file.write_text(listed(OWN.replace(">= 3", ">= 4")), encoding="utf-8")
    before = room.version("own.busy")
    for _ in range(3):
        await room.watch.look()
    assert room.version("own.busy") == before
    room.before_work = lambda: None
    for _ in range(AGAIN_AFTER):
        await room.watch.look()
    assert room.version("own.busy") != before


async def test_files_that_cannot_be_looked_at_just_now_are_taken_later(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    def share_away(shelf: Shelf) -> Marks:
        raise OSError(5, "Input/output error")

    room.rule_file.write_text(listed(OWN.replace(">= 3", ">= 4")), encoding="utf-8")
    before = room.version("own.busy")
    with monkeypatch.context() as away:
        away.setattr(Shelf, "marks", share_away)
        await room.watch.look()
    for _ in range(AGAIN_AFTER + 1):
        await room.watch.look()
    assert room.version("own.busy") != before


async def test_a_file_that_changes_between_its_reading_and_the_first_look_is_taken(tmp_path: Path) -> None:
    def saved() -> None:
        (tmp_path / "rules" / "own.yaml").write_text(listed(OWN.replace(">= 3", ">= 4")), encoding="utf-8")

    room = await Room(tmp_path, after_reading=saved).start()
    before = room.version("own.busy")
    for _ in range(2):
        await room.watch.look()
    assert room.version("own.busy") != before
    room.close()


async def test_files_may_come_and_go(room: Room) -> None:
    other = room.folder / "rules" / "other.yaml"
    other.write_text(listed(rule("own.warm", "temperature > 30")), encoding="utf-8")
    assert list((await room.desk.reload(MANAGER)).versions) == ["own.warm"]
    other.unlink()
    assert (await room.desk.reload(MANAGER)).versions == {"own.warm": None}
    assert [kept.origin.value for kept in room.desk.versions("own.warm")] == ["site", "retired"]
    room.rule_file.unlink()
    (mistake,) = await refused(room.desk.reload(MANAGER))
    assert "no file matches 'rules/*.yaml'" in mistake.message


async def test_a_file_that_takes_away_what_an_edit_leans_on_is_refused(room: Room) -> None:
    await room.edit("tank.high", HIGH + "suppressed_by: [own.busy]\n")
    room.rule_file.write_text(listed(rule("own.warm", "temperature > 30")), encoding="utf-8")
    (mistake,) = await refused(room.desk.reload(MANAGER))
    assert (mistake.file, mistake.message.split(";")[0]) == ("edit:tank.high", "there is no rule 'own.busy'")
    assert room.version("own.busy")


def test_a_text_is_checked_without_touching_anything(room: Room) -> None:
    found, mistakes = room.desk.check(listed(HIGHER, rule("own.warm", "temperature > 30")))
    assert mistakes == []
    assert [(one.id, one.watches, one.running_version) for one in found] == [
        ("tank.high", 1, room.version("tank.high")),
        ("own.warm", 1, None),
    ]
    _, mistakes = room.desk.check(HIGH.replace("level", "levle"))
    assert mistakes
    assert room.told == []
