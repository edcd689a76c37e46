"""What a value that came whole is worth."""

from model.profile import Point
from model.quality import Quality

NOT_AVAILABLE = Quality.SENSOR_FAILURE
"""The device itself says that it has no value: a sentinel, NaN, infinity, null."""


def is_limited(point: Point) -> bool:
    return point.low is not None or point.high is not None


def belief(point: Point, value: float) -> Quality:
    """Good, or OUT_OF_RANGE (the value kept, uncertain) outside the point's limits of belief."""
    if (point.low is not None and value < point.low) or (point.high is not None and value > point.high):
        return Quality.OUT_OF_RANGE
    return Quality.GOOD
