"""What the drawings of the systems show that evening: the substation's feeders, a pump room, lifts, fire loops, gates, chargers."""

from collections.abc import Callable
from typing import Any

Json = dict[str, Any]
Point = Callable[[str, str, str, str, float | None], Json]
Device = Callable[..., Json]

_PHASES = ("l1", "l2", "l3")
_AMPERES = {"2d2": 93.0, "2d3": 210.0, "2d5": 0.0, "2d11": 99.0, "2d12": 40.0, "incomer1": 466.0, "incomer2": 571.0}
"""2D5 has tripped: no voltage below it, and its bus is alive."""
_KILOWATTS = {"2d2": 62.0, "2d3": 137.0, "2d5": 0.0, "2d11": 66.0, "2d12": 27.0, "incomer1": 310.0, "incomer2": 380.0}


def substation(device: Device) -> list[Json]:
    """Two transformers, each with its incomer and feeders. 2D5 itself belongs to the evening's story."""

    def electric(name: str, zh: str, en: str, feeds: tuple[str, ...] = (), kind: str = "power_meter", **params: float) -> Json:
        return device(f"sub2.{name}", zh, en, "power", "sub2", kind, feeds, params)

    return [
        electric("t3", "3#变压器", "Transformer 3", ("sub2.incomer1",), "transformer_monitor", capacity_kva=1000),
        electric("incomer1", "3#进线柜", "Incomer 3", ("sub2.2d2", "sub2.2d3", "sub2.2d5"), rated_current=1600),
        electric("t4", "4#变压器", "Transformer 4", ("sub2.incomer2",), "transformer_monitor", capacity_kva=1000),
        electric("incomer2", "4#进线柜", "Incomer 4", ("sub2.2d11", "sub2.2d12"), rated_current=1600),
        electric("2d2", "2D2 5号楼居民", "2D2 Block 5 homes", rated_current=250),
        electric("2d3", "2D3 6号楼居民", "2D3 Block 6 homes", rated_current=250),
        electric("2d11", "2D11 9号楼居民", "2D11 Block 9 homes", rated_current=250),
        electric("2d12", "2D12 地库照明", "2D12 Garage lighting", rated_current=160),
    ]


def readings(point: Point) -> list[Json]:
    return [*_electric(point), *_water(point), *_lifts(point), *_fire(point), *_gates(point), *_chargers(point)]


def _electric(point: Point) -> list[Json]:
    made = []
    for name, ampere in _AMPERES.items():
        volts = 0.0 if name == "2d5" else 228.0
        for phase in _PHASES:
            made.append(point(f"sub2.{name}.current_{phase}", "A相电流", "Current", "A", ampere - (0 if phase == "l1" else ampere / 50)))
            made.append(point(f"sub2.{name}.voltage_{phase}", "A相电压", "Voltage", "V", volts))
        made.append(point(f"sub2.{name}.active_power_total", "总有功功率", "Power", "W", _KILOWATTS[name] * 1000))
    for name, hottest in (("t3", 74.0), ("t4", 80.0)):
        made.append(point(f"sub2.{name}.max_temp", "最高温度", "Hottest winding", "degC", hottest))
        for limit, fahrenheit in (("fan1_setpoint", 194.0), ("alarm_setpoint", 266.0), ("trip_setpoint", 302.0)):
            made.append(point(f"sub2.{name}.{limit}", "设定", "Setpoint", "degF", fahrenheit))
    made += [
        point(f"sub2.{name}.apparent_power_total", "视在功率", "Apparent", "kVA", kva)
        for name, kva in (("incomer1", 320.0), ("incomer2", 390.0))
    ]
    return made


def _water(point: Point) -> list[Json]:
    return [
        point("pump1.tank.inlet_open", "进水阀开", "Inlet open", "", 1.0),
        point("pump1.p1.power", "输入功率", "Power", "kW", 5.1),
        point("pump1.p1.run_hours", "运行时间", "Run hours", "h", 6812.0),
        point("pump1.p1.starts", "启动次数", "Starts", "", 1204.0),
        point("pump1.p2.running", "运行", "Running", "", 0.0),
        point("pump1.p2.run_hours", "运行时间", "Run hours", "h", 6340.0),
        point("pump1.p2.discharge_pressure", "出口压力", "Discharge pressure", "MPa", 0.57),
        point("garage.sump3.pump1_running", "1#泵运行", "Pump 1 runs", "", 1.0),
        point("garage.sump3.pump2_fault", "2#泵故障", "Pump 2 failed", "", 1.0),
    ]


def _lifts(point: Point) -> list[Json]:
    """The trapped car stands at 6 with its doors shut; one rises past 3; one waits below the ground with open doors."""
    cars = {"b07.lift1": (6, 1, 0, 0, 1), "b08.lift1": (3, 1, 1, 1, 0), "b09.lift1": (-1, 0, 0, 0, 0)}
    names = ("car_position", "door_closed", "car_status", "car_direction", "passenger_present")
    return [
        point(f"{car}.{name}", name, name, "", float(value))
        for car, values in cars.items()
        for name, value in zip(names, values, strict=True)
    ]


def _fire(point: Point) -> list[Json]:
    """The fourth floor of block 3 is in alarm."""
    loops = {"b03.fire": (1, 0, 0, 0, 8), "b01.fire": (0, 0, 2, 0, 0)}
    names = ("fire_count", "fault_count", "disabled_count", "supervisory_count", "zone_fire")
    return [
        point(f"{loop}.{name}", name, name, "", float(value))
        for loop, values in loops.items()
        for name, value in zip(names, values, strict=True)
    ]


def _gates(point: Point) -> list[Json]:
    states = {"gate.north.out": (0, 0), "gate.south.in": (1, 1), "gate.south.out": (5, 0)}
    return [
        point(f"{gate}.{name}", name, name, "", float(value))
        for gate, values in states.items()
        for name, value in zip(("state", "vehicle_present"), values, strict=True)
    ]


def _chargers(point: Point) -> list[Json]:
    return [point("garage.charger05.temperature_1", "温度1", "Temperature 1", "degC", 47.0)]
