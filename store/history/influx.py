"""The sink that carries the spool to InfluxDB. Writing the same line twice leaves it once, so a batch may be sent again after a crash."""

from collections.abc import Sequence

import structlog

from model.site import Site
from store.history.errors import Refused
from store.history.influx_server import InfluxServer
from store.history.line import LineForm, form_of, line
from store.history.spool import Spool
from store.history.spool_file import Row

log = structlog.get_logger()


class InfluxSink:
    """Synchronous writes; a batch the server calls malformed is halved until the bad lines stand alone and are left out, counted."""

    name = "influxdb"

    def __init__(self, server: InfluxServer, site: Site, spool: Spool) -> None:
        self._server = server
        self._site = site
        self._spool = spool
        self._forms: dict[int, LineForm] = {}
        self.refused_lines = 0
        self._last_refusal = ""

    def deliver(self, rows: Sequence[Row]) -> None:
        lines = [written for row in rows if (written := line(row, self._form(row.layout))) is not None]
        self._write(lines)

    def _form(self, layout: int) -> LineForm:
        if layout not in self._forms:
            self._forms[layout] = form_of(self._spool.layouts[layout], self._site)
        return self._forms[layout]

    def _write(self, lines: list[str]) -> None:
        if not lines:
            return
        try:
            self._server.write(lines)
        except Refused as refusal:
            if not refusal.is_malformed:
                raise
            if len(lines) == 1:
                self._leave_out(lines[0], str(refusal))
                return
            middle = len(lines) // 2
            self._write(lines[:middle])
            self._write(lines[middle:])

    def _leave_out(self, refused: str, reason: str) -> None:
        self.refused_lines += 1
        head = refused.partition(" ")[0]
        if head != self._last_refusal:
            log.warning("influxdb_refused_line", series=head, reason=reason)
        self._last_refusal = head

    def counters(self) -> dict[str, float]:
        return {"guanjia_history_influxdb_refused_lines_total": float(self.refused_lines)}
