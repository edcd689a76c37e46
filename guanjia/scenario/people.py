"""People in a scenario: who they are, what they may do, and their acts through the desks of the production platform."""

from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from typing import Any

from api.routes.tickets import RIGHT_FOR
from guanjia.scenario.chronicle import Chronicle
from guanjia.scenario.virtual_clock import at_once
from guanjia.scenario.virtual_platform import VirtualPlatform
from model.alarm import IllegalAct, Occurrence
from model.people import Actor, Right, Role
from model.scenario import AlarmAct, AlarmVerb, TicketStep
from model.site import Site
from model.ticket import IllegalTicketAct
from rules.errors import Fit

_REMOVALS = (AlarmVerb.OUT_OF_SERVICE, AlarmVerb.IN_SERVICE)
Deed = Callable[[], Coroutine[Any, Any, object]]


def actor(site: Site, name: str) -> Actor | None:
    """Somebody on the roster, or a role by its own name where the roster has nobody of that name."""
    for person in site.people:
        if person.id == name:
            return Actor(person.id, Role(person.role), person.name)
    return Actor(name, Role(name)) if name in set(Role) else None


def right_for(act: AlarmAct | TicketStep) -> Right:
    """What the API asks of whoever does this."""
    if isinstance(act, TicketStep):
        return RIGHT_FOR[act.act]
    return Right.ALARM_OUT_OF_SERVICE if act.verb in _REMOVALS else Right.ALARM_ACT


class Refused(Exception):
    """The platform did not let them; the message says why."""


@dataclass
class People:
    """Whoever acts on the platform while a scenario is played."""

    site: Site
    platform: VirtualPlatform
    chronicle: Chronicle

    def act(self, act: AlarmAct | TicketStep) -> None:
        """Raises Refused when the platform would not let them, or there is nothing to act on."""
        by = actor(self.site, act.by)
        if by is None or not by.may(right_for(act)):
            raise Refused(f"{act.by} has no right to do this")
        deeds = [self._ticket_deed(act, by)] if isinstance(act, TicketStep) else list(self._alarm_deeds(act, by))
        if not deeds:
            raise Refused(f"no such alarm is {'on the list' if act.verb is AlarmVerb.UNSHELVE else 'open'}")  # type: ignore[union-attr]
        for deed in deeds:
            try:
                at_once(deed())
            except (IllegalAct, IllegalTicketAct) as error:
                raise Refused(str(error)) from error

    def _ticket_deed(self, act: TicketStep, by: Actor) -> Deed:
        ticket = self.chronicle.ticket_of(act.alarm)
        if ticket is None:
            raise Refused("the alarm has no ticket")
        return lambda: self.platform.tickets.act(ticket.id, act.act, by, act.comment, act.owner)

    def _alarm_deeds(self, act: AlarmAct, by: Actor) -> Iterator[Deed]:
        if act.verb in _REMOVALS:
            for rule, device in self._watched(act):
                yield from self._removals(act, by, rule, device)
            return
        for occurrence in self.chronicle.latest(act.alarm):
            if occurrence.ended_at_ns is None or act.verb is AlarmVerb.UNSHELVE:
                yield self._deed(act, by, occurrence)

    def _watched(self, act: AlarmAct) -> Iterator[tuple[str, str]]:
        for verdict in self.platform.engine.book.verdicts:
            if verdict.fit is Fit.APPLIES and act.alarm.matches(verdict.rule.id, verdict.device.id):
                yield verdict.rule.id, verdict.device.id

    def _removals(self, act: AlarmAct, by: Actor, rule: str, device: str) -> Iterator[Deed]:
        alarms = self.platform.alarms
        if act.verb is AlarmVerb.IN_SERVICE:
            yield lambda: alarms.in_service(rule, device, by)
            return
        until_ns = None if act.for_ns is None else self.platform.now_ns + act.for_ns
        yield lambda: alarms.request_removal(rule, device, by, act.words, until_ns)
        approver = actor(self.site, act.approved_by)
        if approver is not None and approver.may(Right.ALARM_APPROVE):
            yield lambda: alarms.approve_removal(rule, device, approver)
        elif act.approved_by:
            raise Refused(f"{act.approved_by} has no right to do this")

    def _deed(self, act: AlarmAct, by: Actor, occurrence: Occurrence) -> Deed:
        alarms = self.platform.alarms
        match act.verb:
            case AlarmVerb.ACKNOWLEDGE:
                return lambda: alarms.acknowledge(occurrence.id, by, act.words)
            case AlarmVerb.SHELVE:
                return lambda: alarms.shelve(occurrence.id, by, act.words, act.for_ns or 0, False)
            case AlarmVerb.UNSHELVE:
                return lambda: alarms.unshelve(occurrence.id, by)
            case AlarmVerb.RESET:
                return lambda: alarms.reset(occurrence.id, by)
            case _:
                return lambda: alarms.comment(occurrence.id, by, act.words)
