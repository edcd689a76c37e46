"""Server-sent events: what changes, as it changes."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal, cast

from fastapi import APIRouter, Header, Query, Request
from pydantic import Field
from starlette.responses import StreamingResponse

from api.access import Reader, TheDoorkeeper, ThePlatform, TheToken, TheWire
from api.context import Platform
from api.doorkeeper import Doorkeeper
from api.frames import HEARTBEAT, Frames, Wanted, frame
from api.paging import Question
from api.problem import malformed
from api.routes.equipment import device_of
from api.routes.notices import mark_told, number_of
from api.security import BadToken
from api.streams import NOTICE, READINGS, RESYNC, Client, EventStream
from api.words import Wire
from model.clock import SECOND
from model.site import Site, System

router = APIRouter(tags=["stream"])
HEARTBEAT_S = 15.0
_CHECK_TOKEN_NS = 15 * SECOND


class StreamQuestion(Question):
    devices: str | None = Field(None, max_length=20_000, description="Readings of these devices only; ids separated by commas.")
    systems: str | None = Field(None, max_length=200, description="Readings of these systems only, separated by commas.")
    readings: Literal["all", "none"] = Field("all", description="`none`: alarms, tickets and links only.")
    notices: Literal["mine", "none"] = Field("mine", description="`none`: for a screen that shows none, where they do not count as told.")
    last_event_id: int | None = Field(None, ge=0, le=2**62, description="As the header `Last-Event-ID`, where that can't be set.")

    def wanted(self, site: Site) -> Wanted:
        if self.readings == "none":
            return frozenset()
        if self.devices is None and self.systems is None:
            return None
        devices = {device_of(site, name).id for name in _listed(self.devices)}
        systems = {_system(name) for name in _listed(self.systems)}
        return frozenset(devices | {device.id for device in site.devices.values() if device.system in systems})


def _listed(text: str | None) -> list[str]:
    return [name for name in (text or "").split(",") if name]


def _system(name: str) -> System:
    try:
        return System(name)
    except ValueError as error:
        raise malformed("systems", f"'{name}' is not a system; known: {', '.join(System)}") from error


@router.get("/stream", summary="Events readings, alarm, ticket, notice, link, hello and resync; resumes by Last-Event-ID")
async def stream(
    request: Request,
    question: Annotated[StreamQuestion, Query()],
    platform: ThePlatform,
    wire: TheWire,
    reader: Reader,
    token: TheToken,
    doorkeeper: TheDoorkeeper,
    last_event_id: Annotated[str | None, Header()] = None,
) -> StreamingResponse:
    """Every event is JSON with an id. `hello` comes first and says with `resync` whether events were missed for good; fetch everything
    anew then. `readings` come at most once a second, with the values that changed: `{items: [{id, device, value, quality, reason, …}],
    devices: {id: time of its last answer}}`; the first batch holds every value. `notice` comes to the one person it is for."""
    wanted = question.wanted(platform.site)
    events = cast(EventStream, platform.stream)
    person = reader.name if question.notices == "mine" else None
    listener = _Listener(platform, events, wire, request.app.state.frames, doorkeeper, token, wanted, person)
    after_id = question.last_event_id if last_event_id is None else _event_id(last_event_id)
    headers = {"X-Accel-Buffering": "no"}
    return StreamingResponse(listener.listen(after_id), media_type="text/event-stream", headers=headers)


def _event_id(header: str) -> int:
    """0, which no event has, for what was never an id of ours: that client is told to fetch everything anew."""
    return int(header) if header.isascii() and header.isdecimal() and len(header) < 20 else 0


@dataclass(slots=True)
class _Listener:
    """One client's side of the stream."""

    platform: Platform
    events: EventStream
    wire: Wire
    frames: Frames
    doorkeeper: Doorkeeper
    token: str
    wanted: Wanted
    person: str | None
    """Whose notices go along; None: nobody's."""

    async def listen(self, after_id: int | None) -> AsyncIterator[bytes]:
        """Frames until the client leaves, the server stops, or the token is no longer good."""
        client = self.events.subscribe(after_id)
        try:
            yield b"retry: 2000\n" + self._hello(client, after_id)
            yield await asyncio.to_thread(self._everything)
            async for made in self._frames(client):
                yield made
        finally:
            client.close()

    async def _frames(self, client: Client) -> AsyncIterator[bytes]:
        checked_ns = self.platform.clock.monotonic_ns()
        while True:
            try:
                event = await asyncio.wait_for(anext(client), HEARTBEAT_S)
            except TimeoutError:
                yield HEARTBEAT
            except StopAsyncIteration:
                return
            else:
                if event.kind != NOTICE:
                    yield self.frames.of(event, self.wanted)
                elif event.data["to"] == self.person:
                    yield self.frames.of(event, self.wanted)
                    await asyncio.to_thread(mark_told, self.platform, [number_of(event.data["id"])], self.platform.clock.now_ns())
                if event.kind == RESYNC:
                    yield await asyncio.to_thread(self._everything)
            now_ns = self.platform.clock.monotonic_ns()
            if now_ns - checked_ns >= _CHECK_TOKEN_NS:
                if not await self._still_welcome():
                    return
                checked_ns = now_ns

    async def _still_welcome(self) -> bool:
        try:
            await self.doorkeeper.actor(self.token)
        except BadToken:
            return False
        return True

    def _hello(self, client: Client, after_id: int | None) -> bytes:
        """Carries the id up to which the client is told by what follows, so that a client that hears no more can still resume."""
        data: dict[str, Any] = {
            "time": self.wire.time(self.platform.clock.now_ns()),
            "resumed": client.resumed,
            "resync": after_id is not None and not client.resumed,
        }
        return frame("hello", data, after_id if client.resumed else self.events.last_id)

    def _everything(self) -> bytes:
        """One batch with the last value of every point wanted; nothing when none is."""
        wanted = self.platform.site.devices if self.wanted is None else self.wanted
        return frame(READINGS, self.events.everything(wanted)) if wanted else b""
