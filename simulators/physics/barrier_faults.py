"""The ways a barrier and the camera beside it fail."""

from simulators.physics.faults import fault_kinds, growing

BARRIER_FAULTS = fault_kinds(
    stuck_open="The arm stays up: state open for good, nobody is checked.",
    stuck_closed="The arm does not open: a vehicle waits at a closed barrier.",
    stopped_midway="The arm was stopped halfway by an obstacle and does not move on.",
    arm_off="The arm has been knocked off its swing-away joint.",
    loop_fault="The loop detector has failed: no vehicle is seen any more.",
    loop_stuck="The loop detector hangs: it sees a vehicle that is not there.",
    manual="Someone switched the barrier to manual and opened it.",
    motor_overcurrent="The gearbox jams: the motor takes 4.5 times its rated current and the controller goes to fault.",
    slow_stroke=growing("The balance spring is weak: a stroke takes 27 s more.", "time more for a stroke", 27.0, "s"),
)
CAMERA_FAULTS = fault_kinds(
    BARRIER_FAULTS,
    controller_lost="The cable from the camera to the barrier's controller is broken: no connection, the last state stays.",
    lens_dirty=growing("Dirt on the lens: plates are read with 30 % confidence.", "confidence lost", 70.0, "%"),
)

HELD_ARM = {
    "stuck_open": "OPEN",
    "stuck_closed": "CLOSED",
    "stopped_midway": "STOPPED_MIDWAY",
    "manual": "OPEN",
    "motor_overcurrent": "FAULT",
}
"""Faults that hold the arm, and where."""
