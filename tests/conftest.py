"""What every test leaves behind as it found it."""

from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture(autouse=True)
def _logs_as_they_were() -> Iterator[None]:
    """A command that set up its logs wrote to a stream that is gone after its test."""
    yield
    structlog.reset_defaults()
