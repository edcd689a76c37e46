"""A folder with an empty journal, made once: a new one costs a migration."""

from collections.abc import Callable
from pathlib import Path

import pytest

from store.journal.journal import open_journal
from tests.recovery.house import copied


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("blank")
    open_journal("sqlite", folder, {}).close()
    return folder


@pytest.fixture
def empty(blank: Path, tmp_path: Path) -> Callable[[str], Path]:
    """A new folder of that name."""
    return lambda name: copied(blank, tmp_path / name)
