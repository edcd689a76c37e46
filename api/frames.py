"""Server-sent events as bytes (WHATWG HTML §9.2), each encoded once however many clients read it."""

from typing import Any

import msgspec

from api.streams import READINGS
from model.ports import StreamEvent

Wanted = frozenset[str] | None
"""Ids of the devices whose readings a client wants; None: all of them."""

HEARTBEAT = b": here\n\n"
_REMEMBERED = 64
_encode = msgspec.json.Encoder().encode


def frame(kind: str, data: dict[str, Any], event_id: int | None = None) -> bytes:
    """One event. Without an id the client keeps the id it has, and resumes from there."""
    numbered = b"" if event_id is None else b"id: %d\n" % event_id
    return b"%sevent: %s\ndata: %s\n\n" % (numbered, kind.encode(), _encode(data))


class Frames:
    """Clients that want the same get the same bytes. Remembers the newest few frames; the oldest is forgotten."""

    def __init__(self) -> None:
        self._made: dict[tuple[int, str, Wanted], bytes] = {}

    def of(self, event: StreamEvent, wanted: Wanted) -> bytes:
        """The bytes for a client; empty when nothing in the event is for it."""
        key = (event.id, event.kind, wanted if event.kind == READINGS else None)
        made = self._made.get(key)
        if made is None:
            made = self._made[key] = _frame_for(event, wanted)
            if len(self._made) > _REMEMBERED:
                del self._made[next(iter(self._made))]
        return made


def _frame_for(event: StreamEvent, wanted: Wanted) -> bytes:
    if event.kind != READINGS or wanted is None:
        return frame(event.kind, event.data, event.id)
    items: list[dict[str, Any]] = [item for item in event.data["items"] if item["device"] in wanted]
    devices = {device: at for device, at in event.data["devices"].items() if device in wanted}
    return frame(event.kind, {"items": items, "devices": devices}, event.id) if items or devices else b""
