"""What energy is used for: the electricity items of the national guideline for sub-metering of public buildings (2008), by analogy here."""

from model.site import Device, System
from model.text import Text

ITEMS: dict[str, Text] = {
    "A": Text("照明插座用电", "Lighting and sockets"),
    "A1": Text("照明与插座", "Lighting and sockets, rooms"),
    "A2": Text("走廊与应急照明", "Corridor and emergency lighting"),
    "A3": Text("室外景观照明", "Outdoor lighting"),
    "B": Text("空调用电", "Air conditioning"),
    "B1": Text("冷热站", "Cooling and heating plant"),
    "B2": Text("空调末端", "Air-conditioning terminals"),
    "C": Text("动力用电", "Power"),
    "C1": Text("电梯", "Elevators"),
    "C2": Text("水泵", "Pumps"),
    "C3": Text("通风机", "Fans"),
    "D": Text("特殊用电", "Special"),
    "D1": Text("信息中心", "Data rooms"),
    "D2": Text("洗衣房", "Laundry"),
    "D3": Text("厨房餐厅", "Kitchens and restaurants"),
    "D4": Text("游泳池", "Swimming pool"),
    "D5": Text("健身房", "Gym"),
    "D6": Text("其他(含充电桩)", "Other, EV charging among it"),
}
"""EV charging is filed under D6 by practice."""

UNASSIGNED = Text("未分项", "Not assigned")
WATER = Text("用水", "Water")

_SYSTEMS = {"A": System.POWER, "B": System.HVAC, "C1": System.ELEVATOR, "C2": System.WATER, "C3": System.HVAC, "D6": System.CHARGING}


def label_of(item: str) -> Text:
    return ITEMS.get(item, UNASSIGNED)


def system_of(device: Device) -> System:
    """The system a meter's consumption belongs to: that of its item, else its own."""
    item = device.metering.item if device.metering else ""
    return _SYSTEMS.get(item) or _SYSTEMS.get(item[:1]) or device.system
