"""Every query of every dashboard, asked of a real InfluxDB that the simulators have filled through the product's own sink."""

import math
from collections.abc import Callable

import pytest

from dashboards.grafana.book import dashboards
from dashboards.grafana.page import Place
from guanjia.config.configuration import Configuration
from model.text import Language
from tests.grafana.asked import Target, targets
from tests.grafana.conftest import BROKEN, SILENT, Lived

PAGES = ("overview", "power", "water", "elevators", "fire", "parking", "charging")
MAY_BE_EMPTY = ("Abnormal now", "Devices without an answer in this range")
"""Tables that list only what is wrong: each of their queries looks at one kind of device, and most of those are well."""

Asked = Callable[[str, str], list[Target]]


@pytest.fixture(scope="module")
def asked(reference: Configuration) -> Asked:
    """The queries of a panel, by page and English title."""
    book = dashboards(Place(reference.site, Language.EN, "guanjia"), reference.rules)

    def of(page: str, title: str) -> list[Target]:
        found = [target for target in targets(page, book[page]) if title in ("", target.panel)]
        assert found, f"no panel '{title}' on page '{page}'"
        return found

    return of


@pytest.mark.parametrize("page", PAGES)
def test_every_query_of_every_panel_has_an_answer(page: str, asked: Asked, lived: Lived) -> None:
    answers = [(target, lived.engine.rows(target.query)) for target in asked(page, "")]
    empty = [str(target) for target, rows in answers if not rows and target.panel not in MAY_BE_EMPTY]
    assert empty == []
    for title in MAY_BE_EMPTY:
        of_table = [rows for target, rows in answers if target.panel == title]
        assert not of_table or any(of_table), f"{page} / {title}: what was broken is not in it"


def one(lived: Lived, found: list[Target]) -> float:
    """The figure of a tile: its answers, one for each class of devices, all of the same time, added up as the panel does."""
    answers = [lived.engine.rows(target.query) for target in found]
    assert {len(rows) for rows in answers} == {1}
    assert len({rows[0]["time"] for rows in answers}) == 1
    return sum(float(value) for [row] in answers for column, value in row.items() if column != "time")


def truth(lived: Lived, device: str, quantity: str) -> float:
    """In the unit the machine keeps it in."""
    return float(lived.machines.machines[device].truth()[quantity])


def in_kilowatts(lived: Lived, device: str, quantity: str) -> float:
    unit = lived.machines.machines[device].units[quantity]
    return truth(lived, device, quantity) * {"W": 0.001, "kW": 1.0}[unit]


def test_the_sites_load_is_the_sum_of_its_incomers_in_kilowatts(asked: Asked, lived: Lived) -> None:
    incomers = [
        d.id for d in lived.site.devices.values() if d.metering and d.metering.role == "incomer" and d.profile.id == "schneider_pm5000"
    ]
    assert len(incomers) == 4
    expected = sum(in_kilowatts(lived, device, "active_power_total") for device in incomers)
    assert one(lived, asked("power", "Site load")) == pytest.approx(expected, rel=1e-3)


def test_watts_and_kilowatts_come_out_as_kilowatts_and_current_as_share_of_each_rating(asked: Asked, lived: Lived) -> None:
    rows = [row for target in asked("power", "Current of each meter, of its rating") for row in lived.engine.rows(target.query)]
    by_device = {row["device"]: row for row in rows}
    meters = [d for d in lived.site.devices.values() if d.device_class == "power_meter" and d.system == "power"]
    assert len(rows) == len(by_device) == len(meters)
    for meter in meters:
        assert by_device[meter.id]["load"] == pytest.approx(in_kilowatts(lived, meter.id, "active_power_total"), rel=5e-3, abs=0.01), (
            meter.id
        )
        share = 100 * truth(lived, meter.id, "current_l1") / meter.params["rated_current"]
        assert by_device[meter.id]["L1"] == pytest.approx(share, rel=5e-3, abs=0.1), meter.id


def test_the_chargers_power_is_added_up_over_all_makers(asked: Asked, lived: Lived) -> None:
    chargers = [d.id for d in lived.site.devices.values() if d.device_class == "ev_charger"]
    expected = sum(in_kilowatts(lived, device, "active_power") for device in chargers)
    [tile, *_] = asked("charging", "Charging power")
    assert one(lived, [tile]) == pytest.approx(expected, rel=1e-2, abs=0.1)


def test_the_tables_of_the_abnormal_list_what_was_broken_and_nothing_else(asked: Asked, lived: Lived) -> None:
    listed: dict[str, set[str]] = {}
    for page in PAGES[1:]:
        for target in asked(page, "Abnormal now"):
            for row in lived.engine.rows(target.query):
                listed.setdefault(row["device"], set()).update(c for c, v in row.items() if c not in ("time", "device") and v is not None)
    assert set(BROKEN) <= set(listed)
    assert "trapped" in listed["b07.lift1"]
    assert "arm" in listed["gate.south.out"]
    assert "fire" in listed["fcc.loop01"]
    assert "leak" in listed["garage-a.sump1"]
    assert {"dead 1", "dead 2", "dead 3"} <= listed["b01.light-meter"]
    assert set(listed) == set(BROKEN)


def test_tiles_count_devices_and_say_zero_when_all_is_well(asked: Asked, lived: Lived) -> None:
    assert one(lived, asked("elevators", "Trapped")) == 1
    assert one(lived, asked("elevators", "Inspection")) == 0
    assert one(lived, asked("parking", "Arm off")) == 1
    assert one(lived, asked("overview", "Parking")) == 1
    assert one(lived, asked("overview", "Water")) == 2
    assert one(lived, asked("overview", "Gas")) == 0


def test_a_tile_says_nothing_when_no_device_has_answered(asked: Asked, lived: Lived) -> None:
    [target] = asked("elevators", "Trapped")
    assert lived.engine.rows(target.query, area="nowhere") == []


def test_a_silent_device_is_counted_and_listed(asked: Asked, lived: Lived) -> None:
    assert one(lived, asked("overview", "Devices silent")) == 1
    rows = [row for target in asked("overview", "Devices without an answer in this range") for row in lived.engine.rows(target.query)]
    assert [(row["device"], row["minutes"]) for row in rows] == [(SILENT, 3)]


def test_area_and_device_choose(asked: Asked, lived: Lived) -> None:
    [faults] = asked("elevators", "Faults")
    assert {row["device"] for row in lived.engine.rows(faults.query, area="b07")} == {"b07.lift1", "b07.lift2"}
    assert {row["device"] for row in lived.engine.rows(faults.query, device=r"(b01\.lift1|b02\.lift1)")} == {"b01.lift1", "b02.lift1"}


def test_energy_by_use_is_what_the_counters_gained(asked: Asked, lived: Lived) -> None:
    """Three hours of use lie between nothing and what the transformers could have carried."""
    gained = [
        row["sum"]
        for target in asked("power", "Energy by use, per hour")
        for row in lived.engine.rows(target.query)
        if row["sum"] is not None
    ]
    assert gained
    assert all(math.isfinite(value) and value >= 0 for value in gained)
    assert 0 < sum(gained) < 4 * 4000


def test_both_languages_ask_the_same(reference: Configuration) -> None:
    chinese, english = (dashboards(Place(reference.site, language, "guanjia"), reference.rules) for language in Language)
    for page in PAGES:
        assert [t.query for t in targets(page, chinese[page])] == [t.query for t in targets(page, english[page])]
