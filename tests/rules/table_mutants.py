"""Every single-entry mutation of the alarm's tables, and whether the tables' own tests catch it.

    python -m tests.rules.table_mutants

An entry is deleted, led to each other state, or added for each pair that is not there. In one process, a second in all.
"""

import sys
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest

from model.alarm import AlarmState
from rules.alarm_state import FLAG_TABLE, SERVICE_TABLE, TABLE, FlagAct, Happening, Service, ServiceAct
from tests.rules import test_alarm_state as suite

TESTS: tuple[Callable[..., None], ...] = (
    suite.test_every_pair_of_state_and_happening_does_what_the_standard_says,
    suite.test_a_flag_is_set_once_and_lifted_once,
    suite.test_out_of_service_is_asked_for_then_approved_or_refused_then_over,
    suite.test_transitions_name_every_pair_of_the_table_once,
)
GONE = object()
"""In place of a target: the entry is deleted."""


@dataclass(frozen=True)
class Mutant:
    table: str
    pair: tuple[Any, Any]
    target: Any
    entries: MutableMapping[Any, Any]

    def __str__(self) -> str:
        was, becomes = self.entries.get(self.pair, "–"), "deleted" if self.target is GONE else self.target
        return f"{self.table:14}{self.pair[0]!s:26}{self.pair[1]!s:13}{was!s:26}→ {becomes}"


def mutants() -> Iterator[Mutant]:
    yield from _of("TABLE", TABLE, AlarmState, Happening, list(AlarmState))
    yield from _of("FLAG_TABLE", FLAG_TABLE, (False, True), FlagAct, [False, True])
    yield from _of("SERVICE_TABLE", SERVICE_TABLE, Service, ServiceAct, list(Service))


def _of(name: str, table: Any, froms: Any, acts: Any, targets: list[Any]) -> Iterator[Mutant]:
    for pair in product(froms, acts):
        there = pair in table
        for target in [*([GONE] if there else []), *targets]:
            if not there or target is GONE or target is not table[pair]:
                yield Mutant(name, pair, target, table)


@contextmanager
def planted(mutant: Mutant) -> Iterator[None]:
    before = dict(mutant.entries)
    if mutant.target is GONE:
        del mutant.entries[mutant.pair]
    else:
        mutant.entries[mutant.pair] = mutant.target
    try:
        yield
    finally:
        mutant.entries.clear()
        mutant.entries.update(before)


def caught_by(mutant: Mutant) -> str | None:
    """Name of the first test that fails with the mutant planted; None when it survives."""
    with planted(mutant):
        return next((test.__name__ for test in TESTS if _fails(test)), None)


def _fails(test: Callable[..., None]) -> bool:
    """As pytest would run it, with every parameter."""
    marks = [mark for mark in getattr(test, "pytestmark", ()) if mark.name == "parametrize"]
    for values in marks[0].args[1] if marks else [()]:
        try:
            test(*values)
        except (Exception, pytest.fail.Exception):  # noqa: BLE001 - whatever it raises, pytest would call it failed
            return True
    return False


def main() -> int:
    found = [(str(mutant), caught_by(mutant)) for mutant in mutants()]
    survivors = [line for line, catcher in found if catcher is None]
    sys.stdout.writelines(f"{line:96}{catcher or 'SURVIVES'}\n" for line, catcher in found)
    sys.stdout.write(f"\n{len(found)} mutants, {len(found) - len(survivors)} caught, survivors: {', '.join(survivors) or 'none'}\n")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
