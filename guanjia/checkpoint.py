"""The alarm engine's memory on disk: what it knows that the journal does not, with the position in the spool up to which it has judged.

    guanjia checkpoint 1 · digest of the rest (16 bytes) · MessagePack of ``Checkpoint``

Written beside the old one and put in its place: a kill leaves one or the other, whole.
"""

import os
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b
from pathlib import Path

import msgspec

from model.alarm import Occurrence, Standing
from rules.memory import Memory

FILE = "engine.checkpoint"
_HEAD = b"guanjia checkpoint 1\n"
_DIGEST = 16


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Every block up to ``position`` of that spool is in ``memory``, and every event of theirs in the journal."""

    spool: str
    position: int
    memory: Memory
    standings: tuple[tuple[Standing, Occurrence | None], ...]
    """How the alarms stood then; those that have something to tell, their occurrences without evidence."""


class Unusable(StrEnum):
    """Why there is no checkpoint to start from."""

    MISSING = "missing"
    TORN = "torn"
    """The disk has given back something else than was written."""
    ALIEN = "alien"
    """It belongs to another spool."""
    UNREADABLE = "unreadable"
    """Another version of the platform has written it, or the disk refuses."""


def write_checkpoint(path: Path, checkpoint: Checkpoint) -> int:
    """On disk when it returns; its size in bytes. Raises OSError, and the old one stays."""
    payload = msgspec.msgpack.encode(checkpoint)
    beside = path.with_suffix(".new")
    with beside.open("wb") as file:
        file.write(_HEAD + blake2b(payload, digest_size=_DIGEST).digest() + payload)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    _settle(path.parent)
    return len(payload)


def read_checkpoint(path: Path, spool: str) -> Checkpoint | Unusable:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return Unusable.MISSING
    except OSError:
        return Unusable.UNREADABLE
    digest, payload = content[len(_HEAD) : len(_HEAD) + _DIGEST], content[len(_HEAD) + _DIGEST :]
    if not content.startswith(_HEAD) or blake2b(payload, digest_size=_DIGEST).digest() != digest:
        return Unusable.TORN
    try:
        found = msgspec.msgpack.decode(payload, type=Checkpoint)
    except msgspec.MsgspecError:
        return Unusable.UNREADABLE
    return found if found.spool == spool else Unusable.ALIEN


def _settle(folder: Path) -> None:
    """The new name outlives a power cut, where folders can be made durable: not on Windows."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
