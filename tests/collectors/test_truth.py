"""What a value is worth in the light of those before it: jumps, standing heartbeats, points nobody speaks of any more."""

from array import array
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import isnan, nan
from zoneinfo import ZoneInfo

import pytest
import structlog

from collectors.counters import Counters
from collectors.rate import CONFIRMATIONS, Limit, Rates
from collectors.source_clock import SourceClock
from collectors.truth import Truth
from model.clock import MINUTE, SECOND
from model.profile import ClockKind, Point, Profile, TopicPath, WireType
from model.quality import ABSENT, GOOD, Quality
from model.reading import Block, Fault, Reach, failed_block
from model.site import Device, Mqtt, Site, System
from model.text import Text

T0 = 1_768_377_600 * SECOND
BAD, OUT_OF_RANGE = Quality.SENSOR_FAILURE, Quality.OUT_OF_RANGE
DEGREES = Limit(per_second=0.5)
COUNTS = Limit(per_second=2.0, may_fall=True)


def doubts(limit: Limit, said: Sequence[tuple[float, float]], quality: int = GOOD) -> list[float]:
    """The seconds at which a reading (second, value) is doubted."""
    rates = Rates({0: limit})
    return [at_s for at_s, value in said if rates.doubted([value], bytes([quality]), T0 + round(at_s * SECOND))]


@pytest.mark.parametrize(
    ("limit", "said", "doubted"),
    [
        pytest.param(DEGREES, [(0, 20.0), (1, 20.5), (2, 20.0), (12, 25.0)], [], id="as-fast-as-it-may"),
        pytest.param(DEGREES, [(0, 20.0), (1, 85.0), (2, 20.1), (3, 20.0)], [1], id="a-spike"),
        pytest.param(DEGREES, [(0, 20.0), (1, 85.0), (2, 85.2), (3, 85.1), (4, 85.0)], [1, 2], id="a-new-level-is-believed-with-its-third"),
        pytest.param(DEGREES, [(0, 20.0), (1, 85.0), (2, 85.0), (3, 20.0), (4, 85.0)], [1, 2, 4], id="contradicted-in-between"),
        pytest.param(DEGREES, [(at, (20.0, 40.0, 60.0, 80.0)[at % 4]) for at in range(9)], [1, 2, 3, 5, 6, 7], id="noise-never-settles"),
        pytest.param(DEGREES, [(0, 20.0), (600, 85.0)], [], id="a-long-silence-explains-it"),
        pytest.param(DEGREES, [(0, 20.0), (0.2, 20.4)], [], id="polls-that-jitter-are-not-judged-by-less-than-a-second"),
        pytest.param(DEGREES, [(10, 20.0), (9, 20.3), (8, 20.0)], [], id="a-clock-that-goes-back"),
        pytest.param(COUNTS, [(0, 1000.0), (1, 0.0), (2, 1.0), (3, 3.0)], [], id="a-counter-that-is-reset"),
        pytest.param(COUNTS, [(0, 10.0), (1, 900.0), (2, 12.0)], [1], id="a-counter-that-leaps"),
        pytest.param(DEGREES, [(0, 20.0)], [], id="the-first-reading"),
    ],
)
def test_which_readings_are_doubted(limit: Limit, said: Sequence[tuple[float, float]], doubted: list[float]) -> None:
    assert doubts(limit, said) == doubted


@pytest.mark.parametrize("quality", [ABSENT, BAD])
def test_what_says_nothing_is_not_judged(quality: int) -> None:
    assert doubts(DEGREES, [(0, 20.0), (1, 85.0), (2, 20.0)], quality) == []


def test_as_many_readings_confirm_a_level_as_a_counter_needs() -> None:
    said = [(0.0, 20.0), *((float(at), 85.0) for at in range(1, 10))]
    assert len(doubts(DEGREES, said)) == CONFIRMATIONS - 1


class Remembered:
    def __init__(self) -> None:
        self.blocks: list[Block] = []

    def accept(self, block: Block) -> None:
        self.blocks.append(block)


class HandClock:
    """Wall and monotonic time in one, moved by hand."""

    at_ns = T0

    def now_ns(self) -> int:
        return self.at_ns

    def monotonic_ns(self) -> int:
        return self.at_ns

    async def sleep_until(self, monotonic_ns: int) -> None:
        self.at_ns = monotonic_ns


def point(name: str, kind: WireType = WireType.F64) -> Point:
    return Point(name, Text(name, name), TopicPath("{topic}", f"$.{name}"), kind)


TEMPERATURE = replace(point("temperature"), max_rate=0.5)
MODE = replace(point("mode", WireType.STRING), stale_after_ns=15 * MINUTE)
LEVEL = replace(point("level"), stale_after_ns=MINUTE)
BEAT = replace(point("beat"), toggles_within_ns=5 * SECOND)


class Stage:
    """Truth over one device, with what comes out of it."""

    def __init__(self, *points: Point, stale_after_ns: int | None = None) -> None:
        profile = Profile("typical", "pump", "", "", points)
        device = Device("p1", Text("泵", "pump"), System.WATER, "b1", profile, Mqtt(), SECOND, stale_after_ns=stale_after_ns)
        self.clock, self.out, self.counters = HandClock(), Remembered(), Counters()
        self.truth = Truth(Site("s", Text("s", "s"), ZoneInfo("Asia/Shanghai"), {}, {"p1": device}), self.out, self.clock, self.counters)

    def at(self, second: float) -> "Stage":
        self.clock.at_ns = T0 + round(second * SECOND)
        return self

    def said(self, *values: float | None, texts: dict[int, str] | None = None, reach: Reach = Reach.EVERYWHERE) -> Block:
        """None: nothing said about that column. The block that comes out."""
        now_ns = self.clock.now_ns()
        numbers = array("d", [nan if value is None else value for value in values])
        qualities = bytes(ABSENT if value is None else GOOD for value in values)
        self.truth.accept(Block("p1", now_ns, now_ns, numbers, qualities, texts or {}, raw=(("t", b"{}"),), reach=reach))
        return self.out.blocks[-1]

    def stale(self) -> list[Block]:
        before = len(self.out.blocks)
        self.truth.note_stale()
        return self.out.blocks[before:]


def test_a_jump_is_bad_with_its_reason_and_its_neighbours_are_not() -> None:
    stage = Stage(TEMPERATURE, point("pressure"))
    stage.at(0).said(20.0, 1.0)
    jumped = stage.at(1).said(85.0, 1.1)
    assert isnan(jumped.values[0])
    assert (list(jumped.qualities), Quality.RATE.severity, Quality.RATE.reason) == ([Quality.RATE, GOOD], "bad", "rate")
    assert (jumped.values[1], jumped.raw, stage.counters.jumps) == (1.1, (("t", b"{}"),), 1)
    assert stage.at(2).said(20.2, 1.0).qualities == bytes([GOOD, GOOD])


NOON = datetime(2026, 1, 14, 12, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("kind", "zone", "shown", "received", "source"),
    [
        pytest.param(ClockKind.UTC, BERLIN, NOON, NOON + timedelta(seconds=40), NOON, id="utc"),
        pytest.param(ClockKind.LOCAL, BERLIN, NOON + timedelta(hours=1), NOON, NOON, id="the-wall-in-winter"),
        pytest.param(ClockKind.UTC, BERLIN, NOON, NOON + timedelta(days=2), None, id="two-days-old"),
        pytest.param(ClockKind.LOCAL, BERLIN, NOON + timedelta(hours=2), NOON, None, id="an-hour-ahead"),
        pytest.param(
            ClockKind.LOCAL,
            BERLIN,
            datetime(2026, 10, 25, 2, 30, tzinfo=UTC),
            datetime(2026, 10, 25, 1, 31, tzinfo=UTC),
            datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
            id="the-hour-that-comes-twice-the-second-time",
        ),
        pytest.param(ClockKind.LOCAL, BERLIN, None, NOON, None, id="not-set"),
    ],
)
def test_a_device_s_own_clock_dates_what_it_says(
    kind: ClockKind, zone: ZoneInfo, shown: datetime | None, received: datetime, source: datetime | None
) -> None:
    profile = Profile("logger", "power_meter", "", "", (replace(point("clock"), source_time=kind),))
    values, qualities = [shown.timestamp() if shown else 0.0], bytes([GOOD])
    found = SourceClock(profile, zone).source_ns(values, qualities, round(received.timestamp()) * SECOND)
    assert found == (None if source is None else round(source.timestamp()) * SECOND)


def test_a_clock_that_can_not_be_leaves_the_time_of_receipt_and_is_counted() -> None:
    stage = Stage(replace(point("clock"), source_time=ClockKind.UTC), point("pressure"))
    right = stage.at(30).said(T0 / SECOND, 1.0)
    assert (right.source_ns, right.receive_ns) == (T0, T0 + 30 * SECOND)
    wrong = stage.at(31).said(0.0, 1.0)
    assert (wrong.source_ns, stage.counters.clocks_implausible) == (wrong.receive_ns, 1)


def test_what_a_device_kept_while_it_was_away_moves_nothing() -> None:
    stage = Stage(TEMPERATURE)
    stage.at(100).said(20.0)
    assert stage.at(50).said(85.0, reach=Reach.HISTORY).qualities == bytes([GOOD])
    assert stage.at(101).said(20.1).qualities == bytes([GOOD])


def test_a_device_without_limits_gets_its_block_through_untouched() -> None:
    stage = Stage(point("pressure"))
    block = failed_block("p1", 1, T0, Fault.TIMEOUT)
    stage.truth.accept(block)
    assert stage.out.blocks == [block]
    assert stage.stale() == []


def test_a_standing_heartbeat_makes_the_others_last_usable() -> None:
    stage = Stage(BEAT, point("pressure"))
    assert stage.at(0).said(1.0, 2.5).qualities == bytes([GOOD, GOOD])
    standing = [stage.at(second).said(1.0, 2.5).qualities[1] for second in range(1, 8)]
    assert standing[-1] == Quality.LAST_USABLE
    assert stage.at(8).said(0.0, 2.5).qualities == bytes([GOOD, GOOD])


def test_a_point_nobody_speaks_of_goes_stale_once_with_its_last_value() -> None:
    stage = Stage(LEVEL, MODE)
    stage.at(0).said(1.7, 0.0, texts={1: "auto"})
    stage.at(59).said(None, 0.0, texts={1: "auto"})
    assert stage.stale() == []
    [stale] = stage.at(60).stale()
    assert (stale.values[0], list(stale.qualities), stale.fault) == (1.7, [Quality.LAST_USABLE, ABSENT], None)
    assert stage.at(120).stale() == []
    [later] = stage.at(59 + 900).stale()
    assert (later.texts, later.qualities[1]) == ({1: "auto"}, Quality.LAST_USABLE)
    assert stage.at(1000).said(1.8, None).qualities[0] == GOOD
    assert stage.at(1059).stale() == []
    assert len(stage.at(1060).stale()) == 1


def test_what_only_stands_again_is_as_old_as_it_was() -> None:
    stage = Stage(LEVEL)
    first = stage.at(0).said(1.7)
    stage.at(600).truth.accept(failed_block("p1", 1, T0 + 600 * SECOND, Fault.BROKER_LOST))
    stage.truth.accept(replace(first, receive_ns=T0 + 600 * SECOND, reach=Reach.LIVE))
    assert [block.qualities[0] for block in stage.stale()] == [Quality.LAST_USABLE]


def test_a_code_without_words_is_a_good_value_and_said_once() -> None:
    words: dict[int | str, Text] = {1: Text("运行", "running"), "auto": Text("自动", "automatic")}
    stage = Stage(replace(point("state", WireType.U16), enum=words), replace(MODE, enum=words))
    with structlog.testing.capture_logs() as lines:
        blocks = [
            stage.said(state, nan, texts={1: mode}) for state, mode in ((1, "auto"), (7, "hand"), (7, "hand"), (None, "auto"), (8, "auto"))
        ]
    assert blocks[1].qualities == bytes([GOOD, GOOD])
    assert [(line["event"], line["point"], line["code"]) for line in lines] == [
        ("code_not_listed", "state", 7),
        ("code_not_listed", "mode", "hand"),
        ("code_not_listed", "state", 8),
    ]


def test_bad_values_and_lost_devices_grow_no_staler() -> None:
    stage = Stage(LEVEL)
    stage.at(0).said(1.7)
    stage.truth.accept(failed_block("p1", 1, T0 + SECOND, Fault.SILENT))
    assert stage.at(600).stale() == []


def test_the_site_s_word_on_staleness_goes_before_the_profile_s() -> None:
    stage = Stage(LEVEL, point("pressure"), stale_after_ns=10 * SECOND)
    stage.at(0).said(1.7, 2.0)
    [stale] = stage.at(10).stale()
    assert bytes(stale.qualities) == bytes([Quality.LAST_USABLE] * 2)
