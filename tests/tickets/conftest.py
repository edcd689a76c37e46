from collections.abc import Iterator
from pathlib import Path

import pytest

from store.journal import SqlJournal
from tests.tickets.house import journal_in


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[SqlJournal]:
    opened = journal_in(tmp_path)
    yield opened
    opened.close()
