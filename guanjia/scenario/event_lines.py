"""The whole stream of a scenario as lines for people: every alarm event, ticket change and notice in the order they were committed.

    {"at":"5min15s","alarm":"raised","of":"pump.dry_run@pr2.pump1","state":"active_unacknowledged","priority":"high"}
    {"at":"5min15s","ticket":"opened","for":"pump.dry_run@pr2.pump1","state":"dispatched","class":"large","owner":"technician"}

A file of such lines beside a scenario, ``events/<scenario>.jsonl``, is part of what it expects: then one event more, fewer or later fails.
Only what differs from the plain case is written; times are relative to ``at: 0``, to the millisecond.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from guanjia.config.scenario_times import written
from guanjia.scenario.comparison import Difference, Kind
from model.alarm import AlarmEvent
from model.notice import Notice
from model.ticket import Ticket, TicketEvent

MOST_TOLD = 20
"""Of one scenario: one event too many early on shifts nothing else, so that more than these are another stream altogether."""


def events_file(scenario: Path) -> Path:
    """Where the whole stream of a scenario file is written down; it need not exist."""
    return scenario.parent / "events" / f"{scenario.stem}.jsonl"


class EventLines:
    """Gathers the lines. ``start_ns`` is the instant of ``at: 0``."""

    def __init__(self, start_ns: int) -> None:
        self.lines: list[str] = []
        self._start_ns = start_ns
        self._names: dict[str, str] = {}
        """Occurrence id → ``rule@device``."""

    def alarm(self, event: AlarmEvent) -> None:
        standing, occurrence = event.standing, event.occurrence
        name = f"{standing.rule}@{standing.device}"
        line: dict[str, Any] = {"alarm": event.kind.value, "of": name, "state": standing.state.value}
        if occurrence is not None:
            self._names[occurrence.id] = name
            line |= {"state": occurrence.state.value, "priority": occurrence.priority.value, "level": occurrence.level}
            line |= {"first_out": occurrence.first_out, "hold": occurrence.hold, "under": occurrence.suppressed_by}
            line |= {} if occurrence.annunciated else {"annunciated": False}
        self._add(event.at_ns, line | {"flags": list(standing.flags), "by": "" if event.by.name == "guanjia" else event.by.name})

    def ticket(self, ticket: Ticket, event: TicketEvent) -> None:
        line = {"ticket": event.what, "for": self._name_of(ticket), "state": ticket.state.value, "class": ticket.ticket_class.value}
        self._add(event.at_ns, line | {"owner": ticket.owner, "by": event.by, "alarms": len(ticket.alarms)})

    def notice(self, notice: Notice, ticket: Ticket) -> None:
        self._add(notice.created_at_ns, {"notice": notice.kind.value, "for": self._name_of(ticket), "to": notice.recipient})

    def _name_of(self, ticket: Ticket) -> str:
        return self._names.get(ticket.alarms[0], "") if ticket.alarms else ""

    def _add(self, at_ns: int, line: dict[str, Any]) -> None:
        told = {key: value for key, value in line.items() if value not in (None, "", [])}
        self.lines.append(json.dumps({"at": written(at_ns - self._start_ns), **told}, ensure_ascii=False, separators=(",", ":")))


def compared(expected: Sequence[str], came: Sequence[str]) -> tuple[Difference, ...]:
    """Line by line; the first that differ."""
    found = list(_differences(expected, came))
    rest = len(found) - MOST_TOLD
    more = (Difference(Kind.WRONG, "events", f"{len(expected)} in all", f"{len(came)}, with {rest} more differences"),) if rest > 0 else ()
    return (*found[:MOST_TOLD], *more)


def _differences(expected: Sequence[str], came: Sequence[str]) -> Iterator[Difference]:
    for tag, first, last, first_came, last_came in SequenceMatcher(None, expected, came, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        wanted, got = list(expected[first:last]), list(came[first_came:last_came])
        pairs = min(len(wanted), len(got))
        yield from (Difference(Kind.WRONG, "event", *pair) for pair in zip(wanted, got, strict=False))
        yield from (Difference(Kind.MISSING, "event", line, "nothing") for line in wanted[pairs:])
        yield from (Difference(Kind.EXTRA, "event", "nothing", line) for line in got[pairs:])


def read(file: Path) -> list[str]:
    return [line for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


def write(file: Path, lines: Iterable[str]) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
