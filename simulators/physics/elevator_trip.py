"""The motion of a car between two landings."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trip:
    """Constant acceleration up to the rated speed, and the same down to rest (m, s, m/s, m/s²)."""

    start_m: float
    end_m: float
    speed: float
    acceleration: float

    @property
    def _ramp_s(self) -> float:
        """Time spent speeding up; short trips never reach the rated speed."""
        return min(self.speed / self.acceleration, math.sqrt(abs(self.end_m - self.start_m) / self.acceleration))

    @property
    def duration_s(self) -> float:
        ramp = self._ramp_s
        ramped_m = self.acceleration * ramp * ramp
        return 2 * ramp + max(0.0, abs(self.end_m - self.start_m) - ramped_m) / self.speed

    def speed_at(self, seconds: float) -> float:
        """Magnitude of the speed, ``seconds`` after departure."""
        left = self.duration_s - seconds
        if seconds <= 0 or left <= 0:
            return 0.0
        return self.acceleration * min(seconds, left, self._ramp_s)

    def position_at(self, seconds: float) -> float:
        length, total, ramp = abs(self.end_m - self.start_m), self.duration_s, self._ramp_s
        clock = min(max(seconds, 0.0), total)
        if clock <= ramp:
            gone = 0.5 * self.acceleration * clock * clock
        elif clock >= total - ramp:
            gone = length - 0.5 * self.acceleration * (total - clock) ** 2
        else:
            gone = 0.5 * self.acceleration * ramp * ramp + self.acceleration * ramp * (clock - ramp)
        return self.start_m + (gone if self.end_m >= self.start_m else -gone)
