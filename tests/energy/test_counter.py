"""Counters: rollover, reset, replacement, spikes, gaps."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.counter import GAP_NS, Counter, Increment, Reason, Run, believable, counter_of, shares, tally
from model.clock import HOUR, MINUTE
from model.profile import Register, Table, WireType
from tests.energy.remembered import point

METER = counter_of(point("energy_import"), most_per_hour=4365.0)
END = 2**32 * 0.01


def singles(values: Sequence[float], step_ns: int = MINUTE) -> list[Run]:
    return [Run(index * step_ns, value, index * step_ns, value) for index, value in enumerate(values)]


def amount(runs: Sequence[Run], counter: Counter = METER) -> float:
    return sum(increment.amount for increment in tally(runs, counter).increments)


def reasons(runs: Sequence[Run], counter: Counter = METER) -> list[Reason]:
    return [correction.reason for correction in tally(runs, counter).corrections]


@pytest.mark.parametrize(
    ("values", "expected", "why"),
    [
        pytest.param([100, 101, 103, 103], 3, [], id="rising"),
        pytest.param([END - 1, END - 0.5, 0.5, 1], 2, [Reason.ROLLOVER], id="over the end of the range"),
        pytest.param([5000, 5001, 0.0, 0.5, 1.0], 2, [Reason.RESET], id="began again at zero"),
        pytest.param([5000, 5001, 812.5, 813, 813.5], 2, [Reason.REPLACED], id="another meter, lower"),
        pytest.param([5000, 5001, 90000, 90001, 90002], 3, [Reason.REPLACED], id="another meter, higher"),
        pytest.param([5000, 5001, 0, 5002, 5003], 3, [Reason.SPIKE], id="one reading of nothing"),
        pytest.param([5000, 5001, 9e6, 5002, 5003], 3, [Reason.SPIKE], id="one reading far too high"),
        pytest.param([5000, 0, 9e6, 17, 5001], 1, [Reason.SPIKE] * 3, id="three that do not agree"),
        pytest.param([9e6, 5000, 5001, 5002], 2, [Reason.REPLACED], id="the very first was wrong"),
        pytest.param([5000, 5001, 0, 0.5], 1, [Reason.SPIKE] * 2, id="not confirmed yet"),
        pytest.param([5000, 5000.01, 5000, 5000.01, 4999.99, 5000.02], 0.02, [], id="the last digit flickers"),
    ],
)
def test_what_was_consumed_and_why(values: list[float], expected: float, why: list[Reason]) -> None:
    runs = singles(values)
    assert amount(runs) == pytest.approx(expected)
    assert reasons(runs) == why


def test_a_correction_says_when_and_between_which_readings() -> None:
    [made] = tally(singles([5000, 5001, 0.0, 0.5, 1.0]), METER).corrections
    assert (made.start_ns, made.end_ns, made.before, made.after) == (MINUTE, 2 * MINUTE, 5001, 0.0)


def test_a_silence_is_recorded_and_its_amount_kept() -> None:
    runs = [Run(0, 10, MINUTE, 11), Run(MINUTE + GAP_NS + 1, 19, 2 * HOUR, 30)]
    assert amount(runs) == 20
    assert reasons(runs) == [Reason.GAP]
    assert [one.is_known for one in tally(runs, METER).increments] == [True, False, True]
    assert reasons([Run(0, 10, MINUTE, 11), Run(MINUTE + GAP_NS, 19, 2 * HOUR, 30)]) == []


def test_a_long_steady_run_confirms_a_new_level_by_itself() -> None:
    assert reasons([Run(0, 5000, HOUR, 5010), Run(HOUR + MINUTE, 3.0, 2 * HOUR, 9.0)]) == [Reason.RESET]


@pytest.mark.parametrize(
    ("kind", "scale", "moduli"),
    [
        (WireType.U16, 1.0, (65536.0,)),
        (WireType.U32, 0.01, (END,)),
        (WireType.I32, 0.1, (2**31 * 0.1, 2**32 * 0.1)),
        (WireType.U64, 0.001, (2**64 * 0.001,)),
        (WireType.F32, 1.0, ()),
        (WireType.F64, 1.0, ()),
    ],
)
def test_the_range_follows_from_the_wire(kind: WireType, scale: float, moduli: tuple[float, ...]) -> None:
    assert counter_of(point("energy_import", kind=kind, scale=scale), 1.0).moduli == pytest.approx(moduli)


def test_a_scale_told_by_the_device_leaves_the_range_open() -> None:
    wire = Register(Table.INPUT, 54, 2, scale_register=40, scale_mode="enum_resolution")
    counter = counter_of(replace(point("forward_volume", "m3"), wire=wire), 787.5)
    assert (counter.moduli, counter.step) == ((), 0.0)


@pytest.mark.parametrize("kind", [WireType.U32, WireType.F32])
def test_a_counter_that_starts_again_before_the_end_of_its_type_says_where(kind: WireType) -> None:
    assert counter_of(replace(point("energy_import", kind=kind), rollover=1_000_000.0), 4365.0).moduli == (1_000_000.0,)


@pytest.mark.parametrize("wrapped", [0.2, -(2**31) * 0.1 + 0.2], ids=["to zero", "to the negative end"])
def test_a_signed_counter_may_wrap_either_way(wrapped: float) -> None:
    counter = counter_of(point("energy_import", kind=WireType.I32, scale=0.1), 4365.0)
    top = 2**31 * 0.1
    assert amount(singles([top - 0.2, wrapped, wrapped + 0.2]), counter) == pytest.approx(0.6)


def test_a_16_bit_counter_of_whole_units_rolls_over_daily_without_loss() -> None:
    counter = counter_of(point("energy", kind=WireType.U16, scale=1.0), 4365.0)
    assert amount(singles([float((65000 + 40 * index) % 65536) for index in range(60)]), counter) == 40 * 59


def test_belief_has_a_limit_of_power() -> None:
    assert believable(METER, 4365.0, HOUR)
    assert not believable(METER, 4366.0, HOUR)
    assert not believable(METER, -0.1, HOUR)


STEPS = st.lists(st.tuples(st.integers(1, 3 * HOUR), st.floats(0, 30)), min_size=1, max_size=40)


@given(STEPS, st.floats(0, END, exclude_max=True))
def test_a_truthful_counter_gives_its_truth_wherever_it_rolls_over(steps: list[tuple[int, float]], start: float) -> None:
    truth, at_ns, runs = start, 0, [Run(0, start, 0, start)]
    for elapsed_ns, amount_kwh in steps:
        truth, at_ns = truth + amount_kwh, at_ns + elapsed_ns
        shown = truth % END
        runs.append(Run(at_ns, shown, at_ns, shown))
    assert amount(runs) == pytest.approx(truth - start, abs=0.05 * len(steps))
    assert set(reasons(runs)) <= {Reason.ROLLOVER, Reason.GAP}


@given(STEPS, st.lists(st.integers(0, 10**14), min_size=2, max_size=20, unique=True).map(sorted))
def test_shares_lose_nothing_between_the_first_and_last_edge(steps: list[tuple[int, float]], inner: list[int]) -> None:
    at_ns, increments = 0, []
    for elapsed_ns, kwh in steps:
        increments.append(Increment(at_ns, at_ns + elapsed_ns, kwh, is_known=True))
        at_ns += elapsed_ns
    edges = [0, *(edge for edge in inner if 0 < edge < at_ns), at_ns]
    parts = shares(increments, edges)
    assert sum(part.amount or 0.0 for part in parts) == pytest.approx(sum(kwh for _, kwh in steps))
    assert [part.covered_ns for part in parts] == [end - start for start, end in pairwise(edges)]


def test_an_increment_is_split_at_an_edge_in_proportion_to_time() -> None:
    parts = shares([Increment(0, 100, 10.0, is_known=True), Increment(100, 200, 4.0, is_known=False)], [0, 30, 150, 200, 300])
    assert [part.amount for part in parts] == [3.0, 9.0, 2.0, None]
    assert [part.covered_ns for part in parts] == [30, 70, 0, 0]
