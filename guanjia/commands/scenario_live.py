"""``guanjia scenario run --live`` and ``--observe``: against a running site."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from rich.live import Live
from rich.table import Table

from guanjia.commands.words import mistakes_shown, out, refuse
from guanjia.config.scenario_file import ScenarioFile, load_scenario
from guanjia.config.scenario_times import written
from guanjia.scenario.checklist import Checklist, Tick, as_json, as_markdown, checklist
from guanjia.scenario.comparison import compare
from guanjia.scenario.live import LOOK_NS, LivePlayer, Simulators, objections, widened
from guanjia.scenario.player import OnProgress
from guanjia.scenario.remote_platform import Login, RemotePlatform, RemoteRefused
from guanjia.scenario.verdict import Result, Verdict
from guanjia.scenario.watch import Watch
from guanjia.system_clock import SystemClock
from model.clock import SECOND
from model.scenario import Scenario

_MARKS = {Tick.OPEN: "☐", Tick.DONE: "[green]☑[/]", Tick.WRONG: "[red]☒[/]"}


@dataclass(frozen=True, slots=True)
class RunningSite:
    """Where a running site's platform is, and as whom it is asked."""

    platform: str
    login: Login

    @contextmanager
    def watch(self, loaded: ScenarioFile) -> Iterator[Watch]:
        """From now on. Exits with 2 when the platform is not there, or runs another site."""
        try:
            platform = RemotePlatform(self.platform, self.login)
            site = str(platform.get("/site")["id"])
        except RemoteRefused as error:
            raise refuse(str(error)) from None
        if site != loaded.site.id:
            raise refuse(f"{self.platform} runs the site '{site}', the scenario is for '{loaded.site.id}'")
        try:
            yield Watch(platform, frozenset(loaded.site.devices), SystemClock().now_ns())
        finally:
            platform.close()


def play_live(file: Path, site: RunningSite, simulators_url: str, slack_ns: int, on_progress: OnProgress) -> Verdict:
    """In real time. Moments may be off by ``slack_ns`` more than the scenario says."""
    with mistakes_shown():
        loaded = load_scenario(file)
    scenario, simulators = loaded.scenario, Simulators(simulators_url)
    began_s = time.monotonic()
    try:
        against = objections(scenario, simulators)
        if against:
            raise refuse("\n".join(f"{file}: {why}" for why in against))
        with site.watch(loaded) as watch:
            player = LivePlayer(scenario, simulators, watch, SystemClock().now_ns, time.sleep)
            outcome = player.play(on_progress)
    except RemoteRefused as error:
        raise refuse(f"{file}: {error}") from None
    finally:
        simulators.close()
    differences = compare(replace(scenario, expected=widened(scenario.expected, slack_ns)), outcome)
    result = Result.FAILED if differences else Result.PASSED
    return Verdict(str(file), result, scenario.id, scenario.length_ns / SECOND, time.monotonic() - began_s, differences)


def observe(file: Path, site: RunningSite, report: Path | None) -> bool:
    """Watch until everything is ticked, the scenario's length is over, or Ctrl-C. Whether everything was ticked."""
    with mistakes_shown():
        loaded = load_scenario(file)
    began = datetime.now(loaded.site.timezone)
    with site.watch(loaded) as watch:
        try:
            found = _followed(loaded.scenario, watch)
        except RemoteRefused as error:
            raise refuse(f"{file}: {error}") from None
    if report is not None:
        report.write_text(_reported(report, loaded.scenario, found, site.login.user, began), encoding="utf-8")
    return found.is_done


def _followed(scenario: Scenario, watch: Watch) -> Checklist:
    """A table that ticks itself on a terminal; elsewhere a line for each entry that changes."""
    end_ns = watch.start_ns + scenario.length_ns
    found = checklist(scenario, watch.look())
    out.print(f"watching {watch.platform.url} until {len(found.entries)} entries are ticked", markup=False)
    with Live(_table(scenario, found, end_ns), console=out, refresh_per_second=4) if out.is_terminal else _nothing() as live:
        try:
            while not found.is_done and SystemClock().now_ns() < end_ns:
                time.sleep(LOOK_NS / SECOND)
                before, found = found, checklist(scenario, watch.look())
                if live is not None:
                    live.update(_table(scenario, found, end_ns))
                else:
                    _say_news(before, found)
        except KeyboardInterrupt:
            out.print("stopped by hand")
    return found


@contextmanager
def _nothing() -> Iterator[None]:
    yield None


def _say_news(before: Checklist, found: Checklist) -> None:
    for old, new in zip(before.entries, found.entries, strict=True):
        if old != new:
            out.print(f"{_MARKS[new.tick]} {new.what}  {new.note}", soft_wrap=True)


def _table(scenario: Scenario, found: Checklist, end_ns: int) -> Table:
    left = written(max(0, end_ns - SystemClock().now_ns()) // SECOND * SECOND)
    table = Table(box=None, title=f"{scenario.name.zh}  {scenario.name.en}", caption=f"{left} left; Ctrl-C ends")
    for heading in ("", "must come", ""):
        table.add_column(heading)
    for entry in found.entries:
        table.add_row(_MARKS[entry.tick], entry.what, entry.note)
    for name in found.extras:
        table.add_row("+", f"{name} came besides", "")
    return table


def _reported(report: Path, scenario: Scenario, found: Checklist, by: str, began: datetime) -> str:
    if report.suffix == ".json":
        return json.dumps(as_json(scenario, found, by, began), ensure_ascii=False, indent=2) + "\n"
    return as_markdown(scenario, found, by, began)
