"""Puts spool, drain and history together as the site's store configuration asks."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from model.clock import DAY, Clock
from model.past import ColumnHistory
from model.ports import PartHealth
from model.reading import Block, History, Spooled
from model.site import Site, StoreConfig
from store.history.compaction import Ages, tidy
from store.history.device_columns import EmbeddedColumns, NoColumns
from store.history.drain import Drain
from store.history.embedded import EmbeddedSink
from store.history.embedded_history import EmbeddedHistory
from store.history.intake import Intake
from store.history.layout import columns_of
from store.history.months import MEMORY_MB, Months
from store.history.site_spool import open_spool
from store.history.spool import Spool, SpoolBounds
from store.history.tail import Tail
from store.history.thinning import holds_for_ns
from store.history.trail import Trail

KEEP_NS = 3653 * DAY
"""Operating records of equipment are kept ten years."""
_TIDY_EVERY_S = 3600.0
_DRAIN_PATIENCE_S = 2.0


@dataclass(frozen=True, slots=True)
class _Backend:
    """A sink with its readers: what the store kind decides."""

    drain: Drain
    history: History
    columns: ColumnHistory
    tidy: Callable[[Callable[[], bool]], None]
    """Told how to ask whether it may go on."""
    close: Callable[[], None]
    counters: Callable[[], dict[str, float]]


class HistoryStore:
    """Takes blocks, keeps them, answers about the past."""

    def __init__(self, spool: Spool, backend: _Backend, columns: Mapping[str, Sequence[str]]) -> None:
        self._spool = spool
        self._backend = backend
        self._stopping = threading.Event()
        self._tidying = threading.Thread(target=self._tidy, name="history-tidy", daemon=True)
        self.history = backend.history
        self.columns = backend.columns
        self.commits: Spooled = spool
        self.trail = Trail(spool, columns)
        self.intake = Intake(spool)

    def accept(self, block: Block) -> None:
        """Never blocks, never raises; see ``Spool``."""
        self._spool.accept(block)

    def start(self) -> None:
        self._spool.start()
        self._backend.drain.start()
        self._tidying.start()

    def stop(self) -> None:
        """Commit everything accepted to the spool, let the batch in hand finish, close the files; what is not drained stays spooled."""
        self._stopping.set()
        self._spool.stop()
        self._backend.drain.stop(_DRAIN_PATIENCE_S)
        if self._tidying.is_alive():
            self._tidying.join(_DRAIN_PATIENCE_S)
        self._backend.close()
        self._spool.close()

    def flush(self) -> None:
        """Commit to the spool what was accepted so far, so that ``history`` sees it now rather than a quarter of a second later."""
        self._spool.flush()

    def _tidy(self) -> None:
        while not self._stopping.wait(_TIDY_EVERY_S):
            self._backend.tidy(lambda: not self._stopping.is_set())

    def wait_s(self) -> float:
        """Age of the oldest block that the history has not taken, in seconds."""
        return self._backend.drain.lag_s()

    def fill(self) -> float:
        """Share of the spool's bounds in use, 0 to 1."""
        return self._spool.fill()

    def lost(self) -> int:
        """Blocks lost on the way to the history."""
        return self._spool.lost()

    def health(self) -> list[PartHealth]:
        return [self._spool.health(), self._backend.drain.health()]

    def counters(self) -> dict[str, float]:
        return self._spool.counters() | self._backend.drain.counters() | self._backend.counters()


def open_history(
    config: StoreConfig, site: Site, directory: Path, clock: Clock, bounds: SpoolBounds | None = None, memory_mb: int = MEMORY_MB
) -> HistoryStore:
    """Everything is kept under ``directory``: ``spool.sqlite`` and, for the embedded history, ``history/*.duckdb``."""
    spool = open_spool(config, site, directory, clock, bounds)
    if config.kind == "influxdb":
        return HistoryStore(spool, _influx(config, site, spool, clock), columns_of(site))
    months = Months(directory / "history", memory_mb)
    backend = _embedded(months, spool, clock, config.raw_for_ns, partial(holds_for_ns, config, site))
    return HistoryStore(spool, backend, columns_of(site))


def _embedded(months: Months, spool: Spool, clock: Clock, raw_ns: int, holds_for_ns: Callable[[str], int]) -> _Backend:
    sink = EmbeddedSink(months, spool)
    return _Backend(
        drain=Drain(spool, sink, clock),
        history=EmbeddedHistory(months, Tail(spool, sink.name), spool.file.identity, holds_for_ns),
        columns=EmbeddedColumns(months, Tail(spool, sink.name)),
        tidy=lambda is_wanted: tidy(months, clock.now_ns(), Ages(raw_ns, KEEP_NS), is_wanted),
        close=months.close,
        counters=lambda: {"guanjia_history_bytes": float(months.used_bytes())},
    )


def _influx(config: StoreConfig, site: Site, spool: Spool, clock: Clock) -> _Backend:
    # Loaded where it is wanted: its library alone takes a tenth of the time in which a platform is back after a crash.
    from store.history.influx import InfluxSink
    from store.history.influx_history import InfluxHistory
    from store.history.influx_server import InfluxServer
    from store.history.influx_v1 import InfluxServer1
    from store.history.influx_v2 import InfluxServer2

    server: InfluxServer = InfluxServer1(config) if config.version == 1 else InfluxServer2(config)
    sink = InfluxSink(server, site, spool)
    return _Backend(
        drain=Drain(spool, sink, clock),
        history=InfluxHistory(server, site, Tail(spool, sink.name), partial(holds_for_ns, config, site)),
        columns=NoColumns("this site keeps its history in InfluxDB; columns are read from the embedded history only"),
        tidy=lambda _: None,
        close=server.close,
        counters=sink.counters,
    )
