"""Parking: a barrier in and a barrier out at each gate, speaking MQTT."""

from simulators.site_parts.compound import Compound, DevicePart, Words

UNDERGROUND, GROUND = 797, 15
_GATES = (("n", "north", "北门", "North gate"), ("s", "south", "南门", "South gate"))


def parking(compound: Compound) -> None:
    for short, name, zh, en in _GATES if compound.scope.is_whole else _GATES[:1]:
        for way, way_zh, way_en in (("in", "入口道闸", "entry barrier"), ("out", "出口道闸", "exit barrier")):
            words = Words(zh + way_zh, f"{en} {way_en}")
            barrier = DevicePart(
                f"gate.{name}.{way}", words, "parking", f"gate-{short}", "barrier_json", topic=f"parking/gate-{name}-{way}"
            )
            barrier.params = {"rated_current": 2.0}
            compound.add(barrier, fed_by=f"gate-{short}-power")
