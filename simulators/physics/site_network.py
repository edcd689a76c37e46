"""The site's electric network, built from what feeds what."""

from model.site import Device, Site
from simulators.physics.chance import generator
from simulators.physics.loads import SHAPES, Load, LoadKind
from simulators.physics.network import Branch, Network
from simulators.physics.outlet import NOMINAL_VOLTS, Outlet
from simulators.physics.transformer import BASE_OHM, IDLE_KW, RATED_KVA, SHORT_CIRCUIT

METER, TRANSFORMER = "power_meter", "transformer_monitor"
_INCOMER_A, _FEEDER_A, _USE_A = 1600.0, 250.0, 100.0
"""Rated currents where the site file gives none."""
_CABLE_DROP = 0.012
"""Share of the voltage a feeder's cable takes at rated current; the standard allows 5 % to the last lamp (GB 50052)."""
_BUSBAR_OHM = 0.00008
_ITEMS = {
    "A1": LoadKind.SHOPS, "A2": LoadKind.CORRIDOR, "A3": LoadKind.OUTDOOR, "B1": LoadKind.HVAC, "B2": LoadKind.FAN,
    "C1": LoadKind.ELEVATOR, "C2": LoadKind.PUMP, "C3": LoadKind.FAN, "D1": LoadKind.IT, "D3": LoadKind.RESTAURANT,
}  # fmt: skip
"""Electricity items of the national sub-metering guideline; what is not named is other."""
_MACHINES = {
    LoadKind.ELEVATOR: {"elevator"},
    LoadKind.PUMP: {"pump", "vfd", "sump"},
    LoadKind.HVAC: {"hvac", "pump", "vfd"},
    LoadKind.FAN: {"vfd"},
    LoadKind.OTHER: {"ev_charger"},
}
"""Machines that are the load of an item: where they stand behind the meter, no lump of it is added."""
_LARGEST_SHARE = 0.45
"""A lumped load takes at most this much of its feeder's rating."""


def rated_current(device: Device) -> float:
    """Of the breaker behind the meter, A."""
    role = device.metering.role if device.metering else "feeder"
    usual = {"incomer": _INCOMER_A, "feeder": _FEEDER_A}.get(role, _USE_A)
    return device.params.get("rated_current", usual)


class SiteNetwork:
    """A branch for every meter and transformer, and one at whose end each other device is plugged in."""

    def __init__(self, site: Site, seed: int) -> None:
        self._site = site
        self._seed = seed
        self.branches: dict[str, Branch] = {device.id: _branch(device) for device in site.devices.values()}
        self._join()
        for device in site.devices.values():
            if device.device_class == METER:
                self.branches[device.id].load = self._own_load(device)
        self.network = Network(self.branches.values())

    def outlet(self, device_id: str) -> Outlet:
        return self.branches[device_id].plug()

    def usual_kw(self, device_id: str) -> float:
        """Mean power to be expected here; meters start with what they have counted at it."""
        load = self.branches[device_id].load
        if load is not None:
            return load.peak_kw * 0.5
        fed = self._site.devices[device_id].feeds
        return 1.0 + sum(self.usual_kw(name) for name in fed if name in self.branches)

    def _join(self) -> None:
        """Hang every branch under its supplies; incomers nobody feeds get the next transformer of their room, or one of their own."""
        for device in self._site.devices.values():
            if device.device_class in (METER, TRANSFORMER):
                for name in device.feeds:
                    self.branches[name].supplies.append(self.branches[device.id])
        idle = [d for d in self._site.devices.values() if d.device_class == TRANSFORMER and not d.feeds]
        for device in list(self._site.devices.values()):
            is_incomer = device.device_class == METER and device.metering is not None and device.metering.role == "incomer"
            if is_incomer and not self.branches[device.id].supplies:
                self.branches[device.id].supplies.append(self._transformer_for(device, idle))

    def _transformer_for(self, incomer: Device, idle: list[Device]) -> Branch:
        near = next((d for d in idle if d.area == incomer.area), None)
        if near is not None:
            idle.remove(near)
            return self.branches[near.id]
        name = f"{incomer.id} transformer"
        self.branches[name] = _transformer(name, RATED_KVA)
        return self.branches[name]

    def _own_load(self, device: Device) -> Load | None:
        """The lump of load behind a meter that no machine of the site stands for."""
        kind = _kind(device)
        below = {self._site.devices[name].device_class for name in device.feeds}
        role = device.metering.role if device.metering else "feeder"
        if role == "incomer" or (role == "feeder" and device.feeds) or below & _MACHINES.get(kind, set()):
            return None
        rng = generator(self._seed, f"{device.id} load")
        peak = device.params.get("load_kw", self._peak_kw(device, kind, rated_current(device)))
        return Load(kind, rng, peak)

    def _peak_kw(self, device: Device, kind: LoadKind, rated_a: float) -> float:
        largest = _LARGEST_SHARE * rated_a * 3 * NOMINAL_VOLTS / 1000
        if kind is LoadKind.RESIDENTIAL:
            return min(SHAPES[kind].peak_kw * _households(self._site, device), largest)
        return min(SHAPES[kind].peak_kw, largest)


def _branch(device: Device) -> Branch:
    if device.device_class == TRANSFORMER:
        return _transformer(device.id, device.params.get("capacity_kva", RATED_KVA))
    if device.device_class != METER:
        return Branch(device.id)
    if device.metering is not None and device.metering.role == "incomer":
        return Branch(device.id, _BUSBAR_OHM, _BUSBAR_OHM)
    ohm = _CABLE_DROP * NOMINAL_VOLTS / rated_current(device)
    return Branch(device.id, 0.9 * ohm, 0.35 * ohm)


def _transformer(name: str, capacity_kva: float) -> Branch:
    """The same shares of loss at every size."""
    scale = RATED_KVA / capacity_kva
    branch = Branch(name, *(share * BASE_OHM * scale for share in SHORT_CIRCUIT))
    branch.idle_kw = IDLE_KW / scale
    return branch


def _households(site: Site, device: Device) -> float:
    return device.params.get("households", float(site.areas[device.area].households))


def _kind(device: Device) -> LoadKind:
    item = device.metering.item if device.metering else ""
    if "households" in device.params:
        return LoadKind.RESIDENTIAL
    return _ITEMS.get(item[:2], LoadKind.OTHER)
