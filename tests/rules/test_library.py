"""The built-in library: every rule can be read, fits a profile, speaks both languages, fires and clears."""

import re
from collections import Counter
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from guanjia.config.profile_file import load_profile
from guanjia.config.rule_file import load_rules
from model.alarm import AlarmEvent, AlarmEventKind, Priority
from model.clock import MINUTE, SECOND
from model.own_state import PLATFORM, PROFILE
from model.profile import Profile
from model.quality import Quality
from model.rule import Rule
from model.site import Area, Device, ModbusTcp, Site, System
from model.text import Text
from model.ticket import TicketClass
from rules.engine import Engine
from rules.syntax import parse
from tests.rules.cases import CASES, Case, Reading, Readings
from tests.rules.workshop import block, engine, kinds, lost

ROOT = Path(__file__).parents[2]
RULES, MISTAKES = load_rules(sorted((ROOT / "rules" / "library").glob("*.yaml")))
BY_ID = {rule.id: rule for rule in RULES}
SKILLS = {"electrical", "plumbing", "elevator", "fire", "elv", "hvac", "gas"}
STEP_S = 10
NOT_OF_ONE_DEVICE = {"pump.all_failed", "elevator.block_out", "charging.to_throttle", "energy.demand", "water_meter.night_flow"}
"""They ask several devices at once, or the hour of the night; scenarios of the library raise them."""


@cache
def _profile(name: str) -> Profile:
    return PROFILE if name == PLATFORM else load_profile(ROOT / "profiles" / f"{name}.yaml")


def _device(case: Case) -> Device:
    system = System(case.system) if case.system else System.POWER
    wire = ModbusTcp("127.0.0.1", 502, 1)
    return Device(case.device, Text("设备", "Device"), system, "room", _profile(case.profile), wire, SECOND, params=case.params)


def _site(device: Device) -> Site:
    areas = {"room": Area("room", Text("房间", "Room"))}
    return Site("test", Text("测试", "Test"), ZoneInfo("Asia/Shanghai"), areas, {device.id: device})


class Play:
    """Feeds one device every 10 s."""

    def __init__(self, case: Case) -> None:
        self.device = _device(case)
        self.engine: Engine = engine(_site(self.device), BY_ID[case.rule])
        self.step = 0

    def feed(self, readings: Readings, for_ns: int) -> list[AlarmEvent]:
        events: list[AlarmEvent] = []
        for _ in range(for_ns // (STEP_S * SECOND) + 2):
            now = {name: self._now(reading) for name, reading in readings.items()}
            events += self.engine.observe(block(self.device, self.step * STEP_S, **now))
            self.step += 1
        return events

    def _now(self, reading: Reading) -> float | str:
        return reading(self.step) if callable(reading) else reading


def test_the_library_has_no_mistakes_and_covers_the_systems() -> None:
    assert MISTAKES == []
    assert len(RULES) >= 90
    assert {rule.id for rule in RULES} == {case.rule for case in CASES} | {
        "comms.lost",
        "comms.gateway_lost",
        "comms.broker_lost",
        "comms.edge_lost",
        *NOT_OF_ONE_DEVICE,
    }
    assert len(CASES) == len({case.rule for case in CASES})


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_a_rule_rests_fires_and_clears(case: Case) -> None:
    play, rule = Play(case), BY_ID[case.rule]
    lead_in = 2 * MINUTE
    assert play.feed(case.rest, lead_in + rule.on_delay_ns) == []
    fired = play.feed({**case.rest, **case.fire}, 5 * MINUTE + rule.on_delay_ns)
    assert [event.kind for event in fired] == [AlarmEventKind.RAISED]
    occurrence = fired[0].occurrence
    assert occurrence is not None
    assert "设备" in occurrence.text.zh
    assert occurrence.inputs
    window = 60 * MINUTE if "count(" in rule.when else 0
    cleared = play.feed(case.rest, 2 * MINUTE + window + rule.off_delay_ns)
    assert [event.kind for event in cleared] == [AlarmEventKind.LATCHED if rule.latched else AlarmEventKind.RETURNED]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_bad_readings_neither_fire_nor_clear_a_rule(case: Case) -> None:
    play, rule = Play(case), BY_ID[case.rule]
    names = {name: 0.0 for name in parse(rule.when).names if play.device.profile.column(name) is not None}
    for second in range(0, 7200, 60):
        assert play.engine.observe(block(play.device, second, Quality.SENSOR_FAILURE, **names)) == []


def test_a_silent_device_raises_its_link_alarm_after_half_a_minute_by_class() -> None:
    lift = Play(Case("comms.lost", "gbt24476_elevator", {}, {}))
    events = [event for second in range(40) for event in lift.engine.observe(lost(lift.device, second))]
    assert kinds(events) == ["raised comms.lost@x1"]
    assert events[0].occurrence is not None
    assert events[0].occurrence.raised_at_ns - events[0].occurrence.condition_since_ns == 30 * SECOND
    assert events[0].occurrence.priority is Priority.HIGH
    assert kinds(lift.feed({"speed": 0.0}, 50 * SECOND)) == ["returned comms.lost@x1"]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_tells_a_tired_technician_what_to_do_in_both_languages(rule: Rule) -> None:
    texts = [rule.text, rule.why.cause, rule.why.consequence, rule.why.action, *rule.why.steps, *(level.text for level in rule.levels)]
    for text in texts:
        assert re.search(r"[\u4e00-\u9fff]", text.zh), text
        assert not re.search(r"[\u4e00-\u9fff]", text.en), text
        assert not text.zh.endswith("。"), text
    assert rule.text.zh.startswith("{device} ")
    assert len(rule.text.zh) <= len("{device} ") + 10
    assert 2 <= len(rule.why.steps) <= 4
    assert rule.why.respond_within_s >= 60
    assert rule.why.source
    if rule.ticket:
        assert rule.ticket.skill in SKILLS
    if rule.priority is Priority.CRITICAL:
        assert rule.ticket is not None
        assert rule.ticket.ticket_class is TicketClass.EMERGENCY


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_the_rationalisation_record_is_whole_in_both_languages(rule: Rule) -> None:
    """ISA-18.2 §9: what to confirm and how, who answers for the rule, who has approved it, when it was looked over."""
    record = [rule.why.confirm, rule.why.owner, rule.why.approved_by, *(line.what for line in rule.why.history)]
    for text in record:
        assert text is not None
        assert re.search(r"[\u4e00-\u9fff]", text.zh), text
        assert not re.search(r"[\u4e00-\u9fff]", text.en), text
        assert not text.zh.endswith("。"), text
    assert rule.why.reviewed is not None
    assert rule.why.approved_by == Text("产品规则库默认值，待项目批准", "Library default, to be approved by the site")


def test_groups_of_first_out_have_members_that_can_be_active_together() -> None:
    groups = Counter(rule.first_out for rule in RULES if rule.first_out)
    assert len(groups) >= 6
    assert min(groups.values()) >= 2


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_a_rule_names_the_unit_of_every_measured_point(case: Case) -> None:
    """So that a profile in another unit is converted, or refused, and never misread."""
    rule, profile = BY_ID[case.rule], _profile(case.profile)
    compared = {name for name in parse(rule.when).names if (column := profile.column(name)) is not None and profile.points[column].unit}
    heartbeat = {"heartbeat_counter"}
    assert compared - heartbeat <= set(rule.units)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_life_safety_is_neither_shelved_nor_folded(rule: Rule) -> None:
    if rule.life_safety:
        assert not rule.shelvable
        assert not rule.suppressed_by
        assert rule.priority in (Priority.CRITICAL, Priority.HIGH)


def test_no_two_rules_silence_each_other_on_one_device() -> None:
    for rule in RULES:
        for other in rule.suppressed_by:
            if other != rule.id:
                assert rule.id not in BY_ID[other].suppressed_by, (rule.id, other)


def test_priorities_stay_rare_towards_the_top() -> None:
    share = Counter(rule.priority for rule in RULES)
    assert share[Priority.CRITICAL] <= len(RULES) // 8
    assert share[Priority.HIGH] < share[Priority.MEDIUM] + share[Priority.LOW]
