"""Kept frames to the core's disk, each row exactly once. Blocking; one thread at a time."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from guanjia.apart.frames import Kept, unpacked
from guanjia.apart.reception import Reception, Verdict
from guanjia.apart.rows import little
from store.history.spool_file import NewRow, Origin


class Disk(Protocol):
    """``store.history.intake.Intake``."""

    def positions(self) -> Mapping[Origin, int]: ...

    def layout(self, device: str, columns: tuple[str, ...]) -> int: ...

    def take(self, rows: Sequence[NewRow], origin: Origin, position: int) -> None: ...


class Keeper:
    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._reception = Reception(disk.positions())
        self.counts = dict.fromkeys(Verdict, 0)
        """Frames by what was done with them."""
        self.blocks = self.skipped = 0

    def position(self, edge: str, epoch: str) -> int:
        """Everything of that epoch up to here is on disk."""
        return self._reception.position((edge, epoch))

    def keep(self, edge: str, payload: bytes) -> str:
        """The frame's epoch, once what is new in it is on disk. Raises BadFrame, or HistoryUnavailable; then nothing of it was kept."""
        frame = unpacked(payload, Kept)
        origin = (edge, frame.epoch)
        judgement = self._reception.judge(origin, frame.floor, frame.after, frame.last)
        if judgement.verdict is Verdict.NEW:
            rows = self._rows(frame, judgement.position)
            self._disk.take(rows, origin, frame.last)
            self._reception.committed(origin, frame.last)
            self.blocks += len(rows)
            self.skipped += judgement.skipped
        self.counts[judgement.verdict] += 1
        return frame.epoch

    def _rows(self, frame: Kept, behind: int) -> list[NewRow]:
        layouts = [self._disk.layout(series.device, series.columns) for series in frame.series()]
        return [
            (layouts[row.device], row.source_ns, row.receive_ns, row.qualities, little(row.numbers), row.texts, row.fault, row.raw)
            for row in frame.rows
            if row.number > behind
        ]
