"""Where the clock was set forward since the last checkpoint: after a crash, no time passes there when the spool is gone through again.

engine.clock:  1769000000000000000 1769003600000000000        from, to: ns since 1970; a line each, in the order they came
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import structlog

log = structlog.get_logger()
FILE = "engine.clock"


class ClockStep(NamedTuple):
    """What the clock would have shown when it was noticed to have been set, and what it showed."""

    from_ns: int
    to_ns: int


class ClockSteps:
    """For the event loop: a step is rare, and a short line in the page cache outlives the process as the spool's rows do."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.noted = _read(path)
        """Since the last checkpoint; those from before a crash too, until there is a newer one."""

    def note(self, step: ClockStep) -> None:
        """Without a line that can't be written a crash within the next seconds may shorten delays; nothing else comes to harm."""
        self.noted = (*self.noted, step)
        self._write("a", (step,))

    def forget(self, known: Sequence[ClockStep]) -> None:
        """These, the oldest, are in a checkpoint that is on disk."""
        if known:
            self.noted = self.noted[len(known) :]
            self._write("w", self.noted)

    def _write(self, how: str, steps: Sequence[ClockStep]) -> None:
        try:
            with self._path.open(how, encoding="ascii") as file:
                file.writelines(f"{step.from_ns} {step.to_ns}\n" for step in steps)
        except OSError as error:
            log.error("clock_step_not_kept", reason=str(error))


def _read(path: Path) -> tuple[ClockStep, ...]:
    """A line that was cut short by a power cut is passed over: an instant that lacks digits lies decades before the other."""
    try:
        lines = [line.split() for line in path.read_text(encoding="ascii", errors="replace").splitlines()]
    except OSError:
        return ()
    steps = (ClockStep(int(words[0]), int(words[1])) for words in lines if len(words) == 2 and all(map(str.isdecimal, words)))
    return tuple(step for step in steps if step.from_ns < step.to_ns)
