"""``guanjia run``: the platform for a real site, or its part on this machine.

What a part is made of is loaded when it is that part: an edge has no use for web pages, rules and journal, and may be a small machine.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import structlog
import typer

from guanjia.apart.shares import NoSuchShare, Part, apart, edge_meant, parts_of, share
from guanjia.commands.words import configuration, err, refuse
from guanjia.config.configuration import Configuration
from guanjia.data_folder import FolderTaken, owned
from guanjia.no_pauses import without_pauses
from guanjia.ports import trouble
from guanjia.process import use_logs
from guanjia.system_clock import SystemClock
from model.rule_version import RuleVersion
from model.site import Mqtt, Site

log = structlog.get_logger()
_LOOPBACK = "127.0.0.1"
"""Where the embedded broker listens."""


def run(
    site: Annotated[Path, typer.Option("--site", help="The site file.")],
    data: Annotated[Path, typer.Option("--data", help="Everything the platform keeps lives in this folder.")] = Path("data"),
    host: Annotated[str, typer.Option("--host", help="Address to serve on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port to serve on.")] = 8080,
    log_file: Annotated[Path | None, typer.Option("--log-file", help="Write the log there instead of to standard error.")] = None,
    simulators: Annotated[
        str, typer.Option("--simulators", help="The site is simulated: its control API, http://127.0.0.1:8090, for the testing page.")
    ] = "",
    replay: Annotated[Path | None, typer.Option("--replay", help="Play this recording in place of the devices.")] = None,
    speed: Annotated[float, typer.Option("--speed", min=0.1, max=100, help="Recorded seconds per second of a replay.")] = 1.0,
    only: Annotated[
        str, typer.Option("--only", help="collectors: read and pass on to a core. core: keep, judge and show what such machines read.")
    ] = "collectors,core",
    edge: Annotated[str | None, typer.Option("--edge", help="Which edge of the site file this machine is, with --only collectors.")] = None,
) -> None:
    """Run the platform: read, keep, judge, dispatch, show. Example: guanjia run --site site.yaml --data data"""
    use_logs(log_file)
    part = _part(only, edge, replay)
    found = as_written_or_as_it_ran(site, data)
    if part is not None:
        with owning(data):
            run_apart(found, part, edge, data, host, port, simulators=simulators)
        return
    with without_pauses():
        from guanjia.commands.serving import serve

    if replay is None:
        with owning(data):
            refuse_ports(host, port, found.site)
            serve(found, data, host, port, simulators=simulators)
        return
    from guanjia.commands.recordings import opened_recording
    from guanjia.recording.replayed import Replay, ReplayClock

    with opened_recording(replay, found.site) as (reader, _), owning(data):
        refuse_used(data)
        refuse_ports(host, port)
        clock = ReplayClock(SystemClock(), reader.header.start_ns, speed)
        serve(found, data, host, port, clock=clock, read=lambda site, sink, *_: Replay(reader, sink, clock))


def as_written_or_as_it_ran(site: Path, data: Path) -> Configuration:
    """The configuration, or exit with 2. A mistake in the site's rules keeps no platform down that has run: its last rules run on."""
    found = configuration(site, lambda meant: _rules_that_ran(meant, data))
    for mistake in found.refused:
        err.print(str(mistake), markup=False, soft_wrap=True)
        log.error("rules_refused", mistake=str(mistake))
    if found.refused:
        err.print("the rule files were not taken, the rules that ran last run on until they are right", markup=False, soft_wrap=True)
    return found


def _rules_that_ran(site: Site, data: Path) -> Sequence[RuleVersion]:
    """Every version the journal keeps; none where no platform has run."""
    if not data.is_dir():
        return ()
    from store.journal.journal import open_journal

    with owning(data):
        journal = open_journal(site.journal_url, data, {})
        try:
            return journal.rule_versions()
        finally:
            journal.close()


def _part(only: str, edge: str | None, replay: Path | None) -> Part | None:
    """Which part of the site this process is, None for the whole; or exit with 2."""
    try:
        parts = parts_of(only)
    except ValueError as error:
        raise refuse(str(error)) from None
    part = next(iter(parts)) if len(parts) == 1 else None
    if edge is not None and part is not Part.COLLECTORS:
        raise refuse("--edge says which machine this is that reads for a core; it goes with --only collectors")
    if replay is not None and part is not None:
        raise refuse("a replay stands in for the devices of a whole site; leave --only away")
    return part


def run_apart(found: Configuration, part: Part, edge: str | None, data: Path, host: str, port: int, *, simulators: str = "") -> None:
    """Run one part of a site that runs on several machines, until stopped."""
    site = apart(found.site)
    if site.link_broker.url == "embedded":
        raise refuse("edges and core meet at a broker that all of them reach; write in the site file 'link: {broker: mqtts://…}'")
    if part is Part.CORE:
        refuse_ports(host, port, share(site, ""))
        from guanjia.apart.core import CoreReading
        from guanjia.commands.serving import serve

        serve(replace(found, site=site), data, host, port, simulators=simulators, read=CoreReading)
        return
    try:
        mine = edge_meant(site.edges, edge)
    except NoSuchShare as error:
        raise refuse(str(error)) from None
    refuse_ports(host, port, share(site, mine))
    from guanjia.commands.run_edge import serve_edge

    serve_edge(site, mine, data, host, port)


@contextmanager
def owning(data: Path) -> Iterator[None]:
    """Have the data folder to ourselves, or exit with 2."""
    with ExitStack() as held:
        try:
            held.enter_context(owned(data))
        except FolderTaken as error:
            raise refuse(f"{error}; stop that one, or choose another folder with --data") from None
        except OSError as error:
            raise refuse(f"{data} can't be written: {error.strerror}; choose another folder with --data") from None
        yield


def refuse_ports(host: str, port: int, read: Site | None = None) -> None:
    """Exit with 2 when a port we are to listen on can't be had, and say which setting it is. ``read``: the site whose devices are read."""
    wrong = []
    if why := trouble(host, port):
        wrong.append(f"{host}:{port}, the console's, is {why}; choose another with --port (or --host)")
    broker = read.broker if read else None
    if broker and broker.url == "embedded" and broker.port and _speaks_mqtt(read) and (why := trouble(_LOOPBACK, broker.port)):
        wrong.append(f"{_LOOPBACK}:{broker.port}, the embedded MQTT broker's, is {why}; write another in the site file, mqtt: {{port: …}}")
    if wrong:
        raise refuse("\n".join(wrong))


def _speaks_mqtt(site: Site | None) -> bool:
    return site is not None and any(isinstance(device.connection, Mqtt) for device in site.devices.values())


def refuse_used(data: Path) -> None:
    """A replay lives in the recording's time: what a folder has seen since must not lie ahead of it."""
    if any((data / "history").glob("*.duckdb")):
        raise refuse(f"{data} has a history of its own: replay into a new folder with --data")
