"""The answer of a backtest, as it goes over the wire. Times are RFC 3339 with the site's offset, durations seconds."""

from typing import Any

import msgspec


class Words(msgspec.Struct, frozen=True):
    zh: str
    en: str


class Asked(msgspec.Struct, frozen=True):
    rules: list[str]
    """Those that differ, or were asked for."""
    removed: list[str]
    everything: bool
    compared: bool
    """False: the present book alone; then both sides are the same."""


class Span(msgspec.Struct, frozen=True):
    start: str
    end: str
    days: float
    covered_days: float = 0.0
    """From the first to the last reading; what is given per day, hour or share of time is of these."""


class Figures(msgspec.Struct, frozen=True):
    """Of occurrences raised within the period; ``active_s`` also of those that stood when it began."""

    occurrences: int = 0
    annunciated: int = 0
    active_s: float = 0.0
    tickets: int = 0
    per_day: float = 0.0
    """Annunciated, as ``per_hour`` and the two below."""
    per_hour: float = 0.0
    busiest_10min: int = 0
    flood_share: float = 0.0
    """Of the time, 0 to 1."""


class Line(msgspec.Struct, frozen=True):
    """One occurrence."""

    rule: str
    device: str
    text: Words
    priority: str
    level: str
    raised_at: str
    returned_at: str | None
    active_s: float
    annunciated: bool
    suppressed_by: str | None
    ticket: str | None
    """The class of the ticket that its rule orders."""


class Change(msgspec.Struct, frozen=True):
    """The same excursion, told otherwise."""

    now: Line
    proposed: Line


class AlarmFigures(msgspec.Struct, frozen=True):
    rule: str
    device: str
    now: Figures
    proposed: Figures
    incidents: int = 0
    """As those of the whole result, of this alarm."""


class Missed(msgspec.Struct, frozen=True):
    """A ticket that was worked on, of which the proposed rules would not have told."""

    ticket: str
    number: str
    title: Words
    device: str
    opened_at: str
    occurrence: str | None


class Undecided(msgspec.Struct, frozen=True):
    rule: str
    device: str
    reason: str


class Timeline(msgspec.Struct, frozen=True):
    """Annunciated occurrences: start, end or null, rule, device; in order of time."""

    now: list[tuple[str, str | None, str, str]]
    proposed: list[tuple[str, str | None, str, str]]


class Result(msgspec.Struct, frozen=True):
    question: Asked
    period: Span
    devices: int
    alarms: int
    readings: int
    took_s: float
    now: Figures
    proposed: Figures
    gone: list[Line]
    new: list[Line]
    changed: list[Change]
    unchanged: int
    by_alarm: list[AlarmFigures]
    missed_incidents: list[Missed]
    not_judged: list[Undecided]
    assumptions: list[Words]
    left_out: int
    """Lines of ``gone``, ``new`` and ``changed`` beyond those listed; they are counted in the figures."""
    timeline: Timeline
    incidents: int = 0
    """Tickets somebody worked on of which the present rules tell over the same past. Of none, nothing can be said to be missed or not."""

    def plain(self) -> dict[str, Any]:
        """Ready for JSON."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return plain
