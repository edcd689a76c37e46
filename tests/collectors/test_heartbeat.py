"""A device that answers with a heart that stands still is not believed."""

from collectors.heartbeat import Heartbeat
from model.clock import SECOND
from model.profile import WireType
from model.quality import ABSENT, Quality
from tests.collectors.support import modbus_profile, point

GOOD, STOPPED, BAD, OFF = int(Quality.GOOD), int(Quality.LAST_USABLE), int(Quality.SENSOR_FAILURE), int(Quality.OUT_OF_RANGE)
PROFILE = modbus_profile(point("power", 0), point("beat", 1, WireType.BOOL, toggles_within_ns=10 * SECOND), point("level", 2))


def judged(*beats: tuple[float, float], qualities: bytes = bytes([GOOD, GOOD, GOOD])) -> list[int]:
    """Qualities of the last block, after blocks at these seconds with this heartbeat."""
    heart, last = Heartbeat(PROFILE), b""
    for at_s, beat in beats:
        last = heart.judge([1.0, beat, 2.0], qualities, int(at_s * SECOND))
    return list(last)


def test_a_heart_that_beats_is_believed() -> None:
    assert judged((0, 0), (9, 1), (18, 0), (27, 1)) == [GOOD, GOOD, GOOD]


def test_a_heart_that_stands_still_leaves_the_last_usable_values_and_shows_itself() -> None:
    assert judged((0, 0), (5, 1), (15, 1)) == [GOOD, GOOD, GOOD]
    assert judged((0, 0), (5, 1), (10, 1), (15.1, 1)) == [STOPPED, GOOD, STOPPED]


def test_the_first_beat_after_it_is_believed_again() -> None:
    assert judged((0, 0), (5, 0), (11, 0), (12, 1)) == [GOOD, GOOD, GOOD]


def test_what_is_worse_or_not_spoken_of_stays_as_it_is() -> None:
    beats = ((0.0, 0.0), (6.0, 0.0), (12.0, 0.0))
    assert judged(*beats, qualities=bytes([BAD, GOOD, ABSENT])) == [BAD, GOOD, ABSENT]
    assert judged(*beats, qualities=bytes([OFF, GOOD, GOOD])) == [STOPPED, GOOD, STOPPED]


def test_a_heartbeat_that_was_not_read_for_longer_than_its_limit_gets_the_whole_limit_again() -> None:
    assert judged((0, 1), (60, 1)) == [GOOD, GOOD, GOOD]
    assert judged((0, 1), (60, 1), (65, 1), (71, 1)) == [STOPPED, GOOD, STOPPED]


def test_only_a_profile_with_a_heartbeat_needs_watching() -> None:
    assert Heartbeat(PROFILE).is_needed
    assert not Heartbeat(modbus_profile(point("power", 0))).is_needed
