"""Sites the tests make of the small one."""

from dataclasses import replace
from pathlib import Path

from guanjia.config.site_file import read_site
from model.site import BrokerConfig, Connection, Site
from simulators.reference_site import ports_needed, reference_site
from tests.ports import free_ports

NOBODY_LISTENS = "mqtt://127.0.0.1:9"


def small_site(broker: str = NOBODY_LISTENS) -> Site:
    ports = free_ports(ports_needed("small"))
    return read_site(reference_site("small", ports=ports, broker=broker), "small.yaml", Path(), {})


def rewired(site: Site, wires: dict[str, Connection], broker: BrokerConfig | None = None) -> Site:
    """The same site with some of its devices on other wires."""
    devices = {name: replace(device, connection=wires.get(name, device.connection)) for name, device in site.devices.items()}
    return replace(site, devices=devices, broker=broker or site.broker)
