"""Edge machines that can't reach the platform: what they read meanwhile is kept from the engine, and the newest told when they are back."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from guanjia.apart.core_voice import SILENT_NS
from model.reading import Block, Fault, failed_block
from model.site import Site


@dataclass
class _Away:
    lost_at_ns: int
    """When the core calls it lost."""
    is_told: bool = False
    newest: dict[str, Block] = field(default_factory=dict)


class CutOff:
    """``guanjia.apart`` without a network, as far as the engine notices it."""

    def __init__(self, site: Site) -> None:
        self._devices = {d.id: d for d in site.devices.values() if d.edge}
        self._away: dict[str, _Away] = {}

    def go(self, edge: str, now_ns: int) -> None:
        self._away[edge] = _Away(now_ns + SILENT_NS)

    def come(self, edge: str) -> Iterable[Block]:
        """What it read last of each device."""
        return self._away.pop(edge).newest.values()

    def hears(self, block: Block) -> bool:
        """Whether the block reaches the core; one that does not is remembered."""
        device = self._devices.get(block.device)
        away = self._away.get(device.edge) if device else None
        if away is None:
            return True
        away.newest[block.device] = block
        return False

    def lost(self, now_ns: int) -> list[Block]:
        """Blocks of the devices whose edge has now been silent for too long; once."""
        gone = {edge for edge, away in self._away.items() if not away.is_told and now_ns >= away.lost_at_ns}
        for edge in gone:
            self._away[edge].is_told = True
        return [failed_block(d.id, len(d.points), now_ns, Fault.EDGE_LOST) for d in self._devices.values() if d.edge in gone]
