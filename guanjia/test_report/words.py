"""Names of faults in both languages. English is the machines' own; Chinese stands in ``faults.yaml``."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import msgspec

from api.bench import FaultWords
from model.text import Text
from simulators.network_fault import EFFECTS, BrokerFault, NetworkFault

_BROKER = {
    BrokerFault.DOWN: Text("消息服务器中断", "Broker down"),
    BrokerFault.RESTART: Text("消息服务器重启", "Broker restarts"),
    BrokerFault.SLOW: Text("消息服务器变慢", "Broker slow"),
}


_GRAVE = frozenset(
    {
        ("power_meter", "feeder_trip"),
        ("power_meter", "phase_loss"),
        ("power_meter", "grid_outage"),
        ("power_meter", "grid_phase_loss"),
        ("transformer_monitor", "winding_short"),
        ("elevator", "entrapment"),
        ("fire_loop", "smoke"),
        ("fire_loop", "smoke_two_floors"),
        ("fire_panel", "fire"),
        ("gas_detector", "leak"),
    }
)
"""What darkens or empties a building on a real site: a tester is asked twice."""


@cache
def _table() -> Mapping[str, Mapping[str, tuple[str, str]]]:
    file = Path(__file__).with_name("faults.yaml")
    return msgspec.yaml.decode(file.read_bytes(), type=dict[str, dict[str, tuple[str, str]]])


def known() -> frozenset[tuple[str, str]]:
    """Every class and fault that has Chinese words."""
    return frozenset((device_class, fault) for device_class, faults in _table().items() for fault in faults)


def fault_words(device_class: str, fault: str, effect: str = "") -> FaultWords:
    """A fault that nobody has named in Chinese goes by its English words, so that a tester can still break it."""
    plain = fault.replace("_", " ").capitalize()
    name, changes = _table().get(device_class, {}).get(fault, (plain, effect))
    return FaultWords(Text(name, plain), Text(changes or plain, effect or plain), (device_class, fault) in _GRAVE)


def network_words(fault: str) -> Text:
    plain = fault.replace("_", " ").capitalize()
    if fault in set(NetworkFault):
        return Text(EFFECTS[NetworkFault(fault)].zh, plain)
    return _BROKER[BrokerFault(fault)] if fault in set(BrokerFault) else Text(plain, plain)
