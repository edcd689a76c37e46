"""An occurrence keeps the bytes behind the values that fired it."""

from array import array
from collections.abc import Sequence

import pytest

from model.alarm import AlarmEvent, Evidence, Occurrence
from model.people import PLATFORM
from model.profile import Point, Register, Table, WireType
from model.quality import ABSENT, Quality
from model.reading import Block
from model.site import Device
from model.text import Text
from rules.engine import Engine
from rules.evidence import BYTES_KEPT, EXCHANGES_KEPT
from tests.rules.workshop import at, device, engine, lost, point, rule, site


def register(name: str, address: int, scale_register: int | None = None) -> Point:
    return Point(name, Text(name, name), Register(Table.HOLDING, address, 2, scale_register=scale_register), WireType.F32)


PUMP = device("p1", [register("pressure", 10), register("current", 12), register("flow", 100, scale_register=90)])
RAW = (("holding 10+4", bytes.fromhex("3f9ae148 41200000")), ("holding 90+1", b"\xff\xff"), ("holding 100+2", bytes(4)))
BARRIER = device("g1", [point("arm_off", type_=WireType.BOOL), point("current", "A")], class_="parking_barrier")


def said(of: Device, at_s: float, raw: tuple[tuple[str, bytes], ...], *values: float | None, quality: Quality = Quality.GOOD) -> Block:
    """A block with these values, None where it is silent about the column."""
    qualities = bytes(ABSENT if value is None else quality for value in values)
    numbers = array("d", [float("nan") if value is None else value for value in values])
    return Block(of.id, at(at_s) - 7, at(at_s), numbers, qualities, raw=raw)


def raised(trial: Engine, *blocks: Block) -> Occurrence:
    """What the last of these blocks raises."""
    return _occurrence([event for block in blocks for event in trial.observe(block)])


def _occurrence(events: Sequence[AlarmEvent]) -> Occurrence:
    occurrence = events[-1].occurrence
    assert occurrence is not None
    return occurrence


def test_only_the_answers_that_carry_the_points_of_the_condition_are_kept() -> None:
    trial = engine(site(PUMP), rule("low", "pressure < 2 and current > 5"))
    occurrence = raised(trial, said(PUMP, 0, RAW, 1.21, 10.0, 0.0))
    good = {"p1.pressure": Quality.GOOD, "p1.current": Quality.GOOD}
    assert occurrence.evidence == (Evidence("p1", "holding 10+4", "3f9ae14841200000", 8, at(0) - 7, at(0), good),)


def test_the_answer_with_the_scale_of_a_point_is_kept_beside_the_one_with_its_value() -> None:
    occurrence = raised(engine(site(PUMP), rule("flow", "flow < 1")), said(PUMP, 0, RAW, 1.21, 10.0, 0.0))
    kept = {evidence.asked: set(evidence.qualities) for evidence in occurrence.evidence}
    assert kept == {"holding 90+1": set(), "holding 100+2": {"p1.flow"}}


def test_the_bytes_are_those_of_the_values_when_it_was_raised_not_when_the_delay_began() -> None:
    trial = engine(site(PUMP), rule("low", "pressure < 2", on_delay_s=5))
    later = (("holding 10+4", bytes.fromhex("3f800000 41200000")), *RAW[1:])
    for block in (said(PUMP, 0, RAW, 1.21, 10.0, 0.0), said(PUMP, 4, later, 1.0, 10.0, 0.0)):
        assert trial.observe(block) == []
    occurrence = _occurrence(trial.advance(at(5)))
    assert occurrence.inputs == {"p1.pressure": 1.0}
    assert occurrence.evidence[0].hex.startswith("3f800000")


def test_each_point_of_a_device_that_speaks_in_parts_is_shown_with_the_message_that_brought_it() -> None:
    trial = engine(site(BARRIER), rule("stuck", "arm_off and current > 2"))
    first = said(BARRIER, 0, (("gate/state", b'{"arm_off": true}'),), 1.0, None)
    second = said(BARRIER, 3, (("gate/motor", b'{"current": 3}'),), None, 3.0)
    occurrence = raised(trial, first, second)
    assert [(e.asked, bytes.fromhex(e.hex), set(e.qualities), e.receive_ns) for e in occurrence.evidence] == [
        ("gate/state", b'{"arm_off": true}', {"g1.arm_off"}, at(0)),
        ("gate/motor", b'{"current": 3}', {"g1.current"}, at(3)),
    ]


def test_a_long_message_is_cut_and_says_how_long_it_was() -> None:
    message = b'{"arm_off": true, "picture": "' + b"x" * 5000 + b'"}'
    occurrence = raised(engine(site(BARRIER), rule("off", "arm_off")), said(BARRIER, 0, (("gate/state", message),), 1.0, None))
    (kept,) = occurrence.evidence
    assert bytes.fromhex(kept.hex) == message[:BYTES_KEPT]
    assert kept.size == len(message)


def test_a_point_of_another_device_brings_that_devices_bytes() -> None:
    trial = engine(site(BARRIER, PUMP), rule("far", 'arm_off and point("p1.pressure") < 2'))
    message = (("gate/state", b'{"arm_off": true}'),)
    occurrence = raised(trial, said(PUMP, 0, RAW, 1.21, 10.0, 0.0), said(BARRIER, 1, message, 1.0, None))
    assert {(evidence.device, evidence.asked) for evidence in occurrence.evidence} == {("g1", "gate/state"), ("p1", "holding 10+4")}


def test_an_uncertain_value_says_so() -> None:
    block = said(PUMP, 0, RAW, 1.21, 10.0, 0.0, quality=Quality.OUT_OF_RANGE)
    occurrence = raised(engine(site(PUMP), rule("low", "pressure < 2")), block)
    assert occurrence.evidence[0].qualities == {"p1.pressure": Quality.OUT_OF_RANGE}


def test_a_value_that_did_not_come_is_shown_without_bytes_and_with_its_reason() -> None:
    trial = engine(site(PUMP), rule("stale", "stale(pressure, 10s)"))
    trial.observe(said(PUMP, 0, RAW, 1.21, 10.0, 0.0))
    trial.observe(lost(PUMP, 5))
    occurrence = _occurrence(trial.advance(at(12)))
    assert occurrence.inputs == {"p1.pressure": None}
    assert [(e.asked, e.hex, e.qualities["p1.pressure"]) for e in occurrence.evidence] == [("", "", Quality.COMM_FAILURE)]


def test_a_point_nobody_has_ever_spoken_of_has_no_evidence() -> None:
    trial = engine(site(PUMP, BARRIER), rule("odd", 'pressure < 2 or point("g1.arm_off")'))
    occurrence = raised(trial, said(PUMP, 0, RAW, 1.21, 10.0, 0.0))
    assert occurrence.inputs == {"p1.pressure": 1.21, "g1.arm_off": None}
    assert [set(evidence.qualities) for evidence in occurrence.evidence] == [{"p1.pressure"}]


def test_a_panel_with_many_loops_keeps_a_bounded_number_of_answers() -> None:
    loops = device("panel", [register(f"loop{n}_detector", 100 * n) for n in range(20)], class_="fire_panel")
    raw = tuple((f"holding {100 * n}+2", bytes(4)) for n in range(20))
    trial = engine(site(loops), rule("fire", 'matches("loop*_detector", 1, 1) > 0'))
    occurrence = raised(trial, said(loops, 0, raw, *[1.0] * 20))
    assert len(occurrence.points) == 20
    assert len(occurrence.evidence) == EXCHANGES_KEPT


@pytest.mark.parametrize("restart", [False, True], ids=["running", "restarted"])
def test_evidence_stays_with_the_occurrence_to_its_end(restart: bool) -> None:
    alarm = rule("low", "pressure < 2")
    trial = engine(site(PUMP), alarm)
    occurrence = raised(trial, said(PUMP, 0, RAW, 1.21, 10.0, 0.0))
    if restart:
        trial, before = engine(site(PUMP), alarm), trial
        trial.restore([(before.standing("low", "p1"), occurrence)], at(1))
    (seen,) = trial.acknowledge(occurrence.id, PLATFORM, at(2))
    ended = raised(trial, said(PUMP, 3, (("holding 10+4", bytes(8)),), 9.0, 10.0, 0.0))
    assert ended.ended_at_ns == at(3)
    assert seen.occurrence is not None
    assert seen.occurrence.evidence == ended.evidence == occurrence.evidence
