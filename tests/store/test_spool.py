"""The durable spool: what it keeps, what it refuses, and what it says about it."""

import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from model.clock import DAY, SECOND
from model.reading import Block, Fault, failed_block
from store.history.columns import texts_of
from store.history.spool import Spool, SpoolBounds
from store.history.spool_file import NewRow
from tests.store.bench_site import METER, NAN, T0, Bench, FixedClock, block, meter

COLUMNS = {"sub1.m1": METER, "sub1.m2": METER}


def spool(directory: Path, clock: FixedClock | None = None, bounds: SpoolBounds | None = None) -> Spool:
    return Spool(directory / "spool.sqlite", COLUMNS, clock or FixedClock(), bounds)


def fill(into: Spool, count: int, start_ns: int = T0) -> None:
    for index in range(count):
        into.accept(meter(start_ns + index * SECOND, float(index)))
    into.flush()


def test_a_block_comes_back_as_it_was_given(tmp_path: Path) -> None:
    one = spool(tmp_path)
    given = Block("sub1.m1", T0, T0 + 5, meter(T0, 7.0).values, bytes([192, 84, 192, 255]), {3: "序列 1"}, raw=(("holding 0+4", b"\x01"),))
    one.accept(given)
    one.flush()
    [row] = one.file.after(0, 10)
    assert (row.source_ns, row.receive_ns, row.qualities, row.fault) == (T0, T0 + 5, given.qualities, None)
    assert row.numbers == given.values.tobytes()
    assert texts_of(row) == {3: "序列 1"}
    assert row.raw is not None
    assert b"holding 0+4" in row.raw
    assert one.layouts[row.layout].columns == METER
    one.close()


def test_a_full_buffer_refuses_the_newest_block_and_says_so(tmp_path: Path) -> None:
    one = spool(tmp_path, bounds=SpoolBounds(buffer_blocks=3))
    for index in range(5):
        one.accept(meter(T0 + index, 1.0))
    assert one.refused == 2
    assert not one.health().ok
    one.flush()
    assert [row.source_ns - T0 for row in one.file.after(0, 10)] == [0, 1, 2]
    assert one.health().ok
    one.close()


def test_what_is_committed_follows_what_was_accepted_and_is_told(tmp_path: Path) -> None:
    one, told = spool(tmp_path, bounds=SpoolBounds(buffer_blocks=4)), list[int]()
    one.on_commit(told.append)
    one.accept(meter(T0, 1.0))
    one.accept(meter(T0 + 1, 1.0, device="sub9.unknown"))
    one.accept(failed_block("sub1.m1", 4, T0 + 2, Fault.TIMEOUT))
    one.accept(failed_block("sub1.m1", 4, T0 + 3, Fault.TIMEOUT))
    assert (one.accepted, one.committed, one.room, told) == (4, 0, 0, [])
    one.accept(meter(T0 + 4, 1.0))
    assert one.accepted == 4, "a refused block has no number"
    one.flush()
    one.flush()
    assert (one.committed, one.room, told) == (4, 4, [4])
    assert len(one.file.after(0, 10)) == 2
    one.close()


def test_nothing_counts_as_committed_while_the_disk_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, told = spool(tmp_path), list[int]()
    one.on_commit(told.append)

    def refuse(rows: Sequence[NewRow]) -> None:
        raise sqlite3.OperationalError("disk is full")

    with monkeypatch.context() as full:
        full.setattr(one.file, "append", refuse)
        fill(one, 3)
        one.accept(meter(T0 + 10 * SECOND, 1.0))
        one.flush()
        assert (one.accepted, one.committed, told) == (4, 0, [])
    one.flush()
    assert (one.committed, told, len(one.file.after(0, 10))) == (4, [3, 4], 4)
    one.close()


def test_a_disk_that_cannot_be_read_loses_nothing_and_nothing_counts_as_committed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = spool(tmp_path)

    def refuse(rows: int) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    with monkeypatch.context() as ill:
        ill.setattr(one.file, "newest", refuse)
        for index in range(3):
            one.accept(replace(meter(T0 + index, 1.0), repeated=True))
        one.flush()
        assert (one.committed, one.health().ok) == (0, False)
    one.accept(meter(T0 + 3, 1.0))
    one.flush()
    assert one.committed == 4
    assert [row.source_ns - T0 for row in one.file.after(0, 10)] == [0, 1, 2, 3]
    one.close()


def test_a_thread_that_ends_takes_its_connection_along(tmp_path: Path) -> None:
    one = spool(tmp_path)
    one.file.span()
    before = len(one.file._opened)
    for _ in range(10):
        reader = threading.Thread(target=one.file.span)
        reader.start()
        reader.join()
    assert len(one.file._opened) == before
    one.close()


@pytest.mark.parametrize(("ask", "gather_s"), [(Spool.hasten, 0.01), (Spool.rush, 60.0)])
def test_a_commit_somebody_waits_for_comes_early_and_one_an_alarm_waits_for_at_once(
    ask: Callable[[Spool], None], gather_s: float, tmp_path: Path
) -> None:
    one = spool(tmp_path, bounds=SpoolBounds(commit_every_s=60.0, gather_s=gather_s))
    came = threading.Event()
    one.on_commit(lambda _: came.set())
    one.start()
    one.accept(meter(T0, 1.0))
    ask(one)
    assert came.wait(30.0), "sooner than the minute in which it would come anyway"
    one.stop()
    one.close()


def test_a_block_the_wire_repeats_is_stored_once_even_after_a_restart(tmp_path: Path) -> None:
    before = spool(tmp_path)
    fill(before, 3)
    before.close()
    after = spool(tmp_path)
    again = [meter(T0 + index * SECOND, float(index)) for index in range(1, 5)]
    for one in (*again, again[3]):
        after.accept(replace(one, repeated=True))
    after.accept(meter(T0, 9.0))
    after.accept(replace(again[3], repeated=True, raw=(("gate/in", b"another message of the same second"),)))
    after.flush()
    assert [(row.source_ns - T0) // SECOND for row in after.file.after(0, 100)] == [0, 1, 2, 3, 4, 0, 4]
    assert (after.committed, after.encoder.thinned) == (7, 3)
    after.close()


def test_the_same_failure_is_written_once_and_again_each_minute(tmp_path: Path) -> None:
    one = spool(tmp_path)
    faults = [(second, Fault.TIMEOUT) for second in range(130)] + [(130, Fault.CLOSED)]
    for second, fault in faults:
        one.accept(failed_block("sub1.m1", 4, T0 + second * SECOND, fault))
    one.accept(meter(T0 + 131 * SECOND, 1.0))
    one.accept(failed_block("sub1.m1", 4, T0 + 132 * SECOND, Fault.CLOSED))
    one.flush()
    kept = [((row.source_ns - T0) // SECOND, row.fault) for row in one.file.after(0, 1000)]
    assert kept == [(0, "timeout"), (60, "timeout"), (120, "timeout"), (130, "closed"), (131, None), (132, "closed")]
    assert one.encoder.thinned == 127
    one.close()


def test_one_device_failing_does_not_thin_another(tmp_path: Path) -> None:
    one = spool(tmp_path)
    for device in COLUMNS:
        one.accept(failed_block(device, 4, T0, Fault.TIMEOUT))
    one.flush()
    assert len(one.file.after(0, 10)) == 2
    one.close()


def test_blocks_of_unknown_devices_or_lengths_are_counted_not_kept(tmp_path: Path) -> None:
    one = spool(tmp_path)
    one.accept(meter(T0, 1.0, device="sub9.m9"))
    one.accept(block(T0, [1.0, 2.0]))
    one.flush()
    assert one.encoder.unknown == 2
    assert one.file.after(0, 10) == []
    one.close()


def test_layouts_survive_a_change_of_configuration(tmp_path: Path) -> None:
    before = spool(tmp_path)
    fill(before, 1)
    before.close()
    after = Spool(tmp_path / "spool.sqlite", {"sub1.m1": ("energy_import", "u1")}, FixedClock())
    after.accept(block(T0 + SECOND, [9.0, 8.0]))
    after.flush()
    old, new = after.file.after(0, 10)
    assert after.layouts[old.layout].columns == METER
    assert after.layouts[new.layout].columns == ("energy_import", "u1")
    after.close()


def test_ids_are_never_given_twice_even_when_the_spool_was_emptied(tmp_path: Path) -> None:
    one = spool(tmp_path)
    fill(one, 3)
    one.file.drop_through(3)
    one.close()
    again = spool(tmp_path)
    fill(again, 1)
    assert [row.id for row in again.file.after(0, 10)] == [4]
    again.close()


def test_blocks_are_dropped_one_round_after_every_sink_has_them(tmp_path: Path) -> None:
    one = spool(tmp_path)
    one.register("fast")
    one.register("slow")
    fill(one, 10)
    one.file.set_cursor("fast", 10)
    one.file.set_cursor("slow", 4)
    one.trim()
    assert one.file.span() == (1, 10)
    one.trim()
    assert one.file.span() == (5, 10)
    assert one.counters()["guanjia_spool_dropped_blocks_total"] == 0
    one.close()


def test_the_size_bound_drops_the_oldest_and_keeps_it_on_record(tmp_path: Path) -> None:
    one = spool(tmp_path, bounds=SpoolBounds(max_bytes=200_000))
    one.register("away")
    fill(one, 3000)
    one.trim()
    oldest, newest = one.file.span()
    assert one.file.used_bytes() <= 200_000
    assert newest == 3000
    assert one.counters()["guanjia_spool_dropped_blocks_total"] == oldest - 1 > 0
    assert "dropped unread" in one.health().reason
    one.close()
    again = spool(tmp_path)
    assert again.counters()["guanjia_spool_dropped_blocks_total"] == oldest - 1
    again.close()


def test_the_age_bound_drops_only_what_is_too_old(tmp_path: Path) -> None:
    clock = FixedClock()
    one = spool(tmp_path, clock, SpoolBounds(max_age_ns=DAY))
    one.register("away")
    fill(one, 100, T0)
    fill(one, 100, T0 + DAY)
    clock.at_ns = T0 + DAY + 200 * SECOND
    one.trim()
    oldest, _ = one.file.span()
    assert oldest == 101
    one.close()


def test_one_block_with_a_time_long_past_takes_no_fresh_ones_along(tmp_path: Path) -> None:
    """A clock that was wrong at the start and has been set since."""
    clock = FixedClock()
    one = spool(tmp_path, clock, SpoolBounds(max_age_ns=DAY))
    one.register("away")
    fill(one, 1, T0 - 9000 * DAY)
    fill(one, 100, T0)
    clock.at_ns = T0 + 100 * SECOND
    one.trim()
    assert (one.file.span(), one.lost()) == ((2, 101), 1)
    one.close()


def test_a_disk_that_refuses_loses_nothing_and_shows_in_health(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = spool(tmp_path)

    def full(rows: Sequence[NewRow]) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(one.file, "append", full)
        fill(one, 3)
        one.accept(meter(T0 + 3 * SECOND, 3.0))
        one.flush()
        assert not one.health().ok
        assert "disk is full" in one.health().reason
    one.flush()
    assert [row.source_ns for row in one.file.after(0, 10)] == [T0 + index * SECOND for index in range(4)]
    assert one.health().ok
    one.close()


def test_its_thread_commits_by_itself_and_stop_flushes_the_rest(tmp_path: Path) -> None:
    one = spool(tmp_path, bounds=SpoolBounds(commit_blocks=5, commit_every_s=30.0))
    one.start()
    for index in range(5):
        one.accept(meter(T0 + index, 1.0))
    deadline = time.monotonic() + 60
    while one.written < 5 and time.monotonic() < deadline:
        time.sleep(0.005)
    assert one.written == 5
    one.accept(meter(T0 + 6, 1.0))
    one.stop()
    assert len(one.file.after(0, 10)) == 6
    one.close()


@pytest.mark.parametrize("words", ["half a pair \ud800", "nul \0", ""])
def test_words_of_any_kind_do_not_stop_the_spool_or_the_history(tmp_path: Path, words: str) -> None:
    bench = Bench(tmp_path)
    bench.take(block(T0, [1.0, 1.0, 1.0, NAN], texts={3: words}), meter(T0 + SECOND, 2.0))
    assert bench.drain.drain()
    first, second = bench.history.readings("sub1.m1.serial", T0, T0 + DAY, 10)
    assert first.value == words.replace("\ud800", "?")
    assert second.value == "SN-1"
    bench.close()


@pytest.mark.parametrize("at_ns", [-1, 1 << 63, 10**30])
def test_a_time_that_is_none_is_counted_and_the_rest_kept(tmp_path: Path, at_ns: int) -> None:
    one = spool(tmp_path)
    bad = Block("sub1.m1", at_ns, T0, meter(T0, 1.0).values, bytes([192] * 4))
    one.accept(bad)
    one.accept(meter(T0, 1.0))
    one.flush()
    assert (one.encoder.unknown, len(one.file.after(0, 10))) == (1, 1)
    one.close()


def test_the_place_of_an_instant_is_found_by_halving(tmp_path: Path) -> None:
    one = spool(tmp_path)
    assert one.file.position_before(T0) == 0
    fill(one, 50)
    one.file.drop_through(10)
    assert [one.file.position_before(T0 + second * SECOND) for second in (-5, 10, 20, 49, 99)] == [10, 10, 20, 49, 50]
    one.close()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_thread_that_ended_shows_in_health(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = spool(tmp_path, bounds=SpoolBounds(commit_every_s=0.001))
    monkeypatch.setattr(one, "flush", lambda: sys.exit())
    one.start()
    one._thread.join(60)
    assert not one.health().ok
    assert "thread has ended" in one.health().reason
    one.close()


def test_not_a_number_survives_the_disk(tmp_path: Path) -> None:
    one = spool(tmp_path)
    one.accept(block(T0, [NAN, 1.0, float("inf"), NAN]))
    one.flush()
    [row] = one.file.after(0, 1)
    assert memoryview(row.numbers).cast("d").tolist()[1:3] == [1.0, float("inf")]
    one.close()
