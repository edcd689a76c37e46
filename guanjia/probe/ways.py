"""The ways in which a device may turn out to be read: byte and word orders, shifted addresses, the other table. Pure."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from model.profile import ByteOrder, ModbusDefaults, Point, Profile, Register, RegisterRange, Table, WireType, WordOrder

_OTHER = {Table.HOLDING: Table.INPUT, Table.INPUT: Table.HOLDING}


@dataclass(frozen=True, slots=True)
class Order:
    """How the bytes A B C D of a value, A the most significant, follow each other on the wire."""

    byte_order: ByteOrder = ByteOrder.BIG
    word_order: WordOrder = WordOrder.MSW_FIRST

    @property
    def letters(self) -> str:
        return _LETTERS[self]

    def __str__(self) -> str:
        return f"{self.letters} (byte_order: {self.byte_order}, word_order: {self.word_order})"


_LETTERS = {
    Order(ByteOrder.BIG, WordOrder.MSW_FIRST): "ABCD",
    Order(ByteOrder.BIG, WordOrder.LSW_FIRST): "CDAB",
    Order(ByteOrder.LITTLE, WordOrder.MSW_FIRST): "BADC",
    Order(ByteOrder.LITTLE, WordOrder.LSW_FIRST): "DCBA",
}
ORDERS = tuple(_LETTERS)


@dataclass(frozen=True, slots=True)
class Placement:
    """Where the device keeps what the profile lists: so many registers further on, or in the other table of registers."""

    shift: int = 0
    other_table: bool = False

    def __str__(self) -> str:
        if self.other_table:
            return "in the other table (holding for input, input for holding)"
        return f"addresses {self.shift:+d}" if self.shift else "addresses as written"


AS_WRITTEN = Placement()
SHIFTED = (Placement(shift=1), Placement(shift=-1))
OTHER_TABLE = Placement(other_table=True)


@dataclass(frozen=True, slots=True)
class Way:
    placement: Placement
    order: Order

    def __str__(self) -> str:
        return f"{self.placement}, {self.order.letters}"


def written_order(profile: Profile) -> Order:
    """The order most of the profile's values have; those of one register count only where there are no longer ones."""
    registers = [point.wire for point in profile.points if isinstance(point.wire, Register) and point.type is not WireType.STRING]
    longer = [register for register in registers if register.words > 1] or registers
    found = Counter(Order(register.byte_order, register.word_order) for register in longer).most_common(1)
    return found[0][0] if found else Order()


def has_long_values(profile: Profile) -> bool:
    """Whether word order matters at all."""
    return any(_is_long(point) for point in profile.points)


def _is_long(point: Point) -> bool:
    return isinstance(point.wire, Register) and point.wire.words > 1 and point.type is not WireType.STRING


def orders(profile: Profile) -> Iterator[Order]:
    """The orders worth trying, the profile's own first; only byte orders where no value is longer than a register."""
    own = written_order(profile)
    yield own
    yield from (order for order in ORDERS if order != own and (has_long_values(profile) or order.word_order is own.word_order))


def read_by(profile: Profile, way: Way) -> Profile | None:
    """The profile as the device would be read that way. Values whose order differs from the others' keep their difference.

    None where an address would leave the table, or there is no other table.
    """
    own = written_order(profile)
    swaps = own.byte_order is not way.order.byte_order, own.word_order is not way.order.word_order
    points, write_only = (_points(found, way.placement, swaps) for found in (profile.points, profile.write_only))
    if points is None or write_only is None:
        return None
    return replace(profile, points=points, write_only=write_only, modbus=_limits(profile, way.placement))


def _points(points: tuple[Point, ...], placement: Placement, swaps: tuple[bool, bool]) -> tuple[Point, ...] | None:
    found = []
    for point in points:
        moved = _moved(point.wire, placement, swaps) if isinstance(point.wire, Register) else None
        if moved is None:
            return None
        found.append(replace(point, wire=moved))
    return tuple(found)


def _limits(profile: Profile, placement: Placement) -> ModbusDefaults | None:
    """What may not be read moves along with what may."""
    if profile.modbus is None:
        return None
    fences = tuple(
        RegisterRange(_table(fence.table, placement) or fence.table, fence.first + placement.shift, fence.last + placement.shift)
        for fence in profile.modbus.illegal
    )
    return replace(profile.modbus, illegal=fences)


def _table(table: Table, placement: Placement) -> Table | None:
    return _OTHER.get(table) if placement.other_table else table


def _moved(register: Register, placement: Placement, swaps: tuple[bool, bool]) -> Register | None:
    table = _table(register.table, placement)
    address = register.address + placement.shift
    if table is None or not 0 <= address <= 0x10000 - register.words:
        return None
    scale = register.scale_register
    return replace(
        register,
        table=table,
        address=address,
        byte_order=_other_bytes(register.byte_order) if swaps[0] else register.byte_order,
        word_order=_other_words(register.word_order) if swaps[1] else register.word_order,
        scale_register=None if scale is None else scale + placement.shift,
    )


def _other_bytes(order: ByteOrder) -> ByteOrder:
    return ByteOrder.LITTLE if order is ByteOrder.BIG else ByteOrder.BIG


def _other_words(order: WordOrder) -> WordOrder:
    return WordOrder.LSW_FIRST if order is WordOrder.MSW_FIRST else WordOrder.MSW_FIRST
