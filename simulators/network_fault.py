"""How a device can misbehave on the wire, whatever its machine does."""

from enum import StrEnum


class NetworkFault(StrEnum):
    OK = "ok"
    SILENT = "silent"
    """Takes every request or keeps its connection, says nothing."""
    SLOW = "slow"
    """Says the right thing long after anybody waits for it."""
    GARBAGE = "garbage"
    """Says something, and it is noise."""
    EXCEPTION = "exception"
    """Modbus: answers every request with exception 4, server device failure."""
    RESET = "reset"
    """Drops the connection instead of answering."""
    REFUSE = "refuse"
    """Nobody listens: a connection is refused."""


MODBUS_FAULTS = tuple(NetworkFault)
MQTT_FAULTS = (NetworkFault.OK, NetworkFault.SILENT, NetworkFault.SLOW, NetworkFault.GARBAGE, NetworkFault.RESET)

SLOW_S = 2.5
"""How late a slow device is: beyond the one second a collector waits for a reply."""
