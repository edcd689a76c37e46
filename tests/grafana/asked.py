"""A dashboard's queries as Grafana would send them: variables and macros put in, asked of a real engine."""

import json
import re
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from model.clock import MINUTE, SECOND

RANGE_MINUTES = 240
STEP = "15m"


@dataclass(frozen=True)
class Target:
    """One query of one panel."""

    page: str
    panel: str
    query: str
    is_table: bool

    def __str__(self) -> str:
        return f"{self.page} / {self.panel}"


def targets(page: str, dashboard: Mapping[str, Any]) -> Iterator[Target]:
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            yield Target(page, panel["title"], target["query"], target["resultFormat"] == "table")


class Engine:
    """InfluxDB at the moment ``now_ns``."""

    def __init__(self, url: str, now_ns: int) -> None:
        self._url = url
        self.now_ns = now_ns

    def rows(self, query: str, **variables: str) -> list[dict[str, Any]]:
        """Every row of the answer, tags among its columns. AssertionError on any error of the engine."""
        text = self.filled(query, variables)
        body = urllib.parse.urlencode({"db": "guanjia", "epoch": "ns", "q": text}).encode()
        with closing(urllib.request.urlopen(f"{self._url}/query", data=body, timeout=60)) as reply:
            [result] = json.load(reply)["results"]
        assert "error" not in result, f"{result['error']}: {text}"
        assert not re.search(r"\$\w", text), f"a variable was left in: {text}"
        return [
            dict(zip(series["columns"], row, strict=True)) | series.get("tags", {})
            for series in result.get("series", [])
            for row in series["values"]
        ]

    def filled(self, query: str, variables: Mapping[str, str]) -> str:
        start_ns = self.now_ns - RANGE_MINUTES * MINUTE
        text = query.replace("$timeFilter", f"time >= {start_ns // 10**6}ms and time <= {(self.now_ns + SECOND) // 10**6}ms")
        text = text.replace("$__interval", STEP).replace("now()", f"{self.now_ns // 10**6}ms")
        for variable in ("area", "device"):
            text = text.replace(f"${variable}", variables.get(variable, ".*"))
        return text
