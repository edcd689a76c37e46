"""Gateways and the broker: lost, they are one alarm, and what hangs on them is folded under it."""

from dataclasses import replace

import pytest

from guanjia.config.configuration import RULE_LIBRARY
from guanjia.config.rule_file import load_rules
from model.alarm import AlarmEvent
from model.carrier import carriers, things
from model.own_state import PLATFORM
from model.reading import Fault, failed_block
from model.site import Device, Edge, ModbusSerial, ModbusTcp, Mqtt, PayloadFormat, Site
from model.text import Text
from rules.engine import Engine
from tests.rules.workshop import at, block, device, engine, kinds, point, site

COMMS = tuple(load_rules([RULE_LIBRARY / "comms.yaml"])[0])


def _meter(name: str, unit: int, port: int = 502) -> Device:
    return replace(device(name, [point("volts", "V")], "meter"), connection=ModbusTcp("10.0.0.11", port, unit))


METERS = [_meter("m1", 1), _meter("m2", 2), _meter("m3", 3)]
ALONE = _meter("alone", 1, port=503)
GATES = [device("gate1", [point("state")], "barrier"), device("gate2", [point("state")], "barrier")]
SITE = site(*METERS, ALONE, *GATES)
GATEWAY = "gateway-10.0.0.11-502"


def _trial() -> Engine:
    trial = engine(SITE, *COMMS)
    for one in SITE.devices.values():
        trial.observe(block(one, 0))
    return trial


def _fails(trial: Engine, device_: Device, at_s: float, fault: Fault = Fault.TIMEOUT) -> list[AlarmEvent]:
    return trial.observe(failed_block(device_.id, 1, at(at_s), fault))


def test_lines_with_several_devices_and_the_broker_are_carriers() -> None:
    found = carriers(SITE)
    assert {id: carrier.behind for id, carrier in found.items()} == {GATEWAY: ("m1", "m2", "m3"), "broker": ("gate1", "gate2")}
    assert set(things(SITE)) == {*SITE.devices, *found, PLATFORM}
    on_bus = [replace(meter, connection=ModbusSerial("/dev/ttyUSB0", 9600, "N", 1, unit)) for unit, meter in enumerate(METERS, 1)]
    assert set(carriers(site(*on_bus))) == {"line-ttyUSB0"}


def test_a_lost_gateway_is_one_alarm_with_its_devices_folded_under_it() -> None:
    trial, events = _trial(), list[AlarmEvent]()
    for second in range(1, 41):
        for meter in METERS:
            events += _fails(trial, meter, second)
    assert kinds([event for event in events if not event.standing.is_silent]) == [f"raised comms.gateway_lost@{GATEWAY}"]
    folded = [event.standing for event in events if event.standing.is_silent]
    assert [standing.device for standing in folded] == ["m1", "m2", "m3"]
    assert {standing.suppression.by for standing in folded if standing.suppression} == {f"comms.gateway_lost@{GATEWAY}"}


def test_one_dead_device_behind_a_gateway_is_its_own_alarm() -> None:
    trial, events = _trial(), list[AlarmEvent]()
    for second in range(1, 41):
        events += _fails(trial, METERS[0], second)
        events += trial.observe(block(METERS[1], second, volts=230.0))
        events += _fails(trial, METERS[2], second)
    assert sorted(kinds(events)) == ["raised comms.lost@m1", "raised comms.lost@m3"]
    assert not any(event.standing.is_silent for event in events)


@pytest.mark.parametrize("fault", [Fault.EXCEPTION, Fault.BAD_FRAME])
def test_an_answer_that_is_an_error_shows_that_the_gateway_lives(fault: Fault) -> None:
    trial, events = _trial(), list[AlarmEvent]()
    for second in range(1, 41):
        for meter in METERS:
            events += _fails(trial, meter, second, fault)
    assert sorted(kinds(events)) == ["raised comms.lost@m1", "raised comms.lost@m2", "raised comms.lost@m3"]


def test_silent_devices_do_not_mean_a_lost_broker_but_a_lost_session_does() -> None:
    trial, events = _trial(), list[AlarmEvent]()
    for gate in GATES:
        events += _fails(trial, gate, 1, Fault.SILENT)
    events += trial.advance(at(60))
    assert sorted(kinds(events)) == ["raised comms.lost@gate1", "raised comms.lost@gate2"]
    trial, events = _trial(), []
    for gate in GATES:
        events += _fails(trial, gate, 1, Fault.BROKER_LOST)
    events += trial.advance(at(60))
    assert kinds([event for event in events if not event.standing.is_silent]) == ["raised comms.broker_lost@broker"]


def test_a_dead_edge_node_is_one_alarm_and_a_device_it_has_lost_is_its_own() -> None:
    def behind(device_: Device, topic: str) -> Device:
        return replace(device_, connection=Mqtt(topic, format=PayloadFormat.SPARKPLUG_B))

    pumps = [behind(pump, f"spBv1.0/plant/edge1/{pump.id}") for pump in METERS]
    plant = site(*pumps, behind(ALONE, "spBv1.0/plant/edge2/alone"))
    assert {id: carrier.behind for id, carrier in carriers(plant).items()} == {
        "broker": ("m1", "m2", "m3", "alone"),
        "node-plant-edge1": ("m1", "m2", "m3"),
    }
    for fault, shouted in ((Fault.NODE_LOST, "comms.gateway_lost@node-plant-edge1"), (Fault.BROKER_LOST, "comms.broker_lost@broker")):
        trial, events = engine(plant, *COMMS), list[AlarmEvent]()
        for one in plant.devices.values():
            trial.observe(block(one, 0))
        for pump in pumps:
            events += _fails(trial, pump, 1, fault)
        events += trial.advance(at(60))
        assert kinds([event for event in events if not event.standing.is_silent]) == [f"raised {shouted}"]
    events = _fails(trial := engine(plant, *COMMS), pumps[0], 1, Fault.LAST_WILL) + trial.advance(at(60))
    assert kinds(events) == ["raised comms.lost@m1"]


def test_when_the_gateway_is_back_nobody_cries_on_the_way_out() -> None:
    """Devices behind it are asked again within 8 s of its first answer."""
    trial, events = _trial(), list[AlarmEvent]()
    for second in range(1, 41):
        for meter in METERS:
            _fails(trial, meter, second)
    for second, meter in zip((50, 54, 58), METERS, strict=True):
        events += trial.observe(block(meter, second, volts=230.0))
    events += trial.advance(at(120))
    shouted = [event for event in events if event.occurrence and event.occurrence.annunciated]
    assert kinds(shouted) == [f"returned comms.gateway_lost@{GATEWAY}"]
    assert all(trial.standing("comms.lost", meter.id).occurrence is None for meter in METERS)


def test_a_rule_for_every_device_does_not_watch_what_carries_them() -> None:
    watched = {(verdict.rule.id, verdict.device.id) for verdict in _trial().book.applying()}
    assert watched == {("comms.lost", id) for id in SITE.devices} | {("comms.gateway_lost", GATEWAY), ("comms.broker_lost", "broker")}


def test_a_site_without_shared_lines_has_no_carrier() -> None:
    assert carriers(site(ALONE)) == {}


def _apart(*devices: Device) -> Site:
    edges = {id: Edge(id, Text("采集机", "edge machine")) for id in sorted({one.edge for one in devices} - {""})}
    return replace(site(*devices), edges=edges)


ON_EDGES = [replace(meter, edge=edge) for meter, edge in zip((*METERS, ALONE), ("e1", "e1", "e1", "e2"), strict=True)]


def test_a_lost_edge_is_one_alarm_and_says_nothing_of_the_gateway_behind_it() -> None:
    trial, events = engine(_apart(*ON_EDGES), *COMMS), list[AlarmEvent]()
    for one in ON_EDGES:
        trial.observe(block(one, 0))
    for meter in ON_EDGES[:3]:
        events += _fails(trial, meter, 1, Fault.EDGE_LOST)
    events += trial.advance(at(60))
    assert kinds([event for event in events if not event.standing.is_silent]) == ["raised comms.edge_lost@edge-e1"]
    assert sorted(event.standing.device for event in events if event.standing.is_silent) == ["m1", "m2", "m3"]
    for meter in ON_EDGES[:3]:
        trial.observe(block(meter, 61, volts=230.0))
    shouted = [event for event in trial.advance(at(100)) if event.occurrence and event.occurrence.annunciated]
    assert kinds(shouted) == ["returned comms.edge_lost@edge-e1"]


def test_a_gateway_lost_before_its_edge_is_still_lost_while_the_edge_is() -> None:
    trial, events = engine(_apart(*ON_EDGES), *COMMS), list[AlarmEvent]()
    for second in range(1, 31):
        for meter in ON_EDGES[:3]:
            events += _fails(trial, meter, second)
    for meter in ON_EDGES[:3]:
        events += _fails(trial, meter, 31, Fault.EDGE_LOST)
    events += trial.advance(at(120))
    shouted = kinds([event for event in events if not event.standing.is_silent])
    assert shouted == [f"raised comms.gateway_lost@{GATEWAY}-e1", "raised comms.edge_lost@edge-e1"]


def test_a_lost_broker_between_is_one_alarm_however_many_edges_are_behind_it() -> None:
    trial, events = engine(_apart(*ON_EDGES), *COMMS), list[AlarmEvent]()
    for one in ON_EDGES:
        trial.observe(block(one, 0))
        events += _fails(trial, one, 1, Fault.LINK_LOST)
    events += trial.advance(at(60))
    assert kinds([event for event in events if not event.standing.is_silent]) == ["raised comms.broker_lost@link-broker"]


def test_serial_lines_of_the_same_name_on_two_edges_are_two_lines() -> None:
    lines = [replace(one, connection=ModbusSerial("/dev/ttyUSB0", 9600, "N", 1, unit)) for unit, one in enumerate(ON_EDGES)]
    lines.append(replace(lines[-1], id="m5"))
    assert {id: carrier.behind for id, carrier in carriers(_apart(*lines)).items() if id.startswith("line-")} == {
        "line-ttyUSB0-e1": ("m1", "m2", "m3"),
        "line-ttyUSB0-e2": ("alone", "m5"),
    }
