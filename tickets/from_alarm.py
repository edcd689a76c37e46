"""What an alarm event asks of the desk, and the ticket it orders. Pure."""

from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from model.alarm import ANNOUNCING, AlarmEvent, AlarmEventKind, AlarmState, Occurrence
from model.clock import SECOND
from model.rule import Rule

_CLEARING = frozenset({AlarmEventKind.RETURNED, AlarmEventKind.LATCHED})

_IN_ALARM = frozenset({AlarmState.ACTIVE_UNACKNOWLEDGED, AlarmState.ACTIVE_ACKNOWLEDGED})


class Ask(StrEnum):
    """What to do about an alarm event, or why nothing."""

    TICKET = "ticket"
    """Attach to the open ticket of the cause, or open one."""
    RISE = "rise"
    """The ticket's alarm has come to a graver level."""
    NOTE_RETURN = "note_return"
    NOTE_WITHDRAWAL = "note_withdrawal"
    """No rule watches for it any more: the ticket says so and stays; people close tickets."""
    NOT_ABOUT_TICKETS = "not_about_tickets"
    SILENT = "silent"
    """Shelved, suppressed or out of service: recorded, not ticketed."""
    NOT_IN_ALARM = "not_in_alarm"
    HAS_TICKET = "has_ticket"
    NOT_ORDERED = "not_ordered"
    """The rule orders no ticket, or is no longer in the rule book."""


def ask_of(event: AlarmEvent, rule: Rule | None, ticket_id: str | None) -> Ask:
    """``ticket_id`` is the occurrence's ticket as the journal has it; the event's own snapshot may be older."""
    if event.occurrence is not None and event.kind is AlarmEventKind.WITHDRAWN and ticket_id:
        return Ask.NOTE_WITHDRAWAL
    if event.occurrence is None or event.kind not in ANNOUNCING | _CLEARING:
        return Ask.NOT_ABOUT_TICKETS
    if event.kind in _CLEARING:
        return Ask.NOTE_RETURN if ticket_id else Ask.NOT_ABOUT_TICKETS
    if rule is None or rule.ticket is None:
        return Ask.NOT_ORDERED
    if event.standing.is_silent or (event.kind is AlarmEventKind.RAISED and not event.occurrence.annunciated):
        return Ask.SILENT
    if not is_in_alarm(event.occurrence):
        return Ask.NOT_IN_ALARM
    if event.kind is AlarmEventKind.ROSE and ticket_id:
        return Ask.RISE
    return Ask.HAS_TICKET if ticket_id else Ask.TICKET


def is_in_alarm(occurrence: Occurrence) -> bool:
    """Whether its condition still holds; a latched alarm that waits for its reset is back to normal already."""
    return occurrence.ended_at_ns is None and occurrence.state in _IN_ALARM


def cause_of(occurrence: Occurrence, rule: Rule) -> str:
    """What the ticket is one per, together with the device."""
    return (rule.ticket.cause if rule.ticket else "") or occurrence.cause or rule.id


def local_day(now_ns: int, timezone: ZoneInfo) -> str:
    """The site's day as ticket numbers carry it: ``260114``."""
    return datetime.fromtimestamp(now_ns // SECOND, timezone).strftime("%y%m%d")
