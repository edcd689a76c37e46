"""What can go wrong between a wire and a reading.

CollectorError
├── PayloadError          passing: bytes of a message that are no payload; its text says why
├── ProfileError          permanent: a profile asks for something no decoder here can do; said before the first poll
└── ExchangeError         passing: one exchange failed, the next may succeed; ``fault`` says how
    ├── Refused           nobody accepts the connection
    ├── TimedOut          no answer in time
    ├── Closed            the peer closed, or the line broke, while an answer was awaited
    ├── BadFrame          bytes came that are no answer to what was asked
    │   ├── NotModbus     text came: another service listens there
    │   └── NotSunSpec    the device answers, but has no chain of models or not the model its profile is about
    └── DeviceException   the device answered that it will not (Modbus V1.1b3 §7)
"""

from typing import ClassVar

from model.quality import Quality
from model.reading import Fault


class CollectorError(Exception):
    """Root of the tree above."""


class PayloadError(CollectorError, ValueError):
    """A message that is no payload, or more of one than is read."""


class ProfileError(CollectorError, ValueError):
    """A profile that cannot be read as written; the message names the profile, the point and what is wrong."""


class ExchangeError(CollectorError):
    """One exchange with a device failed; try again at the next poll."""

    fault: ClassVar[Fault]


class Refused(ExchangeError):
    fault = Fault.REFUSED


class TimedOut(ExchangeError):
    fault = Fault.TIMEOUT


class Closed(ExchangeError):
    fault = Fault.CLOSED


class BadFrame(ExchangeError):
    fault = Fault.BAD_FRAME


class NotModbus(BadFrame):
    """What came can't be read as Modbus and is plain text, such as a web server's; the message quotes how it begins."""


class NotSunSpec(BadFrame):
    """What the device shows where its models should stand is none of them; the message says what was found."""


class DeviceException(ExchangeError):
    """The device refused one request with a Modbus exception ``code``."""

    fault = Fault.EXCEPTION

    def __init__(self, code: int) -> None:
        super().__init__(f"exception {code} ({_EXCEPTIONS.get(code, 'unknown')})")
        self.code = code

    @property
    def quality(self) -> Quality:
        """What the code says about the columns asked for: 1–3 our map is wrong, 4 the device is, 10–11 nobody behind the gateway."""
        return _QUALITIES.get(self.code, Quality.COMM_FAILURE)

    @property
    def is_silence(self) -> bool:
        """Whether a gateway answered in place of a device that did not."""
        return self.code in (10, 11)


_EXCEPTIONS = {
    1: "illegal function",
    2: "illegal address",
    3: "illegal value",
    4: "device failure",
    5: "acknowledge",
    6: "device busy",
    8: "memory parity error",
    10: "gateway path unavailable",
    11: "gateway target did not respond",
}
_QUALITIES = {
    1: Quality.CONFIG_ERROR,
    2: Quality.CONFIG_ERROR,
    3: Quality.CONFIG_ERROR,
    4: Quality.DEVICE_FAILURE,
    8: Quality.DEVICE_FAILURE,
    10: Quality.NOT_CONNECTED,
    11: Quality.NOT_CONNECTED,
}
