"""What holds for every test: logs are left as they were found, and a slow machine fails no property."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import settings

settings.register_profile("site", deadline=None)
settings.load_profile("site")


WAITING = ("system", "virtual", "scenarios_library", "console", "simulators")
"""Folders whose tests wait for real time or run long: they start first, so that the others fill the pauses."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Each file is one process's work, and so are all the files that share the running site."""
    tests = Path(__file__).parent
    for item in items:
        shares_the_site = "rig" in getattr(item, "fixturenames", ())
        item.add_marker(pytest.mark.xdist_group("the shared site" if shares_the_site else str(item.path.relative_to(tests))))

    def rank(item: pytest.Item) -> tuple[bool, int]:
        folder = item.path.relative_to(tests).parts[0]
        return "rig" not in getattr(item, "fixturenames", ()), WAITING.index(folder) if folder in WAITING else len(WAITING)

    items.sort(key=rank)


@pytest.fixture(autouse=True)
def _logs_as_they_were() -> Iterator[None]:
    """A command that set up its logs wrote to a stream that is gone after its test."""
    yield
    structlog.reset_defaults()
