"""EV charging: 60 bays underground, four makes as tenders left them."""

from collections.abc import Iterator

from simulators.site_parts.compound import Compound, DevicePart, Words

_BAYS_A = 24
_MAKES = (("abb_terra_ac", 30), ("alfen_eve", 14), ("keba_p30", 10), ("go_e", 6))
_SMALL_MAKES = (("abb_terra_ac", 1), ("alfen_eve", 2), ("keba_p30", 1), ("go_e", 1))
_EVERY = {"abb_terra_ac": "2s", "alfen_eve": "2s", "keba_p30": "10s", "go_e": ""}
"""A P30 gives one value a request and wants half a second between them."""
_UNIT = {"abb_terra_ac": 1, "keba_p30": 255}
_KEBA_POINTS = ["*_state", "error_code", "current_*", "voltage_*", "active_power", "energy_total", "session_energy", "max_charging_current"]


def charging(compound: Compound) -> None:
    makes = _MAKES if compound.scope.is_whole else _SMALL_MAKES
    for (zone, bay), (profile, nth) in zip(_bays(compound), _each(makes), strict=True):
        charger = DevicePart(
            f"charge.{zone}{bay:02}",
            Words(f"充电桩 {zone.upper()}-{bay:02}", f"Charger {zone.upper()}-{bay:02}"),
            "charging", f"garage-{zone}", profile, _EVERY[profile], unit=_UNIT.get(profile, 1),
        )  # fmt: skip
        charger.params = {"rated_current": 32.0}
        _wire(charger, profile, nth, compound.prefix)
        compound.add(charger, fed_by=f"charge-{zone}")


def _bays(compound: Compound) -> Iterator[tuple[str, int]]:
    if not compound.scope.is_whole:
        yield from (("b", bay) for bay in range(15, 15 + compound.scope.chargers))
        return
    yield from (("a", bay) for bay in range(1, _BAYS_A + 1))
    yield from (("b", bay) for bay in range(1, compound.scope.chargers - _BAYS_A + 1))


def _each(makes: tuple[tuple[str, int], ...]) -> Iterator[tuple[str, int]]:
    for profile, count in makes:
        yield from ((profile, nth) for nth in range(count))


def _wire(charger: DevicePart, profile: str, nth: int, prefix: str) -> None:
    """An Eve Double is one station with a unit per socket; a go-e has its serial number in its topics."""
    if profile == "alfen_eve":
        charger.socket, charger.unit = f"charge.eve{nth // 2 + 1}", nth % 2 + 1
    elif profile == "keba_p30":
        charger.points = list(_KEBA_POINTS)
    elif profile == "go_e":
        charger.values = {"serial": f"{prefix}2160{nth + 1:02}"}
