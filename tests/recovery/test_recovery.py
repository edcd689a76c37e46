"""Killed at any instant, the platform goes on as if it had not been: the same events at the same times, the same tickets."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from model.clock import SECOND
from model.reading import Block
from tests.examples import examples
from tests.recovery.house import House, Story, copied
from tests.rules import workshop as w
from tests.rules.stories import RULES, SITE, STEPS, Step

WRITES: dict[str, Callable[[House, int], None]] = {
    "drain": House.drain_at,
    "acknowledge": House.acknowledge,
    "checkpoint": House.checkpoint,
}


@dataclass(frozen=True)
class Act:
    """Something at a time: a device says something, time passes, or something is written."""

    at_ns: int
    do: Callable[[House, int], None]
    is_said: bool = False

    @property
    def is_write(self) -> bool:
        return self.do in WRITES.values()


def _hear(block: Block, house: House, _: int) -> None:
    house.hear(block)


def acts_of(steps: list[tuple[tuple[int, Step], str]]) -> Iterator[Act]:
    at_ns = w.T0
    yield Act(at_ns, House.checkpoint)
    for (seconds, step), write in steps:
        at_ns += seconds * SECOND
        block = step(at_ns)
        yield Act(at_ns, House.let_pass) if block is None else Act(at_ns, partial(_hear, block), is_said=True)
        if write:
            yield Act(at_ns, WRITES[write])
    yield Act(at_ns + 60 * SECOND, House.let_pass)
    yield Act(at_ns + 60 * SECOND, House.drain_at)


@dataclass(frozen=True)
class Cut:
    """A folder as a kill has left it; ``since_ns``: the newest that it knows of; ``rest``: acts that have left no trace in it."""

    folder: Path
    since_ns: int
    rest: int


class Cutter:
    """Plays acts and copies the folder at every write."""

    def __init__(self, folder: Path, acts: list[Act]) -> None:
        self.cuts: list[Cut] = []
        self._folder, self._acts = folder, acts
        self._house = House(folder, SITE, RULES, w.T0)
        self._house.on_disk = self._cut
        self._playing = 0

    def play(self) -> Story:
        for index, act in enumerate(self._acts):
            self._playing = index
            act.do(self._house, act.at_ns)
        story = self._house.story()
        self._house.close()
        return story

    def _cut(self) -> None:
        said = [index for index, act in enumerate(self._acts[: self._playing + 1]) if act.is_said]
        stored = said[: self._with_rows()]
        written = [index for index, act in enumerate(self._acts[: self._playing]) if act.is_write]
        rest = max([-1, *stored, *written]) + 1
        stored_ns = [self._acts[index].at_ns for index in stored]
        written_ns = [act.at_ns for act in self._acts[:rest] if act.do is House.checkpoint]
        folder = copied(self._folder, self._folder.parent / f"cut{len(self.cuts)}")
        judged = self._house.journal.judged(self._house.trail.identity)
        judged_ns = judged.at_ns if judged else w.T0
        self.cuts.append(Cut(folder, max([judged_ns, *stored_ns, *written_ns]), rest))

    def _with_rows(self) -> int:
        """How many blocks there are up to the newest that has left a row: one that only repeats a failure leaves none."""
        spool = self._house.spool
        newest = spool.position(spool.committed)
        return next(number for number in range(spool.committed + 1) if spool.position(number) == newest)


@settings(max_examples=examples(3), deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(steps=STEPS, writes=st.lists(st.sampled_from(("", "", *WRITES)), min_size=1, max_size=12))
def test_cut_anywhere_it_goes_on_as_if_never_cut(blank: Path, steps: list[tuple[int, Step]], writes: list[str]) -> None:
    """Not shrunk: each example is a dozen crashes."""
    acts = list(acts_of(list(zip(steps[: examples(8)], cycle(writes), strict=False))))
    with TemporaryDirectory() as scratch:
        cutter = Cutter(copied(blank, Path(scratch) / "whole"), acts)
        whole = cutter.play()
        for cut in cutter.cuts:
            assert _gone_on(cut, acts) == whole


def _gone_on(cut: Cut, acts: list[Act]) -> Story:
    house = House(cut.folder, SITE, RULES, cut.since_ns)
    for act in acts[cut.rest :]:
        act.do(house, act.at_ns)
    story = house.story()
    house.close()
    shutil.rmtree(cut.folder)
    return story
