"""The baseline: what one writes in an afternoon. pymodbus, one client per device, the same block reads, nothing decoded, kept or judged.

usage: python -m benchmarks.naive_reader SITE.YAML        (until it is stopped)
"""

import asyncio
import sys
from pathlib import Path

from pymodbus.client import AsyncModbusTcpClient
from pymodbus.exceptions import ModbusException

from collectors.modbus.plan import plan
from guanjia.config.site_file import load_site
from model.profile import Table
from model.site import Device, ModbusTcp


async def read(device: Device, wait_s: float) -> None:
    at = device.connection
    assert isinstance(at, ModbusTcp)
    client = AsyncModbusTcpClient(at.host, port=at.port, timeout=1, retries=0)
    functions = {
        Table.COIL: client.read_coils,
        Table.DISCRETE: client.read_discrete_inputs,
        Table.HOLDING: client.read_holding_registers,
        Table.INPUT: client.read_input_registers,
    }
    requests = plan(device.profile)
    loop = asyncio.get_running_loop()
    due_s = loop.time() + wait_s
    while True:
        await asyncio.sleep(max(0.0, due_s - loop.time()))
        try:
            if not client.connected:
                await client.connect()
            for request in requests:
                await functions[request.table](request.address, count=request.count, device_id=at.unit)
        except ModbusException:
            pass  # an afternoon's script goes on
        due_s += device.every_ns / 1e9


async def main(site: Path) -> None:
    devices = [d for d in load_site(site).devices.values() if isinstance(d.connection, ModbusTcp)]
    await asyncio.gather(*(read(device, index / len(devices)) for index, device in enumerate(devices)))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
