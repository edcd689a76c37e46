"""Fire: the alarm controller with a loop per block, and the panel of the podium."""

from simulators.site_parts.compound import Compound, DevicePart, Words
from simulators.site_parts.power import feeder_of

_PANEL_POINTS = [
    "panel_status", "bell_circuit_types_*",
    "loop1_detector_?", "loop1_detector_[12]?", "loop1_module_?", "loop2_detector_?", "loop2_detector_[12]?", "loop2_module_?",
]  # fmt: skip
"""29 detectors and nine modules on each of two loops are fitted; the gateway could carry 3,180 points."""


def fire(compound: Compound) -> None:
    for block in compound.scope.blocks:
        words = Words(f"{block}号楼消防回路", f"Block {block} fire loop")
        compound.add(DevicePart(f"fcc.loop{block:02}", words, "fire", f"b{block:02}", "fire_loop", "1s"), fed_by=feeder_of(block))
    panel = DevicePart("fcc.panel", Words("裙楼消防报警主机", "Podium fire panel"), "fire", "fcc", "notifier_modbus_gw", "2s")
    panel.points = list(_PANEL_POINTS)
    compound.add(panel, fed_by="fire-power")
