"""From a device of the site to what its link needs."""

from dataclasses import replace
from struct import pack
from typing import Any

import pytest

from collectors.errors import NotSunSpec
from collectors.modbus.device import line_of, period_ns, request_worth, requests_of, station_of
from collectors.modbus.plan import NETWORK_REQUEST, SERIAL_REQUEST, Request
from model.clock import SECOND
from model.profile import Point, Profile, SunSpec
from model.site import Connection, Device, ModbusSerial, ModbusTcp, System
from model.text import Text
from model.tls import TlsFiles
from tests.collectors.support import modbus_profile, point

TCP = ModbusTcp("10.0.0.1", 502, 1)
SERIAL = ModbusSerial("/dev/ttyUSB0", 9600, "N", 1, 1)


def device(profile: Profile, connection: Connection = TCP, every_ns: int = SECOND) -> Device:
    return Device("d", Text("d", "d"), System.POWER, "", profile, connection, every_ns)


@pytest.mark.parametrize(
    ("connection", "line", "worth"),
    [
        (TCP, "10.0.0.1:502/tcp", NETWORK_REQUEST),
        (replace(TCP, tls=TlsFiles()), "10.0.0.1:502/tls", NETWORK_REQUEST),
        (replace(TCP, framer="rtu"), "10.0.0.1:502/rtu", SERIAL_REQUEST),
        (SERIAL, "/dev/ttyUSB0", SERIAL_REQUEST),
    ],
    ids=["tcp", "tls", "rtu over tcp", "serial"],
)
def test_the_wire_names_the_line_and_says_what_a_request_is_worth(connection: Connection, line: str, worth: int) -> None:
    whole = device(modbus_profile(point("a", 0), point("b", 40), bridge_gaps=True), connection)
    assert (line_of(whole), request_worth(whole)) == (line, worth)
    assert len(requests_of(whole)) == (1 if worth == NETWORK_REQUEST else 2)


@pytest.mark.parametrize(
    ("points", "limits", "every_s"),
    [
        ((point("a", 0),), {}, 1),
        ((point("a", 0),), {"min_interval_ms": 2500}, 2.5),
        ((point("a", 0, every_ns=10 * SECOND), point("b", 1)), {}, 1),
        ((point("a", 0, every_ns=10 * SECOND), point("b", 1, every_ns=60 * SECOND)), {}, 10),
    ],
    ids=["as the site says", "the device wants it slower", "one point often", "no point as often"],
)
def test_a_device_is_polled_as_often_as_anything_of_it_is_wanted(points: tuple[Point, ...], limits: dict[str, Any], every_s: float) -> None:
    slow = device(modbus_profile(*points, **limits))
    assert period_ns(slow) == every_s * SECOND
    assert min(request.turns for request in requests_of(slow)) == 1
    assert station_of(slow, 0).schedule.period_ns == period_ns(slow)


@pytest.mark.parametrize(
    ("limits", "connection", "gap_ms"),
    [({}, TCP, 0), ({"inter_request_ms": 50}, TCP, 50), ({}, SERIAL, 3.6), ({"inter_request_ms": 50}, SERIAL, 50)],
    ids=["tcp", "the device rests", "serial", "serial, the device rests longer"],
)
def test_between_requests_there_is_the_rest_that_device_and_line_need(
    limits: dict[str, Any], connection: Connection, gap_ms: float
) -> None:
    assert station_of(device(modbus_profile(point("a", 0), **limits), connection), 0).gap_ns / 1e6 == pytest.approx(gap_ms, abs=0.1)


SUNSPEC = modbus_profile(point("value", 40_072), sunspec=SunSpec((40_000, 0), {203: 40_070}))


def chain(base: int, common_length: int) -> dict[int, bytes]:
    """By address: the marker, the common model's header, then model 203 and the end."""
    meter = base + 4 + common_length
    headers = {base + 2: (1, common_length), meter: (203, 105), meter + 107: (0xFFFF, 0)}
    return {base: b"SunS"} | {address: pack(">HH", *header) for address, header in headers.items()}


async def requests_found(registers: dict[int, bytes]) -> list[str]:
    station = station_of(device(SUNSPEC), 0)
    assert station.find is not None
    assert not station.is_found

    async def read(request: Request) -> bytes | None:
        return registers.get(request.address)

    station.ask(*await station.find(read))
    assert station.is_found
    return list(station.labels)


async def test_a_sunspec_device_is_asked_where_its_chain_leads() -> None:
    assert await requests_found(chain(40_000, 66)) == ["holding 40072+1"]
    assert await requests_found(chain(40_000, 65)) == ["holding 40071+1"]
    assert await requests_found(chain(0, 66)) == ["holding 72+1"]


async def test_a_chain_that_leads_nowhere_is_an_error_of_this_device_alone() -> None:
    with pytest.raises(NotSunSpec):
        await requests_found({40_000: b"SunS", 40_002: b"\xff\xff\0\0"})
    with pytest.raises(NotSunSpec):
        await requests_found(chain(40_000, 25_529))
