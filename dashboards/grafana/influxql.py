"""InfluxQL as the panels ask it, and the type Grafana keeps a raw query in.

The SDK brings no query type for InfluxDB; ours is the raw form every generation of Grafana's InfluxDB data source reads.
"""

import re
from dataclasses import dataclass, replace

from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models.dashboard import DataSourceRef

SOURCE = DataSourceRef(type_val="influxdb", uid="${datasource}")
"""The data source chosen at the head of the page."""
BY_AREA = '"area" =~ /^$area$/'
BY_DEVICE = '"device" =~ /^$device$/'
IN_RANGE = "$timeFilter"
_REGEX_SIGNS = re.compile(r"([\\^$.|?*+()\[\]{}/])")


@dataclass(frozen=True, slots=True)
class Question(Dataquery, Builder[Dataquery]):
    """One query of a panel. ``alias`` names its series (``$tag_device``); a table keeps its columns instead."""

    text: str
    alias: str = ""
    is_table: bool = False
    ref_id: str = "A"

    def build(self) -> Dataquery:
        return self

    def numbered(self, index: int) -> "Question":
        """The index-th query of its panel: A, B … Z, AA, AB …"""
        high, low = divmod(index, 26)
        return replace(self, ref_id=(chr(64 + high) if high else "") + chr(65 + low))

    def to_json(self) -> dict[str, object]:
        return {
            "refId": self.ref_id,
            "datasource": SOURCE,
            "rawQuery": True,
            "query": self.text,
            "resultFormat": "table" if self.is_table else "time_series",
            "alias": self.alias,
        }


def name(identifier: str) -> str:
    """A quoted identifier."""
    escaped = identifier.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def word(text: str) -> str:
    """A quoted string."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def one_of(texts: list[str]) -> str:
    """A regular expression that matches exactly these."""
    return "/^(" + "|".join(_REGEX_SIGNS.sub(r"\\\1", text) for text in texts) + ")$/"


def both(*conditions: str) -> str:
    return " AND ".join(condition for condition in conditions if condition)


def scaled(expression: str, factor: float, offset: float = 0.0) -> str:
    """``expression × factor + offset``, without what changes nothing."""
    times = "" if factor == 1 else f" * {factor:.10g}"
    plus = "" if offset == 0 else f" + {offset:.10g}"
    return f"{expression}{times}{plus}"
