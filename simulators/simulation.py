"""What the control API needs of whatever runs the simulated site."""

from collections.abc import Mapping
from typing import Protocol

from model.site import Site
from simulators.bus import Bus
from simulators.fault_desk import FaultDesk
from simulators.network_desk import NetworkDesk
from simulators.playbook import Playbook


class Simulation(Protocol):
    speed: float
    """Site seconds per second."""

    @property
    def site(self) -> Site: ...

    @property
    def desk(self) -> FaultDesk: ...

    @property
    def network(self) -> NetworkDesk: ...

    @property
    def playbook(self) -> Playbook: ...

    @property
    def gateways(self) -> Mapping[str, Bus]:
        """Everything that listens on ``host:port``."""
        ...

    @property
    def lines(self) -> Mapping[str, str]:
        """Serial lines by the name that the site gives them → where they can be opened."""
        ...

    @property
    def site_time_s(self) -> float:
        """Seconds since 1970 UTC, on site."""
        ...

    @property
    def late_ticks(self) -> int: ...

    @property
    def requests(self) -> int: ...

    @property
    def published(self) -> int: ...

    @property
    def brokered(self) -> tuple[int, int]:
        """Connections that devices have with the broker, and how many of them stand."""
        ...
