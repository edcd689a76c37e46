"""Who has been silent for too long. Pure: monotonic times in, names out."""

from collections.abc import Iterable, Mapping


class Silence:
    """Watches devices that promise to speak at least every so often; ``limits_ns`` holds that time per device."""

    def __init__(self, limits_ns: Mapping[str, int], now_ns: int) -> None:
        self._limits_ns = limits_ns
        self._deadlines: dict[str, int] = {}
        self.restart(now_ns)

    def heard(self, device: str, now_ns: int) -> None:
        limit_ns = self._limits_ns.get(device)
        if limit_ns is not None:
            self._deadlines[device] = now_ns + limit_ns

    def forget(self, device: str) -> None:
        """It is known to be away: its silence says nothing more."""
        self._deadlines.pop(device, None)

    def fell_silent(self, now_ns: int) -> Iterable[str]:
        """Devices whose time has run out, each told once until it is heard again."""
        silent = [device for device, deadline_ns in self._deadlines.items() if deadline_ns <= now_ns]
        for device in silent:
            del self._deadlines[device]
        return silent

    def suspend(self) -> None:
        """The broker is away: nobody can be heard, so nobody is silent."""
        self._deadlines.clear()

    def restart(self, now_ns: int) -> None:
        """Give everyone the full time again."""
        for device in self._limits_ns:
            self.heard(device, now_ns)
