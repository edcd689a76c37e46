"""The ways a meter, its feeder and the grid before it fail."""

from simulators.physics.faults import Breakable, fault_kinds, growing

METER_FAULTS = fault_kinds(
    feeder_trip="The breaker opens: no voltage and no current here, and everything fed from here is dead.",
    induced_voltage=growing(
        "The breaker is open, and a parallel cable induces 9 % of the voltage on what it fed: all of it is dead all the same.",
        "voltage induced over the nominal",
        9.0,
        "%",
    ),
    undervoltage=growing("A bad joint upstream leaves 80 % of the voltage on all phases, here and below.", "voltage left", 0.80, none=1.0),
    overvoltage=growing("A wrong transformer tap raises all phases to 113 %, here and below.", "voltage", 1.13, none=1.0),
    phase_loss="The fuse of phase L3 has blown: no voltage and no current on L3, here and below.",
    loose_contact=growing(
        "A loose contact upstream leaves 95.5 % of the voltage on phase L1, here and below.", "voltage left on L1", 0.955, none=1.0
    ),
    overload=growing(
        "Unplanned load raises the current of every phase to 125 % of the rated current.", "current over the rated current", 1.25
    ),
    unbalance=growing(
        "Single-phase load on L1 alone takes half the rated current more than the other phases.", "extra current on L1 over the rated", 0.5
    ),
    low_power_factor=growing(
        "The capacitor bank has failed: reactive power rises until the power factor is about 0.7.", "power factor", 0.70, none=1.0
    ),
    harmonics=growing("A capacitor resonates: voltage distortion rises to about 9 %.", "voltage distortion", 9.0, "%"),
    sensor_stuck="The meter's measuring board hangs: every value stays as it was, counters too.",
    sensor_drift=growing("The current transformers age: currents, powers and energy read 10 % too low.", "error", -10.0, "%"),
    sensor_noise=growing("A loose shield: currents and powers tremble by up to 8 % either way, energy with them.", "tremble", 8.0, "%"),
    sensor_open="The fuse of the meter's L2 voltage input has blown: no voltage and no power on L2, but its current: the feeder is well.",
    ct_reversed="The current transformer of L1 is wired backwards: L1 power is negative and the total counts too little.",
)

INCOMER_FAULTS = fault_kinds(
    METER_FAULTS,
    grid_outage="The public grid is gone before this transformer: everything behind it is dead.",
    grid_phase_loss="One phase of the high-voltage side is lost: two phases behind the transformer keep 45 % of their voltage.",
    grid_sag=growing(
        "A brown-out of the public grid leaves 78 % of the voltage on all phases behind this transformer: the deepest at which "
        "motors hold.",
        "voltage left",
        0.78,
        none=1.0,
    ),
    grid_frequency_low=growing("What feeds this transformer, a generator in place of the grid, runs 0.5 Hz slow.", "off 50 Hz", -0.5, "Hz"),
    grid_frequency_high=growing("What feeds this transformer, a generator in place of the grid, runs 0.5 Hz fast.", "off 50 Hz", 0.5, "Hz"),
)

LOADED_FAULTS = fault_kinds(
    METER_FAULTS,
    left_on=growing(
        "What hangs behind this meter is never switched off: its load stands at its peak day and night.", "share of its peak", 100.0, "%"
    ),
)
"""Of a meter with a load of its own."""

_SINGLE_PHASING = (0.45, 0.45, 1.0)
"""Dyn11 with one phase open before it: the two windings left in series share one line voltage, half each at no load (textbook); a tenth
less under load, assumed."""


def feeder_left(meter: Breakable) -> list[float]:
    """Share of each phase voltage that the faults of a feeder leave."""
    broken = meter.active_faults()
    even = meter.amount("undervoltage") * meter.amount("overvoltage")
    return [even * meter.amount("loose_contact"), even, 0.0 if "phase_loss" in broken else even]


def grid_left(incomer: Breakable) -> list[float]:
    """Share of each phase voltage that the faults of the grid leave before an incomer's transformer."""
    broken = incomer.active_faults()
    even = 0.0 if "grid_outage" in broken else incomer.amount("grid_sag")
    return [even * share for share in (_SINGLE_PHASING if "grid_phase_loss" in broken else (1.0, 1.0, 1.0))]


def grid_off_hz(incomer: Breakable) -> float:
    return incomer.amount("grid_frequency_low") + incomer.amount("grid_frequency_high")
