"""``guanjia scenario``: play scenarios, list them, check them, fill in what came."""

import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import structlog
import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from guanjia.commands import scenario_live
from guanjia.commands.scenario_live import RunningSite, play_live
from guanjia.commands.words import REFUSED, err, mistakes_shown, out, refuse, show
from guanjia.config.scenario_file import load_scenario
from guanjia.config.scenario_times import length_ns, written
from guanjia.scenario.event_lines import events_file, write
from guanjia.scenario.fill import filled
from guanjia.scenario.player import OnProgress, play
from guanjia.scenario.remote_platform import Login
from guanjia.scenario.verdict import Result, Verdict, judge, junit
from model.mistake import ConfigError

app = typer.Typer(help="Scenarios: what happens on a site, and what the platform must make of it.", no_args_is_help=True)
Files = Annotated[list[Path], typer.Argument(help="Scenario files, or folders of them.", metavar="FILE…|DIR")]
_MARKS = {Result.PASSED: "[green]✓[/]", Result.FAILED: "[red]✗[/]", Result.REFUSED: "[red]![/]"}
FAILED = 1


@app.command("run")
def run(
    files: Files,
    jobs: Annotated[int, typer.Option("-j", "--jobs", min=1, help="Scenarios played at the same time, each in a process of its own.")] = 1,
    junit_file: Annotated[Path | None, typer.Option("--junit", help="Write the verdicts there as JUnit XML.")] = None,
    live: Annotated[bool, typer.Option("--live", help="Play in real time on a running simulated site.")] = False,
    observe: Annotated[bool, typer.Option("--observe", help="Only watch a running site while somebody triggers the real device.")] = False,
    simulators: Annotated[str, typer.Option("--simulators", help="The simulators' control API, for --live.")] = "http://127.0.0.1:8090",
    platform: Annotated[str, typer.Option("--platform", help="The running platform.")] = "http://127.0.0.1:8080",
    user: Annotated[str, typer.Option("--user", help="Login on the running platform.")] = "engineer",
    password: Annotated[str, typer.Option("--password", envvar="GUANJIA_PASSWORD", help="Its password.")] = "",
    slack: Annotated[str, typer.Option("--slack", help="How much later or earlier things may come on a running site.")] = "10s",
    report: Annotated[Path | None, typer.Option("--report", help="Write the check list of --observe there: .md, or .json.")] = None,
) -> None:
    """Play scenarios in virtual time and compare every alarm and ticket. Example: guanjia scenario run examples/talent-apartments/scenarios

    With --live in real time on a running simulated site, with --observe as a check list that ticks itself while a technician triggers the
    real device. Exit code 0 when all went as expected, 1 when one did not, 2 when a file is wrong or a site is not there.
    """
    if live and observe:
        raise refuse("--live plays the faults itself, --observe waits for somebody to cause them: choose one")
    named = _files(files)
    site = RunningSite(platform, Login(user, password))
    if observe:
        _observe(named, site, report)
        return
    verdicts = []
    for verdict in _live(named, site, simulators, slack) if live else _judged(named, jobs):
        verdicts.append(verdict)
        _tell(verdict)
    if junit_file is not None:
        junit_file.write_bytes(junit(verdicts))
    _sum_up(verdicts)
    results = {verdict.result for verdict in verdicts}
    if results != {Result.PASSED}:
        raise typer.Exit(REFUSED if Result.REFUSED in results else FAILED)


def _live(files: Sequence[Path], site: RunningSite, simulators: str, slack: str) -> Iterator[Verdict]:
    """One after the other: there is only one site."""
    try:
        slack_ns = length_ns(slack)
    except ValueError as error:
        raise refuse(f"--slack {slack}: {error}") from None
    _quiet()
    with _progress() as follow:
        for file in files:
            yield play_live(file, site, simulators, slack_ns, follow(file.stem))


def _observe(files: Sequence[Path], site: RunningSite, report: Path | None) -> None:
    if len(files) != 1:
        raise refuse("--observe watches for one scenario at a time: name one file")
    _quiet()
    if not scenario_live.observe(files[0], site, report):
        raise typer.Exit(FAILED)


@app.command("list")
def list_scenarios(files: Files) -> None:
    """List scenarios in both languages. Example: guanjia scenario list examples/talent-apartments/scenarios"""
    table = Table(box=None, header_style="bold")
    for heading in ("scenario", "zh", "en", "length", "acts", "alarms", "tickets"):
        table.add_column(heading, no_wrap=heading not in ("zh", "en"))
    with mistakes_shown():
        for file in _files(files):
            s = load_scenario(file).scenario
            alarms, tickets = (str(sum(entry.count for entry in entries)) for entries in (s.expected.alarms, s.expected.tickets))
            table.add_row(s.id, s.name.zh, s.name.en, written(s.length_ns), str(len(s.timeline)), alarms, tickets)
    show(table)


@app.command("check")
def check(files: Files) -> None:
    """Only check scenario files; print every mistake. Example: guanjia scenario check pump-dry-run.yaml"""
    found = _files(files)
    mistakes = []
    for file in found:
        try:
            load_scenario(file)
        except ConfigError as error:
            mistakes += error.mistakes
    with mistakes_shown():
        if mistakes:
            raise ConfigError(mistakes)
    out.print(f"{len(found)} scenarios. No mistakes.", markup=False)


@app.command("fill")
def fill(
    file: Annotated[Path, typer.Argument(help="A scenario file.", metavar="FILE")],
    show: Annotated[bool, typer.Option("--show", help="Only print it; leave the file as it is.")] = False,
    events: Annotated[bool, typer.Option("--events", help="Also write every event to events/<scenario>.jsonl.")] = False,
) -> None:
    """Play a scenario and write what came into its 'expect:', for you to review. Example: guanjia scenario fill pump-dry-run.yaml

    A file of every event that lies beside the scenario already is always written anew.
    """
    _quiet()
    with mistakes_shown():
        loaded = load_scenario(file)
    with _progress() as follow:
        played = play(loaded.scenario, loaded.site, loaded.rules, follow(file.stem))
    for trouble in played.outcome.troubles:
        err.print(trouble, markup=False, soft_wrap=True)
    text = filled(file.read_text(encoding="utf-8"), loaded, played.outcome)
    if show:
        out.print(text, markup=False, soft_wrap=True, end="")
        return
    file.write_text(text, encoding="utf-8")
    if events or events_file(file).is_file():
        write(events_file(file), played.events)
    counts = f"{len(played.outcome.alarms)} alarms and {len(played.outcome.tickets)} tickets"
    out.print(f"{file}: {counts} came and stand under 'expect:' now; review them before you trust them", markup=False, soft_wrap=True)


def _files(named: Sequence[Path]) -> list[Path]:
    """The files, and those in the folders. Refused when there are none."""
    found = [file for path in named for file in (sorted(path.rglob("*.yaml")) if path.is_dir() else [path])]
    if not found:
        raise refuse(f"no scenario file (*.yaml) in {', '.join(map(str, named))}")
    return found


def _judged(files: Sequence[Path], jobs: int) -> Iterator[Verdict]:
    """In the order of the files."""
    _quiet()
    if jobs > 1 and len(files) > 1:
        with ProcessPoolExecutor(min(jobs, len(files)), initializer=_quiet) as pool:
            yield from pool.map(judge, files)
        return
    with _progress() as follow:
        for file in files:
            yield judge(file, follow(file.stem))


def _tell(verdict: Verdict) -> None:
    speed = f"{verdict.took_s:6.1f} s  {verdict.speed_up:7,.0f} ×" if verdict.took_s else ""
    out.print(f"{_MARKS[verdict.result]} {verdict.id:<40} {speed}")
    for line in verdict.lines():
        out.print(f"    {line}", markup=False, soft_wrap=True)


def _sum_up(verdicts: Sequence[Verdict]) -> None:
    counts = ", ".join(f"{count} {result}" for result in Result if (count := sum(v.result is result for v in verdicts)))
    played_h, took_s = sum(v.site_s for v in verdicts) / 3600, sum(v.took_s for v in verdicts)
    out.print(f"{len(verdicts)} scenarios: {counts}; {played_h:.1f} h of site time in {took_s:.1f} s", markup=False)


def _quiet() -> None:
    """The platform's log is of no interest while it is played with; only what is an error is said."""
    only_errors = structlog.make_filtering_bound_logger("error")
    structlog.configure(wrapper_class=only_errors, logger_factory=structlog.PrintLoggerFactory(sys.stderr))


@contextmanager
def _progress() -> Iterator[Callable[[str], OnProgress]]:
    """A bar on a terminal while scenarios are played one after the other; nothing elsewhere."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:

        def follow(name: str) -> OnProgress:
            for task in progress.task_ids:
                progress.remove_task(task)
            task = progress.add_task(name, total=1.0)
            return lambda share: progress.update(task, completed=share)

        yield follow
