"""What leaves a device with a fault of its wire, and which faults it has."""

import struct

import pytest

from model.profile import Register, Table, WireType
from model.site import Connection, ModbusSerial, ModbusTcp, Mqtt, PayloadFormat
from simulators.bus import Bus
from simulators.framing import Request, RtuFraming, TcpFraming, checksum
from simulators.network_fault import EFFECTS, GATEWAY_FAULTS, NetworkFault
from simulators.station import Station
from simulators.wire_faults import device_faults
from simulators.wire_reply import HANG_UP, NOTHING, Reply
from tests.simulators.fakes import FakeMachine, device, library, point, profile_of

PLANT = profile_of(
    point("speed", Register(Table.HOLDING, 10, 1), type=WireType.U16),
    point("energy", Register(Table.HOLDING, 11, 4), type=WireType.U64),
    point("level", Register(Table.HOLDING, 15, 2), type=WireType.F32),
    point("plate", Register(Table.HOLDING, 17, 2), type=WireType.STRING),
)
TRUTH: dict[str, float | str] = {"speed": 1450.0, "energy": float(0x0001_0002_0003_0004), "level": 2.5, "plate": "abcd"}
READ_ALL = bytes.fromhex("03 000a 0009")
RIGHT = bytes.fromhex("03 12 05aa 0001000200030004 40200000 61626364")


def bus(fault: NetworkFault = NetworkFault.OK, amount: float = 0.0, rtu: bool = False) -> Bus:
    station = Station(device(PLANT), FakeMachine(values=dict(TRUTH)), fault, amount)
    return Bus({1: station}, RtuFraming() if rtu else TcpFraming())


def ask(behind: Bus, transaction: int = 7) -> Reply:
    return behind.reply(Request(transaction, 1, READ_ALL))


def frame(pdu: bytes, transaction: int = 7, unit: int = 1) -> bytes:
    return struct.pack(">HHHB", transaction, 0, len(pdu) + 1, unit) + pdu


@pytest.mark.parametrize(
    ("fault", "amount", "reply"),
    [
        (NetworkFault.OK, 0.0, Reply(frame(RIGHT))),
        (NetworkFault.SILENT, 0.0, NOTHING),
        (NetworkFault.SLOW, 2.5, Reply(frame(RIGHT), 2.5)),
        (NetworkFault.DELAY, 0.3, Reply(frame(RIGHT), 0.3)),
        (NetworkFault.LOSSY, 1.0, NOTHING),
        (NetworkFault.LOSSY, 0.0, Reply(frame(RIGHT))),
        (NetworkFault.TRUNCATED, 0.0, Reply(frame(RIGHT)[:13])),
        (NetworkFault.WRONG_UNIT, 0.0, Reply(frame(RIGHT, unit=2))),
        (NetworkFault.WRONG_TRANSACTION, 0.0, Reply(frame(RIGHT, transaction=8))),
        (NetworkFault.EXCEPTION, 0.0, Reply(frame(b"\x83\x04"))),
        (NetworkFault.RESET, 0.0, HANG_UP),
        (NetworkFault.REFUSE, 0.0, HANG_UP),
    ],
)
def test_each_fault_says_its_own_wrong_thing(fault: NetworkFault, amount: float, reply: Reply) -> None:
    assert ask(bus(fault, amount)) == reply
    if fault in GATEWAY_FAULTS:
        whole = bus()
        whole.fault, whole.amount = fault, amount
        assert ask(whole) == reply


def test_a_wrong_word_order_turns_long_numbers_and_nothing_else() -> None:
    assert ask(bus(NetworkFault.WRONG_WORD_ORDER)).frame == frame(bytes.fromhex("03 12 05aa 0004000300020001 00004020 61626364"))


def test_a_read_of_half_a_long_number_is_left_as_it_is() -> None:
    behind = bus(NetworkFault.WRONG_WORD_ORDER)
    assert behind.reply(Request(7, 1, bytes.fromhex("03 000d 0003"))).frame == frame(bytes.fromhex("03 06 0003 0004 4020"))


def test_jitter_is_never_later_than_told_and_never_twice_the_same() -> None:
    behind = bus(NetworkFault.JITTER, 0.8)
    late = [ask(behind).late_s for _ in range(50)]
    assert all(0 <= each <= 0.8 for each in late)
    assert len(set(late)) > 45
    assert max(late) - min(late) > 0.5


def test_a_lossy_wire_loses_about_its_share_and_the_same_requests_again() -> None:
    one, other = bus(NetworkFault.LOSSY, 0.3), bus(NetworkFault.LOSSY, 0.3)
    lost = [ask(one) == NOTHING for _ in range(500)]
    assert 0.22 < sum(lost) / 500 < 0.38
    assert [ask(other) == NOTHING for _ in range(500)] == lost


def test_a_clock_ahead_shows_in_the_meters_own_time() -> None:
    meter = Station(device(library("schneider_pm5000")), FakeMachine())
    read = bytes.fromhex("03 0734 0004")
    right = meter.answer(read)
    meter.fault, meter.amount, meter.stale = NetworkFault.CLOCK_ERROR, 86_400.0, True
    wrong = meter.answer(read)
    day_of_month = 5
    assert wrong[day_of_month] - right[day_of_month] == 1
    meter.fault, meter.stale = NetworkFault.OK, True
    assert meter.answer(read) == right


def test_a_dead_gateway_hides_what_its_devices_do_and_they_go_on_when_it_is_back() -> None:
    behind = bus(NetworkFault.EXCEPTION)
    behind.fault = NetworkFault.SILENT
    assert ask(behind) == NOTHING
    behind.fault = NetworkFault.OK
    assert ask(behind) == Reply(frame(b"\x83\x04"))


def test_a_broadcast_on_a_serial_line_is_taken_and_not_answered() -> None:
    controller = Station(device(library("eaton_tc100")), FakeMachine())
    line = Bus({9: controller}, RtuFraming(), answers_unknown_units=False)
    assert line.reply(Request(0, 0, bytes.fromhex("06 0071 0123"))) == NOTHING
    assert controller.answer(bytes.fromhex("03 0071 0001")) == bytes.fromhex("03 02 0123")


def test_a_wrong_unit_on_rtu_has_a_right_checksum() -> None:
    said = ask(bus(NetworkFault.WRONG_UNIT, rtu=True)).frame
    assert said[0] == 2
    assert said[-2:] == checksum(said[:-2])


TCP, RTU = ModbusTcp("127.0.0.1", 0, 1), ModbusTcp("127.0.0.1", 0, 1, "rtu")
SERIAL = ModbusSerial("/dev/ttyUSB0", 9600, "N", 1, 1)
SPARKPLUG = Mqtt("spBv1.0/g/n/d", format=PayloadFormat.SPARKPLUG_B)


@pytest.mark.parametrize(
    ("profile_id", "wire", "impossible"),
    [
        pytest.param("schneider_pm5000", TCP, set(), id="a-meter-with-a-clock-can-all"),
        pytest.param("daikin_chiller", TCP, {"wrong_word_order", "clock_error"}, id="single-registers-without-a-clock"),
        pytest.param("schneider_pm5000", RTU, {"wrong_transaction"}, id="rtu-has-no-transactions"),
        pytest.param("schneider_pm5000", SERIAL, {"wrong_transaction", "reset", "refuse"}, id="a-line-has-no-connections"),
        pytest.param(
            "barrier_json", Mqtt("gate"),
            {"exception", "refuse", "wrong_unit", "wrong_transaction", "wrong_word_order"}, id="mqtt-knows-no-modbus",
        ),
        pytest.param("schneider_pm5000", SPARKPLUG, set(NetworkFault) - {"ok", "silent", "clock_error", "reset"}, id="behind-an-edge-node"),
    ],
)  # fmt: skip
def test_a_device_lists_only_what_it_can_show(profile_id: str, wire: Connection, impossible: set[str]) -> None:
    assert set(NetworkFault) - set(device_faults(device(library(profile_id), wire))) == impossible


def test_every_fault_has_its_words() -> None:
    assert set(EFFECTS) == set(NetworkFault)
