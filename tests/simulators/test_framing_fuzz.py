"""Whatever comes in on a Modbus port, it goes on serving: properties over arbitrary bytes, cut anywhere."""

import asyncio
import struct
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.profile import Access, Register, Table, WireType
from simulators.bus import Bus
from simulators.framing import Framing, NoFrame, RtuFraming, TcpFraming, checksum
from simulators.inbox import Inbox
from simulators.modbus_server import ModbusPort
from simulators.network_fault import NetworkFault
from simulators.station import Station
from tests.simulators.fakes import FakeMachine, device, point, profile_of

METER = profile_of(
    point("speed", Register(Table.HOLDING, 10, 1), type=WireType.U16, access=Access.READ_WRITE),
    point("start", Register(Table.COIL, 0, 1), type=WireType.BOOL, access=Access.READ_WRITE),
)
READ = bytes.fromhex("03000a0001")
NOISE = st.binary(max_size=400)
PDUS = st.one_of(
    st.binary(min_size=1, max_size=253), st.builds(lambda code, rest: bytes((code,)) + rest, st.integers(0, 24), st.binary(max_size=20))
)


class Line:
    """An inbox in memory, and its timer: what it sends, and how often it hangs up."""

    def __init__(self, framing: Framing, fault: NetworkFault = NetworkFault.OK) -> None:
        self.sent: list[bytes] = []
        self.hung_up = 0
        self.now_s = 0.0
        self.station = Station(device(METER), FakeMachine(values={"speed": 1450.0}), fault, 0.5)
        self.inbox = Inbox(Bus({1: self.station}, framing), self, self.sent.append, self._hang_up)

    def _hang_up(self) -> None:
        self.hung_up += 1

    def time(self) -> float:
        return self.now_s

    def call_later(self, delay: float, callback: Callable[..., object], *args: object) -> None:
        """Nobody waits here."""


@pytest.fixture(scope="module")
def lines() -> list[Line]:
    """One for each framing and fault, shared by all examples: nothing may be left over from noise that breaks what follows."""
    return [Line(framing(), fault) for framing in (TcpFraming, RtuFraming) for fault in NetworkFault]


def tcp(pdu: bytes, unit: int = 1) -> bytes:
    return struct.pack(">HHHB", 1, 0, len(pdu) + 1, unit) + pdu


def rtu(pdu: bytes, unit: int = 1) -> bytes:
    return bytes((unit,)) + pdu + checksum(bytes((unit,)) + pdu)


@given(pieces=st.lists(NOISE, max_size=6))
def test_noise_in_any_pieces_raises_nothing_and_is_not_kept_for_ever(lines: list[Line], pieces: list[bytes]) -> None:
    for line in lines:
        for piece in pieces:
            line.inbox.take(piece)
        assert len(line.inbox.received) <= 264


@given(pdu=PDUS, unit=st.integers(0, 255))
def test_every_well_framed_request_is_answered_or_refused(pdu: bytes, unit: int) -> None:
    line = Line(TcpFraming())
    line.inbox.take(tcp(pdu, unit))
    (answer,) = line.sent
    assert answer[:2] == b"\x00\x01"
    assert answer[6] == unit
    assert answer[7] & 0x7F == pdu[0] & 0x7F
    assert struct.unpack(">H", answer[4:6])[0] == len(answer) - 6


@given(cuts=st.lists(st.integers(0, 36), max_size=8))
def test_where_the_stream_is_cut_makes_no_difference(cuts: list[int]) -> None:
    whole = tcp(READ) * 3
    line = Line(TcpFraming())
    for begin, end in pairwise([0, *sorted(cuts), len(whole)]):
        line.inbox.take(whole[begin:end])
    assert line.sent == [tcp(bytes.fromhex("030205aa"))] * 3


@given(noise=NOISE)
def test_rtu_finds_back_after_noise_and_a_pause(noise: bytes) -> None:
    line = Line(RtuFraming())
    line.inbox.take(noise)
    line.sent.clear()
    line.now_s += 1.0
    line.inbox.take(rtu(READ))
    assert line.sent == [rtu(bytes.fromhex("030205aa"))]


@given(received=NOISE.map(bytearray), framing=st.sampled_from([TcpFraming(), RtuFraming()]))
def test_framing_consumes_what_it_returns_and_nothing_else(received: bytearray, framing: Framing) -> None:
    before = len(received)
    try:
        request = framing.take(received)
    except NoFrame:
        return
    if request is not None:
        assert before - len(received) >= len(request.pdu) + 3


@pytest.mark.parametrize("noise", [b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00", b"\x00" * 300, b"\xff" * 300])
async def test_a_port_that_heard_a_web_browser_serves_the_next_master(noise: bytes) -> None:
    port = ModbusPort("127.0.0.1", 0, Bus({1: Station(device(METER), FakeMachine(values={"speed": 1450.0}))}))
    await port.open()
    try:
        _, stranger = await asyncio.open_connection("127.0.0.1", port.port)
        stranger.write(noise)
        await stranger.drain()
        reader, writer = await asyncio.open_connection("127.0.0.1", port.port)
        writer.write(tcp(READ))
        assert await asyncio.wait_for(reader.readexactly(11), 30) == tcp(bytes.fromhex("030205aa"))
        for each in (stranger, writer):
            each.close()
    finally:
        await port.close()
