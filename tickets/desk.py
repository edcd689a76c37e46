"""The desk: every change of a ticket, its story, its audit line and its notices in the transaction it is given."""

from collections.abc import Iterable

from model.alarm import AlarmEvent, Occurrence
from model.carrier import things
from model.people import PLATFORM, Actor
from model.ports import AuditLine, DuplicateOpen, JournalWrite
from model.rule import Rule
from model.site import Site
from model.text import Text
from model.ticket import Ticket, TicketAct, TicketClass, TicketState
from tickets import clocks
from tickets.act import acted
from tickets.errors import StillInAlarm
from tickets.from_alarm import Ask, ask_of, cause_of, is_in_alarm
from tickets.joined import joined, risen
from tickets.notices import Change
from tickets.outbox import Outbox
from tickets.putting import line, next_number, put
from tickets.root_cause import RootCauses
from tickets.roster import choose

SERIES = "GD"
"""工单, the letters before a ticket's number."""
_NOTED = {Ask.NOTE_RETURN: "alarm_returned", Ask.NOTE_WITHDRAWAL: "alarm_withdrawn"}
"""What the story says when its alarm is over: the signal is back to normal, or no rule watches for it any more."""


class Desk:
    """Opens, attaches and acts. Holds no state: the journal does."""

    def __init__(self, site: Site, rules: Iterable[Rule]) -> None:
        self._site = site
        self._things = things(site)
        self._rules = {rule.id: rule for rule in rules}
        self._outbox = Outbox(site)
        self._repeats = RootCauses(site, self._outbox)

    def know(self, rules: Iterable[Rule]) -> None:
        """By these rules tickets are opened from now on."""
        self._rules = {rule.id: rule for rule in rules}

    def on_alarm(self, tx: JournalWrite, event: AlarmEvent, now_ns: int) -> list[Change]:
        """What the event changed among the tickets. The event must be recorded in ``tx`` already."""
        if event.occurrence is None:
            return []
        kept = tx.occurrence(event.occurrence.id)
        ticket_id = kept.ticket if kept else None
        written = self._rules.get(event.standing.rule)
        rule = written.at(event.occurrence.level) if written else None
        ask = ask_of(event, rule, ticket_id)
        if ask in _NOTED and ticket_id is not None:
            return self._note(tx, ticket_id, _NOTED[ask], event, now_ns)
        if ask is Ask.RISE and rule is not None and ticket_id is not None:
            return self._rise(tx, ticket_id, event.occurrence, rule, now_ns)
        if ask is Ask.TICKET and rule is not None:
            return self._ticket(tx, event.occurrence, rule, now_ns)
        return []

    def open_by_hand(
        self,
        tx: JournalWrite,
        *,
        title: Text,
        ticket_class: TicketClass,
        area: str,
        by: Actor,
        now_ns: int,
        device: str = "",
        skill: str = "",
        note: str = "",
    ) -> Ticket:
        """A reported ticket. Whoever takes the report owns it until it is handed on (首问负责制).

        ``area`` may be empty with a device. Raises KeyError for a device or area the site does not have.
        """
        place = self._place(area, device)
        number = next_number(tx, self._site.timezone, now_ns)
        ticket = Ticket(
            id=number,
            number=number,
            ticket_class=ticket_class,
            state=TicketState.REGISTERED,
            title=title,
            area=place,
            opened_at_ns=now_ns,
            opened_by=by.name,
            device=device,
            skill=skill,
            owner=by.name,
            clocks=clocks.started(ticket_class, now_ns),
        )
        told = line(ticket, "opened", by, now_ns, note)
        tx.put_ticket(ticket, told)
        self._outbox.tell(tx, None, [(ticket, told)])
        tx.audit(AuditLine(now_ns, by.name, "ticket.open", ticket.number, title.zh))
        return ticket

    def act(
        self, tx: JournalWrite, ticket_id: str, act: TicketAct, by: Actor, now_ns: int, comment: str = "", owner: str | None = None
    ) -> Ticket:
        """One act of a person. Raises KeyError for an unknown ticket, IllegalTicketAct for what its state does not allow."""
        before = tx.ticket(ticket_id)
        if before is None:
            raise KeyError(ticket_id)
        ticket = acted(before, act, by, now_ns, comment, owner)
        if act is TicketAct.VERIFY and not comment.strip():
            _require_normal(tx, before)
        self._outbox.settle(tx, before, now_ns)
        told = line(ticket, act, by, now_ns, comment.strip())
        tx.put_ticket(ticket, told)
        self._outbox.tell(tx, before, [(ticket, told)])
        handed = f"owner {before.owner or '-'} → {ticket.owner or '-'}" if ticket.owner != before.owner else ""
        tx.audit(AuditLine(now_ns, by.name, f"ticket.{act}", ticket.number, "; ".join(filter(None, (handed, comment.strip())))))
        return ticket

    def lapse(self, tx: JournalWrite, ticket_id: str, now_ns: int) -> Ticket | None:
        """Time has passed: tell of the promises that have run out. The ticket itself does not change; None when there is none."""
        ticket = tx.ticket(ticket_id)
        if ticket is not None:
            self._outbox.settle(tx, ticket, now_ns)
        return ticket

    def _ticket(self, tx: JournalWrite, occurrence: Occurrence, rule: Rule, now_ns: int) -> list[Change]:
        """Attach to the open ticket of the cause, or open it."""
        cause = cause_of(occurrence, rule)
        there = tx.open_ticket(occurrence.device, cause)
        if there is None:
            try:
                return self._open(tx, occurrence, rule, cause, now_ns)
            except DuplicateOpen:
                # Another process opened it between our question and our answer.
                there = tx.open_ticket(occurrence.device, cause)
                if there is None:
                    raise
        self._outbox.settle(tx, there, now_ns)
        changes = [put(tx, ticket, what, now_ns, comment) for ticket, what, comment in joined(there, occurrence, rule, now_ns)]
        tx.attach(occurrence.id, there.id)
        self._outbox.tell(tx, there, changes)
        return changes + self._repeats.count(tx, changes[-1][0], occurrence, now_ns)

    def _rise(self, tx: JournalWrite, ticket_id: str, occurrence: Occurrence, rule: Rule, now_ns: int) -> list[Change]:
        """The ticket follows its alarm; one that has been closed meanwhile gives way to another."""
        there = tx.ticket(ticket_id)
        if there is None or not there.state.is_open:
            return self._ticket(tx, occurrence, rule, now_ns)
        self._outbox.settle(tx, there, now_ns)
        changes = [put(tx, ticket, what, now_ns, comment) for ticket, what, comment in risen(there, occurrence, rule, now_ns)]
        self._outbox.tell(tx, there, changes)
        return changes

    def _open(self, tx: JournalWrite, occurrence: Occurrence, rule: Rule, cause: str, now_ns: int) -> list[Change]:
        assert rule.ticket is not None
        device = self._things.get(occurrence.device)
        choice = choose(self._site.people, rule.ticket.skill, tx.loads())
        number = next_number(tx, self._site.timezone, now_ns)
        ticket = Ticket(
            id=number,
            number=number,
            ticket_class=rule.ticket.ticket_class,
            state=TicketState.REGISTERED,
            title=occurrence.text,
            area=device.area if device else "",
            opened_at_ns=now_ns,
            opened_by=PLATFORM.name,
            device=occurrence.device,
            cause=cause,
            skill=rule.ticket.skill,
            clocks=clocks.started(rule.ticket.ticket_class, now_ns),
            alarms=(occurrence.id,),
            first_steps=rule.why.first_steps,
        )
        changes = [put(tx, ticket, "opened", now_ns, "" if choice.person else choice.reason)]
        tx.attach(occurrence.id, ticket.id)
        if choice.person is not None:
            dispatched = acted(ticket, TicketAct.DISPATCH, PLATFORM, now_ns, choice.reason, choice.person.id)
            changes.append(put(tx, dispatched, TicketAct.DISPATCH, now_ns, choice.reason))
        self._outbox.tell(tx, None, changes)
        return changes + self._repeats.count(tx, changes[-1][0], occurrence, now_ns)

    def _note(self, tx: JournalWrite, ticket_id: str, what: str, event: AlarmEvent, now_ns: int) -> list[Change]:
        """A line in the story, for its alarm is over; people close tickets."""
        ticket = tx.ticket(ticket_id)
        if ticket is None or not ticket.state.is_open or event.occurrence is None:
            return []
        return [put(tx, ticket, what, now_ns, event.occurrence.id)]

    def _place(self, area: str, device: str) -> str:
        """Area id of a report. Raises KeyError for what the site does not have."""
        home = self._site.devices[device].area if device else ""
        return self._site.areas[area or home].id


def _require_normal(tx: JournalWrite, ticket: Ticket) -> None:
    """Raises StillInAlarm when one of the ticket's alarms is."""
    alarms = [occurrence for id in ticket.alarms if (occurrence := tx.occurrence(id)) is not None]
    active = [f"{occurrence.rule} on {occurrence.device}" for occurrence in alarms if is_in_alarm(occurrence)]
    if active:
        raise StillInAlarm(active)
