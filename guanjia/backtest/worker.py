"""The judging process: takes its orders and its readings from standard input, answers on standard output, ends when the other end does."""

import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress

import msgspec

from guanjia.backtest.assembly import Asked
from guanjia.backtest.case import Brief, Case
from guanjia.backtest.orders import Answer, Batch, Begin, Done, Failed, Finish, Lost
from guanjia.backtest.wire import Wire
from model.past import Readings

NICENESS = 10
"""Live work goes first."""


def main() -> None:
    """``python -m guanjia.backtest.worker``"""
    wire = Wire(sys.stdin.buffer, sys.stdout.buffer)
    sys.stdout = sys.stderr
    _stand_back()
    with suppress(EOFError, BrokenPipeError):
        try:
            _work(wire)
        except (EOFError, BrokenPipeError):
            raise
        except Exception as error:  # noqa: BLE001 - told to whoever has asked, who is in another process
            wire.send(Failed(f"{type(error).__name__}: {error}"))


def _stand_back() -> None:
    """Whoever stops this work is the process that began it, not a Ctrl-C that all of a terminal hear."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(NICENESS)


def _work(wire: Wire) -> None:
    brief = wire.receive()
    assert isinstance(brief, Brief)
    case = Case(brief)
    wire.send(case.wanted())
    batch: Sequence[Asked] = ()
    pieces: list[Readings] = []
    while True:
        match wire.receive():
            case Begin(start_ns, end_ns):
                case.begin(start_ns, end_ns)
            case Lost(devices, readings):
                case.fail(devices, readings)
            case Batch(asked):
                batch, pieces = asked, []
            case Readings() as piece:
                pieces.append(piece)
            case Done():
                case.take(batch, pieces)
                pieces = []
            case Finish():
                case.finish()
                wire.send(True)
            case Answer():
                wire.send(msgspec.json.encode(case.answer()))
                return
            case unheard_of:
                raise TypeError(f"no such order: {unheard_of!r}")


if __name__ == "__main__":
    main()
