"""The embedded history in bulk: every reading once, in whatever order its month lies, the tail of the spool behind."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings

from guanjia.backtest.assembly import Asked, Failures, assembled
from guanjia.system_clock import SystemClock
from model.clock import DAY, HOUR, MINUTE, SECOND
from model.past import DevicePast, Readings
from model.quality import Quality
from model.reading import Block
from model.site import Site
from store.history import compaction, device_columns
from store.history.bulk import BulkWriter, opened_months
from store.history.compaction import compact
from store.history.open import HistoryStore, open_history
from tests.backtest.histories import END, T0, columns, pasts, readings_of
from tests.backtest.sites import PUMP1, PUMP2, SITE
from tests.examples import examples
from tests.rules.workshop import block, lost

POINTS = [PUMP1.point_id(0), PUMP2.point_id(1), PUMP1.point_id(3)]


def _filled(folder: Path) -> None:
    """A day of both pumps, every minute."""
    at_ns = T0 + MINUTE * np.arange(24 * 60)
    with opened_months(folder) as months:
        writer = BulkWriter(months)
        for number, pump in enumerate((PUMP1, PUMP2)):
            values = np.arange(len(at_ns)) + 1000.0 * number + np.zeros((len(pump.points), 1))
            qualities = np.full(values.shape, Quality.GOOD, dtype=np.uint8)
            qualities[:, 7] = Quality.COMM_FAILURE
            writer.add([pump.point_id(n) for n in range(len(pump.points))], at_ns, values, qualities, {3: ["A"] * len(at_ns)})
        writer.commit()


def _read(store: HistoryStore, *, lost_only: bool = False) -> dict[int, list[tuple[int, float]]]:
    found: dict[int, list[tuple[int, float]]] = {}
    for piece in store.columns.readings(POINTS, T0 + MINUTE, T0 + 30 * HOUR, lost_only=lost_only):
        for place, at_ns, value in zip(piece.place.tolist(), piece.source_ns.tolist(), piece.value.tolist(), strict=True):
            found.setdefault(place, []).append((at_ns, value))
    return {place: sorted(told) for place, told in found.items()}


def _opened(site: Site, folder: Path) -> HistoryStore:
    return open_history(site.store, site, folder, SystemClock())


@pytest.mark.parametrize("is_sorted", [False, True], ids=["as it fills", "sorted"])
def test_every_reading_comes_once_and_the_tail_after_them(tmp_path: Path, is_sorted: bool) -> None:
    _filled(tmp_path)
    if is_sorted:
        with opened_months(tmp_path) as months:
            compact(months, T0 + 60 * DAY)
    store = _opened(SITE, tmp_path)
    try:
        store.accept(block(PUMP1, 25 * 3600, level=77))
        store.flush()
        found, bad = _read(store), _read(store, lost_only=True)
    finally:
        store.stop()
    assert [len(found[place]) for place in (0, 1, 2)] == [24 * 60, 24 * 60 - 1, 24 * 60 - 1]
    assert found[0][-1] == (T0 + 25 * HOUR, 77.0)
    assert found[1][0] == (T0 + MINUTE, 1001.0)
    assert {place: [at_ns for at_ns, _ in told] for place, told in bad.items()} == {place: [T0 + 7 * MINUTE] for place in (0, 1, 2)}


@pytest.mark.parametrize("is_sorted", [False, True], ids=["as it fills", "sorted"])
def test_a_dead_device_comes_in_small_pieces_too(tmp_path: Path, is_sorted: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device_columns, "_PIECE_ROWS", 100)
    monkeypatch.setattr(compaction, "_PORTION_ROWS", 2 * 24 * 60)
    at_ns = T0 + MINUTE * np.arange(24 * 60)
    points = [PUMP1.point_id(n) for n in range(3)]
    with opened_months(tmp_path) as months:
        writer = BulkWriter(months)
        qualities = np.full((3, len(at_ns)), Quality.GOOD, dtype=np.uint8)
        qualities[:, 600:] = Quality.COMM_FAILURE
        writer.add(points, at_ns, np.zeros(qualities.shape), qualities, {})
        writer.commit()
        if is_sorted:
            compact(months, T0 + 60 * DAY)
    store = _opened(SITE, tmp_path)
    try:
        pieces = [len(piece) for piece in store.columns.readings(points, T0, T0 + 25 * HOUR, lost_only=True)]
    finally:
        store.stop()
    assert sum(pieces) == 3 * 840
    assert max(pieces) <= 100


@given(blocks=pasts([PUMP1, PUMP2]))
@settings(max_examples=examples(15), deadline=None)
def test_blocks_are_put_together_again_from_readings_in_any_order(blocks: list[Block]) -> None:
    asked = [Asked(pump, tuple(range(len(pump.points)))) for pump in (PUMP1, PUMP2)]
    readings = readings_of(blocks, asked)
    order = np.argsort(readings.value, kind="stable")
    mixed = Readings(readings.place[order], readings.source_ns[order], readings.value[order], readings.quality[order], readings.words)
    failed = {
        pump.id: np.array([b.source_ns for b in blocks if b.fault and b.device == pump.id], dtype=np.int64) for pump in (PUMP1, PUMP2)
    }
    found = {past.device: past for past in assembled(asked, [mixed], failed)}
    for told in columns(blocks, [PUMP1, PUMP2], 0, END):
        _same(found[told.device], told)


def _same(found: DevicePast, told: DevicePast) -> None:
    assert found.source_ns.tolist() == told.source_ns.tolist()
    assert found.failed.tolist() == told.failed.tolist()
    for column in told.values:
        assert found.qualities[column].tolist() == told.qualities[column].tolist()
        np.testing.assert_array_equal(found.values[column], told.values[column])
    for column, words in told.words.items():
        assert found.words[column].tolist() == words.tolist()


def test_a_device_has_failed_where_all_its_points_were_lost_at_once() -> None:
    blocks = [lost(PUMP1, 1), block(PUMP1, 2, Quality.COMM_FAILURE, level=0), lost(PUMP1, 3)]
    readings = readings_of(blocks, [Asked(PUMP1, tuple(range(len(PUMP1.points))))])
    found = Failures(PUMP1)
    for one in range(len(readings)):  # in pieces, as they come; some counted in between
        found.add(readings.source_ns[one : one + 1], readings.quality[one : one + 1])
        if one % 2:
            found.count()
    assert found.times().tolist() == [T0 + SECOND, T0 + 3 * SECOND]
