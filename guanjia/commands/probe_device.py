"""The parts of ``guanjia probe`` that speak Modbus: examining a device, scanning registers, scanning unit ids, explaining a plan."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.table import Table as Grid

from collectors.counters import Counters
from collectors.errors import ExchangeError, ProfileError
from collectors.modbus.decode import compile_decoder
from collectors.modbus.device import period_ns, requests_of, wire_of
from collectors.modbus.dialling import silence_ns
from collectors.modbus.explain import explain
from collectors.modbus.plan import plan
from guanjia.commands.probe_bar import bar_of
from guanjia.commands.probe_target import Target
from guanjia.commands.recordings import duration
from guanjia.commands.words import err, out, refuse, show, written
from guanjia.probe import advice
from guanjia.probe.asker import Asker, Spent
from guanjia.probe.examination import TIMED_READS, Examination, Findings, Stage
from guanjia.probe.lines import is_as_expected, is_usable, profile_lines, site_changes, site_lines
from guanjia.probe.scan import lines, scan
from guanjia.probe.show import measured_lines, value_table, verdict_lines
from guanjia.probe.strategy import Refusals
from guanjia.probe.units import Answered, scan_units, unit_range
from guanjia.system_clock import SystemClock
from model.clock import SECOND
from model.profile import ModbusDefaults, Profile, Table
from model.site import Device, ModbusSerial, ModbusTcp, System
from model.text import Text

FINE, FAILED = 0, 1
_QUICK = (Stage.LOCATE, Stage.READ, Stage.JUDGE)
_MILLISECOND = SECOND // 1000
_UNIT_GAP_NS = 100 * _MILLISECOND
"""Between two unit ids, unless told otherwise: a gateway that waits for a dead unit is not to be flooded."""
STOPPED = "stopped by you; what was found until then is shown"


def explained(target: Target) -> int:
    """The plan, without touching the wire."""
    if target.device is None:
        raise refuse("--plan needs to know what is to be read: --profile NAME, or --site SITE.YAML and the id of a device")
    device = target.device
    try:
        out.print(explain(device.profile, requests_of(device), period_ns(device)), markup=False, soft_wrap=True)
    except ProfileError as error:
        raise refuse(str(error)) from None
    return FINE


class Bench:
    """A target and how carefully it is asked."""

    def __init__(self, target: Target, gap: str, requests: int, write: Path | None) -> None:
        if target.connection is None:
            raise refuse("whom shall I ask? Name an address (10.0.0.11), --serial /dev/ttyUSB0, or --site SITE.YAML and a device's id")
        self._target, self._connection, self._write, self._gap = target, target.connection, write, gap
        limits = target.device.profile.modbus if target.device else None
        rest_ns = max((limits or ModbusDefaults()).inter_request_ms * _MILLISECOND, silence_ns(target.connection))
        self._gap_ns = duration(gap, "--gap") if gap else rest_ns
        device = target.device or _stranger(target.connection)
        wire = wire_of(device, Counters())
        self._asker = Asker(wire, target.connection.unit, target.connection.timeout_s, self._gap_ns, requests, SystemClock())

    # ── a device with a profile ──

    def examined(self, *, quick: bool) -> int:
        device = self._target.device
        assert device is not None
        try:
            compile_decoder(device.profile, plan(device.profile))
        except ProfileError as error:
            raise refuse(f"the profile can't be read as written: {error}") from None
        examination = Examination(device.profile, self._asker)
        with bar_of("requests") as bar:
            task = bar.add_task("connecting", total=None, count=0)

            def enter(stage: Stage) -> None:
                totals = {Stage.READ: examination.findings.planned or None, Stage.TIME: TIMED_READS}
                bar.reset(task, description=stage, total=totals.get(stage), count=self._asker.requests)

            self._asker.tell = lambda: bar.update(task, advance=1, count=self._asker.requests)
            ended = self._lived(lambda: examination.run(enter, _QUICK if quick else tuple(Stage)))
        findings = examination.findings
        if self._asker.heard:
            show(value_table(findings, self._asker.heard, out.width if out.is_terminal else None), out)
        for line in (*verdict_lines(findings), *measured_lines(findings, self._asker)):
            out.print(line, markup=False, soft_wrap=True)
        trouble = ended or advice.on_refusals(self._asker.refused, bool(self._asker.answered))
        if self._asker.answered and is_usable(findings):
            self._lines(replace(device, profile=findings.profile), findings)
        elif self._write is not None:
            err.print(f"{self._write} is not written: nothing was found that a site file should say", markup=False, soft_wrap=True)
        if trouble:
            err.print(trouble, markup=False, soft_wrap=True)
        return FINE if not trouble and is_as_expected(findings) else FAILED

    def _lines(self, device: Device, findings: Findings) -> None:
        """The lines to paste, on the terminal and in a file."""
        changes = profile_lines(findings)
        text = "devices:\n" + site_lines(device, self._target.profile, findings)
        if not self._target.is_on_site:
            out.print(f"\nFor site.yaml:\n{text}", markup=False, soft_wrap=True)
        elif differing := site_changes(device, findings):
            out.print(f"\nIn site.yaml, at '{device.id}':\n{differing}", markup=False, soft_wrap=True)
        if changes:
            out.print(f"\nIn a copy of the profile beside the site file:\n{changes}", markup=False, soft_wrap=True)
        if self._write is not None:
            notes = "".join(f"# {line}\n" for line in ("in a copy of the profile:", *changes.splitlines())) if changes else ""
            written(self._write, f"{text}\n{notes}")

    # ── registers nobody has a list of ──

    def scanned(self, table: Table, first: int, end: int) -> int:
        found: list[Refusals] = []

        async def look() -> None:
            found.append(await self._asker.follow(scan(table, first, end)))

        with bar_of("requests") as bar:
            task = bar.add_task(f"reading {table} {first} to {end - 1}", total=None, count=0)
            self._asker.tell = lambda: bar.update(task, count=self._asker.requests)
            ended = self._lived(look)
        grid = Grid(box=None, header_style="bold", pad_edge=False)
        for heading in (table, "raw", "unsigned", "signed", "as float, with the next", "as 32 bits, with the next", "text"):
            grid.add_column(heading, overflow="fold", no_wrap=heading != "text")
        for line in lines(self._asker.heard, table, first, end):
            grid.add_row(str(line.address), line.raw, line.unsigned, line.signed, line.floats, line.wholes, line.text)
        if grid.row_count:
            show(grid, out)
        ranges = [f"{r.first}" + (f"–{r.last}" if r.last > r.first else "") for one in found for r in one.ranges]
        out.print(f"{grid.row_count} answered; refused: {', '.join(ranges) or 'none'}; {self._asker.requests} requests", markup=False)
        trouble = ended or advice.on_refusals(self._asker.refused, bool(self._asker.answered))
        if trouble:
            err.print(trouble, markup=False, soft_wrap=True)
        return FAILED if trouble else FINE

    # ── who is there at all ──

    def units(self, words: str) -> int:
        try:
            wanted = unit_range(words)
        except ValueError as error:
            raise refuse(f"--scan-units {words}: {error}") from None
        found: dict[int, Answered] = {}
        self._asker.gap_ns = self._gap_ns if self._gap else max(self._gap_ns, _UNIT_GAP_NS)
        table, address = _first_register(self._target.device.profile if self._target.device else None)
        with bar_of("requests") as bar:
            task = bar.add_task("asking units", total=len(wanted), count=0)
            self._asker.tell = lambda: bar.update(task, advance=1, count=self._asker.requests)
            ended = self._lived(lambda: scan_units(self._asker, wanted, table, address, found))
        for unit, answered in found.items():
            out.print(f"unit {unit:>3}: {answered}", markup=False)
        out.print(f"{len(found)} of {len(wanted)} units answer", markup=False)
        if ended:
            err.print(ended, markup=False, soft_wrap=True)
        return FINE if found and not ended else FAILED

    # ── common ground ──

    def _lived(self, life: Callable[[], Coroutine[Any, Any, None]]) -> str:
        """Connect and do it; why it ended early, or nothing."""
        self._is_connected = False
        try:
            asyncio.run(self._connected(life))
        except KeyboardInterrupt:
            return STOPPED
        except Spent:
            return f"stopped after {self._asker.requests} requests; allow more with --requests"
        except ProfileError as error:
            return str(error)
        except ExchangeError as error:
            reason = advice.on_asking if self._is_connected else advice.on_connecting
            return reason(error, self._connection)
        return ""

    async def _connected(self, life: Callable[[], Coroutine[Any, Any, None]]) -> None:
        try:
            await self._asker.connect()
            self._is_connected = True
            await life()
        finally:
            self._asker.close()


def _stranger(connection: ModbusTcp | ModbusSerial) -> Device:
    """Somebody of whom only the address is known."""
    return Device("unknown", Text("", ""), System.ELV, "", Profile("unknown", "", "", "", ()), connection, SECOND)


def _first_register(profile: Profile | None) -> tuple[Table, int]:
    """What to ask a unit for: anything will do, for a refusal is an answer, too."""
    requests = plan(profile) if profile else ()
    return (requests[0].table, requests[0].address) if requests else (Table.HOLDING, 0)
