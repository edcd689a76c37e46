"""The figures from columns against a slow count, occurrence by occurrence and instant by instant."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from model.alarm_columns import AlarmRow
from model.clock import DAY, HOUR, MINUTE, SECOND
from rules.kpis.figures import kpis
from tests.examples import examples
from tests.rules.kpis.past import START, columns, days, row

DAYS = 3
MOMENTS = st.one_of(st.integers(-2 * DAY // MINUTE, DAYS * DAY // MINUTE), st.integers(0, 40)).map(lambda minute: minute * MINUTE)
LENGTHS = st.one_of(st.none(), st.integers(0, 120).map(lambda s: s * SECOND), st.integers(0, 60).map(lambda h: h * HOUR))
ROWS = st.builds(row, MOMENTS, LENGTHS, device=st.sampled_from(["a", "b", "c"]), annunciated=st.sampled_from([True, True, True, False]))


def slow_floods(raised: list[int], end_ns: int) -> list[tuple[int, int]]:
    """At every instant at which the count of the last ten minutes can change."""
    found: list[tuple[int, int]] = []
    begin: int | None = None
    for now in sorted({*raised, *(at + 10 * MINUTE for at in raised)}):
        count = sum(now - 10 * MINUTE < at <= now for at in raised)
        if begin is None and count > 10:
            begin = now
        elif begin is not None and count < 5:
            found.append((begin, min(now, end_ns)))
            begin = None
    return found


def is_stale_on(one: AlarmRow, day: int) -> bool:
    begin, end = START + day * DAY, START + (day + 1) * DAY
    until = end if one.returned_ns is None else min(one.returned_ns, end)
    return max(one.raised_ns + DAY, begin) < until


@settings(max_examples=examples(40), deadline=None)
@given(st.lists(ROWS, max_size=40))
def test_the_figures_equal_a_slow_count(rows: list[AlarmRow]) -> None:
    period = days(DAYS)
    end_ns = period.end_ns
    found = kpis(columns(rows), period)
    heard = [one for one in rows if one.annunciated and one.raised_ns < end_ns]
    raised = sorted(one.raised_ns for one in heard if one.raised_ns >= START)
    assert found.total == len(raised) == sum(found.days) == sum(found.hours)
    lead = sorted(one.raised_ns for one in heard if one.raised_ns >= START - DAY)
    assert found.peak_10min == max((sum(at - 10 * MINUTE < other <= at for other in lead) for at in raised), default=0)
    floods = [(begin, end) for begin, end in slow_floods(lead, end_ns) if end > START]
    assert [(flood.begin_ns, flood.end_ns) for flood in found.floods] == floods
    assert found.stale_days == tuple(sum(is_stale_on(one, day) for one in heard) for day in range(DAYS))
    counts = Counter(one.device for one in heard if one.raised_ns >= START)
    assert {one.device: one.count for one in found.top_ten} == counts
