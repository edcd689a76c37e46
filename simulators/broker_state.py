"""The way to the broker as the devices find it. The simulators can't stop a broker; they can behave as if theirs had stopped."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from simulators.network_fault import BrokerFault


class Voice(Protocol):
    """All devices of one kind of payload: they connect, say what is due, and leave."""

    def open(self) -> None: ...

    async def leave(self) -> None:
        """Be gone, without a word: there is no broker to say it to."""
        ...

    async def close(self) -> None:
        """Say what is said at the end, and leave."""
        ...

    def publish_due(self, now_s: float, elapsed_s: float) -> int:
        """Say what is due at ``now_s`` site time; how many messages that was."""
        ...


@dataclass(slots=True)
class BrokerState:
    """``amount``: seconds of the fault, as in ``network_fault``."""

    fault: BrokerFault = BrokerFault.OK
    amount: float = 0.0

    @property
    def is_away(self) -> bool:
        return self.fault in (BrokerFault.DOWN, BrokerFault.RESTART)

    @property
    def late_s(self) -> float:
        return self.amount if self.fault is BrokerFault.SLOW else 0.0

    async def rule(self, voices: Iterable[Voice]) -> None:
        """Take every device off its broker while it is away, and let all of them back at once when it is not."""
        for voice in voices:
            if self.is_away:
                await voice.leave()
            else:
                voice.open()
