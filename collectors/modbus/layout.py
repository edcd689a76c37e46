"""Where each value lies in the bytes of an answer, and which struct takes it out.

Registers arrive high byte first. A device may order the words and the bytes within a word otherwise; swapping the bytes of every word of
the block turns each of the four orders into a plain big- or little-endian value:

    as sent      byte_order  word_order   view      struct
    A B  C D     big         msw_first    as sent   >
    C D  A B     big         lsw_first    swapped   <
    B A  D C     little      msw_first    swapped   >
    D C  B A     little      lsw_first    as sent   <
"""

from collections.abc import Sequence
from dataclasses import dataclass
from struct import calcsize

from model.profile import ByteOrder, Point, Register, WireType, WordOrder

_CODES = {
    WireType.U16: "H",
    WireType.I16: "h",
    WireType.U32: "I",
    WireType.I32: "i",
    WireType.U64: "Q",
    WireType.I64: "q",
    WireType.F32: "f",
    WireType.F64: "d",
}
_UNSIGNED = {1: "H", 2: "I", 4: "Q"}


@dataclass(frozen=True, slots=True)
class Field:
    """A raw value: local variable ``name``, byte ``offset`` within the answer, struct ``code``, and how to look at the bytes."""

    name: str
    offset: int
    code: str
    swapped: bool = False
    endian: str = ">"

    @property
    def end(self) -> int:
        return self.offset + calcsize("=" + self.code)


@dataclass(frozen=True, slots=True)
class Layer:
    """Fields that one struct takes out in one go: same view, same endian, none overlapping."""

    swapped: bool
    format: str
    names: tuple[str, ...]


def struct_code(type_: WireType, words: int) -> str | None:
    """The struct code of that type and length in registers, or None when the two do not fit."""
    if type_ is WireType.STRING:
        return f"{2 * words}s"
    if type_ is WireType.BITS and words not in _UNSIGNED:
        return f"{2 * words}s"
    code = _UNSIGNED.get(words) if type_ in (WireType.BITS, WireType.BOOL) else _CODES.get(type_)
    return code if code is not None and calcsize("=" + code) == 2 * words else None


def field(name: str, start: int, point: Point, register: Register, code: str) -> Field:
    """The field of a point, ``start`` being the address of the block's first register. The words of a text are put in order later."""
    little = register.byte_order is ByteOrder.LITTLE
    least_first = register.word_order is WordOrder.LSW_FIRST and not point.is_text
    return Field(name, 2 * (register.address - start), code, little != least_first, "<" if least_first else ">")


def layers(fields: Sequence[Field], size: int) -> list[Layer]:
    """Arrange the fields over as few structs as their views and overlaps allow; ``size`` is the answer's length in bytes."""
    stacks: list[list[Field]] = []
    for entry in sorted(fields, key=lambda f: (f.swapped, f.endian, f.offset)):
        for stack in stacks:
            last = stack[-1]
            if (last.swapped, last.endian) == (entry.swapped, entry.endian) and last.end <= entry.offset:
                stack.append(entry)
                break
        else:
            stacks.append([entry])
    return [_layer(stack, size) for stack in stacks]


def _layer(stack: Sequence[Field], size: int) -> Layer:
    text, at = stack[0].endian, 0
    for entry in stack:
        text += (f"{entry.offset - at}x" if entry.offset > at else "") + entry.code
        at = entry.end
    text += f"{size - at}x" if size > at else ""
    return Layer(stack[0].swapped, text, tuple(entry.name for entry in stack))
