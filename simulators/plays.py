"""The named scenarios a tester plays: who breaks, how, when and for how long. Devices are cast per site."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """``device`` where the site has it, else the first of its class that can break in one of ``kinds``, the first of them it has."""

    at_s: float
    device_class: str
    kinds: tuple[str, ...]
    for_s: float
    device: str = ""


@dataclass(frozen=True, slots=True)
class Play:
    name: str
    about: str
    parts: tuple[Part, ...]


_TRIP = Part(0, "power_meter", ("feeder_trip",), 600, "sub2.d5")
_TRAPPED = Part(5, "elevator", ("entrapment",), 600, "b07.lift1")
_SMOKE = Part(0, "fire_loop", ("smoke",), 300, "fcc.loop07")
_SUMP = Part(0, "sump", ("high_inflow", "both_pumps_fail"), 600, "garage-b.sump3")
_DRY = Part(0, "pump", ("dry_run",), 300, "pr1.pump2")
_BARRIER = Part(0, "parking_barrier", ("stuck_open",), 300, "gate.north.in")
_CHARGER = Part(0, "ev_charger", ("ground_failure",), 600, "charge.b17")
_GAS = Part(0, "gas_detector", ("leak",), 300, "podium.gas11")
_HOT = Part(0, "transformer_monitor", ("overheat",), 900, "sub2.t1")

PLAYS: tuple[Play, ...] = (
    Play("feeder_trip_entrapment", "2D5 trips and a car of block 7 stops between two floors with a passenger", (_TRIP, _TRAPPED)),
    Play("smoke", "a smoke detector of one block is in alarm", (_SMOKE,)),
    Play("sump_high", "a garage sump rises to its high float", (_SUMP,)),
    Play("pump_dry_run", "a booster pump runs without water", (_DRY,)),
    Play("barrier_stuck", "a barrier stays open", (_BARRIER,)),
    Play("charger_leakage", "a charger's residual current trips it", (_CHARGER,)),
    Play("gas_leak", "gas in a restaurant kitchen", (_GAS,)),
    Play("transformer_hot", "a winding climbs to its alarm limit", (_HOT,)),
    Play("six_systems", "one fault in each of the six systems at once", (_TRIP, _DRY, _TRAPPED, _SMOKE, _BARRIER, _CHARGER)),
)
