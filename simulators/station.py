"""One simulated device as the network sees it: its machine, its image, and how it misbehaves just now."""

from dataclasses import dataclass, field

from model.site import Device
from simulators.machine import Machine
from simulators.modbus_pdu import answer
from simulators.network_fault import NetworkFault
from simulators.register_image import RegisterImage, register_image


@dataclass(slots=True)
class Station:
    """``stale`` is set when the machine has moved; the image follows at the first request after that, not before."""

    device: Device
    machine: Machine
    fault: NetworkFault = NetworkFault.OK
    requests: int = 0
    stale: bool = False
    _image: RegisterImage | None = field(default=None, repr=False)

    def answer(self, pdu: bytes) -> bytes:
        """The device's answer to one request, as of the machine's last step."""
        self.requests += 1
        return answer(self.image(), pdu)

    def image(self) -> RegisterImage:
        if self._image is None:
            self._image = register_image(self.device, self.machine.truth(), self.machine.units)
        elif self.stale:
            self._image.refresh(self.machine.truth())
        self.stale = False
        return self._image
