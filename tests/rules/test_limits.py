"""The limits a rule draws beside a reading."""

import pytest

from model.text import Text
from rules.limits import Limit, limits
from tests.rules.workshop import device, point, rule, site

PIT = device("pit", [point("level", "m"), point("pressure", "kPa"), point("running")], params={"high_m": 1.8})
FAR = device("far", [point("voltage", "V")])
SITE = site(PIT, FAR)


@pytest.mark.parametrize(
    ("when", "found"),
    [
        ("level > 1.2", [Limit("pit.level", 1.2, True)]),
        ("level <= 0.3", [Limit("pit.level", 0.3, False)]),
        ("1.2 < level", [Limit("pit.level", 1.2, True)]),
        ("0.2 < level < 2", [Limit("pit.level", 0.2, True), Limit("pit.level", 2.0, False)]),
        ("running and level > high_m", [Limit("pit.level", 1.8, True)]),
        ("level > 0.5 * high_m + 0.1", [Limit("pit.level", 1.0, True)]),
        ("level > -high_m", [Limit("pit.level", -1.8, True)]),
        ("pressure < 0.05", [Limit("pit.pressure", 50.0, False)]),
        ('point("far.voltage") > 240', [Limit("far.voltage", 240.0, True)]),
        ("for_last(level > 1.2, 5min)", [Limit("pit.level", 1.2, True)]),
        ("level > 1.2 or (running and level > 1.2)", [Limit("pit.level", 1.2, True)]),
        ("level > pressure", []),
        ("rate(level, 5min) > 0.1", []),
        ("abs(level) > 0.1", []),
        ("level / 0 > 1", []),
        ("level > 1 / 0", []),
        ("running == 1", []),
        ("high_m > 1", []),
    ],
)
def test_a_limit_is_a_number_against_one_point_in_the_points_own_unit(when: str, found: list[Limit]) -> None:
    asked = rule(when=when, units={"pressure": "MPa"}, text=Text("x", "x"))
    assert limits(asked, PIT, SITE) == tuple(found)
