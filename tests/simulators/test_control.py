"""The control API over a fleet that is never opened: what it tells, what it does, what it refuses."""

from collections.abc import AsyncIterator
from pathlib import Path
from socket import create_server
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient

from model.clock import MINUTE, SECOND
from model.scenario import AlarmAct, AlarmPattern, AlarmVerb, Breakdown, BrokerOutage, Expectations, Repair, Scenario, WireFault
from model.site import ModbusSerial, ModbusTcp, Mqtt, PayloadFormat, Site
from model.text import Text
from simulators.control import control_app
from simulators.errors import PortTaken
from simulators.fleet import Fleet
from simulators.network_fault import BrokerFault, NetworkFault
from tests.simulators.fake_time import StandingClock
from tests.simulators.sites import rewired, small_site

PUMP, LIFT, GATE = "pr2.pump1", "b07.lift1", "gate.north.in"
NIGHT = Scenario(
    "bad-night", Text("糟糕的一夜", "A bad night"), Text("泵坏了", "A pump breaks"), 0, 30 * MINUTE, MINUTE, 5 * SECOND, 1,
    (
        Breakdown(0, (PUMP,), "motor_trip"),
        WireFault(MINUTE, (LIFT,), "delay", 2 * MINUTE, 0.7),
        AlarmAct(MINUTE, "engineer", AlarmVerb.ACKNOWLEDGE, AlarmPattern("pump.fault", PUMP)),
        BrokerOutage(MINUTE, MINUTE),
        Repair(5 * MINUTE, (PUMP,), "motor_trip"),
    ),
    Expectations(), "scenarios/bad-night.yaml",
)  # fmt: skip


@pytest.fixture(scope="module")
def site() -> Site:
    return rewired(
        small_site(),
        {
            "pr2.tank": ModbusSerial("/nowhere/ttyRS485", 9600, "N", 1, 3),
            "sub2.d6": Mqtt("spBv1.0/talent/sub2/d6", format=PayloadFormat.SPARKPLUG_B),
        },
    )


@pytest.fixture
async def fleet(site: Site) -> Fleet:
    return Fleet(site, StandingClock(), control_port=None, scenarios=[NIGHT])


@pytest.fixture
async def api(fleet: Fleet) -> AsyncIterator[AsyncClient]:
    async with AsyncClient(transport=ASGITransport(control_app(fleet)), base_url="http://simulators") as client:
        yield client


async def told(api: AsyncClient, path: str, **query: Any) -> Any:
    reply = await api.get(path, params=query)
    assert reply.status_code == 200, reply.text
    return reply.json()


async def done(api: AsyncClient, path: str, status: int = 204, **body: Any) -> None:
    reply = await api.post(path, json=body)
    assert reply.status_code == status, reply.text


def address(fleet: Fleet, device: str) -> str:
    wire = fleet.site.devices[device].connection
    assert isinstance(wire, ModbusTcp)
    return f"{wire.host}:{wire.port}"


# ── what is told ──


async def test_every_device_tells_its_names_place_and_wire(api: AsyncClient, fleet: Fleet) -> None:
    listed = {item["id"]: item for item in (await told(api, "/devices"))["items"]}
    pump = listed[PUMP]
    assert pump["name"]["zh"] and pump["name"]["en"]  # noqa: PT018 - one name in two languages
    assert (pump["class"], pump["system"], pump["area"], pump["area_name"]["en"]) == ("pump", "water", "pr2", "Pump room 2")
    assert (pump["wire"], pump["gateway"]) == ("modbus_tcp", address(fleet, PUMP))
    assert (listed["pr2.tank"]["wire"], listed["pr2.tank"]["gateway"]) == ("modbus_serial", None)
    assert (listed["sub2.d6"]["wire"], listed["sub2.d6"]["address"]) == ("sparkplug_b", "spBv1.0/talent/sub2/d6")
    assert listed[GATE]["wire"] == "mqtt"


async def test_a_fault_is_told_with_its_length_and_who_did_it(api: AsyncClient) -> None:
    await done(api, f"/devices/{PUMP}/faults", kind="motor_trip", **{"for": 60}, by="赵工")
    await done(api, f"/devices/{PUMP}/network", kind="jitter", seconds=1.5)
    machine, wire = (await told(api, f"/devices/{PUMP}"))["active"]
    assert (machine["kind"], machine["network"], machine["for"], machine["by"]) == ("motor_trip", False, 60, "赵工")
    assert machine["ends"] > machine["since"]
    assert (wire["kind"], wire["network"], wire["amount"], wire["ends"]) == ("jitter", True, 1.5, None)


async def test_a_device_tells_how_bad_its_faults_can_be_and_what_its_wire_faults_take(api: AsyncClient) -> None:
    pump = await told(api, f"/devices/{PUMP}")
    assert {fault["grows"] for fault in pump["faults"]} == {True, False}
    kinds = {kind["kind"]: kind for kind in pump["network_fault_kinds"]}
    assert list(kinds) == pump["network_faults"]
    assert (kinds["lossy"]["takes"], kinds["lossy"]["usual"]) == ("share", 0.3)
    assert kinds["silent"]["takes"] is None
    assert kinds["silent"]["effect"]["zh"] == "无应答"


async def test_the_log_tells_what_was_done_and_what_healed_by_itself(api: AsyncClient, fleet: Fleet) -> None:
    await done(api, f"/devices/{PUMP}/faults", kind="motor_trip", **{"for": 60}, by="zhao")
    await done(api, f"/devices/{LIFT}/network", kind="lossy", share=0.5, **{"for": 30})
    await fleet.advance(61)
    entries = (await told(api, "/log"))["items"]
    assert [(e["act"], e["device"], e["kind"], e["by"]) for e in entries] == [
        ("fault_injected", PUMP, "motor_trip", "zhao"),
        ("network_fault", LIFT, "lossy", ""),
        ("network_healed", LIFT, "ok", "schedule"),
        ("fault_healed", PUMP, "motor_trip", "schedule"),
    ]
    assert entries[1]["amount"] == 0.5
    assert entries[3]["site_time"] - entries[0]["site_time"] == pytest.approx(60)
    assert entries[0]["at"].endswith("+08:00")
    assert [e["id"] for e in (await told(api, "/log", after=entries[1]["id"], limit=1))["items"]] == [entries[2]["id"]]


async def test_mending_what_is_whole_is_not_logged(api: AsyncClient) -> None:
    await done(api, f"/devices/{PUMP}/network", kind="ok")
    await done(api, "/broker", kind="ok")
    assert (await api.delete(f"/devices/{PUMP}/faults/motor_trip")).status_code == 204
    assert (await told(api, "/log"))["items"] == []


async def test_openapi_describes_every_request(api: AsyncClient) -> None:
    paths = (await told(api, "/openapi.json"))["paths"]
    assert {"/gateways", "/gateways/{address}/network", "/broker", "/log"} <= set(paths)
    described = [act.get("description") for path in ("/log", "/broker", "/gateways/{address}/network") for act in paths[path].values()]
    assert all(described)


# ── what is done ──


async def test_a_later_fault_is_not_healed_by_the_end_of_an_earlier_one(fleet: Fleet) -> None:
    fleet.desk.inject(PUMP, "motor_trip", 10)
    await fleet.advance(5)
    fleet.desk.heal(PUMP, "motor_trip")
    fleet.desk.inject(PUMP, "motor_trip", 60)
    fleet.network.misbehave(PUMP, "silent", 10)
    await fleet.advance(5)
    fleet.network.misbehave(PUMP, "reset")
    await fleet.advance(20)
    assert fleet.desk.machine(PUMP).active_faults() == {"motor_trip"}
    assert fleet.network.fault(PUMP) is NetworkFault.RESET


async def test_a_growing_delay_reaches_its_amount_at_the_end_of_its_onset(api: AsyncClient, fleet: Fleet) -> None:
    await done(api, f"/devices/{PUMP}/network", kind="delay", seconds=2, onset=60)
    station = fleet.stations[PUMP]
    seen = [station.amount]
    for _ in range(3):
        await fleet.advance(30)
        seen.append(station.amount)
    assert seen == [pytest.approx(amount) for amount in (0, 1, 2, 2)]


async def test_a_gateway_takes_all_behind_it_and_heals_by_itself(api: AsyncClient, fleet: Fleet) -> None:
    where = address(fleet, LIFT)
    await done(api, f"/gateways/{where}/network", kind="silent", **{"for": 20})
    gateway = next(g for g in (await told(api, "/gateways"))["items"] if g["address"] == where)
    assert gateway["network"] == "silent"
    assert LIFT in [unit["device"] for unit in gateway["units"]]
    assert gateway["active"]["for"] == 20
    assert fleet.network.fault(LIFT) is NetworkFault.OK
    await fleet.advance(21)
    assert fleet.gateways[where].fault is NetworkFault.OK
    assert (await told(api, "/log"))["items"][-1]["gateway"] == where


async def test_a_broker_restart_is_over_after_its_seconds(api: AsyncClient, fleet: Fleet) -> None:
    await done(api, "/broker", kind="restart", seconds=7)
    assert (await told(api, "/broker"))["network"] == "restart"
    assert fleet.network.broker.is_away
    await fleet.advance(6)
    assert fleet.network.broker.is_away
    await fleet.advance(2)
    assert fleet.network.broker.fault is BrokerFault.OK


async def test_the_device_side_of_a_scenario_file_is_played_in_site_time(api: AsyncClient, fleet: Fleet) -> None:
    listed = {item["name"]: item for item in (await told(api, "/scenarios"))["items"]}
    assert listed["smoke"]["source"] == "built_in"
    assert listed["smoke"]["title"]["zh"] == "烟感报警"
    ours = listed["bad-night"]
    assert (ours["source"], ours["title"]["zh"], ours["length"], ours["incidents"]) == ("file", "糟糕的一夜", 1800, 4)
    await done(api, "/scenarios/bad-night", 202, by="sun")
    await fleet.advance(62)
    assert fleet.desk.machine(PUMP).active_faults() == {"motor_trip"}
    assert (fleet.stations[LIFT].fault, fleet.stations[LIFT].amount) == (NetworkFault.DELAY, 0.7)
    assert (await told(api, "/broker"))["network"] == "down"
    await fleet.advance(4 * 60)
    assert fleet.desk.machine(PUMP).active_faults() == frozenset()
    assert (await told(api, "/broker"))["network"] == "ok"
    assert {entry["by"] for entry in (await told(api, "/log"))["items"]} == {"sun", "schedule"}


async def test_a_scenario_this_site_can_not_play_is_refused_before_anything_is_done(site: Site) -> None:
    impossible = Scenario(
        "wrong", NIGHT.name, NIGHT.about, 0, MINUTE, 0, SECOND, 1,
        (Breakdown(0, (PUMP,), "motor_trip"), Breakdown(0, (PUMP,), "smoke")), Expectations(),
    )  # fmt: skip
    fleet = Fleet(site, StandingClock(), control_port=None, scenarios=[impossible])
    async with AsyncClient(transport=ASGITransport(control_app(fleet)), base_url="http://simulators") as api:
        reply = await api.post("/scenarios/wrong")
    assert reply.status_code == 422
    await fleet.advance(1)
    assert fleet.desk.machine(PUMP).active_faults() == frozenset()


# ── what is refused ──


@pytest.mark.parametrize(
    ("path", "body", "status", "field"),
    [
        pytest.param(f"/devices/{PUMP}/faults", {"kind": "sulks"}, 422, "kind", id="unknown-fault"),
        pytest.param(f"/devices/{PUMP}/faults", {"kind": "motor_trip", "severity": 0.5}, 422, "severity", id="fault-without-degrees"),
        pytest.param(f"/devices/{PUMP}/faults", {"kind": "motor_trip", "onset": 30}, 422, "onset", id="fault-that-does-not-grow"),
        pytest.param(f"/devices/{PUMP}/faults", {"kind": "overload", "severity": 1.5}, 422, "severity", id="worse-than-all"),
        pytest.param(f"/devices/{PUMP}/faults", {"kind": "overload", "onset": -1}, 422, "onset", id="negative-onset"),
        pytest.param(f"/devices/{PUMP}/faults", {"kind": "motor_trip", "for": -1}, 422, "for", id="negative-length"),
        pytest.param(f"/devices/{PUMP}/faults", {"kind": "motor_trip", "for": "soon"}, 422, "for", id="length-in-words"),
        pytest.param(f"/devices/{PUMP}/faults", {}, 422, "kind", id="nothing"),
        pytest.param("/devices/pr2.pump9/faults", {"kind": "motor_trip"}, 404, "device", id="unknown-device"),
        pytest.param(f"/devices/{PUMP}/network", {"kind": "sulks"}, 422, "kind", id="unknown-network-fault"),
        pytest.param(f"/devices/{GATE}/network", {"kind": "exception"}, 422, "kind", id="modbus-fault-on-mqtt"),
        pytest.param("/devices/pr2.tank/network", {"kind": "refuse"}, 422, "kind", id="connection-fault-on-a-serial-line"),
        pytest.param(f"/devices/{PUMP}/network", {"kind": "silent", "seconds": 1}, 422, "seconds", id="seconds-on-silence"),
        pytest.param(f"/devices/{PUMP}/network", {"kind": "delay", "share": 0.5}, 422, "share", id="share-on-delay"),
        pytest.param(f"/devices/{PUMP}/network", {"kind": "lossy", "share": 1.5}, 422, "share", id="more-than-all"),
        pytest.param(f"/devices/{PUMP}/network", {"kind": "delay", "seconds": -1}, 422, "seconds", id="answers-before-asked"),
        pytest.param(f"/devices/{PUMP}/network", {"kind": "silent", "onset": 5}, 422, "onset", id="silence-does-not-grow"),
        pytest.param(f"/devices/{PUMP}/network", {"kind": "silent", "for": 0}, 422, "for", id="no-time"),
        pytest.param("/network", {"kind": "silent", "devices": []}, 422, "devices", id="nobody"),
        pytest.param("/network", {"kind": "silent", "devices": [PUMP, "pr2.pump9"]}, 404, "device", id="one-unknown-of-two"),
        pytest.param("/gateways/10.0.0.1:502/network", {"kind": "silent"}, 404, "gateway", id="unknown-gateway"),
        pytest.param("/broker", {"kind": "sulks"}, 422, "kind", id="unknown-broker-fault"),
        pytest.param("/broker", {"kind": "down", "seconds": 5}, 422, "seconds", id="seconds-on-down"),
        pytest.param("/clock", {"speed": -1}, 422, "speed", id="time-runs-backwards"),
        pytest.param("/scenarios/end_of_days", {}, 404, "name", id="unknown-scenario"),
    ],
)
async def test_a_mistake_names_its_field_and_changes_nothing(
    api: AsyncClient, fleet: Fleet, path: str, body: dict[str, object], status: int, field: str
) -> None:
    reply = await api.post(path, json=body)
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/problem+json"
    assert field in [error["field"] for error in reply.json()["errors"]]
    assert not fleet.desk.machine(PUMP).active_faults()
    assert fleet.network.fault(PUMP) is NetworkFault.OK
    assert fleet.network.broker.fault is BrokerFault.OK
    assert (await told(api, "/log"))["items"] == []


async def test_infinity_is_no_time(api: AsyncClient) -> None:
    raw = '{"kind": "motor_trip", "for": Infinity}'
    reply = await api.post(f"/devices/{PUMP}/faults", content=raw, headers={"content-type": "application/json"})
    assert reply.status_code == 422


async def test_a_control_port_that_is_taken_is_named_with_its_option(site: Site) -> None:
    with create_server(("127.0.0.1", 0)) as taken:
        fleet = Fleet(site, StandingClock(), control_port=taken.getsockname()[1])
        with pytest.raises(PortTaken, match=r"--control-port"):
            await fleet.start()


async def test_a_site_with_a_serial_line_nobody_can_link_still_starts(tmp_path: Path, site: Site) -> None:
    fleet = Fleet(site, StandingClock(), control_port=0)
    await fleet.start()
    try:
        async with AsyncClient(base_url=f"http://127.0.0.1:{fleet.control_port}", timeout=60) as api:
            tank = await told(api, "/devices/pr2.tank")
        assert tank["address"].startswith("/dev/")
        assert tank["address"].endswith("unit 3")
    finally:
        await fleet.stop()
