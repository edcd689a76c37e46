"""Suggestions for a report: the worst rules tried on what a data folder keeps."""

import threading
from pathlib import Path

import typer

from guanjia.backtest.run import BacktestFailed, Cancelled, Progress
from guanjia.commands.recordings import progress
from guanjia.commands.words import err, refuse
from guanjia.data_folder import FolderTaken, owned
from guanjia.rulebook.in_force import InForce
from guanjia.suggestions.answer import Answer
from guanjia.suggestions.work import SuggestionWork
from guanjia.system_clock import SystemClock
from model.ports import HistoryUnavailable, Journal
from model.site import Site
from rules.kpis.figures import Period
from store.history.open import open_history

_STOPPED_BY_CTRL_C = 130


def suggestions(site: Site, in_force: InForce, journal: Journal, data: Path, of: Period) -> list[Answer]:
    """Takes minutes and shows how far it is; or exits with 2. The folder must not belong to a running platform."""
    clock = SystemClock()
    try:
        with owned(data):
            store = open_history(site.store, site, data, clock)
            try:
                work = SuggestionWork(lambda: in_force, site, store.history, store.columns, journal, clock)
                return _watched(work, of)
            finally:
                store.stop()
    except FolderTaken as error:
        raise refuse(f"{error}; ask its console (figures) or POST /api/v1/alarms/rationalisation/suggest instead of --suggest") from None


def _watched(work: SuggestionWork, of: Period) -> list[Answer]:
    with progress() as bar:
        task = bar.add_task("trying changes", total=1.0)

        def tell(told: Progress) -> None:
            bar.update(task, completed=told.done, description=f"trying changes, {told.readings:,} readings")

        try:
            return work.of_worst(of, tell, threading.Event())
        except KeyboardInterrupt:
            err.print("stopped; nothing was written")
            raise typer.Exit(_STOPPED_BY_CTRL_C) from None
        except (BacktestFailed, Cancelled, HistoryUnavailable) as error:
            raise refuse(f"the suggestions could not be tried: {error}") from None
