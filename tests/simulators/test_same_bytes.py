"""The same site and seed, the same bytes: every device, every register and message, over an hour of site time."""

import hashlib

import pytest

from model.profile import Register, Table
from model.site import Connection, ModbusSerial, Mqtt, PayloadFormat, Site
from simulators.fleet import Fleet
from simulators.sparkplug_publisher import edge_nodes
from simulators.station import Station
from tests.simulators.fake_time import StandingClock
from tests.simulators.sites import rewired, small_site

HOUR_S, LOOK_EVERY_S = 3600, 60
READ = {Table.COIL: 1, Table.DISCRETE: 2, Table.HOLDING: 3, Table.INPUT: 4}


@pytest.fixture(scope="module")
def site() -> Site:
    """With one device on every kind of wire."""
    wires: dict[str, Connection] = {
        "pr2.tank": ModbusSerial("/nowhere/tty", 9600, "N", 1, 3),
        "sub2.d6": Mqtt("spBv1.0/talent/sub2/d6", format=PayloadFormat.SPARKPLUG_B),
    }
    return rewired(small_site(), wires)


async def said(site: Site, seed: int, for_s: int = HOUR_S) -> dict[str, str]:
    """What each device said meanwhile, as a digest."""
    fleet = Fleet(site, StandingClock(), seed=seed, control_port=None, play_day=True)
    (node,) = edge_nodes(site, fleet.desk.machines)
    digests = {name: hashlib.sha256() for name in site.devices}
    node.next_will()
    node.births(fleet.site_time_s)
    for _ in range(for_s // LOOK_EVERY_S):
        await fleet.advance(LOOK_EVERY_S)
        for name, station in fleet.stations.items():
            digests[name].update(b"".join(station.answer(pdu) for pdu in _requests(station)))
        for name, speaker in fleet.speakers.items():
            digests[name].update(b"".join(speaker.say(topic, fleet.site_time_s) for _, topic in speaker.due(fleet.site_time_s)))
        digests["sub2.d6"].update(b"".join(message.payload for message in node.news(fleet.site_time_s)))
    return {name: digest.hexdigest() for name, digest in digests.items()}


def _requests(station: Station) -> list[bytes]:
    """One for each point of the device: what is read does not depend on who plans the reading."""
    wires = [point.wire for point in station.device.points if isinstance(point.wire, Register)]
    return [bytes((READ[wire.table], *wire.address.to_bytes(2, "big"), *wire.words.to_bytes(2, "big"))) for wire in wires]


async def test_two_fleets_stepped_alike_say_the_same_bytes(site: Site) -> None:
    one, other = await said(site, 7), await said(site, 7)
    assert {name for name in one if one[name] != other[name]} == set()


async def test_another_seed_says_something_else(site: Site) -> None:
    one, other = await said(site, 7, 300), await said(site, 8, 300)
    assert sum(one[name] != other[name] for name in one) > len(one) / 2
