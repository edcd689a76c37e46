"""The acts of people on alarms and tickets: judged by the pure rooms, written through the journal lane, told once they are on disk."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar

from api.context import TicketDraft
from model.alarm import AlarmEvent, IllegalAct, Occurrence, Standing
from model.clock import Clock
from model.people import Actor
from model.ports import JournalWrite
from model.ticket import Ticket, TicketAct
from rules.engine import Engine
from rules.flood import Flood
from tickets.desk import Desk

T = TypeVar("T")
Past = Callable[[str], Awaitable[Occurrence | None]]
"""Any occurrence there ever was. Not to be waited for on the event loop: while many read the journal one waits for a connection."""


class Lane(Protocol):
    """The way into the journal, as the desks see it."""

    async def commit(self, events: Sequence[AlarmEvent]) -> None:
        """Returns when the events are on disk and told."""
        ...

    async def work(self, work: Callable[[JournalWrite], T]) -> T:
        """Run a piece of desk work in a transaction of its own; what it raises comes back here."""
        ...


class AlarmDesk:
    """``api.context.AlarmActs`` over the engine. Runs on the event loop, as the engine does."""

    def __init__(self, engine: Engine, lane: Lane, past: Past, clock: Clock) -> None:
        self._engine = engine
        self._lane = lane
        self._past = past
        self._clock = clock

    async def acknowledge(self, occurrence: str, by: Actor, comment: str) -> Occurrence:
        return await self._act(occurrence, lambda now_ns: self._engine.acknowledge(occurrence, by, now_ns, comment))

    async def shelve(self, occurrence: str, by: Actor, reason: str, duration_ns: int, one_shot: bool) -> Occurrence:
        return await self._act(occurrence, lambda now_ns: self._engine.shelve(occurrence, by, reason, duration_ns, now_ns, one_shot))

    async def unshelve(self, occurrence: str, by: Actor) -> Occurrence:
        """Also for an alarm whose occurrence is over while its shelving still runs."""
        past = await self._past(occurrence)
        if past is not None and past.ended_at_ns is not None:
            return await self._act(occurrence, lambda now_ns: self._engine.unshelve_alarm(past.rule, past.device, by, now_ns))
        return await self._act(occurrence, lambda now_ns: self._engine.unshelve(occurrence, by, now_ns))

    async def reset(self, occurrence: str, by: Actor) -> Occurrence:
        return await self._act(occurrence, lambda now_ns: self._engine.reset(occurrence, by, now_ns))

    async def comment(self, occurrence: str, by: Actor, text: str) -> Occurrence:
        return await self._act(occurrence, lambda now_ns: self._engine.comment(occurrence, by, text, now_ns))

    async def request_removal(self, rule: str, device: str, by: Actor, reason: str, until_ns: int | None) -> Standing:
        await self._lane.commit(self._engine.request_removal(rule, device, by, reason, self._clock.now_ns(), until_ns))
        return self._engine.standing(rule, device)

    async def approve_removal(self, rule: str, device: str, by: Actor) -> Standing:
        await self._lane.commit(self._engine.approve_removal(rule, device, by, self._clock.now_ns()))
        return self._engine.standing(rule, device)

    async def refuse_removal(self, rule: str, device: str, by: Actor, reason: str) -> Standing:
        await self._lane.commit(self._engine.refuse_removal(rule, device, by, reason, self._clock.now_ns()))
        return self._engine.standing(rule, device)

    async def in_service(self, rule: str, device: str, by: Actor) -> Standing:
        await self._lane.commit(self._engine.in_service(rule, device, by, self._clock.now_ns()))
        return self._engine.standing(rule, device)

    def flood(self) -> Flood | None:
        return self._engine.flood(self._clock.now_ns())

    def annunciated(self) -> int:
        return self._engine.annunciated(self._clock.now_ns())

    def standing(self, rule: str, device: str) -> Standing:
        return self._engine.standing(rule, device)

    def flagged(self) -> Sequence[Standing]:
        return self._engine.flagged()

    async def _act(self, occurrence: str, act: Callable[[int], Sequence[AlarmEvent]]) -> Occurrence:
        try:
            events = act(self._clock.now_ns())
        except KeyError:
            raise await self._no_longer(occurrence) from None
        await self._lane.commit(events)
        found = await self._past(occurrence)
        assert found is not None, "an event was recorded for it just now"
        return found

    async def _no_longer(self, occurrence: str) -> Exception:
        """The engine knows only what is open: either it is over, or it never was."""
        past = await self._past(occurrence)
        return KeyError(occurrence) if past is None else IllegalAct(f"alarm {occurrence} is over; there is nothing left to act on")


class TicketDesk:
    """``api.context.TicketActs`` over the desk."""

    def __init__(self, desk: Desk, lane: Lane, clock: Clock) -> None:
        self._desk = desk
        self._lane = lane
        self._clock = clock

    async def open(self, draft: TicketDraft, by: Actor) -> Ticket:
        def opening(tx: JournalWrite) -> Ticket:
            return self._desk.open_by_hand(
                tx,
                title=draft.title,
                ticket_class=draft.ticket_class,
                area=draft.area,
                by=by,
                now_ns=self._clock.now_ns(),
                device=draft.device,
                skill=draft.skill,
                note=draft.note,
            )

        return await self._lane.work(opening)

    async def act(self, ticket: str, act: TicketAct, by: Actor, comment: str = "", owner: str | None = None) -> Ticket:
        return await self._lane.work(lambda tx: self._desk.act(tx, ticket, act, by, self._clock.now_ns(), comment, owner))
