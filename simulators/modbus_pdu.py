"""Modbus requests answered from a register image: bytes in, bytes out (Modbus Application Protocol V1.1b3 §6)."""

import struct
from collections.abc import Callable

from model.profile import Profile, Table
from simulators.exception_code import ExceptionCode
from simulators.register_image import RegisterImage
from simulators.write_access import functions, objection

_TABLE_OF = {1: Table.COIL, 2: Table.DISCRETE, 3: Table.HOLDING, 4: Table.INPUT}
_MOST_BITS, _MOST_REGISTERS = 2000, 125
_MOST_WRITTEN_BITS, _MOST_WRITTEN_REGISTERS = 1968, 123
_OTHER = {Table.HOLDING: Table.INPUT, Table.INPUT: Table.HOLDING}


class Refusal(Exception):
    """The device answers with this exception code."""

    def __init__(self, code: ExceptionCode) -> None:
        self.code = code
        super().__init__(code.name)


def answer(image: RegisterImage, pdu: bytes, known: frozenset[int] | None = None) -> bytes:
    """The response PDU, an exception response included. An empty request has no function code and is refused as function 0.

    ``known`` are the device's functions, for who has worked them out before.
    """
    function = pdu[0] if pdu else 0
    try:
        if function not in _ANSWERS or function not in (functions(image.profile) if known is None else known):
            raise Refusal(ExceptionCode.ILLEGAL_FUNCTION)
        return _ANSWERS[function](image, pdu)
    except struct.error:
        return exception(function, ExceptionCode.ILLEGAL_VALUE)
    except Refusal as refusal:
        return exception(function, refusal.code)


def exception(function: int, code: ExceptionCode) -> bytes:
    return bytes((function | 0x80, code))


def _read_bits(image: RegisterImage, pdu: bytes) -> bytes:
    function, address, count = struct.unpack(">BHH", pdu)
    _insist(1 <= count <= _MOST_BITS, ExceptionCode.ILLEGAL_VALUE)
    cells = image.read(_TABLE_OF[function], address, count)
    if cells is None:
        raise Refusal(ExceptionCode.ILLEGAL_ADDRESS)
    number = sum(1 << place for place, cell in enumerate(cells) if cell)
    packed = number.to_bytes((count + 7) // 8, "little")
    return bytes((function, len(packed))) + packed


def _read_registers(image: RegisterImage, pdu: bytes) -> bytes:
    function, address, count = struct.unpack(">BHH", pdu)
    _insist(1 <= count <= _MOST_REGISTERS, ExceptionCode.ILLEGAL_VALUE)
    _insist(image.profile.modbus is None or count <= image.profile.modbus.max_registers, ExceptionCode.ILLEGAL_ADDRESS)
    table = _TABLE_OF[function]
    cells = image.read(table, address, count)
    if cells is None and _mirrors(image.profile):
        cells = image.read(_OTHER[table], address, count)
    if cells is None:
        raise Refusal(ExceptionCode.ILLEGAL_ADDRESS)
    return bytes((function, len(cells))) + cells


def _mirrors(profile: Profile) -> bool:
    """Whether holding and input registers show the same: such a device is read by either function."""
    return profile.modbus is not None and profile.modbus.alt_read_function is not None


def _write_coil(image: RegisterImage, pdu: bytes) -> bytes:
    _, address, value = struct.unpack(">BHH", pdu)
    _insist(value in (0x0000, 0xFF00), ExceptionCode.ILLEGAL_VALUE)
    _write(image, Table.COIL, address, b"\1" if value else b"\0")
    return pdu


def _write_register(image: RegisterImage, pdu: bytes) -> bytes:
    _, address, _ = struct.unpack(">BHH", pdu)
    _write(image, Table.HOLDING, address, pdu[3:5])
    return pdu


def _write_coils(image: RegisterImage, pdu: bytes) -> bytes:
    _, address, count, length = struct.unpack(">BHHB", pdu[:6])
    packed = pdu[6:]
    _insist(1 <= count <= _MOST_WRITTEN_BITS and length == len(packed) == (count + 7) // 8, ExceptionCode.ILLEGAL_VALUE)
    number = int.from_bytes(packed, "little")
    _write(image, Table.COIL, address, bytes(number >> place & 1 for place in range(count)))
    return pdu[:5]


def _write_registers(image: RegisterImage, pdu: bytes) -> bytes:
    _, address, count, length = struct.unpack(">BHHB", pdu[:6])
    _insist(1 <= count <= _MOST_WRITTEN_REGISTERS and length == len(pdu) - 6 == 2 * count, ExceptionCode.ILLEGAL_VALUE)
    _write(image, Table.HOLDING, address, pdu[6:])
    return pdu[:5]


def _write(image: RegisterImage, table: Table, address: int, cells: bytes) -> None:
    """All of it or nothing. What may only be written is taken and shows nowhere: ``image`` has no place for it."""
    refused = objection(image.profile, table, address, cells)
    if refused is not None:
        raise Refusal(refused)
    image.write(table, address, cells)


def _insist(allowed: bool, code: ExceptionCode) -> None:
    if not allowed:
        raise Refusal(code)


_ANSWERS: dict[int, Callable[[RegisterImage, bytes], bytes]] = {
    1: _read_bits,
    2: _read_bits,
    3: _read_registers,
    4: _read_registers,
    5: _write_coil,
    6: _write_register,
    15: _write_coils,
    16: _write_registers,
}
