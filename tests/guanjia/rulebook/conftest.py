from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.guanjia.rulebook.room import Room


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    opened = await Room(tmp_path).start()
    yield opened
    opened.close()
