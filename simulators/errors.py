"""What the simulators refuse.

SimulatorError
├── UnknownDevice        no such device on this site
├── UnknownGateway       nothing of the site is behind this address
├── UnknownFault         the machine can't break this way
├── UnknownNetworkFault  the end can't misbehave this way on its kind of wire
├── UnknownScenario      no script of this name
├── Unfit                the fault exists, but not so: its severity, onset, length or amount
└── PortTaken            a device's address is in use
"""

from collections.abc import Iterable


class SimulatorError(Exception):
    """The message is for a person; ``known`` lists what could have been asked for instead, ``field`` names what was wrong."""

    field = ""

    def __init__(self, message: str, known: Iterable[str] = ()) -> None:
        self.known = tuple(sorted(known))
        super().__init__(f"{message}; known: {', '.join(self.known)}" if self.known else message)


class UnknownDevice(SimulatorError):
    field = "device"


class UnknownGateway(SimulatorError):
    field = "gateway"


class UnknownFault(SimulatorError):
    field = "kind"


class UnknownNetworkFault(SimulatorError):
    field = "kind"


class UnknownScenario(SimulatorError):
    field = "name"


class Unfit(SimulatorError):
    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(message)


class PortTaken(SimulatorError):
    pass
