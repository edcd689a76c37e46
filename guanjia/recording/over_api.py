"""A recording out of a running platform, here or elsewhere: point by point through its API, with a login that may read."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

import numpy as np

from guanjia.recording.errors import RecordingError
from model.clock import SECOND
from model.quality import Quality
from model.site import Site
from store.history.bulk import Taken

_TIMEOUT_S = 30.0
_PAGE = 10_000
_QUALITIES = {(quality.severity.value, quality.reason): quality for quality in Quality if quality is not Quality.ABSENT}


class PlatformUnreachable(RecordingError):
    """The platform did not answer, or not with what was asked for."""


class RunningPlatform:
    """A platform's history behind its API. ``url`` without a path: ``http://127.0.0.1:8080``."""

    def __init__(self, url: str, user: str, password: str) -> None:
        self._url = url.rstrip("/") + "/api/v1"
        self._token = ""
        words = urlencode({"username": user, "password": password, "grant_type": "password"}).encode()
        self._token = str(self._ask("/auth/token", words)["access_token"])

    def site_id(self) -> str:
        return str(self._ask("/site")["id"])

    def readings(self, site: Site, start_ns: int, end_ns: int) -> Iterator[Taken]:
        """Every point of the site in turn; one without a reading too, so that progress can be counted."""
        for device in site.devices.values():
            for column in range(len(device.points)):
                yield self._taken(device.point_id(column), start_ns, end_ns)

    def _taken(self, point: str, start_ns: int, end_ns: int) -> Taken:
        items = list(self._items(point, start_ns, end_ns))
        at_ns = np.array([_nanoseconds(item["source_time"]) for item in items], dtype=np.int64)
        numbers = [item["value"] if isinstance(item["value"], int | float) else float("nan") for item in items]
        codes = [_QUALITIES[item["quality"], item["reason"] or ""] for item in items]
        words = {int(at): item["value"] for at, item in zip(at_ns, items, strict=True) if isinstance(item["value"], str)}
        return Taken(point, at_ns, np.array(numbers, dtype=np.float64), np.array(codes, dtype=np.uint8), words)

    def _items(self, point: str, start_ns: int, end_ns: int) -> Iterator[dict[str, Any]]:
        asked = {"start": _written(start_ns), "end": _written(end_ns), "limit": str(_PAGE)}
        while True:
            page = self._ask(f"/points/{quote(point)}/readings?{urlencode(asked)}")
            yield from page["items"]
            if page["next_cursor"] is None:
                return
            asked["cursor"] = page["next_cursor"]

    def _ask(self, path: str, body: bytes | None = None) -> Any:
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        try:
            with urlopen(Request(self._url + path, body, headers), timeout=_TIMEOUT_S) as answer:
                return json.load(answer)
        except HTTPError as error:
            raise PlatformUnreachable(f"{self._url}{path} answered {error.code}: {_detail(error)}") from None
        except (URLError, OSError, ValueError) as error:
            raise PlatformUnreachable(f"no platform answers on {self._url}: {error}") from None


def _detail(error: HTTPError) -> str:
    try:
        return str(json.load(error).get("detail", error.reason))
    except (ValueError, AttributeError):
        return str(error.reason)


def _written(at_ns: int) -> str:
    return datetime.fromtimestamp(at_ns // SECOND, UTC).isoformat()


def _nanoseconds(written: str) -> int:
    moment = datetime.fromisoformat(written)
    return int(moment.timestamp()) * SECOND + moment.microsecond * 1000
