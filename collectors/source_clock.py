"""When a device measured what it says, by a clock among its own points. Pure.

Only for devices whose clock stamps the measurement, such as a meter's last interval or a logger's last record. That of a device that is
polled for what *is* says no more than how wrong the clock is.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo

from collectors.mqtt.times import believed
from model.clock import SECOND
from model.profile import ClockKind, Profile
from model.quality import GOOD


class SourceClock:
    """The clock of one kind of device. ``zone`` is the site's, for clocks that show the wall's time."""

    def __init__(self, profile: Profile, zone: tzinfo) -> None:
        columns = [column for column, point in enumerate(profile.points) if point.source_time is not None]
        self._column = columns[0] if columns else None
        self._zone = zone if columns and profile.points[columns[0]].source_time is ClockKind.LOCAL else UTC

    @property
    def is_there(self) -> bool:
        """Whether the profile names such a point."""
        return self._column is not None

    def source_ns(self, values: Sequence[float], qualities: bytes, receive_ns: int) -> int | None:
        """The device's own time; None when it tells none, or one more than a day before the receipt or a minute after it."""
        if self._column is None or qualities[self._column] != GOOD:
            return None
        shown_s = values[self._column]
        if self._zone is UTC:
            return believed(shown_s, SECOND, receive_ns)
        candidates = (believed(shown_s - offset_s, SECOND, receive_ns) for offset_s in self._offsets_s(shown_s))
        return min((at_ns for at_ns in candidates if at_ns is not None), key=lambda at_ns: abs(receive_ns - at_ns), default=None)

    def _offsets_s(self, shown_s: float) -> set[float]:
        """How far the wall may be ahead of UTC at what it shows: two answers in the hour that comes twice in autumn."""
        try:
            wall = datetime.fromtimestamp(shown_s, UTC).replace(tzinfo=self._zone)
        except (OverflowError, ValueError, OSError):
            return set()
        offsets = (wall.replace(fold=fold).utcoffset() for fold in (0, 1))
        return {offset.total_seconds() for offset in offsets if offset is not None}
