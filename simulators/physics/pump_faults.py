"""The ways a pump of a set fails, or a drive with its pump."""

from simulators.physics.faults import fault_kinds, growing
from simulators.physics.probe import probe_faults

PUMP_FAULTS = fault_kinds(
    probe_faults("discharge pressure transmitter", drift=-0.45, noise=0.05, unit="MPa"),
    dry_run=growing(
        "The suction valve is shut: the pump runs without water, suction pressure near 0, no flow, low current.",
        "suction pressure lost", 100.0, "%",
    ),
    seal_leak="The mechanical seal leaks: the leak contact closes, the pump goes on.",
    start_failure="The contactor does not close: called but not running; after 15 s the controller gives up and sets its fault.",
    motor_trip="The thermal relay has tripped: the pump is off and not called, fault set.",
    overload=growing("The impeller rubs: the motor takes 130 % of its rated current.", "current over the rated current", 1.30),
    bearing_hot=growing(
        "A bearing is failing: its temperature climbs past 95 degC towards 110 degC.", "temperature it goes to", 110.0, "degC", none=30.0
    ),
    check_valve=growing(
        "The check valve does not close: while the pump stands, water of the header runs back through it, 30 % of its rated flow.",
        "rated flow that runs back", 30.0, "%",
    ),
    short_cycling="Its pressure switch flutters: the pump starts every minute and runs for half of it.",
    low_pressure=growing(
        "The discharge pipe has burst before its transmitter: 40 % of the pressure there, nothing reaches the header.",
        "discharge pressure lost", 60.0, "%",
    ),
)  # fmt: skip

TRIED = frozenset({"sensor_drift", "sensor_open", "dry_run", "start_failure", "overload", "bearing_hot", "low_pressure", "short_cycling"})
"""Faults that show only on a pump that is asked to run: the set calls it."""
