"""A session as a scenario file: the timeline from what was done, the expectations from what came. A draft, for a person to review."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import yaml

from guanjia.config.scenario_times import written
from model.alarm import AlarmEvent, AlarmEventKind, Occurrence
from model.clock import MINUTE, SECOND
from model.people import PLATFORM
from model.ports import Journal
from model.site import Site
from model.testing import Account, Act, Came, Injection
from model.ticket import Ticket, TicketAct, TicketEvent
from simulators.network_fault import AMOUNTS

_WITHIN = "30s"
"""Virtual time polls as the site does, so an alarm comes a poll and a tick apart at most; a person may tighten it."""
_VERBS = {
    AlarmEventKind.ACKNOWLEDGED: "acknowledge",
    AlarmEventKind.SHELVED: "shelve",
    AlarmEventKind.UNSHELVED: "unshelve",
    AlarmEventKind.RESET: "reset",
    AlarmEventKind.OUT_OF_SERVICE: "out_of_service",
    AlarmEventKind.IN_SERVICE: "in_service",
}
_TICKET_ACTS = frozenset(TicketAct)
Entry = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stories:
    """What people did to what came. ``roles``: login → role, for those the roster does not know."""

    alarms: Sequence[AlarmEvent] = ()
    tickets: Sequence[tuple[Ticket, TicketEvent]] = ()
    roles: Mapping[str, str] = field(default_factory=dict)


def drafted(account: Account, journal: Journal, site: Site) -> str:
    """Reads the stories from the journal. Blocking."""
    alarms = [event for came in _came(account) for event in journal.alarm_events(came.occurrence.id)]
    tickets = [(ticket, event) for ticket in account.tickets for event in journal.ticket_events(ticket.id)]
    return draft(account, site, Stories(alarms, tickets, {user.name: user.role.value for user in journal.users()}))


def draft(account: Account, site: Site, stories: Stories) -> str:
    """The file's text. ``site: ../site.yaml`` is right for a folder ``scenarios`` beside the site file."""
    session = account.session
    length_ns = -(-(account.until_ns - session.started_ns) // MINUTE) * MINUTE
    start = datetime.fromtimestamp(session.started_ns // SECOND, site.timezone).replace(tzinfo=None)
    title = session.title or f"测试 {session.number}"
    about = {
        "zh": f"测试 {session.number} 的记录，测试人 {session.started_by}。",
        "en": f"Record of test session {session.number} by {session.started_by}.",
    }
    head = [
        "# Draft from a test session: what came, not what should have come. Read every line before it counts.",
        f"scenario: test-session-{session.number}",
        f"name: {_flow({'zh': title, 'en': session.title or f'Test session {session.number}'})}",
        f"about: {_flow(about)}",
        "site: ../site.yaml",
        *([f"devices: {_flow(devices)}"] if (devices := _devices(account)) else []),
        f"start: {start.isoformat(timespec='seconds')}",
        f"length: {written(max(length_ns, MINUTE))}",
    ]
    timeline = sorted((*_broken(account), *_people(account, site, stories)), key=lambda timed: timed[0])
    tickets = [_expected_ticket(ticket, account) for ticket in _own_tickets(account)]
    parts = [
        *head,
        "timeline:" if timeline else "timeline: []",
        *(line for _, line in timeline),
        "expect:",
        *_list("alarms", [_expected_alarm(came, account) for came in _came(account)]),
        *_list("tickets", tickets),
        *(f"# also came, from nothing that was broken here: {_name(other.occurrence)}" for other in account.others),
    ]
    return "\n".join(parts) + "\n"


def _came(account: Account) -> list[Came]:
    return sorted((came for injection in account.injections for came in injection.came), key=lambda came: came.occurrence.raised_at_ns)


def _devices(account: Account) -> list[str]:
    broken = (injection.act.device for injection in account.injections if injection.act.device)
    behind = (expected.device for injection in account.injections for expected in injection.expected or ())
    return sorted({*broken, *behind, *(came.occurrence.device for came in _came(account))})


def _broken(account: Account) -> Iterator[tuple[int, str]]:
    for injection in account.injections:
        act = injection.act
        entry = {"at": _at(act.at_ns, account), **_where(act), **_how(injection)}
        refusal = _refusal(injection)
        yield act.at_ns, f"  # {_flow(entry)}: {refusal}" if refusal else f"  - {_flow(entry)}"


def _where(act: Act) -> Entry:
    if act.broker:
        return {"broker": act.fault}
    place = {"gateway": act.gateway} if act.gateway else {"device": act.device}
    return {**place, ("network" if act.is_network else "fault"): act.fault}


def _how(injection: Injection) -> Entry:
    act = injection.act
    asked_ns = None if act.for_s is None else round(act.for_s * SECOND)
    lasted_ns = injection.mended_ns - act.at_ns if injection.mended_ns is not None else asked_ns
    found = {
        "for": written(max(SECOND, _whole(lasted_ns))) if lasted_ns is not None else None,
        "onset": written(round(act.onset_s * SECOND)) if act.onset_s and not act.is_network else None,
        "severity": act.severity if not act.is_network else None,
    }
    if act.is_network and act.amount is not None and act.fault in AMOUNTS:
        found[AMOUNTS[act.fault].field] = act.amount
    return {key: value for key, value in found.items() if value is not None}


def _refusal(injection: Injection) -> str:
    """Why a scenario can't say it; empty when it can."""
    if not injection.act.broker or (injection.act.fault == "down" and injection.mended_ns is not None):
        return ""
    return "a scenario knows the broker as down for some time only"


def _people(account: Account, site: Site, stories: Stories) -> Iterator[tuple[int, str]]:
    for event in stories.alarms:
        entry = _alarm_act(event) if event.by.name != PLATFORM.name and event.occurrence is not None else None
        if entry is not None:
            named = {key: _person(name, site, stories) for key, name in _actors(event).items()}
            yield event.at_ns, f"  - {_flow({'at': _at(event.at_ns, account), **named, **entry})}"
    causes = {came.occurrence.id: _name(came.occurrence) for came in _came(account)}
    for ticket, line in stories.tickets:
        alarm = next((causes[name] for name in ticket.alarms if name in causes), None)
        if alarm is not None and line.what in _TICKET_ACTS and line.by != PLATFORM.name:
            more = {"comment": line.comment or None, "owner": line.owner if line.what == TicketAct.DISPATCH else None}
            step = {"at": _at(line.at_ns, account), "by": _person(line.by, site, stories), "ticket": alarm, "act": line.what}
            yield line.at_ns, f"  - {_flow({**step, **{key: value for key, value in more.items() if value}})}"


def _actors(event: AlarmEvent) -> dict[str, str]:
    """Who did it; out of service takes two."""
    removal = event.standing.out_of_service
    if event.kind is AlarmEventKind.OUT_OF_SERVICE and removal is not None:
        return {"by": removal.by, "approved_by": event.by.name}
    return {"by": event.by.name}


def _alarm_act(event: AlarmEvent) -> Entry | None:
    assert event.occurrence is not None
    name, said = _name(event.occurrence), event.comment
    if event.kind is AlarmEventKind.COMMENTED:
        return {"comment": name, "text": said}
    verb = _VERBS.get(event.kind)
    if verb is None:
        return None
    entry: Entry = {verb: name}
    if event.kind is AlarmEventKind.SHELVED and event.standing.shelving is not None:
        entry |= {"for": written(_whole(event.standing.shelving.until_ns - event.at_ns)), "reason": said}
    elif event.kind is AlarmEventKind.OUT_OF_SERVICE:
        entry["reason"] = said
    elif event.kind is AlarmEventKind.ACKNOWLEDGED and said:
        entry["comment"] = said
    return entry


def _person(name: str, site: Site, stories: Stories) -> str:
    """Somebody on the roster by id, anybody else by role."""
    return name if any(person.id == name for person in site.people) else stories.roles.get(name, name)


def _expected_alarm(came: Came, account: Account) -> Entry:
    alarm = came.occurrence
    times = {"raised": alarm.raised_at_ns, "returned": alarm.returned_at_ns, "acknowledged": alarm.acknowledged_at_ns}
    entry: Entry = {"alarm": _name(alarm)}
    entry |= {word: _at(at_ns, account) for word, at_ns in times.items() if at_ns is not None and at_ns <= account.until_ns}
    entry |= {"within": _WITHIN, "priority": alarm.priority.value}
    return entry | ({"under": alarm.suppressed_by} if alarm.suppressed_by and "@" in alarm.suppressed_by else {})


def _own_tickets(account: Account) -> Iterable[Ticket]:
    """Those of what was broken; one opened before the session is not the session's."""
    names = {came.ticket.id for came in _came(account) if came.ticket is not None}
    return (ticket for ticket in account.tickets if ticket.id in names and ticket.opened_at_ns >= account.session.started_ns)


def _expected_ticket(ticket: Ticket, account: Account) -> Entry:
    causes = [_name(came.occurrence) for came in _came(account) if came.occurrence.id in ticket.alarms]
    return {
        "for": causes[0],
        "class": ticket.ticket_class.value,
        "opened": _at(ticket.opened_at_ns, account),
        "within": _WITHIN,
        "alarms": len(causes),
    }


def _list(name: str, entries: Sequence[Entry]) -> list[str]:
    return [f"  {name}:", *(f"    - {_flow(entry)}" for entry in entries)] if entries else [f"  {name}: []"]


def _name(alarm: Occurrence) -> str:
    return f"{alarm.rule}@{alarm.device}"


def _at(at_ns: int, account: Account) -> str:
    return written(max(0, _whole(at_ns - account.session.started_ns)))


def _whole(length_ns: int) -> int:
    """To the second."""
    return round(length_ns / SECOND) * SECOND


def _flow(value: Any) -> str:
    text: str = yaml.safe_dump(value, allow_unicode=True, default_flow_style=True, sort_keys=False, width=10_000)
    return text.strip().removesuffix("\n...")
