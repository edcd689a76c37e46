"""What came, written as expectations under ``expect:`` for a person to review; all the rest of the file stays as it is."""

from collections.abc import Iterator, Sequence

from guanjia.config.scenario_expect import NOBODY, NOTHING
from guanjia.config.scenario_file import ScenarioFile
from guanjia.config.scenario_times import written
from guanjia.scenario.outcome import CameAlarm, CameNotice, CameTicket, Outcome
from model.clock import SECOND
from model.scenario import ExpectedEnergy
from model.ticket import Promise

_KEY = "expect"
_SPECIAL = frozenset("*?[]{},:#&!|>'\"%@`")


def filled(text: str, loaded: ScenarioFile, outcome: Outcome) -> str:
    """The file's text with its ``expect:`` replaced, or with one at its end."""
    lines = text.splitlines()
    first, after = _place(loaded, len(lines))
    head = lines[:first]
    while head and not head[-1].strip():
        head.pop()
    energy = loaded.scenario.expected.energy
    block = [f"{_KEY}:", *_alarms(outcome.alarms), *_tickets(outcome.tickets), *_notices(outcome.notices), *_energy(energy, outcome)]
    return "\n".join([*head, "", *block, *lines[after:]]) + "\n"


def _place(loaded: ScenarioFile, total: int) -> tuple[int, int]:
    """Index of the line where ``expect:`` stands, and of the line after its block."""
    lines = loaded.document.lines
    if (_KEY,) not in lines:
        return total, total
    first = lines[(_KEY,)] - 1
    later = [line - 1 for path, line in lines.items() if len(path) == 1 and line - 1 > first]
    return first, min(later, default=total)


def _alarms(came: Sequence[CameAlarm]) -> Iterator[str]:
    yield "  alarms:" if came else "  alarms: []"
    for alarm in came:
        yield _entry(
            alarm=alarm.name,
            raised=_time(alarm.raised_ns),
            returned=_time(alarm.returned_ns),
            ended=_time(alarm.ended_ns),
            acknowledged=None if alarm.acknowledged_ns is None else _time(alarm.acknowledged_ns),
            priority=alarm.priority,
            under=alarm.under or NOTHING,
        )


def _tickets(came: Sequence[CameTicket]) -> Iterator[str]:
    yield "  tickets:" if came else "  tickets: []"
    for ticket in came:
        clocks = {promise.value: ticket.clocks[promise].value for promise in Promise if promise in ticket.clocks}
        yield _entry(
            **{"for": ticket.alarms[0], "class": ticket.ticket_class},
            opened=_time(ticket.opened_ns),
            closed=None if ticket.closed_ns is None else _time(ticket.closed_ns),
            owner=ticket.owner or NOBODY,
            state=ticket.state,
            **clocks,
            alarms=str(len(ticket.alarms)),
        )


def _notices(came: Sequence[CameNotice]) -> Iterator[str]:
    yield "  notifications:" if came else "  notifications: []"
    for notice in came:
        yield _entry(**{"for": notice.alarms[0]}, to=notice.to, kind=notice.kind, at=_time(notice.at_ns))


def _energy(asked: Sequence[ExpectedEnergy], outcome: Outcome) -> Iterator[str]:
    if asked:
        yield "  energy:"
    for entry, came in zip(asked, outcome.energy, strict=True):
        amount = entry.amount if came.amount is None else came.amount
        yield _entry(
            **{"point": entry.point, "from": written(entry.from_ns), "to": written(entry.to_ns), entry.unit.lower(): f"{amount:.4g}"},
            within=f"{entry.within:.3g}",
        )


def _time(at_ns: int | None) -> str:
    """To the whole second; the tolerance of a reader of scenarios is wider."""
    return "never" if at_ns is None else written(round(at_ns / SECOND) * SECOND)


def _entry(**fields: str | None) -> str:
    """One entry on one line."""
    return "    - {" + ", ".join(f"{key}: {_quoted(value)}" for key, value in fields.items() if value is not None) + "}"


def _quoted(value: str) -> str:
    """In quotes where YAML would read it otherwise. An ``@`` within a word is harmless."""
    return f'"{value}"' if (_SPECIAL - {"@"}) & set(value) or value.startswith("@") else value
