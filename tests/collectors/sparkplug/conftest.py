"""A real Mosquitto, for tests in which somebody else has to be the broker."""

from collections.abc import Iterator

import pytest

from tests.mosquitto import plain_broker


@pytest.fixture(scope="package")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with plain_broker(tmp_path_factory.mktemp("mosquitto")) as port:
        yield port
