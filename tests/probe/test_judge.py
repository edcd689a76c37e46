"""Which way of reading is believed, and on what grounds."""

import pytest

from guanjia.probe import beliefs
from guanjia.probe.beliefs import Worth, belief, worth
from guanjia.probe.judge import Verdict, judge
from guanjia.probe.ways import AS_WRITTEN, OTHER_TABLE, SHIFTED, Order, Placement, orders
from model.profile import ByteOrder, Table, WireType, WordOrder
from model.text import Text
from tests.collectors.support import modbus_profile, point
from tests.probe.support import float_words, plain_words

METER = modbus_profile(
    point("voltage_l1", 10, WireType.F32, unit="V"),
    point("voltage_l2", 12, WireType.F32, unit="V"),
    point("current_l1", 14, WireType.F32, unit="A"),
    point("frequency", 16, WireType.F32, unit="Hz"),
)
VALUES = {10: 229.3, 12: 231.7, 14: 35.25, 16: 50.02}
COUNTER = modbus_profile(point("energy_import", 10, WireType.U32, unit="kWh"))
PLACEMENTS = (AS_WRITTEN, *SHIFTED, OTHER_TABLE)


@pytest.mark.parametrize("order", ["ABCD", "CDAB", "BADC", "DCBA"])
def test_the_order_in_which_a_meter_writes_is_found(order: str) -> None:
    judgement = judge(METER, float_words(VALUES, order))
    assert judgement.way.order.letters == order
    assert judgement.verdict is (Verdict.AS_WRITTEN if order == "ABCD" else Verdict.ANOTHER)
    assert judgement.share == 1.0
    assert "voltage_l1 is 229.3 V (usual)" in judgement.reason


@pytest.mark.parametrize("placement", PLACEMENTS, ids=str)
@pytest.mark.parametrize("order", ["ABCD", "CDAB"])
def test_shifted_addresses_and_the_other_table_are_found_whatever_the_order(placement: Placement, order: str) -> None:
    table = Table.INPUT if placement.other_table else Table.HOLDING
    heard = float_words({address + placement.shift: value for address, value in VALUES.items()}, order, table)
    judgement = judge(METER, heard, PLACEMENTS)
    assert (judgement.way.placement, judgement.way.order.letters) == (placement, order)


def test_a_shift_shows_in_single_registers_too() -> None:
    names = ("voltage_l1", "V"), ("voltage_l2", "V"), ("voltage_l3", "V"), ("current_l1", "A"), ("frequency", "Hz")
    profile = modbus_profile(*(point(name, 10 + n, unit=unit, scale=0.1) for n, (name, unit) in enumerate(names)))
    heard = plain_words({11: 2301, 12: 2287, 13: 2310, 14: 352, 15: 500, 10: 0, 9: 0, 16: 0})
    assert judge(profile, heard, PLACEMENTS).way.placement == Placement(shift=1)


@pytest.mark.parametrize(
    ("raw", "verdict"),
    [
        ((0, 0), Verdict.NO_EVIDENCE),
        ((7, 7), Verdict.NO_EVIDENCE),
        ((5, 3), Verdict.EQUAL),
        ((0x0012, 0xD687), Verdict.AS_WRITTEN),
        ((0xD687, 0x0012), Verdict.ANOTHER),
    ],
    ids=["zero", "the same in both word orders", "either could be", "as written", "swapped"],
)
def test_a_counter_alone_is_judged_by_its_size(raw: tuple[int, int], verdict: Verdict) -> None:
    profile = modbus_profile(point("energy_import", 10, WireType.U32, unit="kWh", scale=0.01))
    judgement = judge(profile, plain_words({10: raw[0], 11: raw[1]}))
    assert judgement.verdict is verdict
    assert bool(judgement.rivals) is (verdict is Verdict.EQUAL)


def test_of_equally_plausible_orders_the_profile_s_own_is_kept() -> None:
    judgement = judge(COUNTER, plain_words({10: 5, 11: 3}))
    assert judgement.way.order == Order()
    assert Order(word_order=WordOrder.LSW_FIRST) in {way.order for way in judgement.rivals}


def test_the_wrong_profile_finds_nothing_plausible() -> None:
    heard = plain_words({address: 0x5347 + address * 977 & 0xFFFF for address in range(10, 18)})
    assert judge(METER, heard).verdict is Verdict.NONE_PLAUSIBLE


def test_quantities_that_are_not_wired_do_not_speak_against_the_right_order() -> None:
    not_a_number = plain_words({12: 0x7FC0, 13: 0, 14: 0x7FC0, 15: 0})
    judgement = judge(METER, float_words({10: 229.3, 16: 50.0}) | not_a_number)
    assert (judgement.verdict, judgement.way.order.letters) == (Verdict.AS_WRITTEN, "ABCD")


def test_word_orders_are_not_tried_where_no_value_is_longer_than_a_register() -> None:
    assert len(list(orders(modbus_profile(point("a", 0), point("b", 1))))) == 2
    assert len(list(orders(METER))) == 4


def test_values_in_another_order_than_the_rest_keep_their_difference() -> None:
    mixed = modbus_profile(*METER.points, point("odd", 18, WireType.F32, unit="V", word_order=WordOrder.LSW_FIRST))
    judgement = judge(mixed, float_words(VALUES, "CDAB") | float_words({18: 24.1}, "ABCD"))
    assert (judgement.way.order.letters, judgement.share) == ("CDAB", 1.0)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (230.0, Worth.USUAL),
        (0.0, Worth.ZERO),
        (12_000.0, Worth.UNUSUAL),
        (-1.2e20, Worth.IMPOSSIBLE),
        (4e-41, Worth.IMPOSSIBLE),
        (float("nan"), Worth.NOT_AVAILABLE),
    ],
)
def test_a_voltage_is_worth_what_voltages_are(value: float, expected: Worth) -> None:
    voltage = METER.points[0]
    assert worth(voltage, belief(voltage, "power_meter"), value) is expected


def test_a_code_is_believed_only_if_the_profile_knows_it() -> None:
    state = point("state", 0, enum={0: Text("停", "off"), 2: Text("开", "on")})
    assert [worth(state, None, value) for value in (2.0, 512.0)] == [Worth.USUAL, Worth.IMPOSSIBLE]


def test_limits_of_the_profile_go_before_the_usual_ones_and_units_are_turned() -> None:
    tight = belief(point("frequency", 0, unit="Hz", low=49, high=51), "power_meter")
    assert tight is not None
    assert tight.usual == (49, 51)
    small = belief(point("active_power", 0, unit="W"), "power_meter")
    assert small is not None
    assert small.usual == pytest.approx((-3e6, 3e6))


@pytest.mark.parametrize("quantity", beliefs._QUANTITIES, ids=lambda q: f"{q[0]} {q[2]}")
def test_what_is_usual_is_possible(quantity: tuple[str, str, str, tuple[float, float], tuple[float, float]]) -> None:
    *_, usual, possible = quantity
    assert possible[0] <= usual[0] < usual[1] <= possible[1]


def test_byte_orders_are_named_by_letters() -> None:
    assert str(Order(ByteOrder.LITTLE, WordOrder.LSW_FIRST)) == "DCBA (byte_order: little, word_order: lsw_first)"
