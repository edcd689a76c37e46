"""What a platform in virtual time says of its own store: nothing is stored there, so that its troubles are told, not made."""

from model.clock import SECOND
from model.own_state import OwnState, own_block
from model.reading import Block
from model.scenario import StoreKind

_DISK_GB, _DISK_LOW_GB = 80.0, 1.0


class VirtualStore:
    """Well until it is told to suffer. ``max_age_ns``: how long the spool holds what the history does not take."""

    def __init__(self, max_age_ns: int) -> None:
        self._max_age_ns = max_age_ns
        self._kind: StoreKind | None = None
        self._since_ns = 0

    def suffer(self, kind: StoreKind | None, now_ns: int) -> None:
        """From now on; None: it is well again."""
        self._kind, self._since_ns = kind, now_ns

    def block(self, now_ns: int, alarms: int) -> Block:
        """``alarms``: annunciated within the last 10 minutes."""
        is_away, is_full = self._kind in (StoreKind.AWAY, StoreKind.FULL), self._kind is StoreKind.FULL
        wait_ns = now_ns - self._since_ns if is_away else 0
        state = OwnState(
            history_wait=wait_ns / SECOND,
            spool_fill=100.0 if is_full else 100 * wait_ns / self._max_age_ns,
            blocks_lost=float(is_full),
            disk_free=_DISK_LOW_GB if self._kind is StoreKind.DISK_LOW else _DISK_GB,
            alarms_10min=alarms,
        )
        return own_block(state, now_ns)
