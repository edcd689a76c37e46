"""Says in the log what of a device's messages is not understood: once where it begins, once where it is over."""

from collections.abc import Sequence
from enum import StrEnum

import structlog

from model.quality import ABSENT, Quality
from model.reading import Block

log = structlog.get_logger()

MOST = 100
"""Doubts kept per device; only one that hangs on a wildcard may have more, and those are not told."""
_SHOWN = 80
"""Bytes of a message in the log."""


class Doubt(StrEnum):
    """What is not understood; the name of its line in the log."""

    PAYLOAD = "payload_unreadable"
    VALUE = "value_unreadable"
    WORD = "presence_word_unknown"


class Doubts:
    def __init__(self) -> None:
        self._open: dict[str, set[tuple[Doubt, str]]] = {}

    def message(self, block: Block, topic: str, payload: bytes, names: Sequence[str], *, is_readable: bool) -> None:
        """Looks at a message; ``names`` are the points of its columns."""
        if is_readable and Quality.CONFIG_ERROR not in block.qualities and not self._open.get(block.device):
            return
        self._judge(Doubt.PAYLOAD, block.device, topic, payload, is_doubted=not is_readable)
        for column, code in enumerate(block.qualities if is_readable else b""):
            if code != ABSENT:
                self._judge(Doubt.VALUE, block.device, names[column], payload, is_doubted=code == Quality.CONFIG_ERROR)

    def word(self, device: str, topic: str, payload: bytes, *, is_known: bool) -> None:
        """Looks at what a topic says of a device's presence."""
        self._judge(Doubt.WORD, device, topic, payload, is_doubted=not is_known)

    def _judge(self, doubt: Doubt, device: str, where: str, payload: bytes, *, is_doubted: bool) -> None:
        told = self._open.setdefault(device, set())
        if is_doubted and (doubt, where) not in told and len(told) < MOST:
            told.add((doubt, where))
            log.warning(doubt.value, device=device, where=where, payload=payload[:_SHOWN].decode(errors="replace"))
        elif not is_doubted and (doubt, where) in told:
            told.discard((doubt, where))
            log.info("understood_again", device=device, where=where, after=doubt.value)
