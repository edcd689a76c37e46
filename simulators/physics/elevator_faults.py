"""The ways an elevator fails; fault codes are those of GB/T 24476."""

from simulators.physics.faults import fault_kinds, growing

ELEVATOR_FAULTS = fault_kinds(
    entrapment="The car has stopped between two floors with a passenger, who presses the alarm button (fault code 4).",
    door_fault="The doors do not close at the landing (fault code 2); the car is out of service.",
    door_open_failure="The doors do not open at the landing (fault code 3); the car is out of service.",
    safety_circuit="The safety circuit is open at the landing (fault code 1): the drive has no power.",
    unintended_movement="The car slips half a metre from the landing with open doors (fault code 5), then the safety gear holds it.",
    motor_run_limit="The motor ran too long without reaching a floor (fault code 6): the drive is locked at the landing.",
    position_lost="The car does not know its floor (fault code 7) and stays at the landing.",
    overspeed=growing(
        "The drive's speed feedback is wrong: the car shuttles between the ends at 130 % of its rated speed.",
        "speed over the rated speed", 1.30, none=1.0,
    ),
    landing_error=growing(
        "The brake slips: the car stops 0.2 m below each landing, outside the door zone, and the doors open all the same.",
        "how far it stops below the landing", 0.2, "m",
    ),
    door_slow=growing("The door guide is bent: the doors take 12 s more to open or close.", "time more for a stroke", 12.0, "s"),
    sensor_noise=growing("The speed encoder's cable is loose: the speed trembles by up to 8 %.", "tremble", 8.0, "%"),
    power_loss="The elevator's own main switch is open: it stands dark at the landing (event 1).",
    door_blocked="Someone keeps the doors open to move house: the car waits, in service, without a fault code.",
    alarm_button="Someone keeps pressing the alarm button though the car runs well.",
    data_frozen="The monitoring board hangs: every value stays as it was, the heartbeat too.",
    inspection="A mechanic has switched to inspection: normal service is off.",
)  # fmt: skip
GATEWAY_FAULTS = fault_kinds(
    ELEVATOR_FAULTS,
    controller_lost="The cable from the gateway to the elevator's controller is off: not connected, the last state stays; the car runs on.",
)
"""With a gateway of its own beside the controller."""

STOPPING = frozenset(
    {
        "entrapment", "door_fault", "door_open_failure", "safety_circuit", "motor_run_limit", "position_lost", "power_loss",
        "unintended_movement", "inspection",
    }
)  # fmt: skip
"""Those that hold the car where it is."""

UNNOTICED = frozenset({"alarm_button", "data_frozen", "controller_lost", "landing_error", "door_slow", "sensor_noise"})
"""Those that leave the car where it is, and let it run on."""
