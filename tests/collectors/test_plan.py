"""Which blocks are read."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.errors import ProfileError
from collectors.modbus.plan import Break, Request, explain, plan
from model.profile import Access, Point, Profile, Table, WireType
from tests.collectors.support import modbus_profile, point


def blocks(profile: Profile) -> list[str]:
    return [str(request) for request in plan(profile)]


def test_neighbours_share_a_request() -> None:
    assert blocks(modbus_profile(point("a", 10), point("b", 11, WireType.F32), point("c", 13))) == ["holding 10+4"]


def test_order_in_the_profile_does_not_matter_and_columns_keep_it() -> None:
    requests = plan(modbus_profile(point("late", 13), point("early", 10, WireType.F32), point("middle", 12)))
    assert requests == (Request(Table.HOLDING, 10, 4, (0, 1, 2), Break.TABLE),)


def test_a_gap_is_not_read_across_unless_the_profile_allows_it() -> None:
    points = point("a", 10), point("b", 13)
    assert blocks(modbus_profile(*points)) == ["holding 10+1", "holding 13+1"]
    assert blocks(modbus_profile(*points, bridge_gaps=True)) == ["holding 10+4"]


def test_a_write_only_register_is_never_read_across() -> None:
    points, toggle = (point("a", 10), point("b", 13)), point("toggle", 12, access=Access.WRITE)
    requests = plan(modbus_profile(*points, write_only=(toggle,), bridge_gaps=True))
    assert [(str(r), r.why) for r in requests] == [("holding 10+1", Break.TABLE), ("holding 13+1", Break.WRITE_ONLY)]


def test_a_write_only_register_of_another_table_does_not_split() -> None:
    reset = point("reset", 12, access=Access.WRITE, table=Table.INPUT)
    assert blocks(modbus_profile(point("a", 10), point("b", 13), write_only=(reset,), bridge_gaps=True)) == ["holding 10+4"]


def test_a_value_at_the_limit_moves_whole_into_the_next_request() -> None:
    profile = modbus_profile(point("a", 0), point("b", 1), point("c", 2, WireType.U32), max_registers=3)
    assert blocks(profile) == ["holding 0+2", "holding 2+2"]


def test_tables_are_read_apart() -> None:
    profile = modbus_profile(point("a", 0), point("b", 0, table=Table.INPUT), point("c", 0, WireType.BOOL, table=Table.COIL))
    assert blocks(profile) == ["coil 0+1", "holding 0+1", "input 0+1"]


def test_two_points_on_one_register_need_one_request() -> None:
    assert blocks(modbus_profile(point("word", 5), point("same", 5, WireType.BITS))) == ["holding 5+1"]


def test_a_device_that_answers_one_value_at_a_time_gets_one_request_per_value() -> None:
    profile = modbus_profile(point("a", 0, WireType.U32), point("b", 2, WireType.U32), merge_reads=False)
    assert blocks(profile) == ["holding 0+2", "holding 2+2"]


def test_a_scale_register_without_a_point_is_read_too() -> None:
    assert blocks(modbus_profile(point("a", 0, scale_register=1, scale_mode="pow10"))) == ["holding 0+2"]


def test_coils_are_counted_in_bits() -> None:
    profile = modbus_profile(*(point(f"c{n}", n, WireType.BOOL, table=Table.COIL) for n in range(200)), max_registers=10)
    assert blocks(profile) == ["coil 0+160", "coil 160+40"]


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (point("text", 0, WireType.STRING, words=20), "do not fit a block of 10"),
        (point("far", 65535, WireType.U32), "lies outside"),
    ],
    ids=["longer than a block", "beyond the last address"],
)
def test_a_value_that_cannot_be_read_whole_is_refused(broken: Point, words: str) -> None:
    with pytest.raises(ProfileError, match=words):
        plan(modbus_profile(broken, max_registers=10))


def test_explain_names_every_request_and_its_reason() -> None:
    profile = modbus_profile(point("a", 10), point("b", 13))
    assert explain(profile, plan(profile)).splitlines() == [
        "test: 2 points in 2 requests",
        "  holding 10-10             1 registers   1 points   (first of its table)",
        "  holding 13-13             1 registers   1 points   (unlisted registers lie between)",
    ]


@st.composite
def profiles(draw: st.DrawFn) -> Profile:
    types = st.sampled_from([WireType.U16, WireType.F32, WireType.I64])
    tables = st.sampled_from([Table.HOLDING, Table.INPUT])
    places = draw(st.lists(st.tuples(st.integers(0, 60), types, tables), min_size=1, max_size=25))
    forbidden = draw(st.lists(st.integers(0, 60), max_size=4))
    points = tuple(point(f"p{n}", address, type_, table=table) for n, (address, type_, table) in enumerate(places))
    write_only = tuple(point(f"w{n}", address, access=Access.WRITE) for n, address in enumerate(forbidden))
    return modbus_profile(*points, write_only=write_only, max_registers=draw(st.integers(4, 20)), bridge_gaps=draw(st.booleans()))


@given(profiles())
def test_every_plan_covers_each_value_once_within_the_limits(profile: Profile) -> None:
    requests = plan(profile)
    assert sorted(column for request in requests for column in request.columns) == list(range(len(profile.points)))
    limits = profile.modbus
    assert limits is not None
    for request in requests:
        covered = set()
        for column in request.columns:
            register = profile.points[column].wire
            assert not hasattr(register, "topic")
            assert register.table is request.table
            assert request.address <= register.address
            assert register.address + register.words <= request.end
            covered |= set(range(register.address, register.address + register.words))
        # Values that overlap can't be split, and then a block may reach a little further than its first value alone.
        assert request.count <= limits.max_registers
        crossed = set(range(request.address, request.end)) - covered
        forbidden = {w.wire.address for w in profile.write_only if not hasattr(w.wire, "topic") and w.wire.table is request.table}
        assert not crossed & forbidden
        assert limits.bridge_gaps or not crossed


@given(profiles())
def test_no_two_neighbouring_requests_could_have_been_one(profile: Profile) -> None:
    limits = profile.modbus
    assert limits is not None
    requests = plan(profile)
    for before, after in pairwise(requests):
        if after.why is Break.LIMIT:
            first = min(profile.points[c].wire.address + profile.points[c].wire.words for c in after.columns)  # type: ignore[union-attr]
            assert first - before.address > limits.max_registers or after.end - before.address > limits.max_registers
