"""Elevators: two per block, behind the block's lift meter."""

from simulators.site_parts.areas import floors_of
from simulators.site_parts.compound import Compound, DevicePart, Words

_RATED_SPEED = 1.75
"""m/s; usual for 10 to 11 floors."""
_MOTOR_AMPS = 28.0


def elevators(compound: Compound) -> None:
    for block in compound.scope.blocks:
        for car in (1, 2):
            area = f"b{block:02}"
            lift = DevicePart(
                f"{area}.lift{car}", Words(f"{block}号楼{car}#梯", f"Block {block} lift {car}"), "elevator", area, "gbt24476_elevator", "1s"
            )
            lift.params = {"floors": float(floors_of(block)), "rated_speed": _RATED_SPEED, "rated_current": _MOTOR_AMPS}
            compound.add(lift, fed_by=f"{area}.lift-meter")
