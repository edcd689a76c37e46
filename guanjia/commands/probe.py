"""``guanjia probe``: what does this device really say?"""

from pathlib import Path
from typing import Annotated

import typer

from guanjia.commands import probe_device, probe_topics
from guanjia.commands.probe_target import Asked, targeted
from guanjia.commands.words import refuse
from model.profile import Table


def probe(
    target: Annotated[str, typer.Argument(help="The address of a device or gateway, or with --site the id of a device.")] = "",
    site: Annotated[Path | None, typer.Option("--site", help="The site file in which the device stands.")] = None,
    profile: Annotated[str, typer.Option("--profile", help="What it should be: a built-in profile, or a .yaml file.")] = "",
    port: Annotated[int | None, typer.Option("--port", min=1, max=65535, help="TCP port; the profile's, or 502.")] = None,
    unit: Annotated[int | None, typer.Option("--unit", min=0, max=255, help="Unit id; the profile's, or 1.")] = None,
    framer: Annotated[str, typer.Option("--framer", help="tcp, or rtu for RTU frames over TCP.")] = "tcp",
    serial: Annotated[str, typer.Option("--serial", help="A serial line instead of an address: /dev/ttyUSB0, COM3.")] = "",
    baud: Annotated[int | None, typer.Option("--baud", min=300, max=4_000_000, help="Of the serial line; the profile's, or 9600.")] = None,
    parity: Annotated[str, typer.Option("--parity", help="N, E or O; the profile's, or N.")] = "",
    stopbits: Annotated[int | None, typer.Option("--stopbits", min=1, max=2, help="1 or 2; the profile's, or 1.")] = None,
    timeout: Annotated[str, typer.Option("--timeout", help="How long an answer may take.")] = "1s",
    gap: Annotated[str, typer.Option("--gap", help="Rest between two requests, such as 50ms; the profile's.")] = "",
    requests: Annotated[int, typer.Option("--requests", min=1, max=100_000, help="Stop after so many requests.")] = 1500,
    plan: Annotated[bool, typer.Option("--plan", help="Only explain which blocks would be read; asks nothing.")] = False,
    quick: Annotated[bool, typer.Option("--quick", help="Read once and judge; look for no limits.")] = False,
    table: Annotated[Table, typer.Option("--table", help="Without a profile: what to show.")] = Table.HOLDING,
    first: Annotated[int, typer.Option("--from", min=0, max=65535, help="Without a profile: first zero-based address.")] = 0,
    last: Annotated[int, typer.Option("--to", min=0, max=65535, help="Without a profile: last address.")] = 99,
    scan_units: Annotated[str, typer.Option("--scan-units", help="Which unit ids answer: 1-32.")] = "",
    topic: Annotated[str, typer.Option("--topic", help="MQTT: listen to this filter, such as parking/#.")] = "",
    broker: Annotated[str, typer.Option("--broker", help="MQTT: mqtt://[USER@]HOST:PORT or mqtts://…")] = "mqtt://127.0.0.1:1883",
    seconds: Annotated[float, typer.Option("--seconds", min=0.1, max=86_400, help="MQTT: how long to listen.")] = 30.0,
    device_id: Annotated[str, typer.Option("--id", help="The device's id in the lines for site.yaml.")] = "",
    area: Annotated[str, typer.Option("--area", help="Its area there.")] = "",
    write: Annotated[Path | None, typer.Option("--write", help="Write those lines to a new file, too.")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="With --write: the file may be overwritten.")] = False,
) -> None:
    """Read a device live and say how it is to be read; only reading functions are used.

    Example: guanjia probe 10.0.0.11 --unit 1 --profile schneider_pm5000
    """
    if write is not None and write.exists() and not replace:
        raise refuse(f"{write} exists; name another file, or add --replace to overwrite it")
    if topic:
        raise typer.Exit(probe_topics.listened(topic, broker, seconds, write, profile))
    asked = Asked(target, site, profile, port, unit, framer, serial, baud, parity, stopbits, timeout, device_id, area)
    found = targeted(asked)
    if plan:
        raise typer.Exit(probe_device.explained(found))
    bench = probe_device.Bench(found, gap, requests, write)
    if scan_units:
        raise typer.Exit(bench.units(scan_units))
    if found.device is not None:
        raise typer.Exit(bench.examined(quick=quick))
    if last < first:
        raise refuse(f"--to {last} lies before --from {first}")
    raise typer.Exit(bench.scanned(table, first, last + 1))
