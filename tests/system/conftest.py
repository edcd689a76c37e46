"""One small site for the tests that leave it as they found it. It runs as long as they do: they go one after the other, in one process."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.rig import Rig, running


@pytest.fixture(scope="package")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with running(Path(tmp_path_factory.mktemp("site"))) as rig:
        yield rig
