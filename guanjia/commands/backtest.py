"""``guanjia rules backtest``: rules against the readings a data folder keeps."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from guanjia.backtest.proposal import question_of
from guanjia.backtest.question import Question
from guanjia.backtest.result import Result
from guanjia.backtest.run import BacktestFailed, Cancelled, Progress, backtest
from guanjia.commands.backtest_table import show_result
from guanjia.commands.recordings import instant, progress
from guanjia.commands.words import configuration, err, mistakes_shown, out, refuse
from guanjia.config.configuration import Configuration
from guanjia.data_folder import FolderTaken, owned
from guanjia.rulebook.desk import opened
from guanjia.rulebook.in_force import SENT, InForce
from guanjia.system_clock import SystemClock
from model.carrier import things
from model.clock import DAY, SECOND
from model.mistake import ConfigError
from model.past import ColumnHistory
from model.ports import HistoryUnavailable, Journal
from model.site import Site
from model.wording import near
from store.history.open import open_history
from store.journal.journal import open_journal

_STOPPED_BY_CTRL_C = 130
_LAST_NS = 30 * DAY
MEMORY_MB = 20
"""For the history's files: they are read through once. As quick as with 32 MB and with 256 MB; one rule takes a tenth longer with 16."""


def backtest_rules(
    site: Annotated[Path, typer.Option("--site", help="The site file.")],
    data: Annotated[Path, typer.Option("--data", help="The data folder, with no platform running on it.")],
    file: Annotated[
        Path | None, typer.Argument(help="Rules as proposed, in a rule file; without it the present rules.", metavar="[FILE]")
    ] = None,
    start: Annotated[str, typer.Option("--from", help="A date of the site, or an instant with its offset; 30 days back.")] = "",
    end: Annotated[str, typer.Option("--to", help="Likewise, not included; now.")] = "",
    rule: Annotated[list[str] | None, typer.Option("--rule", help="Judge this rule too, changed or not; may be repeated.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Judge every alarm of the site.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The whole answer as JSON.")] = False,
) -> None:
    """Test rules against stored history, now against proposed.

    Example: guanjia rules backtest proposed.yaml --site site.yaml --data data --from 2026-01-01 --to 2026-01-31
    """
    found = configuration(site)
    start_ns, end_ns = _period(found.site, start, end)
    with _opened(found, data) as (book, history, journal):
        question = _question(book, file, start_ns, end_ns, rule or [], everything)
        result = _run(question, book, found.site, history, journal)
    if as_json:
        out.print(msgspec.json.format(msgspec.json.encode(result)).decode(), markup=False, soft_wrap=True)
    else:
        show_result(result)


@contextmanager
def _opened(found: Configuration, data: Path) -> Iterator[tuple[InForce, ColumnHistory, Journal]]:
    """The rules in force, edits among them, and what the folder keeps; or exit with 2."""
    if not data.is_dir():
        raise refuse(f"{data}: there is no such folder")
    clock = SystemClock()
    try:
        with owned(data):
            journal = open_journal(found.site.journal_url, data, {d.id: d.system.value for d in things(found.site).values()})
            store = open_history(found.site.store, found.site, data, clock, memory_mb=MEMORY_MB)
            try:
                book, _ = opened(found.in_force, journal.rule_versions(), clock.now_ns())
                yield book, store.columns, journal
            finally:
                store.stop()
                journal.close()
    except FolderTaken as error:
        raise refuse(f"{error}; ask its console (rules, backtest) or POST /api/v1/backtests instead") from None


def _question(book: InForce, file: Path | None, start_ns: int, end_ns: int, only: list[str], everything: bool) -> Question:
    known = {one.id for one in book.bound.book.rules}
    if unknown := [id for id in only if id not in known and file is None]:
        raise refuse(f"no rule '{unknown[0]}'{near(unknown[0], known)}; 'guanjia rules list' shows them all")
    if file is None:
        return Question(start_ns, end_ns, only=tuple(only), everything=everything)
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise refuse(f"{file}: {error}") from None
    with mistakes_shown(), _told_of(file):
        question = question_of(text, book, start_ns, end_ns, everything=everything)
    return replace(question, only=(*question.only, *only))


@contextmanager
def _told_of(file: Path) -> Iterator[None]:
    """Mistakes in what was sent are told by the file it stands in."""
    try:
        yield
    except ConfigError as error:
        raise ConfigError([replace(m, file=str(file)) if m.file == SENT else m for m in error.mistakes]) from None


def _run(question: Question, book: InForce, site: Site, history: ColumnHistory, journal: Journal) -> Result:
    stop = threading.Event()
    with progress() as bar:
        task = bar.add_task("reading", total=1.0)

        def tell(told: Progress) -> None:
            bar.update(task, completed=told.done, description=f"{told.readings:,} readings")

        try:
            with _ctrl_c(stop):
                return backtest(question, site, book.bound.book.rules, history, journal, tell=tell, stop=stop)
        except (Cancelled, KeyboardInterrupt):
            err.print("stopped; nothing was changed")
            raise typer.Exit(_STOPPED_BY_CTRL_C) from None
        except (BacktestFailed, HistoryUnavailable) as error:
            raise refuse(f"the backtest could not be done: {error}") from None


@contextmanager
def _ctrl_c(stop: threading.Event) -> Iterator[None]:
    """Sets ``stop``: an exception out of the middle of a query comes as one of DuckDB's own. The second Ctrl-C is one as ever."""
    before = signal.getsignal(signal.SIGINT)

    def heard(number: int, frame: object) -> None:
        stop.set()
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, heard)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _period(site: Site, start: str, end: str) -> tuple[int, int]:
    end_ns = _moment(site, end, "--to") if end else SystemClock().now_ns()
    start_ns = _moment(site, start, "--from") if start else end_ns - _LAST_NS
    if not 0 <= start_ns < end_ns:
        raise refuse("--from must lie before --to")
    return start_ns, end_ns


def _moment(site: Site, words: str, option: str) -> int:
    """A day begins at the site's midnight."""
    try:
        day = date.fromisoformat(words)
    except ValueError:
        return instant(words, option, "a date, or ")
    return int(datetime.combine(day, time(), site.timezone).timestamp()) * SECOND
