"""Modbus TCP frames; and once over real sockets, plain and under TLS."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from collectors.errors import BadFrame, Closed, DeviceException, Refused
from collectors.modbus.dialling import wire_to
from collectors.modbus.mbap import take_frame
from collectors.modbus.plan import Break, Request, plan
from collectors.modbus.wire import answer_data
from model.profile import Table
from model.quality import Quality
from model.site import ModbusTcp
from model.tls import TlsFiles
from tests.collectors.fault_server import Asked, Server, VirtualNetwork
from tests.collectors.support import address_bytes
from tests.collectors.test_profiles import MODBUS
from tests.ports import HOST, free_ports

HOLDING = Request(Table.HOLDING, 2999, 4, (0, 1), Break.TABLE)
COILS = Request(Table.COIL, 32, 10, (0,), Break.TABLE)
WHERE = ("meter", 502)


@pytest.mark.parametrize(
    ("request_", "frame"),
    [(HOLDING, "0001 0000 0006 07 03 0bb7 0004"), (COILS, "0001 0000 0006 07 01 0020 000a")],
    ids=str,
)
def test_a_request_is_written_as_the_standard_says_and_its_answer_gives_the_data(request_: Request, frame: str) -> None:
    async def story(network: VirtualNetwork) -> None:
        server = network.servers[WHERE] = Server()
        wire = wire_to(ModbusTcp(*WHERE, 7), lambda: None)
        await wire.connect(1)
        assert await wire.read(7, request_, 1) == address_bytes(request_)
        assert [asked.frame for _, asked in server.asked] == [bytes.fromhex(frame)]

    VirtualNetwork.run(story)


@pytest.mark.parametrize("cut", range(1, 17))
def test_an_answer_may_come_in_pieces(cut: int) -> None:
    async def story(network: VirtualNetwork) -> None:
        network.servers[WHERE] = Server(script=lambda asked: [(0, asked.reply()[:cut]), (0.01, asked.reply()[cut:])])
        wire = wire_to(ModbusTcp(*WHERE, 7), lambda: None)
        await wire.connect(1)
        assert await wire.read(7, HOLDING, 1) == address_bytes(HOLDING)

    VirtualNetwork.run(story)


@pytest.mark.parametrize(
    ("code", "quality"),
    [(2, Quality.CONFIG_ERROR), (4, Quality.DEVICE_FAILURE), (6, Quality.COMM_FAILURE), (11, Quality.NOT_CONNECTED)],
)
def test_an_exception_code_says_what_its_columns_are_worth(code: int, quality: Quality) -> None:
    with pytest.raises(DeviceException) as caught:
        answer_data(bytes([0x83, code]), HOLDING)
    assert (caught.value.code, caught.value.quality) == (code, quality)


async def test_reading_while_disconnected_fails_at_once() -> None:
    with pytest.raises(Closed):
        await wire_to(ModbusTcp(*WHERE, 1), lambda: None).read(1, HOLDING, 60)


@given(st.lists(st.binary(max_size=40), max_size=12))
def test_no_bytes_break_the_framing(pieces: list[bytes]) -> None:
    buffer = bytearray()
    for piece in pieces:
        buffer += piece
        try:
            while take_frame(buffer) is not None:
                pass
        except BadFrame:
            buffer.clear()
        assert len(buffer) < 260


@given(st.binary(max_size=260))
def test_a_pdu_is_the_answer_or_a_known_error(pdu: bytes) -> None:
    with suppress(BadFrame, DeviceException):
        assert len(answer_data(pdu, HOLDING)) == HOLDING.payload_bytes


# ── real sockets ──

PATIENCE_S = 60.0
"""A busy machine may be slow; here nothing is waited for that does not come."""


@asynccontextmanager
async def listening(context: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """A server that answers right, on a free port of the loopback."""

    handlers: set[asyncio.Task[None] | None] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        handlers.add(asyncio.current_task())
        with suppress(asyncio.IncompleteReadError, OSError):
            while True:
                writer.write(Asked("tcp", await reader.readexactly(12)).reply())
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    server = await asyncio.start_server(serve, HOST, free_ports(1)[0], ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()
        if handlers:
            await asyncio.wait([handler for handler in handlers if handler], timeout=PATIENCE_S)


async def test_over_a_real_socket_a_connection_reads_and_a_refused_one_is_told() -> None:
    async with listening() as port:
        wire = wire_to(ModbusTcp("127.0.0.1", port, 1), lambda: None)
        await wire.connect(PATIENCE_S)
        assert await wire.read(1, HOLDING, PATIENCE_S) == address_bytes(HOLDING)
        wire.close()
    with pytest.raises(Refused):
        await wire.connect(PATIENCE_S)


async def test_over_a_real_socket_every_request_of_every_profile_gets_the_registers_it_names() -> None:
    """The server holds in every register its address; what each point makes of it is ``test_profiles``'s."""
    async with listening() as port:
        wire = wire_to(ModbusTcp("127.0.0.1", port, 1), lambda: None)
        await wire.connect(PATIENCE_S)
        for profile in MODBUS:
            for request in plan(profile):
                assert await wire.read(1, request, PATIENCE_S) == address_bytes(request), (profile.id, request)
        wire.close()


class Certificates:
    """An authority, a device that believes only what it signed, and our own certificate."""

    def __init__(self, folder: Path) -> None:
        authority, stranger = trustme.CA(), trustme.CA()
        self.server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("meter.site").configure_cert(self.server)
        authority.configure_trust(self.server)
        self.server.verify_mode = ssl.CERT_REQUIRED
        self.ours = self._written(folder, "ours", authority, authority)
        self.strangers = self._written(folder, "strangers", authority, stranger)
        self.other_authority = self._written(folder, "other", stranger, authority)

    def _written(self, folder: Path, name: str, believed: trustme.CA, signer: trustme.CA) -> TlsFiles:
        ca, cert, key = (str(folder / f"{name}.{kind}.pem") for kind in ("ca", "cert", "key"))
        client = signer.issue_cert("collector@site")
        believed.cert_pem.write_to_path(ca)
        client.cert_chain_pems[0].write_to_path(cert)
        client.private_key_pem.write_to_path(key)
        return TlsFiles(ca, cert, key, "meter.site")


async def test_modbus_security_reads_with_a_certificate_of_ours_and_only_from_whom_we_believe(tmp_path: Path) -> None:
    certificates = Certificates(tmp_path)
    async with listening(certificates.server) as port:
        wire = wire_to(ModbusTcp("127.0.0.1", port, 1, tls=certificates.ours), lambda: None)
        await wire.connect(PATIENCE_S)
        assert await wire.read(1, HOLDING, PATIENCE_S) == address_bytes(HOLDING)
        wire.close()
        with pytest.raises(Refused, match="certificate verify failed"):
            await wire_to(ModbusTcp("127.0.0.1", port, 1, tls=certificates.other_authority), lambda: None).connect(PATIENCE_S)
        unknown = wire_to(ModbusTcp("127.0.0.1", port, 1, tls=certificates.strangers), lambda: None)
        # TLS 1.3 lets a client believe itself connected before the server has judged its certificate.
        with suppress(Refused):
            await unknown.connect(PATIENCE_S)
        with pytest.raises(Closed):
            await unknown.read(1, HOLDING, PATIENCE_S)
        unknown.close()
        with pytest.raises(Refused):
            await wire_to(ModbusTcp("127.0.0.1", port, 1, tls=TlsFiles(str(tmp_path / "none"))), lambda: None).connect(PATIENCE_S)
