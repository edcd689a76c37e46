"""The tester's bench: the simulated site, the book of sessions, and what came of what was broken."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.bench import FaultWords, Reply, SimulatorsAway, Wish
from guanjia.control_client import ControlClient
from guanjia.test_report import words
from guanjia.test_report.account import account
from guanjia.test_report.came import alarms_between, tickets_of
from guanjia.test_report.draft import drafted
from guanjia.test_report.expectations import Promises
from guanjia.test_report.log_reader import LogReader, OwnAct, SiteClock
from guanjia.test_report.session import SessionBook
from model.clock import SECOND, Clock
from model.people import Actor
from model.ports import Journal
from model.testing import Account, Expected, Session
from model.text import Text

_LOG_PAGE = 2000
"""The simulators keep no more."""
_BLUR_NS = 2 * SECOND
"""Where reading begins anew: what is told of a moment so near to the last one known is the same."""


def told(session: Session, journal: Journal, promises: Promises, now_ns: int) -> Account:
    """A session with what the journal has of its time. Blocking."""
    end_ns = session.stopped_ns if session.stopped_ns is not None else now_ns
    alarms = alarms_between(journal, session.started_ns, end_ns)
    return account(session, alarms, tickets_of(journal, alarms), promises, now_ns)


def _printed(account: Account, promises: Promises, now_ns: int) -> bytes:
    from guanjia.test_report.pdf import report_pdf  # half a second to load, and rarely wanted

    return report_pdf(account, promises, now_ns)


@dataclass(frozen=True, slots=True)
class _Reading:
    """How far the log has been read for which session; older lines are in the book already."""

    session: int
    since_ns: int
    log: LogReader


class SiteBench:
    """``api.bench.Bench`` over a running platform."""

    def __init__(self, simulators: ControlClient, data: Path, journal: Journal, promises: Promises, clock: Clock) -> None:
        self._simulators = simulators
        self._book = SessionBook(data)
        self._journal, self._promises, self._clock = journal, promises, clock
        self._reading: _Reading | None = None
        self._one_at_a_time = asyncio.Lock()

    def know(self, promises: Promises) -> None:
        """The rule book has changed: from now on it promises this."""
        self._promises = promises

    async def ask(self, path: str) -> Reply:
        return await self._simulators.ask("GET", path)

    async def do(self, wish: Wish) -> Reply:
        at_ns = self._clock.now_ns()
        reply = await self._simulators.ask(wish.method, wish.path, {**wish.body, "by": wish.by})
        if reply.status < 400:
            await self._catch_up(OwnAct(at_ns, str(wish.body.get("kind", "")), wish.by, wish.expect))
        return reply

    async def start(self, title: str, by: Actor) -> Account:
        async with self._one_at_a_time:
            session = await asyncio.to_thread(self._book.start, title, by.display or by.name, self._clock.now_ns())
        return await self._told(session)

    async def stop(self, by: Actor) -> Account:
        with suppress(SimulatorsAway):
            await self._catch_up()
        async with self._one_at_a_time:
            session = await asyncio.to_thread(self._book.stop, by.display or by.name, self._clock.now_ns())
        return await self._told(session)

    async def sessions(self) -> Sequence[Session]:
        return await asyncio.to_thread(self._book.sessions)

    async def account(self, number: int | None = None) -> Account:
        if number is None:
            with suppress(SimulatorsAway):  # what came is known all the same
                await self._catch_up()
        session = await asyncio.to_thread(self._book.current if number is None else lambda: self._book.session(number))
        if session is None:
            raise KeyError(number)
        return await self._told(session)

    async def draft(self, number: int) -> str:
        return await asyncio.to_thread(drafted, await self.account(number), self._journal, self._promises.site)

    async def report(self, number: int) -> bytes:
        return await asyncio.to_thread(_printed, await self.account(number), self._promises, self._clock.now_ns())

    async def close(self) -> None:
        await self._simulators.close()

    def expected(self, device: str, fault: str) -> Sequence[Expected] | None:
        return self._promises.of_fault(device, fault)

    def words(self, device_class: str, fault: str, effect: str) -> FaultWords:
        return words.fault_words(device_class, fault, effect)

    def network_words(self, fault: str) -> Text:
        return words.network_words(fault)

    async def _told(self, session: Session) -> Account:
        return await asyncio.to_thread(told, session, self._journal, self._promises, self._clock.now_ns())

    async def _catch_up(self, own: OwnAct | None = None) -> None:
        """Write down what the simulators' log has that the running session has not. One that is away is read when it is back."""
        async with self._one_at_a_time:
            session = await asyncio.to_thread(self._book.current)
            if session is None:
                return
            reading = self._reading_of(session)
            if own is not None:
                reading.log.own.append(own)
            try:
                acts = reading.log.read(await self._log_after(reading.log.after), await self._site_clock(), reading.since_ns)
            except SimulatorsAway:
                self._reading = None
                raise
            if acts:
                await asyncio.to_thread(self._book.add, session.number, acts)

    def _reading_of(self, session: Session) -> _Reading:
        """The log's ids begin anew with its process, so whoever begins to read it goes by time."""
        if self._reading is None or self._reading.session != session.number:
            since_ns = max((act.at_ns + _BLUR_NS for act in session.acts), default=session.started_ns)
            self._reading = _Reading(session.number, since_ns, LogReader())
        return self._reading

    async def _log_after(self, last: int) -> Sequence[Mapping[str, Any]]:
        reply = await self._simulators.ask("GET", f"/log?after={last}&limit={_LOG_PAGE}")
        return reply.content["items"] if reply.status == 200 else ()

    async def _site_clock(self) -> SiteClock:
        reply = await self._simulators.ask("GET", "/clock")
        return SiteClock(self._clock.now_ns(), float(reply.content["site_time"]), float(reply.content["speed"]))
