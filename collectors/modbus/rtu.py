"""RTU frames, on a serial line or over TCP.

┌ unit(1) ┬ PDU ┬ CRC(2), low byte first ┐   Modbus over serial line V1.02 §2.5.1, CRC §6.2.2
└─────────┴─────┴────────────────────────┘

A frame carries no number that ties an answer to its question, so that of a device which was given up may come while the next one is
awaited. Three things keep it from being believed: after a timeout the line must have been silent for a while before anything is asked;
an answer must have the unit, function and length of what was asked; and one that fits a question given up at another address just as well
is dropped.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from collectors.errors import BadFrame, DeviceException
from collectors.modbus.conversation import Conversation, Question
from collectors.modbus.plan import Request
from collectors.modbus.wire import FUNCTIONS, answer_data

QUIET_S = 0.05
"""Silence wanted after a timeout: many times the 1.5 characters within which the bytes of one frame follow each other (V1.02 §2.5.1.1)."""
_LONGEST = 256
"""Bytes of a frame (V1.02 §2.5.1.1); as many more are looked through in case noise came before it, and no more: a peer that babbles by the
megabyte must not hold up everybody."""
_PATIENCE = 20
"""A line that is not silent within this many times the silence wanted is given up for now."""


def _crc_table() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ 0xA001 if byte & 1 else byte >> 1
        table.append(byte)
    return tuple(table)


_CRC = _crc_table()


def crc(data: bytes | bytearray) -> bytes:
    """CRC-16 of Modbus, low byte first."""
    register = 0xFFFF
    for byte in data:
        register = register >> 8 ^ _CRC[(register ^ byte) & 0xFF]
    return register.to_bytes(2, "little")


@dataclass(frozen=True, slots=True)
class Frame:
    unit: int
    pdu: bytes


def take_frame(buffer: bytearray) -> Frame | None:
    """Cut the first whole answer with a right checksum off the buffer, and all noise before it; None while there is none."""
    del buffer[: -2 * _LONGEST]
    for start in range(len(buffer) - 4):
        end = start + _length(buffer[start + 1], buffer[start + 2])
        if start < end <= len(buffer) and crc(buffer[start : end - 2]) == buffer[end - 2 : end]:
            frame = Frame(buffer[start], bytes(buffer[start + 1 : end - 2]))
            del buffer[:end]
            return frame
    return None


def _length(function: int, count: int) -> int:
    """Of the answer to a read, or of its refusal; 0 for anything else."""
    if function & 0x7F not in FUNCTIONS.values():
        return 0
    return 5 if function & 0x80 else 5 + count


class RtuConversation(Conversation):
    """Remembers what it gave up waiting for, until something is heard that can't be the late answer to it."""

    def __init__(self, name: str, garbage: Callable[[], None]) -> None:
        super().__init__(name, garbage)
        self._given_up: dict[int, set[Request]] = {}
        self._quiet_s = 0.0
        self._heard = 0

    def frame(self, unit: int, request: Request) -> bytes:
        asked = bytes([unit, FUNCTIONS[request.table]]) + request.address.to_bytes(2, "big") + request.count.to_bytes(2, "big")
        return asked + crc(asked)

    async def ask(self, unit: int, request: Request, timeout_s: float) -> bytes:
        if self._quiet_s:
            await self._fall_silent()
        self.buffer.clear()
        return await super().ask(unit, request, timeout_s)

    async def _fall_silent(self) -> None:
        """Let pass what still comes of questions given up."""
        for _ in range(_PATIENCE):
            heard = self._heard
            await asyncio.sleep(self._quiet_s)
            if heard == self._heard:
                self._quiet_s = 0.0
                return
        raise BadFrame(f"{self.name}: the line does not fall silent")

    def expire(self, question: Question) -> None:
        if not question.answer.done():
            self._give_up(question)
            if self.buffer:
                self.garbage()
        super().expire(question)

    def _give_up(self, question: Question) -> None:
        self._given_up.setdefault(question.unit, set()).add(question.request)
        self._quiet_s = QUIET_S

    def data_received(self, data: bytes) -> None:
        self._heard += 1
        self.buffer += data
        while (frame := take_frame(self.buffer)) is not None:
            self._take(frame)

    def _take(self, frame: Frame) -> None:
        question = self.question
        if question is None or question.answer.done():
            self.garbage()
            return
        late = self._given_up.get(frame.unit)
        try:
            data = _data(frame, question, late or set())
        except BadFrame as error:
            self.garbage()
            question.disturbed = True
            if late is None:
                self._give_up(question)
                question.answer.set_exception(error)
        except DeviceException as error:
            self._settled(question.unit)
            question.answer.set_exception(error)
        else:
            self._settled(question.unit)
            question.answer.set_result(data)

    def _settled(self, unit: int) -> None:
        """The unit answers what it is asked. Right behind its first answer there may come a late one to the same question."""
        if self._given_up.pop(unit, None):
            self._quiet_s = QUIET_S


def _data(frame: Frame, question: Question, late: set[Request]) -> bytes:
    """The data for this question. A frame that answers one given up just as well pays for that one, and is nobody's answer."""
    if frame.unit != question.unit:
        raise BadFrame(f"unit {frame.unit} answered in place of {question.unit}")
    for request in late - {question.request}:
        if _answers(frame.pdu, request):
            late.discard(request)
            raise BadFrame(f"may be the late answer to {request}")
    return answer_data(frame.pdu, question.request)


def _answers(pdu: bytes, request: Request) -> bool:
    try:
        answer_data(pdu, request)
    except DeviceException:
        return True
    except BadFrame:
        return False
    return True
