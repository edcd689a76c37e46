"""One evening at the reference site, in the shapes of the API: a tripped feeder has stopped a lift with someone in it."""

import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from tests.console import machinery

Json = dict[str, Any]
SHANGHAI = timezone(timedelta(hours=8))
EVENING = datetime(2026, 1, 14, 22, 53, 20, tzinfo=SHANGHAI)

SYSTEMS = {
    "power": ("供配电", "Power"),
    "hvac": ("空调", "HVAC"),
    "water": ("给排水", "Water"),
    "elevator": ("电梯", "Lifts"),
    "fire": ("消防", "Fire"),
    "elv": ("弱电", "ELV"),
    "gas": ("燃气", "Gas"),
    "parking": ("停车场", "Parking"),
    "charging": ("充电", "Charging"),
}


def phrase(zh: str, en: str) -> Json:
    return {"zh": zh, "en": en}


def clock(text: str, day: int = 14) -> str:
    """A time of that evening, ``22:41`` or ``22:41:07``, as on the wire."""
    hour, minute, second = (int(part) for part in f"{text}:00".split(":")[:3])
    return datetime(2026, 1, day, hour, minute, second, tzinfo=SHANGHAI).isoformat()


def area(key: str, zh: str, en: str, kind: str, plan: tuple[float, float, float, float], households: int = 0) -> Json:
    x, y, width, height = plan
    return {
        "id": key,
        "name": phrase(zh, en),
        "kind": kind,
        "households": households,
        "floors": 11 if kind == "block" else 0,
        "plan": {"x": x, "y": y, "width": width, "height": height},
    }


_COLUMNS = {1: 45, 2: 238, 3: 45, 4: 238, 5: 430, 6: 622, 7: 45, 8: 238, 9: 430, 10: 622, 11: 45, 12: 238, 13: 430, 14: 622}
_ROWS = {1: 469, 2: 469, 3: 329, 4: 329, 5: 335, 6: 341, 7: 195, 8: 195, 9: 201, 10: 207, 11: 68, 12: 68, 13: 75, 14: 81}


def areas() -> list[Json]:
    blocks = [
        area(f"b{n:02}", f"{n}号楼", f"Block {n}", "block", (_COLUMNS[n], _ROWS[n], 154, 68), 60 if n < 14 else 48) for n in range(1, 15)
    ]
    return [
        *blocks,
        area("garage.a", "车库A区", "Garage zone A", "garage", (218, 158, 196, 300)),
        area("garage.b", "车库B区", "Garage zone B", "garage", (414, 158, 372, 384)),
        area("podium", "商业裙楼", "Podium", "podium", (430, 469, 346, 60)),
        area("sub1", "1#变电所", "Substation 1", "substation", (60, 414, 40, 34)),
        area("sub2", "2#变电所", "Substation 2", "substation", (446, 153, 40, 34)),
        area("pump1", "1#泵房", "Pump room 1", "pump_room", (236, 417, 30, 30)),
        area("pump2", "2#泵房", "Pump room 2", "pump_room", (626, 291, 30, 30)),
        area("pump3", "3#泵房", "Pump room 3", "pump_room", (470, 540, 30, 30)),
        area("gate.north", "北门入口", "North gate", "gate", (636, 37, 84, 14)),
        area("gate.south", "南门", "South gate", "gate", (330, 567, 84, 14)),
    ]


def device(key: str, zh: str, en: str, system: str, place: str, kind: str, feeds: tuple[str, ...] = (), params: Json | None = None) -> Json:
    return {
        "id": key,
        "name": phrase(zh, en),
        "system": system,
        "area": place,
        "class": kind,
        "profile": "typical",
        "connection": {"state": "connected", "fault": None, "since": clock("08:00"), "last_answer": clock("22:53")},
        "quality": {"good": 6, "uncertain": 0, "bad": 0},
        "manufacturer": "Guanjia",
        "model": "Typical",
        "address": "tcp://10.0.0.11:502 unit 1",
        "every_s": 1.0,
        "feeds": list(feeds),
        "fed_by": [],
        "params": params or {},
        "metering": None,
    }


def devices() -> list[Json]:
    lifts = [
        device(f"b{n:02}.lift{k}", f"{n}号楼 {k}#梯", f"Block {n} lift {k}", "elevator", f"b{n:02}", "elevator")
        for n in range(1, 15)
        for k in (1, 2)
    ]
    loops = [device(f"b{n:02}.fire", f"{n}号楼 火灾回路", f"Block {n} fire loop", "fire", f"b{n:02}", "fire_loop") for n in range(1, 15)]
    chargers = [
        device(f"garage.charger{n:02}", f"充电桩 B-{n}", f"Charger B-{n}", "charging", "garage.b", "ev_charger") for n in range(1, 61)
    ]
    all_devices = [
        device(
            "sub2.2d5",
            "2D5",
            "2D5",
            "power",
            "sub2",
            "power_meter",
            ("b07.lift1", "b07.lift2", "b07.access", "b07.ups", "b07.light", "b07.fire"),
            {"rated_current": 250},
        ),
        *machinery.substation(device),
        device("sub1.incomer1", "1#进线柜", "Incomer 1", "power", "sub1", "power_meter"),
        device("b07.light", "7号楼 公共照明", "Block 7 lighting", "power", "b07", "power_meter"),
        device("podium.ahu2", "AHU-2", "AHU-2", "hvac", "podium", "hvac"),
        device("pump1.p1", "1#泵", "P1", "water", "pump1", "pump", params={"rated_current": 11}),
        device("pump1.p2", "2#泵", "P2", "water", "pump1", "pump"),
        device("pump1.tank", "生活水箱", "Domestic", "water", "pump1", "tank", params={"height_m": 3.0, "low_m": 0.9, "high_m": 2.7}),
        device("pump3.tank", "消防水池", "Fire", "water", "pump3", "tank", params={"height_m": 4.2, "low_m": 3.9, "high_m": 4.1}),
        device("garage.sump3", "3#集水坑", "sump 3", "water", "garage.b", "sump", params={"height_m": 2.5, "high_m": 1.2}),
        device("b07.access", "7号楼 门禁", "Block 7 access", "elv", "b07", "access"),
        device("b07.ups", "7号楼 弱电间 UPS", "Block 7 UPS", "elv", "b07", "ups"),
        device("podium.gas1", "餐饮 1#燃气探头", "Kitchen gas 1", "gas", "podium", "gas_detector"),
        device("gate.north.in", "道闸", "barrier", "parking", "gate.north", "parking_barrier"),
        device("gate.north.out", "北门出口道闸", "North gate out", "parking", "gate.north", "parking_barrier"),
        device("gate.south.in", "南门入口道闸", "South gate in", "parking", "gate.south", "parking_barrier"),
        device("gate.south.out", "南门出口道闸", "South gate out", "parking", "gate.south", "parking_barrier"),
        *lifts,
        *loops,
        *chargers,
    ]
    silent = next(d for d in all_devices if d["id"] == "gate.north.in")
    for one in all_devices:
        one["fed_by"] = [other["id"] for other in all_devices if one["id"] in other["feeds"]]
    silent["connection"] = {"state": "disconnected", "fault": "silent", "since": clock("21:20"), "last_answer": clock("21:19:25")}
    return all_devices


def point(key: str, zh: str, en: str, unit: str, value: float | None, quality: str = "good", reason: str = "") -> Json:
    name = key.rpartition(".")
    return {
        "id": key,
        "device": name[0],
        "name": name[2],
        "label": phrase(zh, en),
        "unit": unit,
        "display_unit": unit,
        "value": value,
        "meaning": None,
        "quality": quality,
        "reason": reason,
        "source_time": clock("22:52:59"),
        "receive_time": clock("22:53"),
    }


def points() -> list[Json]:
    power = [6.4 if (n * 7) % 60 < 41 else 0.0 for n in range(60)]
    chargers = [point(f"garage.charger{n + 1:02}.active_power", "有功功率", "Active power", "kW", kw) for n, kw in enumerate(power)]
    barriers = {"gate.north.in": (4000, 0), "gate.north.out": (0, 3600), "gate.south.in": (1900, 0), "gate.south.out": (0, 1547)}
    counters = [
        point(f"{key}.{name}", label[0], label[1], "", value)
        for key, counts in barriers.items()
        for name, label, value in zip(("entries", "exits"), (("累计入场", "Entries"), ("累计出场", "Exits")), counts, strict=True)
    ]
    return [
        *machinery.readings(point),
        point("pump1.tank.level", "液位", "Level", "m", 2.31),
        point("pump1.tank.temperature", "水温", "Water temperature", "degC", 12.0, "uncertain", "out_of_range"),
        point("pump3.tank.level", "液位", "Level", "m", 4.02),
        point("pump1.p1.discharge_pressure", "出口压力", "Discharge pressure", "MPa", 0.58),
        point("pump1.p1.running", "运行", "Running", "", 1.0),
        point("pump1.p1.suction_pressure", "进口压力", "Suction pressure", "MPa", 0.24),
        point("pump1.p1.frequency", "频率", "Frequency", "Hz", 43.2),
        point("pump1.p1.flow", "流量", "Flow", "m3/h", 23.4, "uncertain", "out_of_range"),
        point("pump1.p1.bearing_temp", "轴承温度", "Bearing temperature", "degC", None, "bad", "sensor_failure"),
        point("garage.sump3.level", "水位", "Level", "m", 1.42),
        point("podium.gas1.gas_concentration", "浓度", "Concentration", "%LEL", 2.0),
        *chargers,
        *counters,
    ]


def why(action: tuple[str, str], steps: tuple[tuple[str, str], ...] = ()) -> Json:
    return {
        "cause": phrase("见现场", "See on site"),
        "consequence": phrase("扩大影响", "It spreads"),
        "action": phrase(*action),
        "respond_within_s": 900,
        "steps": [phrase(*step) for step in steps],
        "source": "practice",
    }


ACTIONS = {
    "elevator.trapped": why(("对讲安抚，勿扒门", "Talk to them; doors stay shut")),
    "power.feeder_off": why(("查保护与电缆，未明不合闸", "Find the fault before closing")),
    "sump.high": why(("看 2#排污泵，手动启泵", "Check pump 2; start by hand")),
    "pump.no_start": why(("备用泵已投；查变频器", "Standby is on; check the drive")),
    "comms.lost": why(("人工值守；查网络、电源", "Staff it; check network, power")),
    "hvac.filter": why(("白班更换滤网", "Day shift changes it")),
    "water.pressure_low": why(("查稳压泵", "Check the jockey pump")),
    "fire.alarm": why(
        ("派人到场核实", "Send somebody to look"), (("带灭火器", "Take an extinguisher"), ("看探测器编号", "Read the detector"))
    ),
}
LIFE_SAFETY = ("elevator.trapped", "fire.alarm")


def occurrence(key: str, rule: str, of: Json, priority: str, text: tuple[str, str], raised: str, **more: Any) -> Json:
    acknowledged = more.pop("acknowledged", None)
    return {
        "id": key,
        "rule": rule,
        "rule_version": "7",
        "device": of["id"],
        "device_name": of["name"],
        "system": of["system"],
        "area": of["area"],
        "points": [],
        "priority": priority,
        "state": "active_acknowledged" if acknowledged else "active_unacknowledged",
        "flags": [],
        "text": phrase(f"{of['name']['zh']} {text[0]}", f"{of['name']['en']}: {text[1]}"),
        "condition_since": clock(raised),
        "raised_at": clock(raised),
        "returned_at": None,
        "acknowledged_at": clock(acknowledged[1]) if acknowledged else None,
        "acknowledged_by": acknowledged[0] if acknowledged else None,
        "ended_at": None,
        "inputs": {},
        "annunciated": True,
        "suppressed_by": None,
        "superseded_by": None,
        "cause": rule,
        "ticket": None,
        **more,
    }


def alarms(by: dict[str, Json]) -> list[Json]:
    lift, feeder, sump, pump = by["b07.lift1"], by["sub2.2d5"], by["garage.sump3"], by["pump1.p2"]
    gate, filters = by["gate.north.in"], by["podium.ahu2"]
    level = {"points": ["garage.sump3.level"], "inputs": {"garage.sump3.level": 1.42}}
    return [
        occurrence(
            "a1", "elevator.trapped", lift, "critical", ("困人", "trapped"), "22:41:20", acknowledged=("张伟", "22:42"), ticket="t17"
        ),
        occurrence("a2", "power.feeder_off", feeder, "high", ("跳闸", "trip"), "22:41:07", acknowledged=("李强", "22:42"), ticket="t18"),
        occurrence("a3", "sump.high", sump, "medium", ("高液位", "high"), "22:49", ticket="t21", **level),
        occurrence("a4", "pump.no_start", pump, "medium", ("启动失败", "no start"), "22:36", acknowledged=("陈刚", "22:38"), ticket="t20"),
        occurrence("a5", "comms.lost", gate, "low", ("离线", "offline"), "21:20", acknowledged=("李强", "21:24"), ticket="t19"),
        occurrence("a6", "hvac.filter", filters, "low", ("滤网压差高", "filter"), "18:10", acknowledged=("王磊", "18:15")),
    ]


def standing(rule: str, key: str, kind: str, by: str, at: str, **more: Any) -> Json:
    held = {"by": by, "reason": more.pop("reason", "随上级"), "at": clock(at), **more}
    return {
        "rule": rule,
        "device": key,
        "state": "active_unacknowledged",
        "flags": [kind],
        "occurrence": None,
        "shelving": held if kind == "shelved" else None,
        "suppression": held if kind == "suppressed" else None,
        "out_of_service": held if kind == "out_of_service" else None,
    }


def flags() -> list[Json]:
    held = [("power.lost", key) for key in ("b07.lift1", "b07.lift2", "b07.access", "b07.ups", "b07.light", "b07.fire")]
    return [
        *(standing(rule, key, "suppressed", "a2", "22:41") for rule, key in held),
        standing("comms.lost", "pump1.p1", "shelved", "李强", "21:58", until=clock("23:58"), one_shot=False, reason="流量计检修"),
        standing("comms.lost", "b03.lift1", "shelved", "李强", "19:42", until=clock("23:42"), one_shot=False, reason="施工"),
        standing("charger.leak", "garage.charger17", "out_of_service", "赵敏", "08:00", reason="等配件"),
    ]


def promise(name: str, due: str, met: str | None = None, day: int = 14, paused: str | None = None) -> Json:
    return {
        "promise": name,
        "due_at": clock(due, day),
        "met_at": clock(met) if met else None,
        "paused_at": clock(paused) if paused else None,
        "broken": False,
    }


def ticket(number: int, kind: str, state: str, title: tuple[str, str], place: str, opened: str, clocks: list[Json], **more: Any) -> Json:
    return {
        "id": f"t{number}",
        "number": f"GD-260114-{number:03}",
        "class": kind,
        "state": state,
        "device": "",
        "area": place,
        "title": phrase(*title),
        "cause": "",
        "skill": "plumbing",
        "opened_at": clock(opened),
        "opened_by": "guanjia",
        "owner": None,
        "clocks": clocks,
        "alarms": [],
        "first_steps": [],
        "hold_reason": None,
        "reworks": 0,
        "result": "",
        "closed_at": None,
        **more,
    }


SUMP_STEPS = [
    phrase("2#排污泵是否在转，听声、看电流", "Is pump 2 turning? Listen, read the current"),
    phrase("控制箱是否在“自动”，有无跳闸", "Is the box on automatic, anything tripped?"),
    phrase("浮球是否卡住；手动启泵，看水位", "Is a float stuck? Start by hand, watch the level"),
]


def tickets() -> list[Json]:
    return [
        ticket(17, "emergency", "on_site", ("7号楼 困人", "Block 7 trapped"), "b07", "22:41:20",
               [promise("arrive", "22:44:20", "22:43:18"), promise("finish", "23:11:12")], owner="张伟", alarms=["a1"]),
        ticket(14, "small", "on_site", ("9号楼1102 漏水", "Block 9-1102 leak"), "b09", "22:27:40",
               [promise("accept", "22:42", "22:30"), promise("arrive", "22:45", "22:44"), promise("finish", "22:57:40")], owner="刘洋"),
        ticket(21, "small", "dispatched", ("车库B区 集水坑", "Garage zone B sump"), "garage.b", "22:49:04",
               [promise("accept", "23:04:04"), promise("finish", "23:19:04")], device="garage.sump3", alarms=["a3"],
               first_steps=SUMP_STEPS),
        ticket(20, "large", "accepted", ("1#泵房 2#泵", "Pump room 1 P2"), "pump1", "22:36",
               [promise("accept", "22:51", "22:40"), promise("finish", "01:36", day=15)], owner="陈刚", alarms=["a4"]),
        ticket(18, "large", "in_work", ("2D5 停电", "2D5 outage"), "sub2", "22:41:10",
               [promise("accept", "22:56", "22:42"), promise("finish", "01:41", day=15)], owner="张伟", alarms=["a2"]),
        ticket(9, "hard", "accepted", ("充电桩 B-17 漏电", "Charger B-17"), "garage.b", "06:00",
               [promise("accept", "06:15", "06:10"), promise("finish", "06:00", day=16)], owner="赵敏"),
        ticket(19, "large", "held", ("北门入口道闸 离线", "North gate barrier offline"), "gate.north", "21:20",
               [promise("finish", "00:20", day=15, paused="21:50")], owner="刘洋", hold_reason="parts", alarms=["a5"]),
        ticket(16, "large", "held", ("AHU-2 滤网", "AHU-2 filter"), "podium", "18:10",
               [promise("finish", "23:30", paused="18:30")], owner="王磊", hold_reason="day_shift"),
    ]  # fmt: skip


def load_at(hour: float) -> float:
    """The site's load over a day, in kW: a base, an afternoon shoulder and the evening peak at about 20:15."""
    return (
        700
        + 90 * math.cos(hour / 24 * 2 * math.pi)
        + 180 * math.exp(-(((hour - 13) / 3) ** 2))
        + 840 * math.exp(-(((hour - 20.0) / 2.9) ** 2))
    )


@dataclass
class Situation:
    """Everything the fake site says, ready to be changed by a test."""

    areas: list[Json] = field(default_factory=areas)
    devices: list[Json] = field(default_factory=devices)
    points: list[Json] = field(default_factory=points)
    flags: list[Json] = field(default_factory=flags)
    tickets: list[Json] = field(default_factory=tickets)
    said: dict[str, float] = field(default_factory=dict)
    """The last value of points whose device is silent now."""
    known: dict[str, float] = field(default_factory=dict)
    """The share of a day's energy data there is, where it is not all of it, by ``month-day``."""
    flood: Json = field(default_factory=lambda: {"active": False, "since": None, "count": 0, "peak": 0})
    alarms: list[Json] = field(init=False)
    past: list[Json] = field(init=False)

    def __post_init__(self) -> None:
        self.alarms = alarms(self.by_id)
        over = occurrence(
            "a0", "hvac.filter", self.by_id["podium.ahu2"], "low", ("滤网压差高", "filter"), "16:20", acknowledged=("王磊", "16:25")
        )
        self.past = [{**over, "state": "normal", "returned_at": clock("16:41"), "ended_at": clock("16:41")}]

    @property
    def by_id(self) -> dict[str, Json]:
        return {device["id"]: device for device in self.devices}

    def site(self) -> Json:
        return {
            "id": "talent-apartments",
            "name": phrase("人才公寓", "Talent Apartments"),
            "timezone": "Asia/Shanghai",
            "language": "zh",
            "floor_area_m2": 90_000,
            "declared_demand_kw": 1900,
            "parking_spaces": {"underground": 797, "ground": 15},
            "plan": {"x": 16, "y": 22, "width": 791, "height": 567},
            "areas": self.areas,
            "systems": [{"id": key, "label": phrase(*names), "devices": 1, "connected": 1, "points": 1} for key, names in SYSTEMS.items()],
            "devices": len(self.devices),
            "points": len(self.points),
        }


def calm() -> Situation:
    """The same site on an evening when nothing is wrong."""
    situation = Situation()
    situation.alarms = []
    situation.flags = [flag for flag in situation.flags if flag["out_of_service"]]
    situation.tickets = [t for t in situation.tickets if t["id"] in ("t14", "t9")]
    for found in situation.devices:
        found["connection"]["state"] = "connected"
    return situation


def flooded(count: int) -> Situation:
    """More alarms than anybody can take in: three critical, two that came first, and the crowd."""
    situation = Situation()
    names = ("comms.lost", "power.lost", "hvac.filter")
    for number in range(count):
        found = situation.devices[number % len(situation.devices)]
        priority = "critical" if number % (count // 3 + 1) == 0 else ("high", "medium", "low")[number % 3]
        first = number in (1, 2) or (None if number > 5 else False)
        raised = f"22:{40 + number % 12}:{number % 60:02}"
        text = ("离线", "offline")
        situation.alarms.append(occurrence(f"f{number}", names[number % 3], found, priority, text, raised, first_out=first, group="supply"))
    situation.flood = {"active": True, "since": clock("22:41"), "count": count, "peak": count + 12}
    return situation


def crowded() -> Situation:
    """A bad evening: half the site has something, long names among it, and much has returned without being seen."""
    situation = Situation()
    names = situation.by_id
    names["podium.gas1"]["name"] = phrase("裙楼餐厅1 燃气表间燃气探测器", "Restaurant 1 gas detector, meter room")
    names["garage.sump3"]["name"] = phrase("车库B区3#集水坑", "Garage B sump 3")
    late = [d for d in situation.devices if d["class"] in ("elevator", "fire_loop", "gas_detector", "tank", "power_meter")]
    for number, found in enumerate(late):
        text = ("通讯中断而且很久没有恢复", "communication lost for longer than it may be")
        lost = occurrence(f"c{number}", "comms.lost", found, ("high", "medium", "low")[number % 3], text, "22:50")
        if number % 4 == 0:
            lost |= {"state": "returned_unacknowledged", "returned_at": clock("22:52")}
        situation.alarms.append(lost)
        clocks = [promise("accept", "23:05"), promise("finish", "22:52" if number % 5 == 0 else "23:20")]
        opened = ticket(100 + number, "small", "registered", (lost["text"]["zh"], lost["text"]["en"]), found["area"], "22:50", clocks)
        situation.tickets.append(opened)
    return situation
