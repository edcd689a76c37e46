"""Which of the network faults a device can show on its kind of wire, and by how much."""

from model.site import Device, ModbusSerial, ModbusTcp, Mqtt, PayloadFormat
from simulators.device_clock import has_clock
from simulators.network_fault import AMOUNTS, EDGE_FAULTS, GATEWAY_FAULTS, MQTT_FAULTS, MQTT_SLOW, Amount, NetworkFault
from simulators.word_swap import has_long_values

_NOT_ON_RTU = frozenset({NetworkFault.WRONG_TRANSACTION})
"""RTU frames have no transaction number."""
_NOT_ON_SERIAL = _NOT_ON_RTU | {NetworkFault.RESET, NetworkFault.REFUSE}
"""A serial line has no connection to drop or refuse."""


def device_faults(device: Device) -> tuple[NetworkFault, ...]:
    """In the order of ``NetworkFault``."""
    impossible = _impossible(device)
    return tuple(fault for fault in _known(device) if fault not in impossible)


def gateway_faults(framer: str) -> tuple[NetworkFault, ...]:
    return tuple(fault for fault in GATEWAY_FAULTS if framer == "tcp" or fault not in _NOT_ON_RTU)


def amount_of(fault: str, wire: object) -> Amount | None:
    """The number that goes with the fault on this kind of wire; None for a fault that knows none."""
    if fault == NetworkFault.SLOW and isinstance(wire, Mqtt):
        return MQTT_SLOW
    return AMOUNTS.get(fault)


def _known(device: Device) -> tuple[NetworkFault, ...]:
    match device.connection:
        case Mqtt(format=PayloadFormat.SPARKPLUG_B):
            return EDGE_FAULTS
        case Mqtt():
            return MQTT_FAULTS
    return tuple(NetworkFault)


def _impossible(device: Device) -> frozenset[NetworkFault]:
    found: set[NetworkFault] = set()
    match device.connection:
        case ModbusTcp(framer="rtu"):
            found |= _NOT_ON_RTU
        case ModbusSerial():
            found |= _NOT_ON_SERIAL
    if not has_long_values(device.profile):
        found.add(NetworkFault.WRONG_WORD_ORDER)
    speaks_sparkplug = isinstance(device.connection, Mqtt) and device.connection.format is PayloadFormat.SPARKPLUG_B
    if not speaks_sparkplug and not has_clock(device.profile):
        found.add(NetworkFault.CLOCK_ERROR)
    return frozenset(found)
