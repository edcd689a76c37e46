"""Fields of a status word, told by the code they have; and the unit that such a field chooses for another point."""

from dataclasses import replace

import pytest

from api.words import bits_set, unit_now
from model.profile import Point, Register, Table, WireType
from model.quality import Quality
from model.text import Text
from tests.api.house import House

STATE = Text("状态：0 预热，1 监测，8 校准", "state 0 warm-up, 1 monitor, 8 calibration")
UNIT = Text("单位：1 ppm，4 %vol，8 %LEL", "1 ppm, 4 %vol, 8 %LEL")
WORD = Point(
    "word", Text("状态字", "Word"), Register(Table.HOLDING, 11, 1), WireType.BITS, bits={"0-3": STATE, "4-7": Text("档位 0–9", "step 0-9")}
)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (1, [("状态 监测", "state monitor")]),
        (5, [("状态 5", "state 5")]),
        (0x38, [("状态 校准", "state calibration"), ("档位 0–9", "step 0-9")]),
    ],
    ids=["a listed code", "a code that is not listed", "words that list no codes stay"],
)
def test_a_field_is_told_by_the_code_it_has(value: int, words: list[tuple[str, str]]) -> None:
    assert [(bit["zh"], bit["en"]) for bit in bits_set(WORD, float(value))] == words


@pytest.mark.parametrize(
    ("code", "unit"), [(8, "%LEL"), (1, "ppm"), (9, ""), (None, "")], ids=["chosen", "another", "not listed", "not read yet"]
)
def test_a_code_of_another_point_chooses_the_unit(code: int | None, unit: str, house: House) -> None:
    meter = house.site.devices["sub1.incomer1"]
    points = (
        replace(WORD, name="units", bits={"8-15": UNIT}),
        Point("gas", Text("浓度", "Gas"), WORD.wire, WireType.F32, unit_select="units"),
    )
    device = replace(meter, profile=replace(meter.profile, points=points))
    house.says(meter.id, 0, None if code is None else float(code << 8), Quality.BAD if code is None else Quality.GOOD)
    assert unit_now(device, points[1], house.live) == unit
