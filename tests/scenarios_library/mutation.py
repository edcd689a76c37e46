"""The mutation run: how sharply the scenarios hold the rules.

``python -m tests.scenarios_library.mutation`` changes every built-in rule in every small way, one at a time, plays scenarios in which
the rule speaks or keeps still, and writes ``docs/mutation-score.md``. A quarter of an hour of work and more; ``--sample 20 --seed 3``
tries a few and writes nothing.
"""

import argparse
import random
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from fnmatch import fnmatchcase

import structlog

from tests.scenarios_library.explained import why
from tests.scenarios_library.mutants import Part
from tests.scenarios_library.shelf import ROOT, library
from tests.scenarios_library.trial import Fate, Trial, of_rule, tried

FILE = ROOT / "docs" / "mutation-score.md"


def main(arguments: Sequence[str]) -> int:
    """0 when every change was noticed or is explained."""
    asked = _parser().parse_args(arguments)
    names = [name for name in every_mutant() if fnmatchcase(name[0], asked.rule)]
    if asked.sample:
        names = random.Random(asked.seed).sample(names, min(asked.sample, len(names)))
    trials = []
    for trial in try_all(names, asked.jobs):
        trials.append(trial)
        sys.stdout.write(f"{trial.fate:9} {trial.mutant.name} {trial.by}\n")
        sys.stdout.flush()
    sys.stdout.write(f"{score(trials)}\n")
    if not asked.sample and asked.rule == "*":
        FILE.write_text(page(trials), encoding="utf-8")
    return 1 if any(_is_unexplained(trial) for trial in trials) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.scenarios_library.mutation", description="Does a scenario notice a changed rule?"
    )
    parser.add_argument("--sample", type=int, default=0, help="try so many, chosen by chance")
    parser.add_argument("--seed", type=int, default=1, help="of that chance")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--rule", default="*", help="only rules of this name; wildcards allowed")
    return parser


def every_mutant() -> list[tuple[str, int]]:
    """Rule id and number of each."""
    return [(rule, index) for rule in library() for index in range(len(of_rule(rule)))]


def try_all(names: Sequence[tuple[str, int]], jobs: int) -> Iterator[Trial]:
    """In the order of the names."""
    with ProcessPoolExecutor(jobs, initializer=_quiet) as pool:
        for rule, index, (fate, by) in zip(*zip(*names, strict=True), pool.map(_told, *zip(*names, strict=True)), strict=True):
            yield Trial(of_rule(rule)[index], fate, by)


def _told(rule: str, index: int) -> tuple[Fate, str]:
    """A trial without its rule, which does not travel between processes."""
    trial = tried(rule, index)
    return trial.fate, trial.by


def _quiet() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger("error"))


# ── the report ──


def score(trials: Iterable[Trial]) -> str:
    """``412 of 430 changes noticed (95.8 %)``; what changes nothing is not counted."""
    fates = Counter(trial.fate for trial in trials)
    counted = fates.total() - fates[Fate.UNCHANGED]
    return f"{fates[Fate.NOTICED]} of {counted} changes noticed ({100 * fates[Fate.NOTICED] / max(1, counted):.1f} %)"


def page(trials: Sequence[Trial]) -> str:
    return "\n".join([*_head(trials), "", *_survivors(trials)]) + "\n"


def _head(trials: Sequence[Trial]) -> Iterator[str]:
    unchanged = sum(trial.fate is Fate.UNCHANGED for trial in trials)
    yield "# Mutation score"
    yield ""
    yield "Every built-in rule is changed in small ways, one at a time: a limit by 20 %, a state's code or a count by one, the time it"
    yield "looks back and its delays halved or doubled (at least 30 s longer), its priority by a step. Then the scenarios are played in"
    yield "which the rule speaks, and some in which it keeps still. A change that alters neither what a scenario expects nor its stream of"
    yield "events is a rule held loosely."
    yield "`python -m tests.scenarios_library.mutation` writes this page; `--sample 20` tries a few."
    yield ""
    yield f"**{score(trials)}.** {unchanged} more change nothing, because each device has its own figure."
    yield ""
    yield "| changed | tried | noticed |"
    yield "| --- | --- | --- |"
    for part in Part:
        of_part = [trial for trial in trials if trial.mutant.part is part and trial.fate is not Fate.UNCHANGED]
        yield f"| {part.replace('_', ' ')} | {len(of_part)} | {sum(trial.fate is Fate.NOTICED for trial in of_part)} |"


def _survivors(trials: Sequence[Trial]) -> Iterator[str]:
    yield "## Not noticed"
    yield ""
    yield "| rule | change | why |"
    yield "| --- | --- | --- |"
    for trial in trials:
        if trial.fate in (Fate.SURVIVED, Fate.UNPLAYED):
            yield f"| `{trial.mutant.rule.id}` | {trial.mutant.change} | {why(trial.mutant) or '**not explained**'} |"


def _is_unexplained(trial: Trial) -> bool:
    return trial.fate in (Fate.SURVIVED, Fate.UNPLAYED) and not why(trial.mutant)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
