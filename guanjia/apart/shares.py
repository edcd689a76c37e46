"""Who reads what when a site runs on several machines. Pure."""

from collections.abc import Collection
from dataclasses import replace
from enum import StrEnum

from model.site import Edge, Site
from model.text import Text

ONLY_EDGE = Edge("field", Text("采集机", "Edge machine"))
"""The edge of a site whose file names none: it reads every device."""


class Part(StrEnum):
    """What a process may be limited to."""

    COLLECTORS = "collectors"
    CORE = "core"


class NoSuchShare(Exception):
    """Nobody reads what was asked for; the message says what there is."""


def parts_of(words: str) -> frozenset[Part]:
    """``core``, ``collectors``, or both, which is the whole. ValueError lists what there is."""
    said = {word.strip() for word in words.split(",")}
    if unknown := sorted(said - set(Part)):
        raise ValueError(f"--only knows no '{unknown[0]}'; write {' or '.join(Part)}")
    return frozenset(map(Part, said))


def apart(site: Site) -> Site:
    """The site with its edges; one for everything where the file names none."""
    if site.edges:
        return site
    devices = {device.id: replace(device, edge=ONLY_EDGE.id) for device in site.devices.values()}
    return replace(site, edges={ONLY_EDGE.id: ONLY_EDGE}, devices=devices)


def share(site: Site, edge: str) -> Site:
    """The site with the devices of one edge alone; of none ("") with those the core reads itself."""
    return replace(site, devices={id: device for id, device in site.devices.items() if device.edge == edge})


def edge_meant(edges: Collection[str], name: str | None) -> str:
    """Which edge this machine is. Raises NoSuchShare."""
    if name is None and len(edges) == 1:
        return next(iter(edges))
    listed = ", ".join(edges)
    if name is None:
        raise NoSuchShare(f"the site has several edges; say which one this machine is: --edge with one of {listed}")
    if name not in edges:
        raise NoSuchShare(f"the site has no edge '{name}'; it has {listed}")
    return name
