"""Every test that asks for ``journal`` or ``url`` runs on SQLite and, where a server is there, on PostgreSQL."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from store.journal import SqlJournal, open_journal
from tests.journal import postgresql

SYSTEMS = {"b01.pump1": "water", "b01.pump2": "water", "sub1.incomer1": "power"}
_names = itertools.count()


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    missing = postgresql.missing()
    if missing is not None:
        pytest.skip(f"missing: {missing}")
    with postgresql.server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of an empty journal."""
    if request.param == "sqlite":
        yield "sqlite"
        return
    with postgresql.new_schema(request.getfixturevalue("server"), f"journal{next(_names)}") as address:
        yield address


@pytest.fixture
def journal(url: str, tmp_path: Path) -> Iterator[SqlJournal]:
    opened = open_journal(url, tmp_path, SYSTEMS)
    yield opened
    opened.close()
