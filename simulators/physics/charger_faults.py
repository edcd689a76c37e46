"""The ways a charging point fails."""

from simulators.physics.faults import fault_kinds, growing

CHARGER_FAULTS = fault_kinds(
    ground_failure="Leakage to earth: the residual-current device has opened, the session is over, error state.",
    earth_missing="The protective earth is broken: the point refuses to charge, error state.",
    over_temperature="The contacts run hot, 95 degC: charging is stopped with an over-temperature error.",
    power_switch_failure="The contactor is welded or does not pull in: error state, no power.",
    connector_lock_failure="The plug cannot be locked: error state, no power.",
    over_current="The vehicle takes more than it is offered: the protection has tripped, error state.",
    derating=growing("Dust in the vents: the point is warm and offers 60 % less current.", "offered current lost", 60.0, "%"),
    sensor_drift=growing("The point's own meter counts 5 % too little.", "error", -5.0, "%"),
    sensor_stuck="The point's measuring board hangs: voltages, power and energy stay as they were, it charges on.",
)

STOPPING = frozenset(
    {"ground_failure", "earth_missing", "over_temperature", "power_switch_failure", "connector_lock_failure", "over_current"}
)
"""Those that end a session and put the pilot into its error state."""
