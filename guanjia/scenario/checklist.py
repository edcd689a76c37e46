"""A commissioning check list made of a scenario's expectations: what must come while a technician triggers the real device. Pure.

When things come is the technician's doing, so no moment is compared: an entry is ticked once what it names has come, as it must be.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from guanjia.config.scenario_times import written
from guanjia.scenario.comparison import alarm_faults, fits_alarm, fits_ticket, ticket_faults
from guanjia.scenario.outcome import CameAlarm, CameTicket, Outcome
from model.scenario import NEVER, ExpectedAlarm, ExpectedTicket, Scenario


class Tick(StrEnum):
    OPEN = "open"
    DONE = "done"
    WRONG = "wrong"
    """It came, but not as it must be."""


@dataclass(frozen=True, slots=True)
class Entry:
    what: str
    tick: Tick
    note: str
    """When it came, or what was wrong."""


@dataclass(frozen=True, slots=True)
class Checklist:
    entries: tuple[Entry, ...]
    extras: tuple[str, ...]
    """What came besides, ``rule@device``."""

    @property
    def is_done(self) -> bool:
        return all(entry.tick is Tick.DONE for entry in self.entries)


def checklist(scenario: Scenario, outcome: Outcome) -> Checklist:
    """How far it has come."""
    entries: list[Entry] = []
    seen: set[str] = set()
    for alarm in scenario.expected.alarms:
        found = [came for came in outcome.alarms if fits_alarm(alarm, came) and came.id not in seen][: alarm.count]
        seen |= {came.id for came in found}
        entries += _of_alarm(alarm, found)
    for ticket in scenario.expected.tickets:
        entries.append(_of_ticket(ticket, [came for came in outcome.tickets if fits_ticket(ticket, came)]))
    return Checklist(tuple(entries), tuple(came.name for came in outcome.alarms if came.id not in seen))


def _of_alarm(expected: ExpectedAlarm, came: Sequence[CameAlarm]) -> list[Entry]:
    times = f" × {expected.count}" if expected.count > 1 else ""
    timeless = replace(expected, raised=None, returned=None, ended=None, acknowledged=None)
    wrong = [fault for one in came for fault in alarm_faults(timeless, one)]
    raised = _entry(f"alarm {expected.alarm}{times}", expected.count, [c.raised_ns for c in came], wrong)
    if expected.returned is None or expected.returned == NEVER:
        return [raised]
    returned = [c.returned_ns for c in came if c.returned_ns is not None]
    return [raised, _entry(f"{expected.alarm}{times} returns to normal", expected.count, returned, [])]


def _of_ticket(expected: ExpectedTicket, came: Sequence[CameTicket]) -> Entry:
    """What people do to the ticket later is theirs; its class and the job being one are the platform's."""
    lasting = replace(expected, opened=None, closed=None, owner=None, state=None, alarms=None, clocks={})
    wrong = [fault for one in came for fault in ticket_faults(lasting, one)]
    return _entry(f"ticket for {expected.alarm}", expected.count, [c.opened_ns for c in came], wrong)


def _entry(what: str, count: int, moments_ns: Sequence[int], wrong: Iterable[tuple[str, str, str]]) -> Entry:
    faults = "; ".join(f"expected {name} {wanted}, came {name} {was}" for name, wanted, was in wrong)
    if faults:
        return Entry(what, Tick.WRONG, faults)
    if len(moments_ns) < count:
        return Entry(what, Tick.OPEN, f"{len(moments_ns)} of {count} so far" if count > 1 and moments_ns else "")
    return Entry(what, Tick.DONE, f"after {written(max(moments_ns[:count]))}")


def as_markdown(scenario: Scenario, found: Checklist, by: str, began: datetime) -> str:
    """For the hand-over file."""
    marks = {Tick.DONE: "[x]", Tick.OPEN: "[ ]", Tick.WRONG: "[!]"}
    lines = [
        f"# {scenario.name.zh} / {scenario.name.en}",
        "",
        scenario.about.zh,
        "",
        scenario.about.en,
        "",
        f"- 时间 / begun: {began.isoformat(timespec='seconds')}",
        f"- 见证 / watched by: {by}",
        f"- 结论 / result: {'通过 / passed' if found.is_done else '未完成 / not complete'}",
        "",
        *(f"- {marks[entry.tick]} {entry.what}{f' ({entry.note})' if entry.note else ''}" for entry in found.entries),
    ]
    if found.extras:
        lines += ["", "## 另有报警 / Came besides", "", *(f"- {name}" for name in found.extras)]
    return "\n".join(lines) + "\n"


def as_json(scenario: Scenario, found: Checklist, by: str, began: datetime) -> dict[str, object]:
    """The same for programs."""
    return {
        "scenario": scenario.id,
        "begun": began.isoformat(timespec="seconds"),
        "by": by,
        "passed": found.is_done,
        "entries": [{"what": entry.what, "tick": entry.tick.value, "note": entry.note} for entry in found.entries],
        "extras": list(found.extras),
    }
