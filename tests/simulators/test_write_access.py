"""What a master may write to a device, and what it is told when it may not."""

import pytest

from collectors.modbus.plan import plan
from guanjia.config.profile_file import LIBRARY
from model.profile import Register, Table
from simulators.exception_code import ExceptionCode
from simulators.register_image import register_image
from simulators.station import Station
from simulators.write_access import functions, writable
from tests.simulators.fakes import FakeMachine, device, library

MODBUS = sorted(path.stem for path in LIBRARY.glob("*.yaml") if "\nprotocol: modbus" in path.read_text(encoding="utf-8"))
FUNCTION = {Table.COIL: 1, Table.DISCRETE: 2, Table.HOLDING: 3, Table.INPUT: 4}
OK, FUNC, ADDR, VALUE = None, ExceptionCode.ILLEGAL_FUNCTION, ExceptionCode.ILLEGAL_ADDRESS, ExceptionCode.ILLEGAL_VALUE


def station(profile_id: str) -> Station:
    return Station(device(library(profile_id)), FakeMachine())


@pytest.mark.parametrize(
    ("profile_id", "pdu", "refused"),
    [
        pytest.param("eaton_tc100", "06 0071 0123", OK, id="set-point-taken"),
        pytest.param("eaton_tc100", "10 006f 0002 04 0100 0101", OK, id="two-set-points-at-once"),
        pytest.param("eaton_tc100", "06 0076 0063", VALUE, id="mode-the-controller-does-not-have"),
        pytest.param("eaton_tc100", "06 0000 0001", ADDR, id="wear-counter-is-read-only"),
        pytest.param("eaton_tc100", "06 0020 0001", OK, id="write-only-toggle"),
        pytest.param("eaton_tc100", "03 0020 0001", ADDR, id="write-only-can-not-be-read"),
        pytest.param("keba_p30", "06 138c 2710", OK, id="charging-current"),
        pytest.param("keba_p30", "10 138c 0001 02 2710", FUNC, id="keba-knows-no-function-16"),
        pytest.param("alfen_eve", "10 04ba 0002 04 41800000", OK, id="float-set-point-whole"),
        pytest.param("alfen_eve", "06 04ba 4180", VALUE, id="half-a-float"),
        pytest.param("abb_b23", "06 5b00 0001", FUNC, id="a-meter-without-anything-to-write"),
        pytest.param("danfoss_fc202", "05 0006 ff00", OK, id="start-coil"),
        pytest.param("danfoss_fc202", "0f 0010 0004 01 05", OK, id="four-of-sixteen-reference-coils"),
        pytest.param("danfoss_fc202", "0f 0010 0012 03 050000", ADDR, id="more-coils-than-there-are"),
        pytest.param("danfoss_fc202", "02 0000 0001", FUNC, id="discrete-inputs-are-unknown-to-it"),
        pytest.param("grundfos_cim500", "01 0000 0001", FUNC, id="coils-unsupported"),
        pytest.param("grundfos_cim500", "2b 0e01 00", FUNC, id="device-identification-unknown"),
    ],
)
def test_a_write_is_taken_or_refused_as_the_real_device_does(profile_id: str, pdu: str, refused: ExceptionCode | None) -> None:
    request = bytes.fromhex(pdu)
    answer = station(profile_id).answer(request)
    assert answer == (request[:5] if refused is None else bytes((request[0] | 0x80, refused)))


def test_a_written_value_is_shown_back() -> None:
    controller = station("eaton_tc100")
    assert controller.answer(bytes.fromhex("06 0071 0123"))
    assert controller.answer(bytes.fromhex("03 0071 0001")) == bytes.fromhex("03 02 0123")


def test_a_pump_that_keeps_its_registers_in_both_tables_answers_either_function() -> None:
    pump = station("grundfos_cim500")
    by_holding, by_input = (pump.answer(bytes.fromhex(pdu)) for pdu in ("03 0064 0002", "04 0064 0002"))
    assert by_holding[1:] == by_input[1:]
    assert not by_holding[0] & 0x80


@pytest.mark.parametrize("profile_id", MODBUS)
def test_every_request_the_platform_plans_is_answered(profile_id: str) -> None:
    profile = library(profile_id)
    one = station(profile_id)
    for request in plan(profile):
        pdu = bytes((FUNCTION[request.table], *request.address.to_bytes(2, "big"), *request.count.to_bytes(2, "big")))
        assert one.answer(pdu)[0] == FUNCTION[request.table], request


@pytest.mark.parametrize("profile_id", [name for name in MODBUS if writable(library(name))])
def test_every_writable_point_takes_what_it_shows(profile_id: str) -> None:
    profile = library(profile_id)
    one, image = station(profile_id), register_image(device(profile), {}, {})
    for point in writable(profile):
        wire = point.wire
        assert isinstance(wire, Register)
        if wire.table is Table.HOLDING:
            shown = image.read(wire.table, wire.address, wire.words) or bytes(2 * wire.words)
            if point.enum and int.from_bytes(shown, "big") not in point.enum:
                shown = int(next(iter(point.enum))).to_bytes(2, "big")
            code = 16 if 16 in functions(profile) else 6
            head = bytes((code, *wire.address.to_bytes(2, "big")))
            pdu = head + (bytes((0, wire.words, 2 * wire.words)) if code == 16 else b"") + shown
            assert one.answer(pdu)[0] == code, point.name
