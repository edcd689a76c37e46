"""Devices on one line speak over one connection: what they say of it has to agree."""

from guanjia.config.document import Path
from guanjia.config.findings import Findings
from model.site import Device, ModbusSerial, ModbusTcp

Terms = dict[str, object]


class SharedLines:
    """Remembers how the first device of each line described it. Every edge has lines of its own, whatever they are called."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._first: dict[tuple[str, str], tuple[str, Terms]] = {}

    def check(self, at: Path, device: Device) -> None:
        line, terms = _said_of_line(device)
        if not line:
            return
        first, theirs = self._first.setdefault((device.edge, line), (device.id, terms))
        for key, value in terms.items():
            if theirs[key] != value:
                message = f"'{first}' on the same line has another '{key}'; a line has one for all of its devices"
                self._findings.wrong(at, message)


def _said_of_line(device: Device) -> tuple[str, Terms]:
    """The line by name, and what all devices on it have to say alike; no name where nothing is shared."""
    match device.connection:
        case ModbusTcp(host=host, port=port, framer=framer, tls=tls):
            return f"{host}:{port}", {"framer": framer, "tls": tls}
        case ModbusSerial(port=port_name, baud=baud, parity=parity, stop_bits=stop_bits):
            return port_name, {"baud": baud, "parity": parity, "stopbits": stop_bits}
        case _:
            return "", {}
