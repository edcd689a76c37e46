"""Groups: one question asked of many devices, what their answers make together, and who belongs to them."""

from dataclasses import replace

import pytest

from model.profile import WireType
from model.quality import Quality
from model.rule import Scope
from model.site import Area, Device
from model.text import Text
from rules.book import Book
from rules.errors import ConditionError, Fit
from rules.syntax import parse
from tests.rules.test_condition import Trial
from tests.rules.workshop import at, block, device, engine, kinds, lost, point, rule, site

PUMP = [point("running", type_=WireType.BOOL), point("fault", type_=WireType.BOOL), point("power", "W")]
P1, P2, P3 = (device(f"pr1.pump{n}", PUMP, params={"rated": 10.0 * n}) for n in (1, 2, 3))
FAR = replace(device("pr2.pump1", PUMP), area="other")
METER = device("pr1.meter", [point("power", "kW")], class_="meter", feeds=("pr1.pump1", "pr1.pump2"))
SITE = replace(site(P1, P2, P3, FAR, METER), areas={id: Area(id, Text(id, id)) for id in ("room", "other")})


def _trial(
    when: str, *readings: tuple[Device, float, float] | tuple[Device, None, None], own: Device = P1, **changes: object
) -> bool | None:
    """What the condition at ``own`` is once each device has said (fault, power), or could not be read."""
    trial = Trial(when, SITE, own, **changes)
    for device_, fault, power in readings:
        quality = Quality.GOOD if power is not None else Quality.COMM_FAILURE
        trial.feed(0, device_, quality, fault=fault or 0.0, power=power or 0.0)
    return trial.look(0)


LOST = (None, None)
PUMPS = "class=pump area=here"


@pytest.mark.parametrize(
    ("when", "readings", "expected"),
    [
        ('any("pr1.pump*", fault)', [(0, 0), (0, 0), (1, 0)], True),
        ('any("pr1.pump*", fault)', [LOST, (0, 0), (1, 0)], True),
        ('any("pr1.pump*", fault)', [LOST, (0, 0), (0, 0)], None),
        ('any("pr1.pump*", fault)', [(0, 0), (0, 0), (0, 0)], False),
        (f'all("{PUMPS}", fault)', [(1, 0), (1, 0), (1, 0)], True),
        (f'all("{PUMPS}", fault)', [(1, 0), LOST, (0, 0)], False),
        (f'all("{PUMPS}", fault)', [(1, 0), LOST, (1, 0)], None),
        (f'count_of("{PUMPS}", power > 5) == 2', [(0, 4), (0, 6), (0, 7)], True),
        (f'count_of("{PUMPS}", power > 5) == 2', [(0, 4), (0, 6), LOST], None),
        (f'count_of("{PUMPS}", power > 0.5 * rated) == 1', [(0, 5), (0, 11), (0, 12)], True),
        (f'sum("{PUMPS}", power) == 10', [(0, 1), (0, 2), (0, 7)], True),
        (f'sum("{PUMPS}", power) > 1', [(0, 5), (0, 5), LOST], None),
        (f'sum("{PUMPS}", power, 0.6) == 10', [(0, 5), (0, 5), LOST], True),
        (f'mean("{PUMPS}", power, 0.6) > 1', [(0, 5), LOST, LOST], None),
        (f'mean("{PUMPS}", power) == 3', [(0, 1), (0, 1), (0, 7)], True),
        (f'min("{PUMPS}", power) == 1 and max("{PUMPS}", power) == 7', [(0, 1), (0, 2), (0, 7)], True),
        (f'power > mean("{PUMPS}", power)', [(0, 1), (0, 2), (0, 7)], False),
        ('sum("pr1.*", power) == 3000', [(0, 1000), (0, 1000), (0, 1000)], None),
    ],
)
def test_what_the_answers_make_together(when: str, readings: list[tuple[float, float]], expected: bool | None) -> None:
    assert _trial(when, *((device_, *said) for device_, said in zip((P1, P2, P3), readings, strict=True))) is expected


@pytest.mark.parametrize(
    ("chosen", "own", "members"),
    [
        ("pr1.pump*", P1, {"pr1.pump1", "pr1.pump2", "pr1.pump3"}),
        ("class=pump area=here", FAR, {"pr2.pump1"}),
        ("class=p* area=ro?m", FAR, {"pr1.pump1", "pr1.pump2", "pr1.pump3"}),
        ("fed_by=here", METER, {"pr1.pump1", "pr1.pump2"}),
        ("system=water", METER, {"pr1.pump1", "pr1.pump2", "pr1.pump3", "pr2.pump1", "pr1.meter"}),
        ("profile=meter_*", P1, {"pr1.meter"}),
    ],
)
def test_members_are_chosen_by_words_that_all_match_and_the_own_device_is_one_like_any_other(
    chosen: str, own: Device, members: set[str]
) -> None:
    trial = Trial(f'sum("{chosen}", power) > 1', SITE, own)
    assert {slot.inputs.device.id for slot in trial.condition.slots} == members


def test_members_are_read_in_the_unit_of_the_rule() -> None:
    trial = Trial('sum("pr1.*", power) > 6', SITE, P1, units={"power": "kW"})
    trial.feed(0, METER, power=4.0)
    for pump in (P1, P2):
        trial.feed(0, pump, power=1000.0)
    assert trial.feed(0, P3, power=100.0) is True


def test_a_deadband_counts_within_a_group_and_around_it() -> None:
    for when in (
        f'any("{PUMPS}", power > 5)',
        f'max("{PUMPS}", power) > 5',
        f'count_of("{PUMPS}", power > 5) >= 1',
        f'not all("{PUMPS}", power <= 5)',
    ):
        trial = Trial(when, SITE, P1, deadband={"power": 1.0})
        for pump in (P2, P3):
            trial.feed(0, pump, power=0.0)
        assert [trial.feed(n, P1, power=x) for n, x in enumerate((4.5, 5.5, 4.5, 3.9))] == [False, True, True, False], when


def test_a_group_whose_members_lack_the_point_does_not_fit_and_a_member_that_lacks_it_is_none() -> None:
    book = Book(SITE, [rule("r", 'any("pr1.*", fault)'), rule("s", 'any("pr1.*", falt)'), rule("t", 'any("class=lift area=here", fault)')])
    (fits,), (lacks,), (nobody,) = ([v for v in book.of_rule(id) if v.device is P1] for id in "rst")
    assert fits.condition is not None
    assert len(fits.condition.slots) == 3
    assert (lacks.fit, lacks.detail) == (Fit.NO_MEMBER, "pr1.pump1 has no point or parameter 'falt'; did you mean 'fault'?")
    assert (nobody.fit, nobody.detail) == (Fit.NO_MEMBER, "no device belongs to the group 'class=lift area=here'")


def test_an_alarm_is_judged_when_any_member_speaks_and_names_the_members_that_tell() -> None:
    room = engine(SITE, rule("all.failed", f'all("{PUMPS}", fault)', scope=Scope(device_class="meter"), on_delay_s=0))
    events = [event for pump in (P1, P2, P3) for event in room.observe(block(pump, 1, fault=1.0))]
    assert kinds(events) == ["raised all.failed@pr1.meter"]
    assert events[0].occurrence is not None
    assert sorted(events[0].occurrence.inputs) == ["pr1.pump1.fault", "pr1.pump2.fault", "pr1.pump3.fault"]
    assert kinds(room.observe(block(P2, 2, fault=0.0))) == ["returned all.failed@pr1.meter"]


def test_a_group_can_ask_whether_its_devices_answer() -> None:
    room = engine(SITE, rule("all.lost", f'all("{PUMPS}", offline)', scope=Scope(device_class="meter")))
    events = [event for pump in (P1, P2, P3) for event in room.observe(lost(pump, 1))]
    assert kinds(events) == ["raised all.lost@pr1.meter"]


def test_a_window_can_watch_a_group() -> None:
    trial = Trial(f'for_last(sum("{PUMPS}", power) > 2, 10s)', SITE, P1)
    for pump in (P1, P2, P3):
        trial.feed(0, pump, power=1.0)
    assert [trial.look(9.9), trial.condition.next_change_ns, trial.look(10)] == [False, at(10), True]


@pytest.mark.parametrize(
    ("when", "message", "column"),
    [
        ('sum("power") > 2', "write sum(", 1),
        ("sum(power, 2) > 2", "write sum(", 5),
        ('any("clas=pump", fault)', "did you mean 'class'?", 5),
        ('any("fed_by=pr1", fault)', "write fed_by=here", 5),
        ('any("class=", fault)', "nothing stands after 'class='", 5),
        ('any("class=a class=b", fault)', "written twice", 5),
        ('any("p*", any("q*", fault))', "a group inside a group", 11),
        ('running and any("p*", rate(power, 5min) > 1)', "'rate' can't be asked of each device", 23),
        ('sum("p*", power, 1.5) > 2', "write sum(", 18),
        ('any("p*", fault, 0.5)', "write any(", 1),
    ],
)
def test_a_group_written_wrongly_is_named_with_its_place(when: str, message: str, column: int) -> None:
    with pytest.raises(ConditionError) as caught:
        parse(when)
    assert message in caught.value.message
    assert caught.value.column == column


def test_a_window_over_a_group_begins_anew_with_other_members() -> None:
    def texts(*members: Device) -> set[str]:
        home = replace(site(*members), areas={"room": Area("room", Text("room", "room"))})
        asks = rule("r", 'rate(sum("class=pump area=here", power / rated), 15min) > 0', scope=Scope(device="pr1.pump1"))
        (verdict,) = (one for one in Book(home, [asks]).verdicts if one.fit is Fit.APPLIES)
        assert verdict.condition is not None
        return {watched.text for watched in verdict.condition.windows}

    assert texts(P1, P2) == texts(P1, P2)
    assert texts(P1, P2) != texts(P1, P2, P3)
    assert texts(P1, P2) != texts(P1, replace(P2, params={"rated": 21.0}))
