"""What holds for every test: logs are left as they were found, and a slow machine fails no property."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

settings.register_profile("site", deadline=None)
settings.load_profile("site")


WAITING = ("system", "virtual", "scenarios_library", "console", "simulators")
"""Folders whose tests wait for real time or run long: they start first, so that the others fill the pauses."""


SHARING = tuple(f"tests/system/test_{name}.py" for name in ("bad_input", "platform_witnesses", "scenarios_live", "six_systems", "testing"))
"""Files whose tests use the one running site of ``tests/system/conftest.py``."""


class OneSite(LoadFileScheduling):  # type: ignore[misc]  # untyped upstream
    """A file is one process's work, and so are together the files that share the running site."""

    def _split_scope(self, nodeid: str) -> str:
        file = str(super()._split_scope(nodeid))
        return "the shared site" if file in SHARING else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling:
    return OneSite(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def rank(item: pytest.Item) -> tuple[bool, int]:
        folder = item.path.relative_to(Path(__file__).parent).parts[0]
        shares = item.nodeid.split("::")[0] in SHARING
        return not shares, WAITING.index(folder) if folder in WAITING else len(WAITING)

    items.sort(key=rank)


@pytest.fixture(autouse=True)
def _logs_as_they_were() -> Iterator[None]:
    """A command that set up its logs wrote to a stream that is gone after its test."""
    yield
    structlog.reset_defaults()
