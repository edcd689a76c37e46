"""The edge nodes that a site's Sparkplug devices stand behind."""

from collections import defaultdict
from collections.abc import Iterable
from math import isfinite

from collectors.errors import ProfileError
from collectors.sparkplug.columns import DeviceColumns
from collectors.sparkplug.device import NodeDevice
from collectors.sparkplug.node import EdgeNode
from collectors.sparkplug.rebirth import Asking
from collectors.sparkplug.topics import NodePlace, placed
from model.broker import SparkplugConfig
from model.clock import SECOND
from model.site import Device, Mqtt, PayloadFormat, Site


def is_sparkplug(device: Device) -> bool:
    return isinstance(device.connection, Mqtt) and device.connection.format is PayloadFormat.SPARKPLUG_B


def edge_nodes(site: Site) -> list[EdgeNode]:
    """ProfileError names every device that cannot be read as written."""
    mistakes: list[str] = []
    behind: dict[NodePlace, dict[str, NodeDevice]] = defaultdict(dict)
    for device in filter(is_sparkplug, site.devices.values()):
        try:
            _place(device, behind)
        except ProfileError as error:
            mistakes.append(f"{device.id}: {error}")
    if mistakes:
        raise ProfileError("\n".join(mistakes))
    return list(_nodes(behind.items(), site.broker.sparkplug))


def _place(device: Device, behind: dict[NodePlace, dict[str, NodeDevice]]) -> None:
    connection = device.connection
    assert isinstance(connection, Mqtt)
    place, name = placed(connection.topic)
    if name in behind[place]:
        raise ProfileError(f"'{connection.topic}' is '{behind[place][name].id}' already; two devices can't be one")
    behind[place][name] = NodeDevice(DeviceColumns(device), _silent_after_ns(connection))


def _silent_after_ns(connection: Mqtt) -> int | None:
    """What has nothing new to say is quiet in Sparkplug, and the node's death is told: so only the site's own word counts."""
    limit_s = connection.silent_after_s
    return None if limit_s is None or not isfinite(limit_s) else int(limit_s * SECOND)


def _nodes(behind: Iterable[tuple[NodePlace, dict[str, NodeDevice]]], config: SparkplugConfig) -> Iterable[EdgeNode]:
    for place, devices in behind:
        yield EdgeNode(place, devices, config.reorder_ns, Asking(config.rebirth_pause_ns))
