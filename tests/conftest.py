"""What holds for every test: logs are left as they were found, and a slow machine fails no property."""

from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from guanjia.no_pauses import without_pauses
from tests.examples import FACTOR, examples

settings.register_profile(
    "site",
    deadline=None,
    max_examples=examples(100),
    derandomize=FACTOR == 1,  # The nightly run looks further; two runs of the suite try the same.
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("site")


WAITING = (
    "system/",
    "guanjia/apart/test_processes",
    "recording/test_platform",
    "simulators/test_read_through_faults",
    "collectors/sparkplug/test_witness",
)
"""Tests that mostly wait for real time. Spread among the others, so that these fill the pauses."""
LONG = ("scenarios_library/", "virtual/", "console/", "tickets/", "recording/", "simulators/", "guanjia/")
"""Files that take long: begun early, so that none is left over at the end."""
BUSY_TO_A_WAITING = 4


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


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """All modules and thousands of tests are made, and nothing of it is garbage before the end."""
    with without_pauses():
        return (yield)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """First what shares the site, then the long ones, a waiting file after every few."""
    tests = Path(__file__).parent
    files: dict[str, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.path.relative_to(tests).as_posix(), []).append(item)
    sharing = [file for file in files if f"tests/{file}" in SHARING]
    waiting = [file for file in files if file.startswith(WAITING) and file not in sharing]
    rank = {file: next((n for n, prefix in enumerate(LONG) if file.startswith(prefix)), len(LONG)) for file in files}
    busy = sorted((file for file in files if file not in sharing and file not in waiting), key=rank.__getitem__)
    order = [*sharing]
    for number, file in enumerate(busy):
        if number % BUSY_TO_A_WAITING == 0 and waiting:
            order.append(waiting.pop(0))
        order.append(file)
    items[:] = [item for file in (*order, *waiting) for item in files[file]]


@pytest.fixture(autouse=True)
def _logs_as_they_were() -> Iterator[None]:
    """A command that set up its logs wrote to a stream that is gone after its test."""
    yield
    structlog.reset_defaults()
