"""A wrong entry of the alarm's tables does not pass their tests; every one of them in ``python -m tests.rules.table_mutants``."""

from rules.alarm_state import FLAG_TABLE, SERVICE_TABLE, TABLE
from tests.rules.table_mutants import caught_by, mutants

SAMPLE = 13
"""Of so many mutants one is planted here; prime to the width of the tables, so that each row and column has its turn."""


def test_a_mutation_of_a_table_is_caught_and_leaves_no_trace() -> None:
    before = [dict(table) for table in (TABLE, FLAG_TABLE, SERVICE_TABLE)]
    planted = list(mutants())[::SAMPLE]
    assert len({mutant.pair for mutant in planted}) > 25
    assert [str(mutant) for mutant in planted if caught_by(mutant) is None] == []
    assert [dict(table) for table in (TABLE, FLAG_TABLE, SERVICE_TABLE)] == before
