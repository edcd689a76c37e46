"""The model's dataclasses as rows and back. Columns carry the fields' own names, so no field is listed twice."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

import sqlalchemy as sa

from model.alarm import AlarmEvent, Evidence, Occurrence, Standing
from model.notice import Notice
from model.people import Actor, User
from model.ports import AuditLine
from model.rule_version import RuleVersion
from model.ticket import Ticket, TicketEvent
from store.journal import schema

AnyRow = sa.Row[*tuple[Any, ...]]

_FIELDS: Mapping[type, tuple[str, ...]] = {
    kind: tuple(field.name for field in fields(kind)) for kind in (Standing, Occurrence, TicketEvent, Notice, User, AuditLine, RuleVersion)
}
_TICKET_FIELDS = tuple(field.name for field in fields(Ticket) if field.name != "alarms")

STANDING_COLUMNS = tuple(schema.alarms.c[name] for name in _FIELDS[Standing])
OCCURRENCE_COLUMNS = tuple(schema.occurrences.c[name] for name in _FIELDS[Occurrence])
TICKET_COLUMNS = tuple(schema.tickets.c[name] for name in _TICKET_FIELDS)
TICKET_EVENT_COLUMNS = tuple(schema.ticket_events.c[name] for name in _FIELDS[TicketEvent])
NOTICE_COLUMNS = tuple(schema.notices.c[name] for name in _FIELDS[Notice])
USER_COLUMNS = tuple(schema.users.c[name] for name in _FIELDS[User])
AUDIT_COLUMNS = tuple(schema.audit.c[name] for name in _FIELDS[AuditLine])
RULE_VERSION_COLUMNS = tuple(schema.rule_versions.c[name] for name in _FIELDS[RuleVersion])


def row_of(thing: Standing | Occurrence | TicketEvent | User | AuditLine | RuleVersion) -> dict[str, Any]:
    return {name: getattr(thing, name) for name in _FIELDS[type(thing)]}


def notice_row(notice: Notice) -> dict[str, Any]:
    """Without its number, which the database gives."""
    return {name: getattr(notice, name) for name in _FIELDS[Notice] if name != "number"}


def occurrence_row(occurrence: Occurrence, systems: Mapping[str, str]) -> dict[str, Any]:
    return {**row_of(occurrence), "system": systems.get(occurrence.device, "")}


def ticket_row(ticket: Ticket, systems: Mapping[str, str]) -> dict[str, Any]:
    return {**{name: getattr(ticket, name) for name in _TICKET_FIELDS}, "system": systems.get(ticket.device, "")}


def ticket_from(row: Sequence[Any], alarms: tuple[str, ...]) -> Ticket:
    """``row`` as ``TICKET_COLUMNS``; ``alarms`` come from their own table."""
    return Ticket(**dict(zip(_TICKET_FIELDS, row, strict=True)), alarms=alarms)


def alarm_event_row(event: AlarmEvent) -> dict[str, Any]:
    """Its occurrence without the evidence: that never changes and is kept once, with the occurrence itself."""
    return {
        "kind": event.kind,
        "at_ns": event.at_ns,
        "rule": event.standing.rule,
        "device": event.standing.device,
        "occurrence": event.occurrence.id if event.occurrence else event.standing.occurrence,
        "standing_then": event.standing,
        "occurrence_then": replace(event.occurrence, evidence=()) if event.occurrence else None,
        "by_name": event.by.name,
        "by_role": event.by.role,
        "by_display": event.by.display,
        "comment": event.comment,
    }


def alarm_event_from(row: AnyRow, evidence: tuple[Evidence, ...]) -> AlarmEvent:
    then: Occurrence | None = row.occurrence_then
    return AlarmEvent(
        kind=row.kind,
        at_ns=row.at_ns,
        standing=row.standing_then,
        occurrence=replace(then, evidence=evidence) if then else None,
        by=Actor(row.by_name, row.by_role, row.by_display),
        comment=row.comment,
    )
