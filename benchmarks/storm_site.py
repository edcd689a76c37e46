"""A site made for storms: sensors that say over MQTT when something begins and ends, meters that are asked over Modbus, and their rules.

wire     said at once and once only (QoS 1); every message with the device's own time; no on-delay: each excursion counts, however short
float    the same without a clock; its alarm latches: once is enough
meter    polled four times a second over Modbus TCP; on-delay and off-delay of a second
"""

from dataclasses import dataclass
from pathlib import Path

from api.security import hash_password
from model.people import Role, User
from store.journal.journal import open_journal

USER, PASSWORD = "storm", "a long enough password"

_WIRE = """\
manufacturer: benchmark
model: Wire that tells its own time
class: {kind}
protocol: mqtt
defaults: {{qos: 1}}
notation: '{{topic}} is published at every change'
points:
- {{name: broken, label_zh: 断线, label_en: Broken, topic: '{{topic}}', path: $.broken, type: bool}}
{time}
source: [made for measuring]
confidence: typical
"""
_TIME = "- {name: time, label_zh: 时间, label_en: Time, topic: '{topic}', path: $.time, type: f64, unit: s, note: seconds since 1970}"
_METER = """\
manufacturer: benchmark
model: Meter with one register
class: storm_meter
protocol: modbus_tcp
defaults: {unit_id: 1}
notation: zero-based PDU addresses
points:
- {name: level, label_zh: 液位, label_en: Level, address: 0, table: holding, type: u16, unit: m, scale: 0.01, low: 0, high: 10}
source: [made for measuring]
confidence: typical
"""
_RULE = """\
- id: {id}
  for: {{class: {kind}}}
  when: {when}
  {delays}
  priority: high
  {latched}
  hold: false
  text: {{zh: "{{device}} 异常", en: "{{device}} disturbed"}}
  why:
    cause: {{zh: 测量, en: measuring}}
    consequence: {{zh: 无, en: none}}
    action: {{zh: 无需处理, en: nothing}}
    confirm: {{zh: 看, en: look}}
    respond_within: 10min
  source: measuring
  owner: {{zh: 工程部, en: engineering}}
  reviewed: 2026-01-01
  ticket: {{class: small, skill: electrical}}
"""


_SECOND_EACH = "on_delay: 1s\n  off_delay: 1s"
KINDS = ("wire", "float", "meter")


@dataclass(frozen=True, slots=True)
class StormSite:
    """How many of each kind; ``broker`` and ``meters_at`` are ports of the loopback. ``every``: pause between polls."""

    wires: int
    floats: int = 0
    meters: int = 0
    broker: int = 1883
    meters_at: int = 0
    every: str = "1s"
    copies: int = 1
    """Rules that watch a wire, all alike: so many alarms each."""

    def ids(self, kind: str) -> list[str]:
        return [f"{kind}{number:04}" for number in range({"wire": self.wires, "float": self.floats, "meter": self.meters}[kind])]

    def write(self, folder: Path) -> Path:
        """The site file, its profiles and its rules in a folder."""
        (folder / "wire.yaml").write_text(_WIRE.format(kind="storm_wire", time=_TIME), encoding="utf-8")
        (folder / "float.yaml").write_text(_WIRE.format(kind="storm_float", time=""), encoding="utf-8")
        (folder / "meter.yaml").write_text(_METER, encoding="utf-8")
        rules = [
            _RULE.format(id="storm.wire", kind="storm_wire", when="broken", delays="on_delay: 0s", latched="latched: false"),
            _RULE.format(id="storm.float", kind="storm_float", when="broken", delays="on_delay: 0s", latched="latched: true"),
            _RULE.format(id="storm.meter", kind="storm_meter", when="level > 5", delays=_SECOND_EACH, latched="latched: false"),
        ]
        more = [rules[0].replace("- id: storm.wire", f"- id: storm.wire{number}") for number in range(2, self.copies + 1)]
        there = more + [rule for rule, ids in zip(rules, map(self.ids, KINDS), strict=True) if ids]
        (folder / "rules.yaml").write_text("".join(there), encoding="utf-8")
        site = folder / "site.yaml"
        site.write_text(self._site(), encoding="utf-8")
        return site

    def _site(self) -> str:
        lines = [
            "site: {id: storm, name: {zh: 测量, en: Storm}, timezone: Asia/Shanghai}",
            "areas: [{id: hall, name: {zh: 大厅, en: Hall}}]",
            f"mqtt: {{broker: 'mqtt://127.0.0.1:{self.broker}'}}",
            "people:",
            *(f"  - {{id: {id}, name: {name}, role: technician, skills: [electrical]}}" for id, name in (("lin", "林"), ("wang", "王"))),
            "rules: [rules.yaml]",
            "devices:",
        ]
        for kind in ("wire", "float"):
            lines += [self._device(id, kind, f"mqtt: {{topic: storm/{id}, silent_after: never}}") for id in self.ids(kind)]
        for unit, id in enumerate(self.ids("meter"), 1):
            lines.append(self._device(id, "meter", f"modbus: {{host: 127.0.0.1, port: {self.meters_at}, unit: {unit}}}"))
        return "\n".join(lines) + "\n"

    def _device(self, id: str, kind: str, reached: str) -> str:
        every = f", every: {self.every}" if kind == "meter" else ""
        return f"  - {{id: {id}, name: {{zh: {id}, en: {id}}}, system: elv, area: hall, profile: {kind}.yaml, {reached}{every}}}"


def add_user(data: Path) -> None:
    """Somebody who may look, as ``guanjia user add`` does it."""
    data.mkdir(parents=True, exist_ok=True)
    journal = open_journal("sqlite", data, {})
    journal.put_user(User(USER, Role.ADMIN, USER, hash_password(PASSWORD)))
    journal.close()
