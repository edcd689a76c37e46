"""The reference site as a site file: the Talent Apartments compound, its equipment, and a smaller and a larger one of the same kind.

Facts of the compound (blocks, households, floor area, parking) are the owner's; the equipment behind it is assumed, as a property
engineer would find it: two substations of two 1,000 kVA transformers, a power feeder 动力 and a residential feeder 居民 per block.
"""

from collections.abc import Callable, Sequence
from typing import Literal

from simulators.site_parts.areas import compound_areas
from simulators.site_parts.charging import charging
from simulators.site_parts.compound import Compound, Scope
from simulators.site_parts.elevators import elevators
from simulators.site_parts.fire import fire
from simulators.site_parts.hvac_gas import hvac_and_gas
from simulators.site_parts.parking import parking
from simulators.site_parts.people import people
from simulators.site_parts.power import power
from simulators.site_parts.water import water
from simulators.site_parts.written import site_file

Size = Literal["small", "reference", "large"]
_PARTS: tuple[Callable[[Compound], None], ...] = (power, elevators, water, fire, parking, charging, hvac_and_gas)
FIRST_PORT = 15020
_DISTRICTS = ("一", "二", "三", "四")


def reference_site(
    size: Size = "reference",
    host: str = "127.0.0.1",
    ports: Sequence[int] | int = FIRST_PORT,
    broker: str = "embedded",
    broker_port: int = 1883,
) -> str:
    """The YAML text of a site file. ``ports`` are those to use in order, or the first of a run without gaps; ``ports_needed`` says
    how many. ValueError when there are too few."""
    compounds = _compounds(size)
    hosted = [device for compound in compounds for device in compound.devices]
    return site_file(size, compounds, hosted, people(), host, _ports(ports, ports_needed(size)), broker, broker_port)


def ports_needed(size: Size) -> int:
    """How many TCP ports the site's Modbus devices and gateways listen on."""
    return len({device.socket for compound in _compounds(size) for device in compound.devices if device.socket})


def _compounds(size: Size) -> list[Compound]:
    if size == "large":
        return [_build(Scope.whole(), f"d{n}", f"{zh}区", f"District {n}") for n, zh in enumerate(_DISTRICTS, 1)]
    return [_build(Scope.small() if size == "small" else Scope.whole())]


def _build(scope: Scope, prefix: str = "", zh: str = "", en: str = "") -> Compound:
    compound = Compound(scope, prefix, zh, en)
    compound_areas(compound)
    for part in _PARTS:
        part(compound)
    return compound


def _ports(ports: Sequence[int] | int, needed: int) -> list[int]:
    found = list(range(ports, ports + needed)) if isinstance(ports, int) else list(ports[:needed])
    if len(found) < needed:
        raise ValueError(f"the site needs {needed} ports, {len(found)} were given")
    return found
