"""The answer of a backtest for the eye: both sides, then what is gone, new and otherwise."""

from collections.abc import Callable, Sequence
from datetime import datetime

from rich.table import Table

from guanjia.backtest.result import Figures, Line, Result
from guanjia.commands.words import out, show

_SHOWN = 20
_ROWS: tuple[tuple[str, Callable[[Figures], str]], ...] = (
    ("occurrences", lambda one: str(one.occurrences)),
    ("annunciated", lambda one: str(one.annunciated)),
    ("hours active", lambda one: f"{one.active_s / 3600:.1f}"),
    ("tickets", lambda one: str(one.tickets)),
    ("annunciated a day", lambda one: f"{one.per_day:.1f}"),
    ("busiest 10 min", lambda one: str(one.busiest_10min)),
    ("time in flood", lambda one: f"{one.flood_share:.2%}"),
)


def show_result(result: Result) -> None:
    compared = result.question.compared
    period, judged = result.period, f"{result.alarms} alarms on {result.devices} devices"
    covered = f", readings of {period.covered_days:.1f} of {period.days:.1f} days" if _is_partly_covered(result) else ""
    head = f"{_shown(period.start)} to {_shown(period.end)}: {judged}, {result.readings:,} readings in {result.took_s:.1f} s{covered}"
    out.print(head, markup=False, soft_wrap=True)
    if not result.readings:
        out.print("no readings are stored of this time: nothing can be told, and 0 alarms below do not mean that there were none")
    _figures(result, compared)
    _by_alarm(result, compared)
    if compared:
        _lines("gone", result.gone)
        _lines("new", result.new)
        _changed(result)
        _missed(result)
    for one in result.not_judged:
        out.print(f"not judged: {one.rule} on {one.device}: {one.reason}", markup=False, soft_wrap=True)
    out.print("\ntaken for granted:", markup=False)
    for words in result.assumptions:
        out.print(f"- {words.en}", markup=False, soft_wrap=True)


def _shown(moment: str | None) -> str:
    """To the second, as other commands tell it; with ``--json`` to the millisecond."""
    return datetime.fromisoformat(moment).isoformat(timespec="seconds") if moment else "-"


def _is_partly_covered(result: Result) -> bool:
    return result.period.covered_days < 0.99 * result.period.days


def _table(*headings: str) -> Table:
    table = Table(box=None, header_style="bold")
    for heading in headings:
        table.add_column(heading, no_wrap=True)
    return table


def _figures(result: Result, compared: bool) -> None:
    table = _table("", "now", *(("proposed",) if compared else ()))
    for name, figure in _ROWS:
        table.add_row(name, figure(result.now), *((figure(result.proposed),) if compared else ()))
    show(table)


def _by_alarm(result: Result, compared: bool) -> None:
    if not result.by_alarm:
        return
    table = _table("rule", "device", "now", *(("proposed",) if compared else ()))
    for one in result.by_alarm[:_SHOWN]:
        table.add_row(one.rule, one.device, str(one.now.occurrences), *((str(one.proposed.occurrences),) if compared else ()))
    out.print()
    show(table)
    _more(len(result.by_alarm), "alarms")


def _lines(what: str, lines: Sequence[Line]) -> None:
    if not lines:
        return
    table = _table("raised", "returned", "rule", "device", "told")
    for one in lines[:_SHOWN]:
        table.add_row(_shown(one.raised_at), _shown(one.returned_at), one.rule, one.device, _told(one))
    out.print(f"\n{what}: {len(lines)}", markup=False)
    show(table)
    _more(len(lines), "occurrences")


def _changed(result: Result) -> None:
    if not result.changed:
        return
    table = _table("raised now", "proposed", "returned now", "proposed", "rule", "device", "told now", "proposed")
    for one in result.changed[:_SHOWN]:
        now, proposed = one.now, one.proposed
        ends = (_shown(now.returned_at), _shown(proposed.returned_at))
        table.add_row(_shown(now.raised_at), _shown(proposed.raised_at), *ends, now.rule, now.device, _told(now), _told(proposed))
    out.print(f"\notherwise: {len(result.changed)}; the same: {result.unchanged}", markup=False)
    show(table)
    _more(len(result.changed), "occurrences")


def _missed(result: Result) -> None:
    for one in result.missed_incidents:
        words = (
            f"MISSED {one.number} of {_shown(one.opened_at)}, {one.title.en}: it was worked on, and the proposed rules would not have told"
        )
        out.print(words, style="bold red", markup=False, soft_wrap=True)
    if not result.missed_incidents:
        none = "no worked-on tickets in this period: whether anything would be missed can't be told"
        out.print(f"\n{_none_of(result.incidents)}" if result.incidents else f"\n{none}", markup=False, soft_wrap=True)


def _none_of(count: int) -> str:
    return "the one real incident would not be missed" if count == 1 else f"none of {count} real incidents would be missed"


def _told(line: Line) -> str:
    return line.priority if line.annunciated else f"folded under {line.suppressed_by}" if line.suppressed_by else "silent"


def _more(count: int, what: str) -> None:
    if count > _SHOWN:
        out.print(f"and {count - _SHOWN} more {what}: --json has them", markup=False)
