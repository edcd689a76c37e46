"""What a poller needs of a connection, whatever carries it; and the check of an answer, the same for every carrier.

request PDU    function(1)  address(2)  count(2)
answer PDU     function(1)  bytes(1)    data(bytes)
exception PDU  function|0x80(1)  code(1)
"""

from typing import Protocol

from collectors.errors import BadFrame, DeviceException
from collectors.modbus.plan import Request
from model.profile import Table

FUNCTIONS = {Table.COIL: 1, Table.DISCRETE: 2, Table.HOLDING: 3, Table.INPUT: 4}
"""Only the reading functions exist here: a collector can't write (Modbus V1.1b3 §6.1–6.4)."""


class Wire(Protocol):
    """One connection to one or several stations, one request at a time. Every wait ends within the given timeout."""

    @property
    def connected(self) -> bool: ...

    async def connect(self, timeout_s: float) -> None:
        """Raises Refused or TimedOut."""
        ...

    async def read(self, unit: int, request: Request, timeout_s: float) -> bytes:
        """The data bytes of the answer, exactly ``request.payload_bytes`` long. Raises ExchangeError."""
        ...

    def close(self) -> None: ...


def answer_data(pdu: bytes, request: Request) -> bytes:
    """The data in an answer to that request. DeviceException when the device refuses, BadFrame when the answer is none to it."""
    function = FUNCTIONS[request.table]
    if len(pdu) == 2 and pdu[0] == function | 0x80:
        raise DeviceException(pdu[1])
    if len(pdu) < 2 or pdu[0] != function:
        raise BadFrame(f"{request}: answer with function {pdu[0] if pdu else 'missing'} instead of {function}")
    if pdu[1] != request.payload_bytes or len(pdu) != 2 + request.payload_bytes:
        raise BadFrame(f"{request}: {len(pdu) - 2} bytes (said {pdu[1]}) instead of {request.payload_bytes}")
    return pdu[2:]
