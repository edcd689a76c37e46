"""The platform as a thing among those it watches: what it says of its store and of its own alarms, for rules to judge like any points."""

from array import array
from collections import Counter
from dataclasses import dataclass

from model.profile import Point, Profile, TopicPath, WireType
from model.quality import GOOD
from model.reading import Block, Reach
from model.site import Device, Mqtt, Site, System
from model.text import Text

PLATFORM = "platform"
"""Its id, and its device class for rules to name in ``for: {class: …}``."""


@dataclass(frozen=True, slots=True)
class OwnState:
    """How the platform stands; a field per point of it."""

    history_wait: float
    """Age in seconds of the oldest block the history has not taken; 0 when it has all."""
    spool_fill: float
    """Percent of its bound in bytes or in age, whichever is nearer."""
    blocks_lost: float
    """Blocks refused or dropped unread within the last hour."""
    disk_free: float
    """GB where the data folder lies."""
    alarms_10min: float = 0.0
    """Alarms annunciated within the last 10 minutes, its own not counted."""


_POINTS = (
    ("history_wait", "s", "等待入库时间", "Waiting for the history"),
    ("spool_fill", "%", "缓存占用", "Spool fill"),
    ("blocks_lost", "count", "近一小时丢弃", "Blocks lost within the hour"),
    ("disk_free", "GB", "磁盘剩余", "Disk free"),
    ("alarms_10min", "count", "近十分钟报警", "Alarms within 10 min"),
)
PROFILE = Profile(
    id=PLATFORM,
    device_class=PLATFORM,
    manufacturer="",
    model="",
    points=tuple(Point(name, Text(zh, en), TopicPath("", f"$.{name}"), WireType.F64, unit) for name, unit, zh, en in _POINTS),
)


def platform_device(site: Site) -> Device:
    """Stands where most of the site's devices do; alarms need a place."""
    places = Counter(device.area for device in site.devices.values()).most_common(1)
    return Device(PLATFORM, Text("监控平台", "Platform"), System.ELV, places[0][0] if places else "", PROFILE, Mqtt(), 0)


def own_point(site: Site, point_id: str) -> tuple[Device, int] | None:
    """The platform and the column of ``platform.<point name>``, as ``Site.point`` has it for devices."""
    owner, _, name = point_id.rpartition(".")
    column = PROFILE.column(name) if owner == PLATFORM else None
    return None if column is None else (platform_device(site), column)


def own_block(state: OwnState, at_ns: int) -> Block:
    """For live values and rules; not for the store it speaks of."""
    values = array("d", [getattr(state, name) for name, *_ in _POINTS])
    return Block(PLATFORM, at_ns, at_ns, values, bytes([GOOD]) * len(values), reach=Reach.LIVE)
