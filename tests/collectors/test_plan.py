"""Which blocks are read."""

from math import inf
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.errors import ProfileError
from collectors.modbus.explain import explain
from collectors.modbus.plan import SERIAL_REQUEST, Break, Request, plan, rhythms
from model.clock import SECOND
from model.profile import Access, Point, Profile, Register, RegisterRange, Table, WireType
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
        (point("half", 99, WireType.U32), "illegal to read"),
        (point("scaled", 0, scale_register=100, scale_mode="pow10"), "illegal to read"),
    ],
    ids=["longer than a block", "beyond the last address", "half in an illegal range", "its scale in an illegal range"],
)
def test_a_value_that_cannot_be_read_whole_is_refused(broken: Point, words: str) -> None:
    with pytest.raises(ProfileError, match=words):
        plan(modbus_profile(broken, max_registers=10, illegal=(RegisterRange(Table.HOLDING, 100, 109),)))


def test_an_illegal_range_is_never_read_across() -> None:
    limits: dict[str, Any] = {"bridge_gaps": True, "illegal": (RegisterRange(Table.HOLDING, 12, 12),)}
    requests = plan(modbus_profile(point("a", 10), point("b", 13), point("c", 15), **limits))
    assert [(str(r), r.why) for r in requests] == [("holding 10+1", Break.TABLE), ("holding 13+3", Break.ILLEGAL)]


@pytest.mark.parametrize(("far", "expected"), [(24, ["holding 10+15"]), (26, ["holding 10+1", "holding 26+1"])], ids=["narrow", "wide"])
def test_on_a_serial_line_a_gap_is_read_across_only_while_that_is_quicker_than_asking_again(far: int, expected: list[str]) -> None:
    profile = modbus_profile(point("a", 10), point("b", far), bridge_gaps=True)
    requests = plan(profile, request_worth=SERIAL_REQUEST)
    assert [str(r) for r in requests] == expected
    assert {r.why for r in requests[1:]} <= {Break.COST}


def test_where_a_block_must_end_anyway_it_ends_at_the_widest_gap() -> None:
    profile = modbus_profile(point("a", 0), point("b", 6), point("c", 8), max_registers=8, bridge_gaps=True)
    assert [(str(r), r.why) for r in plan(profile)] == [("holding 0+1", Break.TABLE), ("holding 6+3", Break.LIMIT)]


def test_points_read_more_seldom_have_requests_of_their_own_unless_they_come_along_for_nothing() -> None:
    slow = 60 * SECOND
    points = point("a", 0), point("amid", 1, every_ns=slow), point("b", 2), point("beside", 3, every_ns=slow), point("c", 9, every_ns=slow)
    requests = plan(modbus_profile(*points, bridge_gaps=True), period_ns=SECOND)
    assert [(str(r), r.turns, r.columns) for r in requests] == [("holding 0+3", 1, (0, 1, 2)), ("holding 3+7", 60, (3, 4))]
    assert blocks(modbus_profile(*points, bridge_gaps=True)) == ["holding 0+10"], "all at once when no period is given"


def test_registers_that_a_slower_point_lists_may_be_read_across_whatever_the_profile_says_of_unlisted_ones() -> None:
    profile = modbus_profile(point("a", 0), point("slow", 1, WireType.U32, every_ns=60 * SECOND), point("b", 3))
    assert [str(r) for r in plan(profile, SECOND)] == ["holding 0+4"]


def test_a_value_within_another_has_a_request_of_its_own_where_the_device_answers_one_value_at_a_time() -> None:
    requests = plan(modbus_profile(point("long", 0, WireType.I64), point("short", 0), merge_reads=False))
    assert [(str(r), r.columns) for r in requests] == [("holding 0+1", (1,)), ("holding 0+4", (0,))]


def test_a_gap_of_coils_costs_a_sixteenth_of_a_gap_of_registers() -> None:
    coils = [point(f"c{at}", at, WireType.BOOL, table=Table.COIL) for at in (0, 200, 500)]
    requests = plan(modbus_profile(*coils, bridge_gaps=True), request_worth=SERIAL_REQUEST)
    assert [str(r) for r in requests] == ["coil 0+201", "coil 500+1"]


def test_rhythms_nest_so_that_what_a_slow_point_depends_on_is_read_with_it() -> None:
    assert rhythms({0, 2 * SECOND, 5 * SECOND, 60 * SECOND}, 1 * SECOND) == {0: 1, 2 * SECOND: 2, 5 * SECOND: 6, 60 * SECOND: 60}
    assert rhythms({0, SECOND}, 10 * SECOND) == {0: 1, SECOND: 1}


def test_a_scale_register_is_read_as_often_as_its_fastest_point() -> None:
    fast, slow = point("fast", 0, scale_register=9, scale_mode="pow10"), point("slow", 8, every_ns=60 * SECOND)
    requests = plan(modbus_profile(fast, slow), period_ns=SECOND)
    assert [(str(r), r.turns) for r in requests] == [("holding 0+1", 1), ("holding 9+1", 1), ("holding 8+1", 60)]


def test_explain_names_every_request_and_its_reason() -> None:
    profile = modbus_profile(point("a", 10), point("b", 13))
    assert explain(profile, plan(profile)).splitlines() == [
        "test: 2 points in 2 requests",
        "  holding 10-10             1 registers   1 points   (first of its table)",
        "  holding 13-13             1 registers   1 points   (unlisted registers lie between)",
    ]


def test_explain_tells_the_rhythm_and_what_is_read_for_nothing() -> None:
    profile = modbus_profile(point("a", 10), point("b", 13), point("c", 90, every_ns=30 * SECOND), bridge_gaps=True)
    assert explain(profile, plan(profile, 2 * SECOND), 2 * SECOND).splitlines()[1:] == [
        "  holding 10-13             4 registers   2 points, 2 for nothing, every 2 s   (first of its table)",
        "  holding 90-90             1 registers   1 points, every 30 s   (first of its table)",
    ]


@st.composite
def profiles(draw: st.DrawFn) -> Profile:
    """Up to six values of one table, now and then overlapping; write-only and illegal registers between; every kind of limit."""
    types = st.sampled_from([WireType.U16, WireType.F32, WireType.I64])
    places = draw(st.lists(st.tuples(st.integers(0, 20), types), min_size=1, max_size=6))
    points = tuple(point(f"p{n}", address, type_) for n, (address, type_) in enumerate(places))
    free = sorted(set(range(25)) - set().union(*(addresses(p) for p in points)))
    some = st.lists(st.sampled_from(free), max_size=3) if free else st.just([])
    return modbus_profile(
        *points,
        write_only=tuple(point(f"w{n}", at, access=Access.WRITE) for n, at in enumerate(draw(some))),
        illegal=tuple(RegisterRange(Table.HOLDING, at, at) for at in draw(some)),
        max_registers=draw(st.integers(4, 12)),
        bridge_gaps=draw(st.booleans()),
        merge_reads=draw(st.integers(0, 4)) > 0,
    )


def addresses(one: Point) -> frozenset[int]:
    assert isinstance(one.wire, Register)
    return frozenset(range(one.wire.address, one.wire.address + one.wire.words))


def allowed(profile: Profile) -> set[tuple[int, int]]:
    """Every block that may be asked of the device, tried one by one, register by register."""
    limits = profile.modbus
    assert limits is not None
    values = [addresses(p) for p in profile.points]
    if not limits.merge_reads:
        return {(min(value), max(value) + 1) for value in values}
    listed = frozenset().union(*values)
    never = {r.first for r in limits.illegal} | {a for w in profile.write_only for a in addresses(w)} - listed
    readable = {at for at in range(25) if at not in never and (limits.bridge_gaps or at in listed)}
    ends = [(start, end) for start in range(25) for end in range(start + 1, min(start + limits.max_registers, 25) + 1)]
    return {(start, end) for start, end in ends if readable.issuperset(range(start, end))}


def least_cost(profile: Profile, worth: int) -> float:
    """The cost of the best plan there is, by trying every set of blocks: an oracle that shares nothing with the planner."""
    values = [addresses(p) for p in profile.points]
    merges = profile.modbus is not None and profile.modbus.merge_reads
    price: dict[frozenset[int], int] = {}
    for start, end in allowed(profile):
        block = frozenset(range(start, end))
        covered = frozenset(n for n, value in enumerate(values) if value == block or (merges and value < block))
        price[covered] = min(price.get(covered, 10**6), worth + end - start)
    least: dict[frozenset[int], float] = {frozenset(): 0.0}
    for _ in values:
        for have, so_far in list(least.items()):
            for covered, more in price.items():
                both = have | covered
                least[both] = min(least.get(both, inf), so_far + more)
    return least[frozenset(range(len(values)))]


@given(profiles(), st.sampled_from([1, 4, SERIAL_REQUEST, 125]))
def test_no_plan_is_cheaper_and_with_dear_requests_none_has_fewer(profile: Profile, worth: int) -> None:
    requests = plan(profile, request_worth=worth)
    assert sum(worth + request.count for request in requests) == least_cost(profile, worth)
    if worth == 125:
        assert len(requests) == least_cost(profile, 1000) // 1000


@given(profiles())
def test_every_plan_covers_each_value_once_with_blocks_that_may_be_asked(profile: Profile) -> None:
    requests = plan(profile)
    assert sorted(column for request in requests for column in request.columns) == list(range(len(profile.points)))
    assert {(request.address, request.end) for request in requests} <= allowed(profile)
    for request in requests:
        for column in request.columns:
            assert addresses(profile.points[column]) <= set(range(request.address, request.end))
