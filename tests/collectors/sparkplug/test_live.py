"""Our simulated edge node, our host and a real Mosquitto between them: two programs of ours that share no code."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from collectors.run import Collectors
from guanjia.system_clock import SystemClock
from model.broker import BrokerConfig
from model.profile import WireType
from model.reading import Block, Fault
from model.site import Site
from simulators.sparkplug_publisher import EdgePublisher, edge_nodes
from tests.collectors.sparkplug.support import metric_point, shown, sparkplug_device, sparkplug_site
from tests.collectors.support import Remembered, point
from tests.ports import HOST
from tests.simulators.fakes import FakeMachine

PUMP = sparkplug_device("pump", point("pressure", 0, WireType.I16, scale=0.001, unit="MPa"), metric_point("plate", WireType.STRING))
GATEWAY = sparkplug_device("gateway", metric_point("load", WireType.U16, "CPU/Load", scale=0.1), topic="spBv1.0/plant/edge1")
MACHINES = {
    "pump": FakeMachine(values={"pressure": 451.0, "plate": "P1"}, units={"pressure": "kPa"}),
    "gateway": FakeMachine(values={"load": 41.2}),
}


@asynccontextmanager
async def listening(site: Site, sink: Remembered) -> AsyncIterator[Collectors]:
    platform = Collectors(site, sink, SystemClock())
    task = asyncio.create_task(platform.run())
    try:
        yield platform
    finally:
        await platform.stop()
        await task


@asynccontextmanager
async def speaking(edge: EdgePublisher) -> AsyncIterator[None]:
    async def speak() -> None:
        while True:
            edge.publish_due(time.time(), 0.05)
            await asyncio.sleep(0.05)

    edge.open()
    task = asyncio.create_task(speak())
    try:
        yield
    finally:
        task.cancel()
        await edge.close()


async def test_a_simulated_node_is_read_and_cut_off_it_takes_its_devices_with_it(broker: int) -> None:
    sink = Remembered()
    site = sparkplug_site(PUMP, GATEWAY, broker=BrokerConfig(f"mqtt://{HOST}:{broker}"))
    edge = EdgePublisher(edge_nodes(site, MACHINES), site.broker)

    def newest(device: str) -> Block | None:
        return next((block for block in reversed(sink.blocks) if block.device == device), None)

    async def until(fault: Fault | None) -> None:
        def are_so(_: list[Block]) -> bool:
            return all((block := newest(device)) is not None and block.fault is fault for device in site.devices)

        await sink.until(are_so, 60)

    async with listening(site, sink) as platform, speaking(edge):
        await until(None)
        pump, gateway = newest("pump"), newest("gateway")
        assert pump is not None
        assert gateway is not None
        assert shown(pump) == {0: 0.451, 1: "P1"}
        assert shown(gateway) == {0: 41.2}
        edge.links[0].drop()
        await until(Fault.NODE_LOST)
        await until(None)
        assert platform.counters.sparkplug["deaths"] == 1
