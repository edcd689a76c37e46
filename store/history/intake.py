"""Takes blocks over from other machines' spools, as they are, each exactly once: they have been judged, thinned and numbered there."""

import sqlite3
from collections.abc import Sequence

from model.ports import HistoryUnavailable
from store.history.layout import Layout
from store.history.spool import Spool
from store.history.spool_file import NewRow, Origin


class Intake:
    """One thread at a time. Whatever it returns from is on disk."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._layouts = {(layout.device, layout.columns): layout.id for layout in spool.layouts.values()}

    def positions(self) -> dict[Origin, int]:
        """How far each spool has been taken over."""
        return self._spool.file.origins()

    def layout(self, device: str, columns: tuple[str, ...]) -> int:
        """The number of these columns, made up when they were never seen: a device may have changed on the other machine first."""
        number = self._layouts.get((device, columns))
        return self._new_layout(device, columns) if number is None else number

    def _new_layout(self, device: str, columns: tuple[str, ...]) -> int:
        try:
            layouts: dict[int, Layout] = self._spool.file.register_layouts({device: columns})
        except sqlite3.Error as error:
            raise _unavailable(error) from error
        # A new dictionary: readers in other threads may be walking through the old one.
        self._spool.layouts = layouts
        self._layouts = {(layout.device, layout.columns): layout.id for layout in layouts.values()}
        return self._layouts[device, columns]

    def take(self, rows: Sequence[NewRow], origin: Origin, position: int) -> None:
        """Keep the rows, and that ``origin`` has been taken over up to ``position``. Raises HistoryUnavailable; then nothing was kept."""
        try:
            self._spool.file.take_over(rows, origin, position)
        except sqlite3.Error as error:
            raise _unavailable(error) from error


def _unavailable(error: sqlite3.Error) -> HistoryUnavailable:
    return HistoryUnavailable(f"the spool can't be written: {error}")
