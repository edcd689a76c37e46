"""What is wrong when, system by system: the signs the tiles count and the tables list.

Each names the rule that alarms on the same thing; the rule gives the colour. The alarm itself, with its delays and suppression, is the rule
engine's: here stands what the newest readings say.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dashboards.grafana.groups import Want
from dashboards.grafana.limits import Limits
from model.site import System
from model.text import Text

_VOLTS = (Want("voltage_l1", "V"), Want("voltage_l2", "V"), Want("voltage_l3", "V"))
_AMPS = tuple(Want(f"current_l{phase}", "A", "rated_current") for phase in (1, 2, 3))
_WINDINGS = tuple(Want(f"winding{number}_temp", "degC") for number in (1, 2, 3))
DEAD_V = 22.0
"""A tenth of the nominal voltage: rule power.feeder_off."""
OVERLOAD_PERCENT = 95.0
"""Of the rated current: level overload of rule power.overload."""
WARNING_PERCENT = 80.0
"""Of the rated current: rule power.overload."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A sign as such, before it is looked for on a site. ``test`` speaks of the wants as ``a``, ``b``, ``c``; ``column`` names it in a
    table, where the first want's value stands, with the words for it."""

    column: str
    device_class: str
    wants: tuple[Want, ...]
    test: str
    title: Text
    rule: str
    unit: str = ""
    words: Mapping[str, Text] = field(default_factory=dict)
    heading: Text | None = None
    """Of the column, where the title of the count would not do."""
    level: str = ""
    """Of the rule, where the sign is that of one of its levels."""
    by_list: bool = False
    """Whether the value's words are those of the point's own list of codes."""


def _flag(column: str, device_class: str, point: str, title: Text, rule: str) -> Kind:
    return Kind(column, device_class, (Want(point),), '"a" = 1', title, rule, words={"1": title})


def _points(column: str, point: str, title: Text, rule: str) -> Kind:
    return Kind(column, "fire_loop", (Want(point),), '"a" > 0', title, rule)


def _any_above(value: float) -> str:
    return " OR ".join(f'"{column}" > {value:g}' for column in "abc")


_METERS = (
    Kind(
        "dead",
        "power_meter",
        _VOLTS,
        f'"a" < {DEAD_V:g} AND "b" < {DEAD_V:g} AND "c" < {DEAD_V:g}',
        Text("失压", "No voltage"),
        "power.feeder_off",
        "V",
    ),
    Kind("load", "power_meter", _AMPS, _any_above(OVERLOAD_PERCENT), Text("过载", "Overload"), "power.overload", "%", level="overload"),
)
_HVAC = (_flag("alarm", "hvac", "alarm_output", Text("机组报警", "Chiller alarm"), "chiller.fault"),)
_WATER = (
    _flag("fault", "pump", "fault", Text("水泵故障", "Pump fault"), "pump.fault"),
    _flag("seal", "pump", "seal_leak", Text("机封漏水", "Seal leak"), "pump.seal_leak"),
    _flag("pump1", "sump", "pump1_fault", Text("1#排污泵故障", "Sump pump 1 fault"), "sump.pump_fault"),
    _flag("pump2", "sump", "pump2_fault", Text("2#排污泵故障", "Sump pump 2 fault"), "sump.pump_fault"),
    _flag("high", "sump", "high_float", Text("高水位", "High level"), "sump.high"),
    _flag("flood", "sump", "overflow_float", Text("集水坑溢流", "Sump overflow"), "sump.overflow"),
    _flag("leak", "sump", "leak", Text("地面漏水", "Leak on the floor"), "sump.leak"),
    _flag("overflow", "tank", "overflow", Text("水箱溢流", "Tank overflow"), "tank.overflow"),
)
_ELEVATOR = (
    _flag("trapped", "elevator", "alarm_trapped", Text("困人", "Trapped"), "elevator.entrapment"),
    _flag("button", "elevator", "alarm_button", Text("轿厢呼救", "Alarm button"), "elevator.alarm_button"),
    Kind("fault", "elevator", (Want("fault_code"),), '"a" > 0', Text("故障", "Fault"), "elevator.safety_circuit", by_list=True),
    _flag("inspection", "elevator", "maintenance_mode", Text("检修", "Inspection"), "elevator.inspection"),
)
_FIRE = (
    _points("fire", "fire_count", Text("火警点", "Points in alarm"), "fire.alarm"),
    _points("faults", "fault_count", Text("故障点", "Points in fault"), "fire.fault"),
    _points("disabled", "disabled_count", Text("屏蔽点", "Points disabled"), "fire.shielded"),
    _points("supervisory", "supervisory_count", Text("监管点", "Points supervisory"), "fire.supervisory"),
    _flag("open", "fire_loop", "loop_open", Text("回路断线", "Loop open"), "fire.loop_open"),
    _flag("short", "fire_loop", "loop_short", Text("回路短路", "Loop shorted"), "fire.loop_short"),
    _flag("pump", "pump", "fault", Text("消防泵故障", "Fire pump fault"), "pump.fault"),
    _flag("overflow", "tank", "overflow", Text("水箱溢流", "Tank overflow"), "tank.overflow"),
)
_GAS = (
    Kind("gas", "gas_detector", (Want("alarm_state"),), '"a" > 0', Text("燃气报警", "Gas alarm"), "gas.leak"),
    Kind("fault", "gas_detector", (Want("active_fault"),), '"a" > 0', Text("探测器故障", "Detector fault"), "gas.detector_fault"),
)
_PARKING = (
    Kind(
        "state",
        "parking_barrier",
        (Want("state"),),
        '"a" = 4 OR "a" = 5',
        Text("停在半途或故障", "Stopped midway or faulty"),
        "barrier.fault",
        heading=Text("状态", "State"),
        by_list=True,
    ),
    _flag("arm", "parking_barrier", "arm_off", Text("闸杆脱落", "Arm off"), "barrier.arm_off"),
    _flag("loop", "parking_barrier", "loop_fault", Text("地感故障", "Loop fault"), "barrier.loop_fault"),
    _flag("manual", "parking_barrier", "manual", Text("手动", "Manual"), "barrier.manual"),
)
_CHARGING = (
    Kind(
        "error",
        "ev_charger",
        (Want("error_code"),),
        '"a" > 0',
        Text("报故障码", "Reporting an error"),
        "charger.faulted",
        heading=Text("故障码", "Error code"),
    ),
    Kind(
        "state",
        "ev_charger",
        (Want("mode3_state"),),
        '"a" =~ /^[EF]$/',
        Text("不可用或故障", "Unavailable or faulty"),
        "charger.error_state",
        heading=Text("状态", "State"),
        by_list=True,
    ),
)


def kinds(limits: Limits) -> dict[System, tuple[Kind, ...]]:
    """All signs, by system."""
    return {
        System.POWER: (*_METERS, *_windings(limits)),
        System.HVAC: _HVAC,
        System.WATER: _WATER,
        System.ELEVATOR: _ELEVATOR,
        System.FIRE: _FIRE,
        System.GAS: _GAS,
        System.PARKING: _PARKING,
        System.CHARGING: _CHARGING,
    }


def _windings(limits: Limits) -> list[Kind]:
    rule, title = "transformer.temperature_high", Text("绕组过温", "Winding hot")
    hot = [_any_above(limit.value) for limit in limits.param(rule, "alarm_temperature")]
    return [Kind("winding", "transformer_monitor", _WINDINGS, test, title, rule, "degC") for test in hot]
