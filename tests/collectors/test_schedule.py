"""When a device is polled."""

from hypothesis import given
from hypothesis import strategies as st

from collectors.modbus.schedule import LONGEST_PAUSE_NS, SLOT_NS, Backoff, Schedule
from model.clock import SECOND


def test_due_times_lie_a_period_apart_whatever_the_poll_takes() -> None:
    schedule = Schedule("meter", SECOND, 0)
    first = schedule.due_ns
    for poll in range(1, 5):
        assert schedule.answered(schedule.due_ns + SECOND // 3) == 0
        assert schedule.due_ns == first + poll * SECOND


def test_late_polls_are_skipped_and_counted_not_made_up_for() -> None:
    schedule = Schedule("meter", SECOND, 0)
    first = schedule.due_ns
    assert schedule.answered(first + 3 * SECOND + 1) == 3
    assert schedule.due_ns == first + 4 * SECOND


def test_the_phase_is_the_devices_own_and_the_same_tomorrow() -> None:
    assert Schedule("b07.lift1", SECOND, 0).due_ns == Schedule("b07.lift1", SECOND, 0).due_ns


def test_due_times_fall_on_slots_that_devices_share() -> None:
    dues = {Schedule(f"b{n:02}.meter", period_ns, 7).due_ns for n in range(100) for period_ns in (SECOND, 60 * SECOND)}
    assert {due % SLOT_NS for due in dues} <= {0, 7}, "7: not before the start"
    assert len({Schedule(f"b{n:02}.meter", SECOND // 20, 0).due_ns for n in range(100)}) == 10


def test_phases_spread_over_the_period() -> None:
    tenths = [Schedule(f"b{n:02}.meter", SECOND, 0).due_ns * 10 // SECOND for n in range(250)]
    assert all(10 <= tenths.count(tenth) <= 45 for tenth in range(10))


def test_pauses_grow_from_one_second_to_five_and_start_anew_after_an_answer() -> None:
    backoff = Backoff("meter")
    pauses = [backoff.next_ns() / SECOND for _ in range(6)]
    for pause, full in zip(pauses, (1, 2, 4, 5, 5, 5), strict=True):
        assert 0.75 * full <= pause <= full
    backoff.reset()
    assert backoff.next_ns() <= SECOND


def test_a_silent_device_leaves_the_grid_and_its_first_answer_puts_it_back() -> None:
    schedule = Schedule("meter", SECOND, 0)
    first = schedule.due_ns
    now_ns = first
    for _ in range(5):
        schedule.silent(now_ns)
        assert now_ns < schedule.due_ns <= now_ns + LONGEST_PAUSE_NS
        now_ns = schedule.due_ns
    assert schedule.answered(now_ns) == 0
    assert (schedule.due_ns - first) % SECOND == 0
    assert 0 < schedule.due_ns - now_ns <= SECOND
    assert schedule.failures == 0


def test_a_device_polled_once_a_minute_is_first_read_within_seconds_and_then_keeps_its_own_phase() -> None:
    schedule = Schedule("b07.water", 60 * SECOND, 0)
    assert schedule.due_ns <= 5 * SECOND
    assert schedule.answered(schedule.due_ns) == 0
    assert (schedule.due_ns - schedule.origin_ns) % (60 * SECOND) == 0


def test_a_device_polled_once_a_minute_is_looked_for_sooner_while_silent() -> None:
    schedule = Schedule("meter", 60 * SECOND, 0)
    schedule.silent(schedule.due_ns)
    assert schedule.due_ns <= schedule.origin_ns + SECOND


@given(st.text(), st.integers(1, 10**12), st.lists(st.tuples(st.booleans(), st.integers(0, 10**12)), max_size=30))
def test_the_next_due_time_always_lies_ahead(name: str, period_ns: int, polls: list[tuple[bool, int]]) -> None:
    schedule = Schedule(name, period_ns, 0)
    for answered, took_ns in polls:
        now_ns = schedule.due_ns + took_ns
        left_out = schedule.answered(now_ns) if answered else schedule.silent(now_ns)
        assert left_out >= 0
        assert schedule.due_ns > now_ns
