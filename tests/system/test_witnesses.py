"""Independent programs read a device of every class and agree with the model's truth, in the profile's unit, to the register's last digit.

Time on site stands still while they look.
"""

import json
import math
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from paho.mqtt import publish

from guanjia.config.site_file import load_site
from model.profile import Point, Register, TopicPath, WireType
from model.site import Device, ModbusSerial, ModbusTcp, Mqtt, PayloadFormat, Site
from model.units import conversion
from tests.mosquitto import plain_broker
from tests.ports import HOST
from tests.system.rig import Rig, until
from tests.system.witnesses import (
    MBPOLL,
    MODBUS_JS,
    MOSQUITTO_SUB,
    SPARKPLUG_JS,
    asked_of_node,
    install,
    mbpoll,
    mbpoll_can_read,
    node,
)

pytestmark = pytest.mark.timeout(300)
SERIAL, SPARKPLUG, RTU = "pr2.tank", "sub2.d6", "sub2.d5"
"""Devices of the reference site that are put on other wires, so that every kind of wire is looked at."""
BIRTHS = ("spBv1.0/talent/NBIRTH/sub2", "spBv1.0/talent/DBIRTH/sub2/d6")
_OTHER_WAYS_TO_WRITE = ("bcd_yyyymmdd", "schneider_datetime4", "schneider_4q_fp_pf")


@dataclass
class Standing:
    """The reference fleet with its clock stopped."""

    rig: Rig
    site: Site
    broker_port: int

    def truth(self, device: str) -> dict[str, tuple[float, str]]:
        """Name → value and unit, numbers alone."""
        told = self.rig.control.get(f"/devices/{device}").json()
        return {n: (v, told["units"].get(n, "")) for n, v in told["state"].items() if isinstance(v, int | float)}

    def topics(self) -> set[str]:
        """What must be heard before the truth of every class can be compared."""
        spoken = [d for d in self.one_of_each(Mqtt) if isinstance(d.connection, Mqtt) and d.connection.format is PayloadFormat.JSON]
        return {*BIRTHS, *(_topic(device, point) for device in spoken for point, _ in self.spoken(device))}

    def spoken(self, device: Device) -> list[tuple[Point, float]]:
        """Of a device that speaks JSON: what it says on a topic of its own."""
        return [(p, value) for p, value in self.comparable(device) if "#" not in _topic(device, p) and p.name != "time"]

    def one_of_each(self, wire: type) -> list[Device]:
        """The first device of every profile that is on such a wire."""
        found: dict[str, Device] = {}
        for device in self.site.devices.values():
            if isinstance(device.connection, wire):
                found.setdefault(device.profile.id, device)
        return list(found.values())

    def comparable(self, device: Device) -> list[tuple[Point, float]]:
        """Points written plainly, with what they should say in the profile's unit."""
        truth = self.truth(device.id)
        return [(point, _in_unit(point, *truth[point.name])) for point in device.points if point.name in truth and _is_plain(point)]


def _is_plain(point: Point) -> bool:
    """Unit and scale stand in the profile itself, and the number fills its registers."""
    chosen_elsewhere = point.unit_select is not None or (isinstance(point.wire, Register) and point.wire.scale_register is not None)
    return not (chosen_elsewhere or point.is_text or point.encoding)


def _in_unit(point: Point, value: float, unit: str) -> float:
    if (unit, point.unit) == ("", "%"):
        return value * 100
    factor, offset = (conversion(unit, point.unit) if unit and point.unit else None) or (1.0, 0.0)
    return value * factor + offset


@dataclass(frozen=True)
class Precision:
    """How exactly a witness shows floating-point numbers: to ``relative``, or to ``absolute`` raw units."""

    relative: float = 0.0
    absolute: float = 1e-9


WHOLE = {WireType.F32: Precision(1e-6), WireType.F64: Precision(1e-9)}
SIX_DIGITS = Precision(1e-5)
"""mbpoll prints ``%g``."""
THOUSANDTHS = Precision(absolute=5.001e-4)
"""The simulated devices write JSON numbers with three decimals."""


def agrees(point: Point, raw: float, expected: float, shown: Precision | None = None) -> bool:
    """To half a count, or to the digits that the witness shows of a float."""
    value = raw * point.scale + point.offset
    if point.type not in WHOLE:
        return abs(value - expected) <= abs(point.scale) * 0.5001
    precision = shown or WHOLE[point.type]
    return math.isclose(value, expected, rel_tol=precision.relative, abs_tol=precision.absolute * abs(point.scale))


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    if MOSQUITTO_SUB is None:
        pytest.skip("mosquitto_sub is not installed")
    with plain_broker(tmp_path_factory.mktemp("mosquitto")) as port:
        yield port


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory, broker: int) -> Iterator[Standing]:
    folder = tmp_path_factory.mktemp("reference")
    rig = Rig(folder, "reference", broker=f"mqtt://{HOST}:{broker}")
    written = yaml.safe_load(rig.site.read_text(encoding="utf-8"))
    devices = {device["id"]: device for device in written["devices"]}
    devices[SERIAL]["modbus"] = {"serial": str(folder / "ttyRS485"), "baud": 9600, "unit": 5}
    devices[RTU]["modbus"]["framer"] = "rtu"
    del devices[SPARKPLUG]["modbus"]
    devices[SPARKPLUG]["mqtt"] = {"topic": "spBv1.0/talent/sub2/d6", "format": "sparkplug_b"}
    rig.site.write_text(yaml.safe_dump(written, allow_unicode=True), encoding="utf-8")

    def site_time_s() -> float:
        return float(rig.control.get("/clock").json()["site_time"])

    try:
        rig.start_simulators()
        rig.control.post("/clock", json={"speed": 60}).raise_for_status()
        begun_s = site_time_s()
        until("minutes of life, so that nothing stands at its beginning", lambda: site_time_s() > begun_s + 120 or None, 60)
        rig.control.post("/clock", json={"speed": 0}).raise_for_status()
        yield Standing(rig, load_site(rig.site), broker)
    finally:
        rig.close()


def told_wrongly(
    device: Device, read: Callable[[Point], float], points: list[tuple[Point, float]], shown: Precision | None = None
) -> list[str]:
    seen = [(point, read(point), expected) for point, expected in points]
    return [
        f"{device.id}.{p.name}: {raw} × {p.scale} {p.unit}, not {expected}"
        for p, raw, expected in seen
        if not agrees(p, raw, expected, shown)
    ]


@pytest.mark.skipif(MBPOLL is None, reason="mbpoll is not installed (Debian: apt-get install mbpoll)")
def test_mbpoll_reads_the_truth_of_every_class(standing: Standing) -> None:
    wrong: list[str] = []
    classes: set[str] = set()
    for device in standing.one_of_each(ModbusTcp):
        assert isinstance(device.connection, ModbusTcp)
        points = [pair for pair in standing.comparable(device) if mbpoll_can_read(pair[0])][:3]
        if device.connection.framer == "tcp" and points:
            wrong += told_wrongly(device, lambda point, d=device: mbpoll(d, point), points, SIX_DIGITS)  # type: ignore[misc]
            classes.add(device.device_class)
    assert wrong == []
    assert classes == {d.device_class for d in standing.site.devices.values() if isinstance(d.connection, ModbusTcp)}


@pytest.mark.skipif(MBPOLL is None, reason="mbpoll is not installed (Debian: apt-get install mbpoll)")
def test_mbpoll_reads_the_truth_on_a_serial_line(standing: Standing) -> None:
    tank = standing.site.devices[SERIAL]
    assert isinstance(tank.connection, ModbusSerial)
    points = [pair for pair in standing.comparable(tank) if mbpoll_can_read(pair[0])]
    assert points
    assert told_wrongly(tank, lambda point: mbpoll(tank, point), points, SIX_DIGITS) == []


def test_a_node_client_reads_every_plain_number_of_every_modbus_profile(
    standing: Standing, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = install(tmp_path_factory.mktemp("jsmodbus"), "jsmodbus@4")
    devices = [d for d in standing.one_of_each(ModbusTcp) if isinstance(d.connection, ModbusTcp) and d.connection.framer == "tcp"]
    points = {device.id: standing.comparable(device) for device in devices}
    answers = node(folder, MODBUS_JS, [asked_of_node(device, [point for point, _ in points[device.id]]) for device in devices])
    wrong: list[str] = []
    for device, raws in zip(devices, answers, strict=True):
        read = dict(zip([point.name for point, _ in points[device.id]], raws, strict=True))
        wrong += told_wrongly(device, lambda point, seen=read: seen[point.name], points[device.id])  # type: ignore[misc]
    assert wrong == []
    assert sum(len(found) for found in points.values()) > 300


# ── MQTT ──


@pytest.fixture(scope="module")
def heard(standing: Standing, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The last message of every topic after all devices have come back to their broker, as mosquitto_sub prints them."""
    file, control = tmp_path_factory.mktemp("heard") / "said", standing.rig.control
    words = [str(MOSQUITTO_SUB), "-h", HOST, "-p", str(standing.broker_port), "-t", "#", "-F", "%t %x"]
    # The broker tells of this to whoever listens.
    publish.single("there", b"!", qos=1, retain=True, hostname=HOST, port=standing.broker_port)
    with file.open("wb") as out, subprocess.Popen(words, stdout=out) as listening:
        try:
            until("the listener", lambda: "there" in _last(file) or None, 60)
            control.post("/broker", json={"kind": "down"}).raise_for_status()
            until("no device on the broker", lambda: control.get("/broker").json()["connected"] == 0 or None, 60)
            control.post("/broker", json={"kind": "ok"}).raise_for_status()
            until("every topic", lambda: standing.topics() <= _last(file).keys() or None, 60)
            until("silence", lambda: _is_quiet(file) or None, 60)
        finally:
            listening.terminate()
    return _last(file)


def _last(file: Path) -> dict[str, bytes]:
    """Payload by topic, of the lines that are whole."""
    lines = [line.rpartition(b" ") for line in file.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]
    return {topic.decode(): bytes.fromhex(payload.decode()) for topic, _, payload in lines}


def _is_quiet(file: Path) -> bool:
    """Time on site stands still: once everything is said nothing more comes."""
    before = file.stat().st_size
    time.sleep(1)
    return file.stat().st_size == before


def test_mosquitto_sub_hears_the_truth_of_every_class_that_speaks_json(standing: Standing, heard: dict[str, bytes]) -> None:
    wrong: list[str] = []
    compared: dict[str, int] = {}
    for device in standing.one_of_each(Mqtt):
        assert isinstance(device.connection, Mqtt)
        if device.connection.format is PayloadFormat.JSON:
            points = standing.spoken(device)
            wrong += told_wrongly(device, lambda point, d=device: _said(d, point, heard), points, THOUSANDTHS)  # type: ignore[misc]
            compared[device.device_class] = len(points)
    assert wrong == []
    assert set(compared) == {"parking_barrier", "ev_charger"}
    assert min(compared.values()) >= 5


def _topic(device: Device, point: Point) -> str:
    assert isinstance(device.connection, Mqtt)
    assert isinstance(point.wire, TopicPath)
    return point.wire.topic.format_map({"topic": device.connection.topic, **device.connection.values})


def _said(device: Device, point: Point, heard: dict[str, bytes]) -> float:
    assert isinstance(point.wire, TopicPath)
    document: Any = json.loads(heard[_topic(device, point)])
    for step in point.wire.path.removeprefix("$").replace("[", ".").replace("]", "").split(".")[1:]:
        document = document[int(step) if step.isdecimal() else step]
    return float(document)


def test_eclipse_s_own_decoder_reads_the_truth_of_a_sparkplug_device(
    standing: Standing, heard: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = install(tmp_path_factory.mktemp("sparkplug"), "sparkplug-payload@1")
    node_birth, birth = node(folder, SPARKPLUG_JS, [heard[topic].hex() for topic in BIRTHS])
    assert (node_birth["seq"], birth["seq"]) == (0, 1)
    metrics = {metric["name"]: metric["value"] for metric in birth["metrics"]}
    meter = standing.site.devices[SPARKPLUG]
    assert set(metrics) == {point.name for point in meter.points}
    points = standing.comparable(meter)
    assert len(points) > 10
    assert [p.name for p, expected in points if not math.isclose(metrics[p.name], expected, rel_tol=1e-6, abs_tol=p.scale / 2)] == []
