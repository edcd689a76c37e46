"""The whole fleet of the small site over real sockets, with its real physics."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest
from httpx import AsyncClient
from pymodbus.client import AsyncModbusTcpClient

from guanjia.config.site_file import read_site
from model.site import Device, ModbusTcp, Site
from simulators.errors import PortTaken
from simulators.fleet import Fleet
from simulators.incidents import DAY, DAY_S, day_of_incidents
from simulators.network_fault import NetworkFault
from simulators.reference_site import ports_needed, reference_site
from tests.ports import free_ports
from tests.simulators.fake_time import StandingClock

NOBODY_LISTENS = "mqtt://127.0.0.1:9"


@pytest.fixture(scope="module")
def site() -> Site:
    ports = free_ports(ports_needed("small"))
    return read_site(reference_site("small", ports=ports, broker=NOBODY_LISTENS), "small.yaml", Path(), {})


@pytest.fixture
async def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
async def fleet(site: Site, clock: StandingClock) -> AsyncIterator[Fleet]:
    fleet = Fleet(site, clock, seed=1, control_port=0)
    await fleet.start()
    yield fleet
    await fleet.stop()


@pytest.fixture
async def api(fleet: Fleet) -> AsyncIterator[AsyncClient]:
    async with AsyncClient(base_url=f"http://127.0.0.1:{fleet.control_port}", timeout=60) as client:
        yield client


def wire(device: Device) -> ModbusTcp:
    assert isinstance(device.connection, ModbusTcp)
    return device.connection


async def read(fleet: Fleet, device: str, address: int, count: int) -> list[int]:
    where = wire(fleet.site.devices[device])
    client = AsyncModbusTcpClient(where.host, port=where.port, timeout=20, retries=0)
    assert await client.connect()
    try:
        answer = await client.read_holding_registers(address, count=count, device_id=where.unit)
        assert not answer.isError()
        return list(answer.registers)
    finally:
        client.close()


async def test_a_broken_elevator_shows_on_the_wire_and_heals(fleet: Fleet) -> None:
    assert (await read(fleet, "b07.lift1", 13, 1)) == [0]
    fleet.desk.inject("b07.lift1", "entrapment", for_s=60)
    await fleet.advance(20)
    assert (await read(fleet, "b07.lift1", 13, 1)) == [1]
    await fleet.advance(60)
    assert fleet.desk.machine("b07.lift1").active_faults() == frozenset()
    assert (await read(fleet, "b07.lift1", 13, 1)) == [0]


async def test_every_device_answers_every_one_of_its_points(fleet: Fleet) -> None:
    for station in fleet.stations.values():
        assert station.image().cells


async def test_time_passes_at_one_step_a_second_times_speed(fleet: Fleet, clock: StandingClock) -> None:
    fleet.speed = 10
    began_s = fleet.site_time_s
    running = asyncio.create_task(fleet.run())
    await asyncio.sleep(0)
    await clock.move(1)
    assert fleet.site_time_s - began_s == pytest.approx(10)
    await clock.move(3)
    assert fleet.site_time_s - began_s == pytest.approx(40)
    assert fleet.late_ticks == 2
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def test_a_refused_port_closes_at_the_next_tick_and_opens_again(fleet: Fleet) -> None:
    where = wire(fleet.site.devices["pr2.pump1"])
    fleet.network.misbehave("pr2.pump1", NetworkFault.REFUSE, for_s=5)
    await fleet.tick(1)
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(where.host, where.port)
    await fleet.tick(5)
    await read(fleet, "pr2.pump1", 0, 2)


async def test_a_taken_port_is_said_and_nothing_stays_open(site: Site, clock: StandingClock) -> None:
    fleet = Fleet(site, clock, control_port=None)
    last = wire(list(site.devices.values())[-1])
    with socket.create_server((last.host, last.port)), pytest.raises(PortTaken, match="stop what uses the port"):
        await fleet.start()
    first = wire(next(iter(site.devices.values())))
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(first.host, first.port)


async def test_stopping_is_quick_and_may_be_repeated(fleet: Fleet) -> None:
    async with asyncio.timeout(60):
        await fleet.stop()
        await fleet.stop()


async def test_the_api_shows_the_physical_state_and_how_a_device_breaks(api: AsyncClient) -> None:
    listed = (await api.get("/devices")).json()["items"]
    assert len(listed) == 47
    lift = (await api.get("/devices/b07.lift1")).json()
    assert lift["state"]["door_closed"] in (0.0, 1.0)
    assert {"kind", "effect", "grows", "severity"} == set(lift["faults"][0])
    assert len(lift["faults"]) >= 2
    assert lift["network"] == "ok"
    assert "exception" in lift["network_faults"]


async def test_a_fault_is_put_in_and_taken_back_over_the_api(api: AsyncClient, fleet: Fleet) -> None:
    assert (await api.post("/devices/pr2.pump1/faults", json={"kind": "seal_leak"})).status_code == 204
    assert (await api.get("/devices/pr2.pump1")).json()["active_faults"] == ["seal_leak"]
    assert (await api.delete("/devices/pr2.pump1/faults/seal_leak")).status_code == 204
    assert (await api.get("/devices/pr2.pump1")).json()["active_faults"] == []


async def test_a_network_fault_ends_by_itself(api: AsyncClient, fleet: Fleet) -> None:
    assert (await api.post("/devices/pr2.pump1/network", json={"kind": "silent", "for": 30})).status_code == 204
    assert fleet.network.fault("pr2.pump1") is NetworkFault.SILENT
    await fleet.advance(31)
    assert fleet.network.fault("pr2.pump1") is NetworkFault.OK


async def test_many_devices_fall_silent_at_once(api: AsyncClient, fleet: Fleet) -> None:
    names = ["pr2.pump1", "b07.lift1", "gate.north.in"]
    assert (await api.post("/network", json={"devices": names, "kind": "silent"})).status_code == 204
    assert [fleet.network.fault(name) for name in names] == [NetworkFault.SILENT] * 3


async def test_of_many_devices_either_all_or_none_misbehave(api: AsyncClient, fleet: Fleet) -> None:
    answer = await api.post("/network", json={"devices": ["pr2.pump1", "gate.north.in"], "kind": "exception"})
    assert answer.status_code == 422
    assert answer.json()["known"] == ["clock_error", "delay", "garbage", "jitter", "lossy", "ok", "reset", "silent", "slow", "truncated"]
    assert fleet.network.fault("pr2.pump1") is NetworkFault.OK


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "said"),
    [
        ("GET", "/devices/pr2.pump9", None, 404, "pr2.pump1"),
        ("POST", "/devices/pr2.pump1/faults", {"kind": "sulks"}, 422, "seal_leak"),
        ("POST", "/devices/pr2.pump1/network", {"kind": "sulks"}, 422, "silent"),
        ("POST", "/devices/pr2.pump1/faults", {"kind": "seal_leak", "for": -1}, 422, "for"),
        ("POST", "/devices/pr2.pump1/faults", {"kind": "seal_leak", "until": 9}, 422, "until"),
        ("POST", "/clock", {"speed": 1e9}, 422, "speed"),
        ("POST", "/scenarios/end_of_days", None, 404, "day"),
    ],
)
async def test_a_mistake_is_told_with_what_is_known(
    api: AsyncClient, method: str, path: str, body: dict[str, object] | None, status: int, said: str
) -> None:
    answer = await api.request(method, path, json=body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert said in answer.json()["detail"]


async def test_the_clock_is_set_over_the_api(api: AsyncClient, fleet: Fleet) -> None:
    assert (await api.post("/clock", json={"speed": 60})).json()["speed"] == 60
    assert fleet.speed == 60


async def test_a_scenario_plays_and_heals_by_itself(api: AsyncClient, fleet: Fleet) -> None:
    names = {script["name"] for script in (await api.get("/scenarios")).json()["items"]}
    assert {"day", "link_storm", "feeder_trip_entrapment", "six_systems"} <= names
    assert (await api.post("/scenarios/feeder_trip_entrapment")).status_code == 202
    await fleet.advance(6)
    assert fleet.desk.machine("sub2.d5").active_faults() == {"feeder_trip"}
    assert fleet.desk.machine("b07.lift1").active_faults() == {"entrapment"}
    await fleet.advance(610)
    assert fleet.desk.machine("b07.lift1").active_faults() == frozenset()


async def test_every_device_can_break_in_at_least_two_ways(fleet: Fleet) -> None:
    assert {d for d, machine in fleet.desk.machines.items() if len(machine.faults) < 2} == set()


async def test_the_day_begins_within_half_a_minute_grows_calm_and_repeats_for_a_seed(fleet: Fleet) -> None:
    day = fleet.playbook.scripts[DAY].incidents
    starts = [incident.at_s for incident in day]
    assert starts[0] < 30
    assert max(b - a for a, b in pairwise(starts) if b < 900) <= 120
    assert min(b - a for a, b in pairwise(starts) if a > 1100) >= 480
    again = Fleet(fleet.site, StandingClock(), seed=1, control_port=None)
    other = Fleet(fleet.site, StandingClock(), seed=2, control_port=None)
    assert again.playbook.scripts[DAY].incidents == day
    assert other.playbook.scripts[DAY].incidents != day


async def test_another_day_of_incidents_begins_when_the_first_is_over(site: Site) -> None:
    fleet = Fleet(site, StandingClock(), seed=1, control_port=None, play_day=True)
    schedule, gate = fleet.desk.schedule, fleet.desk.machine("gate.north.in")
    for _ in range(3):
        began_s = schedule.now_s
        schedule.advance(20)
        assert gate.active_faults() == {"arm_off"}
        schedule.advance(began_s + DAY_S - schedule.now_s)
    assert day_of_incidents(site, fleet.desk.machines, 1, 1) != day_of_incidents(site, fleet.desk.machines, 1, 0)
