"""What the simulators refuse.

SimulatorError
├── UnknownDevice      no such device on this site
├── UnknownFault       the machine can't break this way
├── UnknownNetworkFault  the device can't misbehave this way on its kind of wire
├── UnknownScenario    no script of this name
└── PortTaken          a device's address is in use
"""

from collections.abc import Iterable


class SimulatorError(Exception):
    """The message is for a person; ``known`` lists what could have been asked for instead."""

    def __init__(self, message: str, known: Iterable[str] = ()) -> None:
        self.known = tuple(sorted(known))
        super().__init__(f"{message}; known: {', '.join(self.known)}" if self.known else message)


class UnknownDevice(SimulatorError):
    pass


class UnknownFault(SimulatorError):
    pass


class UnknownNetworkFault(SimulatorError):
    pass


class UnknownScenario(SimulatorError):
    pass


class PortTaken(SimulatorError):
    pass
