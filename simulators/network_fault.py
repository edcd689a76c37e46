"""How a device, a gateway or the way to the broker can misbehave on the wire, whatever the machines do."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from model.text import Text


class NetworkFault(StrEnum):
    OK = "ok"
    SILENT = "silent"
    """Takes every request or keeps its connection, says nothing."""
    SLOW = "slow"
    """Says the right thing long after anybody waits for it."""
    DELAY = "delay"
    """Says the right thing late, always by as much."""
    JITTER = "jitter"
    """Says the right thing late, each time by another amount."""
    LOSSY = "lossy"
    """Part of what it should say never leaves."""
    GARBAGE = "garbage"
    """Says something, and it is noise."""
    TRUNCATED = "truncated"
    """Says the beginning of the right thing only."""
    WRONG_UNIT = "wrong_unit"
    """Modbus: answers in the name of the next unit."""
    WRONG_TRANSACTION = "wrong_transaction"
    """Modbus TCP: answers as if to another request."""
    WRONG_WORD_ORDER = "wrong_word_order"
    """Modbus: the words of 32- and 64-bit values stand in the other order."""
    CLOCK_ERROR = "clock_error"
    """Its own clock is wrong, and so is every time it says."""
    EXCEPTION = "exception"
    """Modbus: answers every request with exception 4, server device failure."""
    RESET = "reset"
    """Drops the connection instead of answering."""
    REFUSE = "refuse"
    """Nobody listens: a connection is refused."""


class BrokerFault(StrEnum):
    """What becomes of the way between the devices and their broker, as the devices see it."""

    OK = "ok"
    DOWN = "down"
    """No device reaches the broker; each tries again and again."""
    RESTART = "restart"
    """Down for a few seconds, then all devices are back at once and say everything again."""
    SLOW = "slow"
    """What the devices say reaches the broker late."""


@dataclass(frozen=True, slots=True)
class Amount:
    """The number that goes with a fault: ``seconds`` or a ``share`` of 0 to 1, what it is unless told, and its limits."""

    field: str
    usual: float
    least: float
    most: float


_LATE = Amount("seconds", 2.5, 0.0, 3600.0)
"""Usually beyond the one second a collector waits for a reply."""
AMOUNTS: Mapping[str, Amount] = MappingProxyType(
    {
        NetworkFault.SLOW: _LATE,
        NetworkFault.DELAY: Amount("seconds", 0.5, 0.0, 3600.0),
        NetworkFault.JITTER: Amount("seconds", 0.8, 0.0, 3600.0),
        NetworkFault.LOSSY: Amount("share", 0.3, 0.0, 1.0),
        NetworkFault.CLOCK_ERROR: Amount("seconds", 3600.0, -1e9, 1e9),
    }
)
MQTT_SLOW = Amount("seconds", 20.0, 0.0, 3600.0)
"""How late a slow device's or broker's messages are: nobody waits for one, so only much is noticed."""
BROKER_RESTART = Amount("seconds", 5.0, 1.0, 600.0)

EFFECTS: Mapping[str, Text] = MappingProxyType(
    {
        NetworkFault.OK: Text("正常", "As it should be"),
        NetworkFault.SILENT: Text("无应答", "Takes every request, says nothing"),
        NetworkFault.SLOW: Text("应答超时", "Answers long after anybody waits"),
        NetworkFault.DELAY: Text("应答延迟", "Answers late, always by as much"),
        NetworkFault.JITTER: Text("延迟抖动", "Answers late, each time by another amount"),
        NetworkFault.LOSSY: Text("丢包", "Part of its answers never leaves"),
        NetworkFault.GARBAGE: Text("乱码", "Answers noise"),
        NetworkFault.TRUNCATED: Text("报文残缺", "Answers are cut short"),
        NetworkFault.WRONG_UNIT: Text("站号错误", "Answers in the name of the next unit"),
        NetworkFault.WRONG_TRANSACTION: Text("事务号错误", "Answers as if to another request"),
        NetworkFault.WRONG_WORD_ORDER: Text("字序颠倒", "The words of long values stand in the other order"),
        NetworkFault.CLOCK_ERROR: Text("设备时钟错误", "Its own clock is wrong"),
        NetworkFault.EXCEPTION: Text("异常码应答", "Answers every request with exception 4"),
        NetworkFault.RESET: Text("断开连接", "Drops the connection instead of answering"),
        NetworkFault.REFUSE: Text("拒绝连接", "Nobody listens"),
    }
)

GATEWAY_FAULTS = tuple(f for f in NetworkFault if f not in (NetworkFault.WRONG_WORD_ORDER, NetworkFault.CLOCK_ERROR))
"""What lies in the values themselves is a device's own; the rest a gateway can do to all behind it."""
EDGE_FAULTS = (NetworkFault.OK, NetworkFault.SILENT, NetworkFault.CLOCK_ERROR, NetworkFault.RESET)
"""What a device behind a Sparkplug edge node can do."""
MQTT_FAULTS = (
    NetworkFault.OK,
    NetworkFault.SILENT,
    NetworkFault.SLOW,
    NetworkFault.DELAY,
    NetworkFault.JITTER,
    NetworkFault.LOSSY,
    NetworkFault.GARBAGE,
    NetworkFault.TRUNCATED,
    NetworkFault.CLOCK_ERROR,
    NetworkFault.RESET,
)
