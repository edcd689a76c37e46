"""What holds for every test: logs are left as they were found, and a slow machine fails no property."""

from collections.abc import Iterator

import pytest
import structlog
from hypothesis import settings

settings.register_profile("site", deadline=None)
settings.load_profile("site")


@pytest.fixture(autouse=True)
def _logs_as_they_were() -> Iterator[None]:
    """A command that set up its logs wrote to a stream that is gone after its test."""
    yield
    structlog.reset_defaults()
