"""What is asked next: refused registers found, blocks grown, registers scanned."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guanjia.probe.heard import remember
from guanjia.probe.scan import Line, lines, scan
from guanjia.probe.strategy import Block, End, atoms, largest_block, refusals
from guanjia.probe.timing import period_s, timeout_s, timing
from model.profile import RegisterRange, Table, WireType
from tests.collectors.support import modbus_profile, point
from tests.probe.support import Registers, float_words, legal, plain_words

HOLDING = Table.HOLDING


def of(*ranges: tuple[int, int]) -> tuple[RegisterRange, ...]:
    return tuple(RegisterRange(HOLDING, first, last) for first, last in ranges)


@settings(max_examples=60)
@given(st.integers(1, 100), st.sets(st.integers(0, 99), max_size=6))
def test_exactly_the_illegal_registers_are_found_with_few_questions(count: int, illegal: set[int]) -> None:
    illegal = {address for address in illegal if address < count}
    device = Registers(legal(set(range(count)) - illegal))
    if not illegal:
        return
    found = device.follow(refusals(HOLDING, [(address, 1) for address in range(count)]))
    assert {at for r in found.ranges for at in range(r.first, r.last + 1)} == illegal
    assert all(after.first > before.last + 1 for before, after in zip(found.ranges, found.ranges[1:], strict=False))
    assert len(device.asked) <= 2 * len(illegal) * 7


def test_a_value_of_two_registers_is_never_asked_for_in_halves() -> None:
    profile = modbus_profile(point("a", 0), point("b", 1, WireType.F32), point("c", 4, WireType.F32))
    parts = atoms(profile, HOLDING, 0, 6)
    assert parts == [(0, 1), (1, 2), (3, 1), (4, 2)]
    device = Registers(legal({0, 1, 2, 4, 5}))
    assert device.follow(refusals(HOLDING, parts)).ranges == of((3, 3))
    assert (HOLDING, 2, 1) not in device.asked
    assert (HOLDING, 5, 1) not in device.asked


def test_a_block_refused_for_its_length_alone_is_told_from_illegal_registers() -> None:
    found = Registers(legal(range(40)), most=20).follow(refusals(HOLDING, [(address, 1) for address in range(40)]))
    assert (found.ranges, found.too_long) == ((), 40)


@pytest.mark.parametrize(
    ("device", "known", "expected"),
    [
        (Registers(legal(range(200))), 10, Block(HOLDING, 0, 125, End.PROTOCOL)),
        (Registers(legal(range(200)), most=60), 10, Block(HOLDING, 0, 60, End.DEVICE)),
        (Registers(legal(range(37))), 10, Block(HOLDING, 0, 37, End.REGISTERS)),
        (Registers(legal({*range(37), *range(38, 200)})), 10, Block(HOLDING, 0, 37, End.REGISTERS)),
        (Registers(legal(range(50)), most=16), 10, Block(HOLDING, 0, 16, End.DEVICE)),
        (Registers(legal(range(200)), truthful=40), 10, Block(HOLDING, 0, 40, End.LIES)),
        (Registers(legal(range(10))), 10, Block(HOLDING, 0, 10, End.REGISTERS)),
    ],
    ids=["all of the protocol", "a limit", "the end of the registers", "a hole", "both", "long answers lie", "nothing more"],
)
def test_the_largest_block_is_found_with_its_reason(device: Registers, known: int, expected: Block) -> None:
    assert device.follow(largest_block(HOLDING, 0, known)) == expected
    assert len(device.asked) < 80


def test_registers_that_change_between_two_reads_are_no_lie() -> None:
    device = Registers(legal(range(200)))
    clock = iter(range(10_000))
    device.words = _Counting(device.words, clock)
    assert device.follow(largest_block(HOLDING, 0, 20)).count == 125


class _Counting(dict):  # type: ignore[type-arg]
    """Register 7 counts how often it is read."""

    def __init__(self, words: object, clock: object) -> None:
        super().__init__(words)  # type: ignore[call-overload]
        self._clock = clock

    def get(self, key: object, default: object = None) -> object:
        return next(self._clock) & 0xFFFF if key == (HOLDING, 7) else super().get(key, default)  # type: ignore[call-overload]


def test_a_scan_tells_what_is_there_and_what_is_refused() -> None:
    device = Registers(legal({*range(20), *range(30, 40)}))
    assert device.follow(scan(HOLDING, 0, 40)).ranges == of((20, 29))


def test_registers_nobody_knows_are_shown_in_every_way_that_makes_sense() -> None:
    heard = float_words({0: 230.5}, "CDAB") | plain_words({2: 0, 3: 0x4775, 4: 0x616E, 5: 0x6A69, 6: 0x6100, 7: 0xFFFE})
    shown = {line.address: line for line in lines(heard, HOLDING, 0, 8)}
    assert shown[0].floats.startswith("CDAB 230.5")
    assert shown[3].text == "Guanjia"
    assert shown[7] == Line(7, "FFFE", "65534", "-2")


def test_a_small_32_bit_number_is_shown_beside_its_empty_half() -> None:
    heard = plain_words({0: 0x08E8, 1: 0, 2: 0, 3: 0x08F3, 4: 0, 5: 0, 6: 0x43C5, 7: 0})
    shown = {line.address: line.wholes for line in lines(heard, HOLDING, 0, 8)}
    assert shown == {0: "CDAB 2280", 1: "", 2: "ABCD 2291", 3: "CDAB 2291", 4: "", 5: "", 6: "", 7: ""}


def test_coils_are_remembered_bit_by_bit() -> None:
    heard: dict[tuple[Table, int], int] = {}
    remember(heard, Table.COIL, 10, 9, b"\x05\x01")
    assert [heard[Table.COIL, at] for at in range(10, 19)] == [1, 0, 1, 0, 0, 0, 0, 0, 1]


def test_times_are_summed_up_and_a_period_and_a_patience_follow() -> None:
    found = timing([n * 10_000_000 for n in range(1, 21)])
    assert found is not None
    assert (found.least_ms, found.median_ms, found.p95_ms) == (10.0, 105.0, 190.0)
    assert (period_s(2, found, 10), period_s(4, found, 60), timeout_s(found)) == (1, 2, 1.0)
    assert timing([]) is None
