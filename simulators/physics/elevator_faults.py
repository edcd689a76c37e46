"""The ways an elevator fails; fault codes are those of GB/T 24476."""

from simulators.physics.faults import fault_kinds

ELEVATOR_FAULTS = fault_kinds(
    entrapment="The car has stopped between two floors with a passenger, who presses the alarm button (fault code 4).",
    door_fault="The doors do not close at the landing (fault code 2); the car is out of service.",
    door_open_failure="The doors do not open at the landing (fault code 3); the car is out of service.",
    safety_circuit="The safety circuit is open at the landing (fault code 1): the drive has no power.",
    unintended_movement="The car slips half a metre from the landing with open doors (fault code 5), then the safety gear holds it.",
    motor_run_limit="The motor ran too long without reaching a floor (fault code 6): the drive is locked at the landing.",
    position_lost="The car does not know its floor (fault code 7) and stays at the landing.",
    overspeed="The drive's speed feedback is wrong: the car shuttles between the ends at 130 % of its rated speed.",
    power_loss="The elevator's own main switch is open: it stands dark at the landing (event 1).",
    door_blocked="Someone keeps the doors open to move house: the car waits, in service, without a fault code.",
    alarm_button="Someone keeps pressing the alarm button though the car runs well.",
    data_frozen="The monitoring board hangs: every value stays as it was, the heartbeat too.",
    inspection="A mechanic has switched to inspection: normal service is off.",
)

STOPPING = frozenset(
    {
        "entrapment", "door_fault", "door_open_failure", "safety_circuit", "motor_run_limit", "position_lost", "power_loss",
        "unintended_movement", "inspection",
    }
)  # fmt: skip
"""Those that hold the car where it is."""

UNNOTICED = frozenset({"alarm_button", "data_frozen"})
"""Those that don't touch the car's motion."""
