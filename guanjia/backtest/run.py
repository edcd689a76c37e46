"""A backtest from the side that has the history: reads columns, hands them to a process of its own, tells how far it is.

history ──pieces──► this thread ══pipe══► judging process (nice) ──► result
                        ▲ waits while the pipe is full           ▲ killed when stopped
"""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from guanjia.backtest.assembly import Asked
from guanjia.backtest.case import Brief
from guanjia.backtest.incidents import incidents
from guanjia.backtest.orders import Answer, Batch, Begin, Done, Failed, Finish, Lost
from guanjia.backtest.plan import Wanted, plan
from guanjia.backtest.question import Question
from guanjia.backtest.result import Result
from guanjia.backtest.wire import Wire
from guanjia.system_clock import SystemClock
from model.clock import SECOND, Clock
from model.past import ColumnHistory, Readings
from model.ports import Journal
from model.rule import Rule
from model.site import Site

_TOLD_EVERY_NS = SECOND // 2
_ENDS_WITHIN_S = 5.0
_LOOKS_EVERY_S = 0.1
_TAKES_WITHIN_S, _ANSWERS_WITHIN_S = 60.0, 600.0
"""How long the judging process may let a piece wait, and how long a whole stretch may take it on a machine that has other work."""
_COMMAND = (sys.executable, "-m", "guanjia.backtest.worker")
_ROOT = Path(__file__).resolve().parents[2]
"""Where the packages lie, whatever the folder this was started in."""


class BacktestFailed(Exception):
    """The judging process could not do it; the message says why."""


class Cancelled(Exception):
    """It was stopped from outside."""


@dataclass(frozen=True, slots=True)
class Progress:
    """``done`` 0 to 1; ``eta_s`` None while it can't be told."""

    done: float
    readings: int
    eta_s: float | None


Tell = Callable[[Progress], None]


def backtest(
    question: Question,
    site: Site,
    rules: Sequence[Rule],
    history: ColumnHistory,
    journal: Journal | None,
    *,
    tell: Tell = lambda _: None,
    stop: threading.Event | None = None,
    clock: Clock | None = None,
) -> Result:
    """Blocking. Raises Cancelled within a second of ``stop``, BacktestFailed, HistoryUnavailable."""
    clock = clock or SystemClock()
    began_ns = clock.monotonic_ns()
    found = incidents(journal, question.start_ns, question.end_ns) if journal and question.compares else []
    with _judge(stop or threading.Event()) as judge:
        judge.send(Brief(question, site, tuple(rules), tuple(found)))
        wanted = judge.answer(Wanted)
        _feed(judge, question, site, wanted, question.lead_ns(rules), history, _Teller(tell, clock))
        judge.send(Answer())
        result = msgspec.json.decode(judge.answer(bytes), type=Result)
    return msgspec.structs.replace(result, took_s=round((clock.monotonic_ns() - began_ns) / SECOND, 3))


def _feed(judge: "_Judge", question: Question, site: Site, wanted: Wanted, lead_ns: int, history: ColumnHistory, teller: "_Teller") -> None:
    planned = plan(site, wanted, question.start_ns - lead_ns, question.end_ns)
    steps = len(planned.stretches) * max(len(planned.batches), 1)
    teller.told(0, steps)
    for index, (start_ns, end_ns) in enumerate(planned.stretches):
        judge.send(Begin(start_ns, end_ns))
        _tell_lost(judge, site, wanted, history, start_ns, end_ns)
        for number, batch in enumerate(planned.batches):
            _send(judge, batch, history, start_ns, end_ns, teller)
            teller.told(index * len(planned.batches) + number + 1, steps)
        judge.send(Finish())
        judge.answer(bool)


def _send(judge: "_Judge", batch: tuple[Asked, ...], history: ColumnHistory, start_ns: int, end_ns: int, teller: "_Teller") -> None:
    judge.send(Batch(batch))
    for piece in history.readings([point for one in batch for point in one.points], start_ns, end_ns):
        judge.send(piece)
        teller.readings += len(piece)
    judge.send(Done())


def _tell_lost(judge: "_Judge", site: Site, wanted: Wanted, history: ColumnHistory, start_ns: int, end_ns: int) -> None:
    """Found fast: what is bad is rare, and the files know where there is none. None of it is kept here: a dead device's are not few."""
    devices = sorted(wanted.links)
    points = [device.point_id(column) for id in devices for device in [site.devices[id]] for column in range(len(device.points))]
    owners = np.array([place for place, id in enumerate(devices) for _ in site.devices[id].points], dtype=np.int32)
    for piece in history.readings(points, start_ns, end_ns, lost_only=True) if points else ():
        judge.send(_of_devices(piece, owners[piece.place], devices))


def _of_devices(piece: Readings, owner: NDArray[np.int32], devices: Sequence[str]) -> Lost:
    spoken = np.unique(owner).tolist()
    parts = [owner == place for place in spoken]
    return Lost(tuple(devices[place] for place in spoken), tuple((piece.source_ns[own], piece.quality[own]) for own in parts))


class _Teller:
    def __init__(self, tell: Tell, clock: Clock) -> None:
        self._tell, self._clock = tell, clock
        self._began_ns = clock.monotonic_ns()
        self._told_ns: int | None = None
        self.readings = 0

    def told(self, step: int, steps: int) -> None:
        now_ns = self._clock.monotonic_ns()
        if self._told_ns is not None and now_ns - self._told_ns < _TOLD_EVERY_NS and step < steps:
            return
        self._told_ns = now_ns
        done = step / steps
        eta_s = (now_ns - self._began_ns) / SECOND * (1 - done) / done if done else None
        self._tell(Progress(done, self.readings, eta_s))


class _Judge:
    """The other process. Once it is stopped every act raises Cancelled; one that is stuck is ended, and the act fails."""

    def __init__(self, process: "subprocess.Popen[bytes]", stop: threading.Event) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process = process
        self._wire = Wire(process.stdout, process.stdin)  # type: ignore[arg-type]
        self._stop = stop
        self._waits_until_s: float | None = None
        self._is_stuck = False

    def look(self) -> None:
        """From another thread: end it when it was stopped, or does not move."""
        until_s = self._waits_until_s
        self._is_stuck |= until_s is not None and time.monotonic() > until_s
        if self._is_stuck or self._stop.is_set():
            self._process.kill()

    def send(self, order: object) -> None:
        try:
            with self._waiting(_TAKES_WITHIN_S):
                self._wire.send(order)
        except OSError:
            self.answer(type(None))

    @contextmanager
    def _waiting(self, within_s: float) -> Iterator[None]:
        self._waits_until_s = time.monotonic() + within_s
        try:
            yield
        finally:
            self._waits_until_s = None

    def answer(self, kind: type[Any]) -> Any:
        try:
            with self._waiting(_ANSWERS_WITHIN_S):
                said = self._wire.receive()
        except (EOFError, OSError):
            reason = "has not moved for a minute or more" if self._is_stuck else "has ended"
            raise Cancelled if self._stop.is_set() else BacktestFailed(f"the judging process {reason}") from None
        if isinstance(said, Failed):
            raise BacktestFailed(said.reason)
        assert isinstance(said, kind), f"{said!r} is no {kind.__name__}"
        return said


@contextmanager
def _judge(stop: threading.Event) -> Iterator[_Judge]:
    process = subprocess.Popen(_COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=_ROOT)
    judge, over = _Judge(process, stop), threading.Event()
    watcher = threading.Thread(target=_look_after, args=(judge, over), name="backtest-stop", daemon=True)
    watcher.start()
    try:
        yield judge
    finally:
        over.set()
        watcher.join()
        process.kill()
        process.wait(_ENDS_WITHIN_S)
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):
                if pipe is not None:
                    pipe.close()


def _look_after(judge: _Judge, over: threading.Event) -> None:
    while not over.wait(_LOOKS_EVERY_S):
        judge.look()
