"""Devices behind a Sparkplug edge node, in virtual time: the production host hears simulated nodes without a broker."""

from dataclasses import replace

from guanjia.scenario.virtual_site import VirtualSite
from model.quality import GOOD
from model.reading import Block, Fault
from model.site import Mqtt, PayloadFormat, Site
from rules.engine import Engine
from tests.virtual.site import example, excerpt, moment_ns

PUMP, TANK = "pr2.pump1", "pr2.tank"


class Newest:
    """The newest block of each device, and every fault in its order."""

    def __init__(self) -> None:
        self.blocks: dict[str, Block] = {}
        self.faults: list[tuple[str, Fault | None]] = []

    def accept(self, block: Block) -> None:
        before = self.blocks.get(block.device)
        self.blocks[block.device] = block
        if before is None or before.fault != block.fault:
            self.faults.append((block.device, block.fault))

    def turned(self) -> list[tuple[str, Fault | None]]:
        found, self.faults = sorted(self.faults), []
        return found


def behind_an_edge_node() -> Site:
    site = excerpt(example("site.yaml"), (PUMP, TANK))
    connections = {id: Mqtt(f"spBv1.0/talent/pr2/{id.split('.')[1]}", format=PayloadFormat.SPARKPLUG_B) for id in (PUMP, TANK)}
    devices = {id: replace(device, connection=connections[id]) for id, device in site.devices.items() if id in connections}
    return replace(site, devices=devices)


def test_a_device_behind_an_edge_node_is_born_lost_and_back_as_over_a_broker() -> None:
    site, heard = behind_an_edge_node(), Newest()
    virtual = VirtualSite(site, 5, moment_ns(site, "2026-01-14T08:00"), (heard,))
    engine = Engine(site, (), str)
    virtual.listen(engine)
    virtual.run(30, 5.0)
    assert heard.turned() == [(PUMP, None), (TANK, None)]
    assert any(quality == GOOD for quality in heard.blocks[TANK].qualities)
    virtual.misbehave(PUMP, "reset")
    virtual.run(10, 5.0)
    assert heard.turned() == [(PUMP, Fault.LAST_WILL)]
    virtual.misbehave(PUMP, "ok")
    virtual.run(10, 5.0)
    assert heard.turned() == [(PUMP, None)]
    virtual.broker_down()
    assert heard.turned() == [(PUMP, Fault.BROKER_LOST), (TANK, Fault.BROKER_LOST)]
    virtual.run(60, 5.0)
    virtual.broker_up()
    virtual.run(10, 5.0)
    assert heard.turned() == [(PUMP, None), (TANK, None)]
    virtual.deafen()
    virtual.run(60, 5.0)
    virtual.listen(engine)
    virtual.run(10, 5.0)
    assert heard.turned() == []
    assert heard.blocks[TANK].receive_ns >= virtual.now_ns - 10 * 10**9, "a platform that starts anew hears the births"
