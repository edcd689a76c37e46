"""One request and its answer, as bytes: what is kept of it, and where in it a point lies."""

import re
from dataclasses import dataclass

from model.profile import Register, Table

_ASKED = re.compile(rf"({'|'.join(Table)}) (\d+)\+(\d+)")
_BIT_TABLES = (Table.COIL, Table.DISCRETE)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value lies in the bytes of an answer. ``bit`` is the first bit within the first byte, for coils and discrete inputs alone."""

    offset: int
    length: int
    bit: int | None = None


def is_of_registers(asked: str) -> bool:
    """Whether that is a question for registers; a device with registers may also speak for itself, through an edge node."""
    return _ASKED.fullmatch(asked) is not None


def place(asked: str, register: Register) -> Place | None:
    """Where the register lies in the answer to ``holding 2999+60``; None when that was not asked for, or not whole.

    An answer has two bytes per register, or one per eight coils, the first in the lowest bit (Modbus V1.1b3 §6.1–6.4).
    """
    found = _ASKED.fullmatch(asked)
    if found is None or found[1] != register.table:
        return None
    before = register.address - int(found[2])
    if before < 0 or before + register.words > int(found[3]):
        return None
    if register.table in _BIT_TABLES:
        first, last = before // 8, (before + register.words - 1) // 8
        return Place(first, last - first + 1, before % 8)
    return Place(2 * before, 2 * register.words)


def scale_place(asked: str, register: Register) -> Place | None:
    """Where the register that holds this register's scale lies in the answer; None when it has none, or it was not asked for."""
    if register.scale_register is None:
        return None
    return place(asked, Register(register.table, register.scale_register, 1))
