"""Lines, edge nodes and brokers over a stretch of time: lost, when the devices on them fail one after the other with no sign of life.

What is stored tells that an exchange failed, not how. A line is judged as if every failure were silence; what the wire itself would tell
of a broker, a node or another machine is taken from all devices behind it being silent.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from model.carrier import GATEWAY, Carrier
from model.site import ModbusSerial, ModbusTcp
from rules.columns.logic import Stretch
from rules.columns.past import DeviceSteps
from rules.columns.steps import Steps, Ticks, after


def can_be_told(carrier: Carrier) -> bool:
    """With one device behind it a broker that is lost looks like a device that is silent."""
    return len(carrier.behind) > 1


class CarrierSteps(DeviceSteps):
    """A device that is never polled itself."""

    def __init__(self, carrier: Carrier, stretch: Stretch) -> None:
        super().__init__()
        self.id = carrier.device.id
        self.behind = carrier.behind
        self._behind = [stretch.device(id) for id in carrier.behind]
        is_line = carrier.device.device_class == GATEWAY and isinstance(carrier.device.connection, ModbusTcp | ModbusSerial)
        self._least = carrier.least if is_line else len(carrier.behind)
        self._silent: set[int] = set()
        self._is_lost: bool | None = None

    def listen(self, start_ns: int) -> None:
        """Once the devices behind it have taken the stretch."""
        failures = [device.failed_at() for device in self._behind]
        answered = _in_order([device.answered_at() for device in self._behind])
        fails, who = _in_order(failures), _whose(failures)
        at, lost, known = [after(start_ns)], [self._is_lost is True], [self._is_lost is not None]

        def turn(tick: int, is_lost: bool) -> None:
            if self._is_lost is not is_lost:
                self._is_lost = is_lost
                at.append(tick)
                lost.append(is_lost)
                known.append(True)

        place = 0
        for tick, device in zip(fails.tolist(), who.tolist(), strict=True):
            place = self._answered_until(answered, place, tick, turn)
            self._silent.add(device)
            turn(tick, len(self._silent) >= self._least)
        self._answered_until(answered, place, None, turn)
        self.at = np.array(at, dtype=np.int64)
        self._link = Steps(self.at, np.array(lost), None if known[0] else np.array(known))

    def _answered_until(self, answered: Ticks, place: int, tick: int | None, turn: Callable[[int, bool], None]) -> int:
        """The first sign of life before a failure clears what has failed; the place behind those signs."""
        end = len(answered) if tick is None else int(np.searchsorted(answered, tick))
        if end > place:
            self._silent.clear()
            turn(int(answered[place]), False)
        return end

    def offline(self) -> Steps:
        assert self._link is not None, "listen comes first"
        return self._link


def _in_order(ticks: list[Ticks]) -> Ticks:
    found = np.concatenate(ticks) if ticks else np.empty(0, dtype=np.int64)
    return np.sort(found, kind="stable")


def _whose(failures: list[Ticks]) -> NDArray[np.int64]:
    """Which device failed, in the order of all failures."""
    whose = np.repeat(np.arange(len(failures)), [len(ticks) for ticks in failures])
    return whose[np.argsort(np.concatenate(failures), kind="stable")] if len(whose) else whose
