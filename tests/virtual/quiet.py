"""Quiet days of a whole site, over seeds and seasons: ``python -m tests.virtual.quiet [small.yaml|site.yaml] [seed …]`` prints what cries.

Minutes of CPU for each day of the reference site; the test keeps one day of one specimen of each kind.
"""

import sys
from collections.abc import Iterator, Sequence

from model.alarm import AlarmEventKind
from tests.virtual.site import VirtualSite, example, moment_ns

_DAYS = ("2026-01-14", "2026-04-15", "2026-07-15", "2026-10-17")
"""A weekday of winter, spring and summer, and a Saturday of autumn."""
_STEP_S = 20.0


def cries(file: str, seed: int, day: str) -> Iterator[str]:
    """Each alarm of a day on which nothing breaks, in words."""
    site = VirtualSite(example(file), seed, moment_ns(example(file), f"{day}T00:00"))
    for event in site.run(24 * 3600, _STEP_S):
        if event.kind is AlarmEventKind.RAISED and event.occurrence is not None:
            yield f"{file} seed {seed} {day}: {event.standing.rule}@{event.standing.device} {dict(event.occurrence.inputs)}"


def main(arguments: Sequence[str]) -> int:
    file, *seeds = arguments or ["small.yaml", "1", "2", "3"]
    count = 0
    for seed in map(int, seeds):
        for line in cries(file, seed, _DAYS[seed % len(_DAYS)]):
            count += 1
            sys.stdout.write(f"{line}\n")
        sys.stdout.write(f"{file} seed {seed} {_DAYS[seed % len(_DAYS)]}: done\n")
        sys.stdout.flush()
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
