"""One simulated Modbus device as the network sees it: its machine, its image, and how it misbehaves just now."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from model.site import Device
from simulators.device_clock import clocks, shifted
from simulators.encode import Value
from simulators.machine import Machine, Truth
from simulators.modbus_pdu import answer
from simulators.nameplate import constants
from simulators.network_fault import NetworkFault
from simulators.register_image import RegisterImage, register_image
from simulators.word_swap import swapped
from simulators.write_access import functions


@dataclass(slots=True)
class Station:
    """``stale`` is set when the machine has moved; the image follows at the first request after that, not before."""

    device: Device
    machine: Machine
    fault: NetworkFault = NetworkFault.OK
    amount: float = 0.0
    requests: int = 0
    """Answered, exceptions included."""
    heard: int = 0
    """While it misbehaves: the turn of its next mistake."""
    stale: bool = False
    _known: frozenset[int] = field(init=False, repr=False)
    _image: RegisterImage | None = field(default=None, repr=False)
    _plate: Mapping[str, Value] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self._known = functions(self.device.profile)

    def answer(self, pdu: bytes) -> bytes:
        """The device's answer to one request, as of the machine's last step."""
        self.requests += 1
        right = answer(self.image(), pdu, self._known)
        return swapped(self.device.profile, pdu, right) if self.fault is NetworkFault.WRONG_WORD_ORDER else right

    def image(self) -> RegisterImage:
        if self._image is None:
            self._image = register_image(self.device, self._told(), self.machine.units)
        elif self.stale:
            self._image.refresh(self._told())
        self.stale = False
        return self._image

    def _told(self) -> Truth:
        truth = self.machine.truth()
        if self.fault is not NetworkFault.CLOCK_ERROR:
            return truth
        if self._plate is None:
            self._plate = constants(self.device, self.machine.units)
        return shifted(truth, clocks(self.device.points), self._plate, self.amount)
