"""What a collector makes of a device that misbehaves, without a wire; and the quick way of polling, which is the same as the whole one."""

from collections import Counter

import pytest

from guanjia.scenario.virtual_site import VirtualSite
from model.quality import Quality
from model.reading import Block, Fault
from rules.engine import Engine
from tests.virtual.site import example, excerpt, library, moment_ns

MORNING = "2026-01-14T08:00"
PUMP, TANK, GATE = "pr2.pump1", "pr2.tank", "gate.north.in"


class Heard:
    """Every block the collectors hand on."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []

    def accept(self, block: Block) -> None:
        self.blocks.append(block)

    def take(self, device: str) -> list[Block]:
        found, self.blocks = [b for b in self.blocks if b.device == device], []
        return found


def _site(*devices: str, whole_way: bool = False) -> tuple[VirtualSite, Heard]:
    site, heard = excerpt(example("site.yaml"), devices), Heard()
    virtual = VirtualSite(site, 5, moment_ns(site, MORNING), (heard,), whole_way=whole_way)
    virtual.listen(Engine(site, library(), lambda at_ns: str(at_ns)))
    return virtual, heard


@pytest.mark.parametrize(
    ("kind", "faults"),
    [
        ("silent", {Fault.TIMEOUT}),
        ("slow", {Fault.TIMEOUT}),
        ("exception", {Fault.EXCEPTION}),
        ("reset", {Fault.CLOSED}),
        ("refuse", {Fault.CLOSED, Fault.REFUSED}),
        ("garbage", {Fault.BAD_FRAME, Fault.TIMEOUT}),
        ("truncated", {Fault.TIMEOUT}),
        ("wrong_unit", {Fault.BAD_FRAME}),
        ("wrong_transaction", {Fault.BAD_FRAME}),
    ],
)
def test_a_modbus_device_that_misbehaves_fails_as_over_a_wire(kind: str, faults: set[Fault]) -> None:
    site, heard = _site(PUMP)
    site.run(30, 5.0)
    site.misbehave(PUMP, kind)
    heard.take(PUMP)
    site.run(120, 5.0)
    assert {block.fault for block in heard.take(PUMP)} == faults
    site.misbehave(PUMP, "ok")
    site.run(30, 5.0)
    assert heard.take(PUMP)[-1].fault is None


def test_a_refusing_device_says_what_the_exception_means() -> None:
    site, heard = _site(PUMP)
    site.misbehave(PUMP, "exception")
    site.run(10, 5.0)
    (block, *_) = heard.take(PUMP)
    assert set(block.qualities) == {Quality.DEVICE_FAILURE}


def test_a_slow_device_that_still_answers_in_time_is_well() -> None:
    site, heard = _site(PUMP)
    site.misbehave(PUMP, "delay", 0.5)
    site.run(30, 5.0)
    assert {block.fault for block in heard.take(PUMP)} == {None}


def test_a_lossy_device_loses_its_share() -> None:
    site, heard = _site(PUMP)
    site.misbehave(PUMP, "lossy", 0.2)
    site.run(1200, 5.0)
    counts = Counter(block.fault for block in heard.take(PUMP))
    assert counts[Fault.TIMEOUT] > 0
    assert counts[None] > 0


def test_a_silent_device_is_asked_after_growing_pauses() -> None:
    site, heard = _site(PUMP)
    site.run(10, 1.0)
    site.misbehave(PUMP, "silent")
    heard.take(PUMP)
    site.run(60, 1.0)
    assert len(heard.take(PUMP)) < 15


def test_one_dead_device_behind_a_gateway_costs_its_neighbours_nothing() -> None:
    water = [d.id for d in example("site.yaml").devices.values() if d.id.endswith(".water")][:3]
    site, heard = _site(*water)
    site.misbehave(water[0], "silent")
    site.run(60, 5.0)
    assert {b.device for b in heard.blocks if b.fault is None} >= set(water[1:])


def test_a_refusing_gateway_takes_all_behind_it_along() -> None:
    site, heard = _site(PUMP, TANK)
    site.misbehave(PUMP, "refuse")
    site.run(60, 5.0)
    same_line = site.site.devices[PUMP].connection == site.site.devices[TANK].connection
    assert ({b.fault for b in heard.take(TANK)} == {None}) is not same_line


def test_a_silent_mqtt_device_is_told_when_its_time_has_run_out() -> None:
    site, heard = _site(GATE)
    site.run(30, 5.0)
    site.misbehave(GATE, "silent")
    heard.take(GATE)
    site.run(600, 5.0)
    assert [block.fault for block in heard.take(GATE)] == [Fault.SILENT]


def test_a_lost_broker_is_told_at_once_and_all_is_said_again_when_it_is_back() -> None:
    site, heard = _site(GATE)
    site.run(30, 5.0)
    heard.take(GATE)
    site.broker_down()
    assert [block.fault for block in heard.take(GATE)] == [Fault.BROKER_LOST]
    site.run(60, 5.0)
    assert heard.take(GATE) == []
    site.broker_up()
    site.run(10, 5.0)
    assert {block.fault for block in heard.take(GATE)} == {None}


def test_noise_on_mqtt_is_a_bad_payload() -> None:
    site, heard = _site(GATE)
    site.run(30, 5.0)
    site.misbehave(GATE, "garbage")
    heard.take(GATE)
    site.run(120, 5.0)
    assert {Quality(code) for block in heard.take(GATE) for code in block.qualities} >= {Quality.COMM_FAILURE}


def test_a_slow_mqtt_device_is_heard_late() -> None:
    site, heard = _site(GATE)
    site.run(30, 5.0)
    site.misbehave(GATE, "slow", 40)
    heard.take(GATE)
    site.run(35, 5.0)
    assert [block.fault for block in heard.take(GATE)] == [Fault.SILENT], "nobody waits forty seconds"
    site.run(90, 5.0)
    assert heard.take(GATE)[0].fault is None


def test_nothing_is_heard_while_nobody_listens() -> None:
    site, heard = _site(PUMP, GATE)
    site.deafen()
    heard.blocks.clear()
    assert site.run(60, 5.0) == []
    assert heard.blocks == []


def test_the_quick_poll_gives_the_blocks_of_the_whole_way() -> None:
    """Elevators, pumps, tanks, meters, chargers, fire loops, a gateway: every kind of device that is read over Modbus."""
    one_of_each = {d.profile.id: d.id for d in example("site.yaml").devices.values()}
    quick, whole = (_site(*one_of_each.values(), whole_way=way) for way in (False, True))
    for site, _ in (quick, whole):
        site.run(120, 5.0)
        site.inject(one_of_each["booster_set"], "dry_run")
        site.run(120, 5.0)
    assert len(quick[1].blocks) == len(whole[1].blocks)
    for ours, theirs in zip(quick[1].blocks, whole[1].blocks, strict=True):
        assert _plain(ours) == _plain(theirs)


def _plain(block: Block) -> tuple[object, ...]:
    values = tuple(repr(value) for value in block.values)
    return block.device, block.receive_ns, values, block.qualities, dict(block.texts), block.fault, block.raw
