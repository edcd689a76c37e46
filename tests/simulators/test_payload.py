import base64
import json
import math

from model.site import Mqtt
from simulators.network_fault import NetworkFault
from simulators.payload import Topic, topics
from simulators.speaker import Speaker, Urgency
from tests.simulators.fakes import FakeMachine, device, library

NOW_S = 1_768_431_187.0
BARRIER = device(library("barrier_json"), Mqtt("parking/gate-north-in"))
CLOSED: dict[str, float | str] = {"state": 0.0, "arm_off": 0.0, "entries": 12.0, "motor_current": 0.0, "cycle_time": 1.4}


def speaker(**truth: float | str) -> tuple[Speaker, FakeMachine]:
    machine = FakeMachine("parking_barrier", CLOSED | truth, {"motor_current": "A", "cycle_time": "s"})
    return Speaker(BARRIER, machine), machine


def urgencies(one: Speaker, now_s: float) -> list[Urgency]:
    return [urgency for urgency, _ in one.due(now_s)]


def said(found: tuple[Topic, ...], truth: dict[str, float | str]) -> dict[str, object]:
    return {topic.name: json.loads(topic.payload(truth, NOW_S)) for topic in found}


def test_a_barrier_says_everything_in_one_object_with_its_time() -> None:
    (topic,) = topics(BARRIER, {"motor_current": "A"}, CLOSED)
    assert topic.name == "parking/gate-north-in/state"
    assert json.loads(topic.payload({**CLOSED, "arm_off": 1.0, "motor_current": 2.345678}, NOW_S)) == {
        "state": 0, "arm_off": True, "loop_fault": False, "manual": False, "vehicle_present": False, "entries": 12, "exits": 0,
        "motor_current": 2.346, "cycle_time": 1.4, "time": NOW_S,
    }  # fmt: skip


def test_a_go_e_says_bare_values_and_arrays() -> None:
    charger = device(library("go_e"), Mqtt("", {"serial": "216001"}))
    units = {"active_power": "kW", "voltage_l1": "V", "power_factor_l1": ""}
    truth: dict[str, float | str] = {
        "car_state": 2.0, "charging_allowed": 1.0, "active_power": 7.2, "voltage_l1": 231.4, "power_factor_l1": 0.98,
        "cable_current_limit": math.nan, "firmware": "055.7",
    }  # fmt: skip
    found = said(topics(charger, units, truth), truth)
    assert found["go-eCharger/216001/car"] == 2
    assert found["go-eCharger/216001/alw"] is True
    assert found["go-eCharger/216001/cbl"] is None
    assert found["go-eCharger/216001/fwv"] == "055.7"
    energies = found["go-eCharger/216001/nrg"]
    assert isinstance(energies, list)
    assert (len(energies), energies[0], energies[11], energies[12]) == (16, 231.4, 7200, 98)


def test_a_plate_is_base64_deep_in_its_envelope_and_told_once() -> None:
    camera = device(library("vzenith_barrier"), Mqtt("", {"sn": "vz1"}))
    truth: dict[str, float | str] = {"plate_license": "鄂A12345", "plate_event_time": NOW_S, "gate_status": 1.0}
    found = {topic.name: topic for topic in topics(camera, {}, truth)}
    event = found["device/vz1/message/up/ivs_result"]
    plate = json.loads(event.payload(truth, NOW_S))["payload"]["AlarmInfoPlate"]["result"]["PlateResult"]
    assert base64.b64decode(plate["license"]).decode() == "鄂A12345"
    assert event.tells_happenings
    assert json.loads(found["device/vz1/message/up/keep_alive"].payload(truth, NOW_S)) == {"timestamp": NOW_S}


def test_an_elevator_gateway_stamps_seconds_and_keeps_away_from_topics_nobody_knows() -> None:
    lift = device(library("eleon_s1"), Mqtt("", {"eleonId": "e7"}))
    found = said(topics(lift, {}, {"floor_absolute": 5.0}), {"floor_absolute": 5.0})
    assert found["/e7/elevator/information/current-floor/absolute"] == {"value": 5, "timestamp": int(NOW_S)}
    assert not any("#" in name for name in found)


def test_a_change_of_state_is_news_at_once_and_a_moving_quantity_after_a_while() -> None:
    one, machine = speaker()
    assert urgencies(one, NOW_S) == [Urgency.FIRST]
    one.say(one.topics[0], NOW_S)
    assert urgencies(one, NOW_S + 1) == []
    machine.values["motor_current"] = 1.8
    assert urgencies(one, NOW_S + 1) == []
    assert urgencies(one, NOW_S + 5) == [Urgency.MEASURES_MOVED]
    machine.values["state"] = 2.0
    assert urgencies(one, NOW_S + 1) == [Urgency.STATE_CHANGED]


def test_a_barrier_repeats_itself_every_ten_seconds() -> None:
    one, _ = speaker()
    one.say(one.topics[0], NOW_S)
    assert urgencies(one, NOW_S + 9.5) == []
    assert urgencies(one, NOW_S + 10) == [Urgency.KEEP_ALIVE]


def test_garbage_is_no_json() -> None:
    one, _ = speaker()
    one.fault = NetworkFault.GARBAGE
    payload = one.say(one.topics[0], NOW_S)
    assert not payload.startswith(b"{")
