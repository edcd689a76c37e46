"""Where Sparkplug messages are said (Eclipse Sparkplug 3.0.0 §4): ``spBv1.0/GROUP/KIND/NODE[/DEVICE]``, ``spBv1.0/STATE/HOST``. Pure."""

from enum import StrEnum
from typing import NamedTuple

NAMESPACE = "spBv1.0"


class Kind(StrEnum):
    """What a message of the field is about. Commands (NCMD, DCMD) are none: they go the other way."""

    NODE_BIRTH = "NBIRTH"
    NODE_DATA = "NDATA"
    NODE_DEATH = "NDEATH"
    DEVICE_BIRTH = "DBIRTH"
    DEVICE_DATA = "DDATA"
    DEVICE_DEATH = "DDEATH"


_KINDS = frozenset(Kind)
_OF_DEVICES = (Kind.DEVICE_BIRTH, Kind.DEVICE_DATA, Kind.DEVICE_DEATH)


class NodePlace(NamedTuple):
    """An edge node's name: node ids are unique within their group."""

    group: str
    node: str

    def __str__(self) -> str:
        return f"{self.group}/{self.node}"


class Heading(NamedTuple):
    """What a topic says of its message. ``device`` is empty for what a node says of itself."""

    place: NodePlace
    kind: Kind
    device: str


def heading(topic: str) -> Heading | None:
    """None for whatever is no message from the field."""
    match topic.split("/"):
        case [namespace, group, kind, node, *device] if namespace == NAMESPACE and kind in _KINDS and len(device) < 2:
            if (Kind(kind) in _OF_DEVICES) == bool(device):
                return Heading(NodePlace(group, node), Kind(kind), device[0] if device else "")
    return None


def placed(topic: str) -> tuple[NodePlace, str]:
    """Node and device of a site file's ``spBv1.0/GROUP/NODE[/DEVICE]``; no device: the node itself."""
    _, group, node, *device = topic.split("/")
    return NodePlace(group, node), device[0] if device else ""


def everything_of(place: NodePlace) -> str:
    """The filter of all that an edge node and its devices say."""
    return f"{NAMESPACE}/{place.group}/+/{place.node}/#"


def command(place: NodePlace) -> str:
    return f"{NAMESPACE}/{place.group}/NCMD/{place.node}"


def state(host: str) -> str:
    return f"{NAMESPACE}/STATE/{host}"
