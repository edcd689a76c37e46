"""What was found, as lines to paste: the device for site.yaml, and what its profile should say otherwise. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import yaml

from collectors.modbus.plan import plan
from guanjia.probe.examination import Findings
from guanjia.probe.judge import Verdict
from guanjia.probe.refused import in_profile, never_read, refused_points
from guanjia.probe.strategy import End
from guanjia.probe.timing import period_s, timeout_s
from guanjia.probe.ways import AS_WRITTEN, Order, Way, written_order
from model.clock import SECOND
from model.profile import ModbusDefaults, Profile
from model.site import Connection, Device, ModbusSerial, ModbusTcp, Mqtt, System

_SYSTEMS = {
    "power_meter": System.POWER,
    "transformer_monitor": System.POWER,
    "ev_charger": System.CHARGING,
    "pump": System.WATER,
    "sump": System.WATER,
    "tank": System.WATER,
    "vfd": System.WATER,
    "water_meter": System.WATER,
    "level_sensor": System.WATER,
    "elevator": System.ELEVATOR,
    "fire_panel": System.FIRE,
    "fire_loop": System.FIRE,
    "gas_detector": System.GAS,
    "hvac": System.HVAC,
    "parking_barrier": System.PARKING,
    "parking_space": System.PARKING,
}
"""Where a device of that class usually belongs; a suggestion to be looked at."""


def usual_system(profile: Profile) -> System:
    return _SYSTEMS.get(profile.device_class, System.ELV)


def site_lines(device: Device, profile_name: str, findings: Findings | None = None) -> str:
    """An item of ``devices:``. Period and timeout follow what was measured, where something was."""
    every_s, patience_s = _pace(device, findings) if findings else (device.every_ns / SECOND, 0.0)
    written = {
        "id": device.id,
        "name": {"zh": device.name.zh, "en": device.name.en},
        "system": str(device.system),
        "area": device.area,
        "profile": profile_name,
        **_connection(device.connection, patience_s),
    }
    if not isinstance(device.connection, Mqtt):
        written["every"] = f"{every_s:g}s"
    items = [f"{key}: {_flow(value)}" for key, value in written.items()]
    return "\n".join(f"{'  - ' if place == 0 else '    '}{item}" for place, item in enumerate(items))


def site_changes(device: Device, findings: Findings) -> str:
    """Lines of a device that stands in a site file already which should read otherwise; empty when none should."""
    every_s, patience_s = _pace(device, findings)
    waits_s = device.connection.timeout_s if isinstance(device.connection, ModbusTcp | ModbusSerial) else patience_s
    lines = [f"    every: {every_s:g}s"] if every_s > device.every_ns / SECOND else []
    return "\n".join([*lines, f"    # in modbus: timeout: {patience_s:g}s"] if patience_s > waits_s else lines)


def _pace(device: Device, findings: Findings) -> tuple[float, float]:
    """Period and timeout in seconds that suit what was measured; those of the device where nothing was."""
    limits = device.profile.modbus or ModbusDefaults()
    every_s = max(device.every_ns / SECOND, limits.min_interval_ms / 1000)
    if findings.timing is None:
        return every_s, 0.0
    return max(every_s, period_s(findings.planned, findings.timing, limits.inter_request_ms)), timeout_s(findings.timing)


def _connection(connection: Connection, patience_s: float) -> dict[str, object]:
    timeout = {"timeout": f"{patience_s:g}s"} if patience_s > 1 else {}
    match connection:
        case ModbusTcp(host=host, port=port, unit=unit, framer=framer):
            rtu = {"framer": framer} if framer != "tcp" else {}
            return {"modbus": {"host": host, "port": port, "unit": unit} | rtu | timeout}
        case ModbusSerial(port=line, baud=baud, parity=parity, stop_bits=stop, unit=unit):
            return {"modbus": {"serial": line, "baud": baud, "parity": parity, "stopbits": stop, "unit": unit} | timeout}
        case Mqtt(topic=topic, values=values):
            return {"mqtt": ({"topic": topic} if topic else {}) | ({"values": dict(values)} if values else {})}


def _flow(value: object) -> str:
    text: str = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, sort_keys=False, width=1000)
    return text.removesuffix("\n").removesuffix("\n...")


@dataclass(frozen=True, slots=True)
class Change:
    """A line of a profile that should read otherwise, and why."""

    key: str
    value: object
    why: str


def profile_changes(findings: Findings) -> Iterator[Change]:
    """Keys of the profile's ``defaults:`` that differ from what was found."""
    limits = findings.profile.modbus or ModbusDefaults()
    judgement = findings.judgement
    if judgement is not None and judgement.verdict in (Verdict.ANOTHER, Verdict.EQUAL):
        yield from _of_way(findings, written_order(findings.profile))
    block = findings.block
    longest, why = _longest(findings)
    if 0 < longest < limits.max_registers:
        yield Change("max_registers_per_read", longest, f"{why}; the profile says {limits.max_registers}")
    elif block and limits.max_registers < block.count:
        yield Change("max_registers_per_read", block.count, f"{block.count} registers were answered in one go, as truly as few")
    bridged = replace(limits, bridge_gaps=True)
    fewer = len(plan(replace(findings.profile, modbus=bridged))) if findings.bridged and limits.merge_reads else findings.planned
    if fewer < findings.planned:
        why = f"{findings.bridged} unlisted registers were read across; then {fewer} requests instead of {findings.planned}"
        yield Change("bridge_gaps", True, why)


def _longest(findings: Findings) -> tuple[int, str]:
    """The longest block that may be asked for, and why no more; 0 when nothing speaks for a limit."""
    if findings.block and findings.block.end in (End.DEVICE, End.LIES):
        return findings.block.count, findings.block.end
    if findings.too_long:
        return findings.too_long - 1, f"a block of {findings.too_long} is refused although its parts are answered"
    return 0, ""


def _of_way(findings: Findings, own: Order) -> Iterator[Change]:
    way = findings.way
    if way.order.byte_order is not own.byte_order:
        yield Change("byte_order", str(way.order.byte_order), f"{way.order.letters} is the plausible order")
    if way.order.word_order is not own.word_order:
        yield Change("word_order", str(way.order.word_order), f"{way.order.letters} is the plausible order")
    if way.placement.shift:
        now = findings.profile.modbus.address_offset if findings.profile.modbus else 0
        yield Change("address_offset", now + way.placement.shift, f"the profile says {now}")
    if way.placement.other_table:
        yield Change("table", "of every point: the other one", "holding registers are read with function 3, input registers with 4")


def profile_lines(findings: Findings) -> str:
    """A snippet of YAML; empty when the profile is right as it is."""
    lines = []
    changes = list(profile_changes(findings))
    if changes:
        lines = ["defaults:", *(f"  {'# ' if c.key == 'table' else ''}{c.key}: {_flow(c.value)}  # {c.why}" for c in changes)]
    if ranges := list(never_read(findings)):
        taken = ", ".join(refused_points(findings))
        lines.append("illegal:" + (f"  # once these points are taken out: {taken}" if taken else ""))
        for r in ranges:
            first, last = (in_profile(findings, r.table, at) for at in (r.first, r.last))
            lines.append(f"  - {{table: {r.table}, first: {first}, last: {last}}}")
    return "\n".join(lines)


def is_usable(findings: Findings) -> bool:
    """Whether the profile may be this device's at all."""
    return findings.judgement is None or findings.judgement.verdict is not Verdict.NONE_PLAUSIBLE


def is_as_expected(findings: Findings) -> bool:
    """Whether the device is as its profile says, as far as can be told; limits that could be wider do not count against it."""
    own = Way(AS_WRITTEN, written_order(findings.profile))
    return findings.way == own and is_usable(findings) and not findings.illegal and not findings.too_long and findings.refused == 0
