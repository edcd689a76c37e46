"""What sink and readers ask of an InfluxDB server, whichever its version; and what its refusals mean."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from influxdb_client.client.exceptions import InfluxDBError
from influxdb_client.rest import ApiException
from urllib3.exceptions import HTTPError

from model.reading import Sample
from store.history.errors import Refused, Unreachable

TIMEOUT_MS = 10_000
_MALFORMED = frozenset({400, 413, 422})
_BUSY = frozenset({408, 429})


@dataclass(frozen=True, slots=True)
class Field:
    """One field of one device class at one site, on any number of devices."""

    site: str
    device_class: str
    devices: tuple[str, ...]
    name: str


class Figure(StrEnum):
    COUNT = "count"
    SUM = "sum"
    MIN = "min"
    MAX = "max"
    FIRST = "first"
    LAST = "last"
    FALLS = "falls"
    """How often the value fell from one reading to the next."""
    DOUBTFUL = "doubtful"
    """How many readings are uncertain: usable, but not good."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One figure of a field over start ≤ t < end, per device."""

    figure: Figure
    field: Field
    start_ns: int
    end_ns: int


Answer = dict[str, tuple[int, float]]
"""Device → (time, figure); devices without readings are left out. The time means something for FIRST and LAST alone."""


class InfluxServer(Protocol):
    """Blocking; safe to call from any thread. Raises Unreachable and Refused."""

    def write(self, lines: Sequence[str]) -> None: ...

    def samples(self, field: Field, start_ns: int, end_ns: int, limit: int) -> list[Sample]:
        """Readings of the field's one device, in order of time."""
        ...

    def ask(self, asks: Sequence[Ask]) -> list[Answer]:
        """One answer per ask."""
        ...

    def close(self) -> None: ...


@contextmanager
def judged() -> Iterator[None]:
    """Turn what the client library raises into ours: worth trying again, or not."""
    try:
        yield
    except ApiException as error:
        raise _verdict(error) from error
    except (HTTPError, InfluxDBError, OSError) as error:
        raise Unreachable(f"InfluxDB does not answer: {error}") from error


def _verdict(error: ApiException) -> Unreachable | Refused:
    status = int(error.status or 0)
    body = error.body.decode(errors="replace") if isinstance(error.body, bytes) else error.body
    message = f"InfluxDB answered {status}: {(body or error.reason or '').strip()[:300]}"
    if status >= 500 or status in _BUSY or status == 0:
        return Unreachable(message)
    return Refused(message, is_malformed=status in _MALFORMED)
