"""An open connection and the one question under way on it; a wire opens one conversation after the other.

    link ──read──► StreamWire ──ask──► Conversation ──frame──► transport
                                            ▲ │ answer, in time and checked, or an error
                                            └─┴───────────────── data_received ◄── whatever comes

Late words of a connection that was given up end in its own conversation and can't touch the next one.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, cast

from collectors.errors import BadFrame, Closed, ExchangeError, Refused, TimedOut
from collectors.modbus.plan import Request


@dataclass(slots=True, eq=False)
class Question:
    """``disturbed``: something else arrived while it waited."""

    unit: int
    request: Request
    answer: asyncio.Future[bytes]
    disturbed: bool = False


class Conversation(asyncio.Protocol, ABC):
    """What all framings share. ``garbage`` is to be called for every frame that answers nothing asked."""

    def __init__(self, name: str, garbage: Callable[[], None]) -> None:
        self.name = name
        self.garbage = garbage
        self.transport: asyncio.Transport | None = None
        self.buffer = bytearray()
        self.question: Question | None = None
        self._loop = asyncio.get_running_loop()

    @abstractmethod
    def frame(self, unit: int, request: Request) -> bytes:
        """The bytes that ask for it."""

    async def ask(self, unit: int, request: Request, timeout_s: float) -> bytes:
        """The data of the answer. Raises ExchangeError; TimedOut or BadFrame at the latest after ``timeout_s``."""
        if self.transport is None:
            raise Closed(f"{self.name} is not connected")
        question = self.question = Question(unit, request, self._loop.create_future())
        self.transport.write(self.frame(unit, request))
        timer = self._loop.call_later(timeout_s, self.expire, question)
        try:
            return await question.answer
        finally:
            timer.cancel()
            self.question = None

    def hang_up(self) -> None:
        transport, self.transport = self.transport, None
        if transport is not None:
            transport.abort()
        self.fail(Closed(f"{self.name}: closed by us"))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports do not descend from asyncio's.
        self.transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None
        self.fail(Closed(f"{self.name} closed the connection"))

    def expire(self, question: Question) -> None:
        """Its time is over."""
        if not question.answer.done():
            disturbed = BadFrame(f"{question.request}: only answers to something else")
            question.answer.set_exception(disturbed if question.disturbed else TimedOut(f"{question.request}: no whole answer"))

    def fail(self, error: ExchangeError) -> None:
        if self.question is not None and not self.question.answer.done():
            self.question.answer.set_exception(error)


Dial = Callable[[Callable[[], Conversation]], Awaitable[tuple[Any, Conversation]]]
"""Opens a connection that speaks through the conversation it makes. Raises OSError."""


class StreamWire:
    """``collectors.modbus.wire.Wire`` over any connection and framing."""

    def __init__(self, name: str, dial: Dial, converse: Callable[[], Conversation]) -> None:
        self._name, self._dial, self._converse = name, dial, converse
        self._conversation: Conversation | None = None

    @property
    def connected(self) -> bool:
        return self._conversation is not None and self._conversation.transport is not None

    async def connect(self, timeout_s: float) -> None:
        self.close()
        try:
            async with asyncio.timeout(timeout_s):
                _, self._conversation = await self._dial(self._converse)
        except TimeoutError as error:
            raise TimedOut(f"no connection to {self._name} within {timeout_s:g} s") from error
        except (OSError, ValueError) as error:
            # ValueError: a host that can be no name, a speed the port does not have.
            raise Refused(f"{self._name}: {error}") from error

    def read(self, unit: int, request: Request, timeout_s: float) -> Coroutine[Any, Any, bytes]:
        if self._conversation is None:
            raise Closed(f"{self._name} is not connected")
        return self._conversation.ask(unit, request, timeout_s)

    def close(self) -> None:
        conversation, self._conversation = self._conversation, None
        if conversation is not None:
            conversation.hang_up()
