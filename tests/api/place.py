"""The site the API is tested on: a meter that feeds a barrier, one rule, one technician."""

from zoneinfo import ZoneInfo

from model.alarm import Priority
from model.clock import SECOND
from model.profile import ModbusDefaults, Point, Profile, Register, Table, TopicPath, WireType
from model.rule import Rationale, Rule, Scope, TicketOrder
from model.site import Area, AreaKind, Device, Metering, ModbusTcp, Mqtt, Person, Rectangle, Site, System
from model.text import Text
from model.ticket import TicketClass

NOW = 1_768_352_400 * SECOND
"""2026-01-14T09:00:00+08:00."""


METER = Profile(
    "meter",
    "power_meter",
    "Schneider",
    "PM5000",
    points=(
        Point("voltage", Text("电压", "Voltage"), Register(Table.HOLDING, 3027, 2), WireType.F32, "V"),
        Point("energy", Text("电能", "Energy"), Register(Table.HOLDING, 3203, 4), WireType.I64, "Wh", high=1e15),
        Point("state", Text("状态", "State"), Register(Table.HOLDING, 10, 1), WireType.U16, enum={1: Text("合闸", "Closed")}),
        Point("name", Text("名称", "Name"), Register(Table.HOLDING, 29, 20), WireType.STRING),
        Point(
            "status",
            Text("状态字", "Status word"),
            Register(Table.HOLDING, 11, 1, scale_register=29, scale_mode="pow10"),
            WireType.BITS,
            bits={"0": Text("合闸", "closed"), "3": Text("脱扣", "tripped"), "4-7": Text("档位", "step")},
        ),
    ),
    modbus=ModbusDefaults(),
    file="profiles/meter.yaml",
    lines={"voltage": 12},
)
BARRIER = Profile(
    "barrier",
    "parking_barrier",
    "Guanjia",
    "typical",
    points=(Point("arm_off", Text("断杆", "Arm off"), TopicPath("{topic}/state", "$.arm_off"), WireType.BOOL),),
)


def a_site() -> Site:
    areas = (
        Area("sub1", Text("1#变电所", "Substation 1"), AreaKind.SUBSTATION, plan=Rectangle(1, 2, 3, 4)),
        Area("gate", Text("北门", "North gate")),
    )
    devices = (
        Device(
            "sub1.incomer1",
            Text("1#进线柜", "Incomer 1"),
            System.POWER,
            "sub1",
            METER,
            ModbusTcp("10.0.0.11", 502, 1),
            SECOND,
            feeds=("gate.north",),
            params={"rated_current": 400},
            metering=Metering("incomer"),
        ),
        Device("gate.north", Text("北门道闸", "North barrier"), System.PARKING, "gate", BARRIER, Mqtt("parking/north"), SECOND),
    )
    return Site(
        "talent",
        Text("人才公寓", "Talent Apartments"),
        ZoneInfo("Asia/Shanghai"),
        {area.id: area for area in areas},
        {device.id: device for device in devices},
        people=(Person("li", "李师傅", "technician", ("electric",), "13812345678"),),
        declared_demand_kw=1500,
        parking_spaces={"underground": 797, "ground": 15},
    )


RULES = (
    Rule(
        "power.voltage_high",
        Scope(device_class="power_meter"),
        "voltage > 235.4",
        Text("{device} 电压高", "{device} voltage high"),
        Rationale(Text("因", "cause"), Text("果", "consequence"), Text("措", "action"), 900, source="GB/T 12325-2008"),
        Priority.HIGH,
        "v1",
        on_delay_ns=10 * SECOND,
        ticket=TicketOrder(TicketClass.LARGE, "electric"),
    ),
)
