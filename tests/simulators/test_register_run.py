"""Neighbouring registers written in one stroke hold the bytes that each of them would hold by itself."""

import math

from hypothesis import given
from hypothesis import strategies as st

from model.profile import Access, Point, Profile, Register, Table, WireType
from model.site import Device, ModbusTcp, System
from model.text import Text
from simulators.encode import Value, plain_number, point_encoder
from simulators.register_image import RegisterImage, register_image
from simulators.register_run import Cell, runs, sharing

NAME = Text("点", "Point")
_ONE, _TWO, _FOUR = (WireType.U16, WireType.I16), (WireType.U32, WireType.I32, WireType.F32), (WireType.U64, WireType.I64, WireType.F64)
_WORDS = dict.fromkeys(_ONE, 1) | dict.fromkeys(_TWO, 2) | dict.fromkeys(_FOUR, 4)
_ODD: list[Value] = [math.nan, math.inf, -math.inf, 1e39, -0.0, "A"]
_values = st.one_of(st.floats(-1e6, 1e6), st.floats(), st.integers(-70_000, 70_000).map(float), st.sampled_from(_ODD))


def _cell(number: int, wire_type: WireType, scale: float, offset: float, sentinels: tuple[int, ...], cells: bytearray, at: int) -> Cell:
    words = _WORDS[wire_type]
    point = Point(f"p{number}", NAME, Register(Table.HOLDING, at // 2, words), wire_type, "", scale, offset, sentinels=sentinels)
    return Cell(point.name, point_encoder(point), cells, at, 2 * words, 0.0, plain_number(point))


@given(
    st.lists(
        st.tuples(
            st.sampled_from(sorted(_WORDS)), st.sampled_from([1.0, 0.1, 0.001, 10.0]), st.sampled_from([0.0, -40.0]), st.booleans(), _values
        ),
        min_size=1,
        max_size=12,
    )
)
def test_a_run_writes_what_its_members_would_write(points: list[tuple[WireType, float, float, bool, Value]]) -> None:
    size = sum(2 * _WORDS[wire_type] for wire_type, *_ in points)
    together, apart, members, at = bytearray(size), bytearray(size), [], 0
    for number, (wire_type, scale, offset, has_sentinel, value) in enumerate(points):
        cell = _cell(number, wire_type, scale, offset, (0x7FFF,) if has_sentinel else (), together, at)
        apart[at : cell.end] = cell.encode(value)
        members.append(cell)
        at = cell.end
    found, single = runs(members)
    assert single == []
    said = {f"p{number}": value for number, (*_, value) in enumerate(points)}
    for run in found:
        run.write([said[member.name] for member in run.members])
    assert together == apart


def _cells(*placed: tuple[WireType, int]) -> list[Cell]:
    cells = bytearray(20)
    return [_cell(number, wire_type, 1.0, 0.0, (), cells, at) for number, (wire_type, at) in enumerate(placed)]


def test_registers_with_a_gap_between_them_or_of_another_kind_are_runs_of_their_own() -> None:
    made = _cells((WireType.U16, 0), (WireType.U16, 2), (WireType.U16, 6), (WireType.F32, 8))
    assert [[member.name for member in run.members] for run in runs(made)[0]] == [["p0", "p1"], ["p2"], ["p3"]]


def test_points_that_share_a_register_are_told() -> None:
    assert sharing(_cells((WireType.U32, 0), (WireType.U16, 2), (WireType.U16, 4))) == {"p0", "p1"}


def _image(truth: dict[str, Value]) -> RegisterImage:
    """Two numbers, the second of which a master may write."""
    points = (
        Point("a", NAME, Register(Table.HOLDING, 0, 1), WireType.U16),
        Point("b", NAME, Register(Table.HOLDING, 1, 1), WireType.U16, access=Access.READ_WRITE),
        Point("c", NAME, Register(Table.HOLDING, 2, 1), WireType.U16),
    )
    profile = Profile("p", "pump", "Maker", "Model", points)
    device = Device("d", NAME, System.WATER, "a", profile, ModbusTcp("127.0.0.1", 5020, 1), 1)
    return register_image(device, truth, {})


def test_what_a_master_has_written_stays_until_its_truth_changes() -> None:
    image = _image({"a": 1.0, "b": 2.0, "c": 3.0})
    assert image.write(Table.HOLDING, 1, b"\x00\x63")
    image.refresh({"a": 7.0, "b": 2.0, "c": 8.0})
    assert image.read(Table.HOLDING, 0, 3) == b"\x00\x07\x00\x63\x00\x08"
    image.refresh({"a": 7.0, "b": 5.0, "c": 8.0})
    assert image.read(Table.HOLDING, 0, 3) == b"\x00\x07\x00\x05\x00\x08"


def test_a_quantity_the_truth_no_longer_speaks_of_shows_its_constant() -> None:
    image, silent = _image({"a": 1.0, "b": 2.0, "c": 3.0}), _image({"b": 2.0})
    image.refresh({"b": 2.0})
    assert image.read(Table.HOLDING, 0, 3) == silent.read(Table.HOLDING, 0, 3)
    image.refresh({"a": 1.0, "b": 2.0, "c": 3.0})
    assert image.read(Table.HOLDING, 0, 3) == b"\x00\x01\x00\x02\x00\x03"
