"""The site, its devices and points."""

import httpx
import pytest

from api.register import shown_file
from model.quality import Quality
from tests.api.house import House

DEVICES = "/api/v1/devices"
POINTS = "/api/v1/points"


async def ids(client: httpx.AsyncClient, path: str) -> list[str]:
    return [item["id"] for item in (await client.get(path)).json()["items"]]


async def test_the_site_tells_its_areas_systems_and_capacities(house: House, operator: httpx.AsyncClient) -> None:
    house.says("sub1.incomer1", 0, 231.5)
    site = (await operator.get("/api/v1/site")).json()
    assert site["timezone"] == "Asia/Shanghai"
    assert site["parking_spaces"] == {"underground": 797, "ground": 15}
    assert site["areas"][0]["plan"] == {"x": 1, "y": 2, "width": 3, "height": 4}
    assert [system["id"] for system in site["systems"]][:3] == ["power", "hvac", "water"]
    assert site["systems"][0] == {"id": "power", "label": {"zh": "供配电", "en": "Power"}, "devices": 1, "connected": 1, "points": 5}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["sub1.incomer1", "gate.north"]),
        ("?system=parking", ["gate.north"]),
        ("?area=sub1", ["sub1.incomer1"]),
        ("?class=parking_barrier", ["gate.north"]),
        ("?q=进线", ["sub1.incomer1"]),
        ("?q=NORTH", ["gate.north"]),
        ("?system=parking&area=sub1", []),
    ],
)
async def test_devices_are_filtered_by_system_area_class_and_words(query: str, found: list[str], operator: httpx.AsyncClient) -> None:
    assert await ids(operator, DEVICES + query) == found


@pytest.mark.parametrize(
    ("query", "field"),
    [("?system=plumbing", "system"), ("?area=moon", "area"), ("?sytem=power", "sytem"), ("?limit=0", "limit"), ("?cursor=moon", "cursor")],
)
async def test_a_question_without_sense_is_refused_by_the_name_of_its_field(query: str, field: str, operator: httpx.AsyncClient) -> None:
    refused = await operator.get(DEVICES + query)
    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"
    problem = refused.json()
    assert problem["errors"][0]["field"] == field
    assert problem["instance"] == DEVICES
    assert problem["status"] == 422


async def test_pages_follow_each_other_without_gap_or_repeat(operator: httpx.AsyncClient) -> None:
    seen: list[str] = []
    cursor = ""
    while True:
        page = (await operator.get(f"{POINTS}?limit=2{cursor}")).json()
        seen += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == await ids(operator, POINTS)
    assert len(seen) == 6


async def test_a_device_tells_its_place_in_the_topology_and_all_its_points(house: House, operator: httpx.AsyncClient) -> None:
    house.says("sub1.incomer1", 0, 231.5)
    device = (await operator.get(f"{DEVICES}/sub1.incomer1")).json()
    assert device["feeds"] == ["gate.north"]
    assert device["class"] == "power_meter"
    assert device["address"] == "tcp://10.0.0.11:502 unit 1"
    assert device["params"] == {"rated_current": 400}
    assert device["connection"]["state"] == "connected"
    assert device["quality"] == {"good": 1, "uncertain": 0, "bad": 4}
    assert [point["name"] for point in device["points"]] == ["voltage", "energy", "state", "name", "status"]
    assert (await operator.get(f"{DEVICES}/gate.north")).json()["fed_by"] == ["sub1.incomer1"]


async def test_the_list_of_devices_tells_the_topology_too(operator: httpx.AsyncClient) -> None:
    """A diagram of the whole site is drawn from one answer."""
    listed = {device["id"]: device for device in (await operator.get(DEVICES)).json()["items"]}
    assert listed["sub1.incomer1"]["feeds"] == ["gate.north"]
    assert listed["gate.north"]["fed_by"] == ["sub1.incomer1"]
    assert listed["sub1.incomer1"]["params"] == {"rated_current": 400}


def test_the_folders_of_the_machine_that_serves_are_not_shown() -> None:
    assert shown_file("/srv/building/guanjia/profiles/meter.yaml") == "profiles/meter.yaml"
    assert shown_file("meter.yaml") == "meter.yaml"


async def test_a_point_has_the_promised_shape(house: House, operator: httpx.AsyncClient) -> None:
    house.says("sub1.incomer1", 2, 1.0)
    point = (await operator.get(f"{POINTS}/sub1.incomer1.state")).json()
    assert {"id", "device", "name", "label", "unit", "value", "quality", "reason", "source_time", "receive_time"} <= point.keys()
    assert point["source_time"] == "2026-01-14T09:00:00.000+08:00"
    assert point["quality"] == "good"
    assert point["reason"] == ""
    assert point["meaning"] == {"zh": "合闸", "en": "Closed"}


async def test_a_point_by_itself_leads_to_the_profiles_line_and_the_wire_like_its_device_does(operator: httpx.AsyncClient) -> None:
    device = (await operator.get(f"{DEVICES}/sub1.incomer1")).json()
    for listed in device["points"]:
        point = (await operator.get(f"{POINTS}/{listed['id']}")).json()
        assert {key: point[key] for key in listed} == listed
        assert {"profile", "wire", "decode", "raw"} <= listed.keys()
        assert point["address"] == device["address"]


@pytest.mark.parametrize(("value", "meaning"), [(1.0, {"zh": "是", "en": "yes"}), (0.0, {"zh": "否", "en": "no"}), (None, None)])
async def test_a_truth_is_told_as_yes_or_no(value: float | None, meaning: object, house: House, operator: httpx.AsyncClient) -> None:
    house.says("gate.north", 0, value, Quality.GOOD if value is not None else Quality.BAD)
    point = (await operator.get(f"{POINTS}/gate.north.arm_off")).json()
    assert (point["type"], point["value"], point["meaning"]) == ("bool", value, meaning)
    assert "bits_set" not in point


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0b0000_1001, [("0", 1, "closed"), ("3", 1, "tripped")]),
        (0b0101_0000, [("4-7", 5, "step")]),
        (0b1_0000_0110, []),
        (None, []),
    ],
)
async def test_bits_that_are_set_are_told_in_words(
    value: int | None, words: list[tuple[str, int, str]], house: House, operator: httpx.AsyncClient
) -> None:
    house.says("sub1.incomer1", 4, None if value is None else float(value), Quality.BAD if value is None else Quality.GOOD)
    point = (await operator.get(f"{POINTS}/sub1.incomer1.status")).json()
    assert [(bit["bit"], bit["value"], bit["en"]) for bit in point["bits_set"]] == words
    assert point["meaning"] is None


async def test_a_device_shows_where_each_point_lies_and_the_bytes_it_was_read_from(house: House, operator: httpx.AsyncClient) -> None:
    house.says("sub1.incomer1", 0, 231.5)
    house.live.exchanges["sub1.incomer1"] = (("holding 3027+2", bytes.fromhex("43678000")), ("holding 10+2", bytes.fromhex("00010009")))
    device = (await operator.get(f"{DEVICES}/sub1.incomer1")).json()
    assert device["raw"] == [
        {"asked": "holding 3027+2", "hex": "43 67 80 00", "size": 4},
        {"asked": "holding 10+2", "hex": "00 01 00 09", "size": 4},
    ]
    voltage, energy, _, _, status = device["points"]
    assert voltage["wire"] == {"table": "holding", "register": 3027, "words": 2, "byte_order": "big", "word_order": "msw_first"}
    assert voltage["decode"] == {"type": "f32", "scale": 1.0, "offset": 0.0, "encoding": None}
    assert voltage["profile"] == {"id": "meter", "file": "profiles/meter.yaml", "line": 12}
    assert voltage["raw"] == {"asked": "holding 3027+2", "offset": 0, "length": 4, "bit": None, "hex": "43 67 80 00"}
    assert energy["raw"] is None
    assert status["raw"]["hex"] == "00 09"
    assert (status["wire"]["scale_register"], status["wire"]["scale_mode"]) == (29, "pow10")


async def test_a_device_on_mqtt_shows_its_topic_and_what_of_the_message_is_the_points(house: House, operator: httpx.AsyncClient) -> None:
    message = b'{"time": 1, "arm_off": false}'
    house.live.exchanges["gate.north"] = (("parking/north/other", message), ("parking/north/state", message))
    device = (await operator.get(f"{DEVICES}/gate.north")).json()
    (point,) = device["points"]
    assert point["wire"] == {"topic": "parking/north/state", "path": "$.arm_off"}
    assert (point["raw"]["asked"], bytes.fromhex(point["raw"]["hex"])) == ("parking/north/state", b"false")


async def test_a_very_long_message_is_shown_cut(house: House, operator: httpx.AsyncClient) -> None:
    house.live.exchanges["gate.north"] = (("parking/north/state", b'{"x": "' + b"y" * 9000 + b'", "arm_off": true}'),)
    device = (await operator.get(f"{DEVICES}/gate.north")).json()
    assert (device["raw"][0]["size"], len(bytes.fromhex(device["raw"][0]["hex"]))) == (9026, 2048)
    assert device["points"][0]["raw"] is None


async def test_a_bad_value_never_looks_like_a_number(house: House, operator: httpx.AsyncClient) -> None:
    house.says("sub1.incomer1", 0, None, Quality.COMM_FAILURE)
    point = (await operator.get(f"{POINTS}/sub1.incomer1.voltage")).json()
    assert point["value"] is None
    assert (point["quality"], point["reason"]) == ("bad", "comm_failure")


async def test_a_point_never_read_has_no_time(operator: httpx.AsyncClient) -> None:
    point = (await operator.get(f"{POINTS}/sub1.incomer1.voltage")).json()
    assert point["source_time"] is None
    assert point["reason"] == "not_yet_read"


@pytest.mark.parametrize(
    "path",
    [f"{DEVICES}/moon", f"{POINTS}/moon.voltage", f"{POINTS}/sub1.incomer1.moon", f"{POINTS}/moon.voltage/readings", "/api/v1/nowhere"],
)
async def test_what_the_site_does_not_have_is_a_404_problem(path: str, operator: httpx.AsyncClient) -> None:
    refused = await operator.get(path)
    assert refused.status_code == 404
    assert refused.headers["content-type"] == "application/problem+json"


async def test_a_wrong_verb_is_a_405_problem(operator: httpx.AsyncClient) -> None:
    refused = await operator.post(DEVICES)
    assert refused.status_code == 405
    assert refused.headers["content-type"] == "application/problem+json"
