"""Bytes and messages as standards, manuals and other people's software print them, through the decoder. Each test names its source.

Where a source gives the layout and no finished example, the bytes are put together by its rules: then it says 'laid out as'.
"""

import math
from pathlib import Path

import pytest

from collectors.modbus.decode import compile_decoder
from collectors.modbus.plan import Break, Request, plan
from collectors.modbus.wire import answer_data
from collectors.mqtt.payload import PayloadDecoder
from guanjia.config.profile_file import load_profile
from model.profile import Profile, Table, WireType
from model.quality import Quality
from model.reading import Block
from model.site import Mqtt
from tests.collectors.support import START_NS, good, modbus_profile, point

LIBRARY = Path(__file__).resolve().parents[2] / "profiles"


def read(profile: Profile, pdu: str) -> tuple[list[float], bytes]:
    (request,) = plan(profile)
    values, qualities, _ = compile_decoder(profile, (request,)).decode([answer_data(bytes.fromhex(pdu), request)], good(1))
    return list(values), qualities


@pytest.mark.parametrize(
    ("request_", "pdu", "data"),
    [
        (Request(Table.COIL, 19, 19, (), Break.TABLE), "01 03 cd 6b 05", "cd 6b 05"),
        (Request(Table.DISCRETE, 196, 22, (), Break.TABLE), "02 03 ac db 35", "ac db 35"),
        (Request(Table.HOLDING, 107, 3, (), Break.TABLE), "03 06 02 2b 00 00 00 64", "02 2b 00 00 00 64"),
        (Request(Table.INPUT, 8, 1, (), Break.TABLE), "04 02 00 0a", "00 0a"),
    ],
    ids=["6.1 coils", "6.2 discrete inputs", "6.3 holding registers", "6.4 input register"],
)
def test_the_examples_of_the_modbus_application_protocol(request_: Request, pdu: str, data: str) -> None:
    assert answer_data(bytes.fromhex(pdu), request_) == bytes.fromhex(data)


def test_coils_20_to_38_of_the_standards_example_are_on_and_off_as_it_says() -> None:
    """Modbus Application Protocol V1.1b3 §6.1: coils 27–20 are 0xCD, coils 38–36 are 0b101."""
    profile = modbus_profile(*(point(f"c{n}", n - 1, WireType.BOOL, table=Table.COIL) for n in range(20, 39)))
    values, _ = read(profile, "01 03 cd 6b 05")
    assert values[:8] == [1, 0, 1, 1, 0, 0, 1, 1]
    assert values[16:] == [1, 0, 1]


def test_registers_108_to_110_of_the_standards_example() -> None:
    """Modbus Application Protocol V1.1b3 §6.3."""
    assert read(modbus_profile(*(point(f"r{n}", n - 1) for n in (108, 109, 110))), "03 06 02 2b 00 00 00 64")[0] == [555, 0, 100]


def test_the_phase_voltage_of_the_eastron_manual() -> None:
    """Eastron SDM630 Modbus protocol: 01 04 04 43 66 33 34 is 230.2 V."""
    profile = modbus_profile(point("voltage_l1", 0, WireType.F32, table=Table.INPUT, unit="V"))
    assert read(profile, "04 04 43 66 33 34")[0] == [pytest.approx(230.2)]


def fill(profile: Profile, cells: dict[int, str]) -> tuple[dict[str, float], dict[str, Quality]]:
    """Read the profile from a device whose registers from the given addresses on hold these bytes, all others zero."""
    memory = {a + n // 2: bytes.fromhex(text)[n : n + 2] for a, text in cells.items() for n in range(0, len(bytes.fromhex(text)), 2)}
    requests = plan(profile)
    answers = [b"".join(memory.get(a, b"\0\0") for a in range(r.address, r.end))[: r.payload_bytes] for r in requests]
    values, qualities, _ = compile_decoder(profile, requests).decode(answers, good(len(requests)))
    names = [p.name for p in profile.points]
    return dict(zip(names, values, strict=True)), {name: Quality(q) for name, q in zip(names, qualities, strict=True)}


def test_an_unwired_phase_of_a_schneider_meter_is_nan_and_not_zero() -> None:
    """0xFFC00000 is Schneider's 'not available'; energy is signed 64-bit in Wh."""
    values, qualities = fill(load_profile(LIBRARY / "schneider_pm5000.yaml"), {3001: "ffc00000", 3203: "000000000012d687"})
    assert math.isnan(values["current_l2"])
    assert qualities["current_l2"] is Quality.SENSOR_FAILURE
    assert values["energy_import"] == 1234.567


def test_a_quantity_an_abb_meter_does_not_measure_is_flagged_in_its_value() -> None:
    """All ones unsigned, 0x7FFF… signed (ABB A43/A44 manual, mapping table note)."""
    cells = {23298: "ffffffff", 23316: "7fffffff", 23296: "00000901", 20480: "00000000000f4240"}
    values, qualities = fill(load_profile(LIBRARY / "abb_b23.yaml"), cells)
    assert qualities["voltage_l2"] is qualities["active_power_total"] is Quality.SENSOR_FAILURE
    assert (values["voltage_l1"], values["energy_import"]) == (230.5, 10000.0)


def test_the_charging_state_of_an_abb_wallbox_hides_in_its_third_byte() -> None:
    """Laid out as evcc reads it (charger/abb.go): register 400Ch, state in bits 8-14."""
    values, _ = fill(load_profile(LIBRARY / "abb_terra_ac.yaml"), {16396: "00008400"})
    assert values["charging_state"] == 4


def test_a_transformer_that_shows_fahrenheit_is_read_in_celsius_and_its_limits_stay_fahrenheit() -> None:
    """Eaton IM02602008E: display unit in register 40102, 0x0FFF is OFF."""
    values, qualities = fill(load_profile(LIBRARY / "eaton_tc100.yaml"), {6: "00d4", 101: "0001", 111: "0fff", 121: "0152"})
    assert values["winding1_temp"] == pytest.approx(100)
    assert values["alarm_setpoint"] == 338
    assert qualities["fan1_setpoint"] is Quality.SENSOR_FAILURE


def test_the_radar_gives_one_level_in_all_four_byte_orders() -> None:
    """Laid out as VEGA's manual 58343-EN (pp. 50-55): one primary value in four orders; 3.4 is 4059999A by IEEE 754."""
    cells = {106: "999a4059", 2002: "4059999a", 2102: "9a995940", 2202: "59409a99"}
    values, _ = fill(load_profile(LIBRARY / "vega_c21.yaml"), cells)
    assert {round(values[name], 5) for name in ("pv_cdab", "pv", "pv_dcba", "pv_badc")} == {3.4}


def test_the_gas_detectors_integer_takes_its_decimals_from_the_next_register_but_one() -> None:
    """Laid out as Honeywell's Midas manual, table A1: register 40007 has the decimals in bits 0-2."""
    values, _ = fill(load_profile(LIBRARY / "midas_gas.yaml"), {4: "00e1", 6: "0801"})
    assert values["gas_concentration_int"] == 22.5


def test_the_water_meter_sends_doubles_fully_reversed_and_indexes_its_resolution() -> None:
    """Laid out as DeltaLabo/OctaveModbusWrapper reads it: doubles as HGFEDCBA (123.456 is 405EDD2F1A9FBE77), resolution 1 is 0.001."""
    cells = {24: "77be9f1a2fdd5e40", 40: "0001", 54: "0001e240", 49: "0003", 62: "fffffff6"}
    values, _ = fill(load_profile(LIBRARY / "arad_octave.yaml"), cells)
    assert values["forward_volume_f64"] == pytest.approx(123.456)
    assert values["forward_volume"] == 123.456
    assert values["flow_rate"] == -1.0


def test_a_fire_point_in_alarm_shows_its_flags_and_event_code() -> None:
    """Notifier MODBUS-GW: enabled (bit 10), active (bit 11), event 16 = fire alarm."""
    values, _ = fill(load_profile(LIBRARY / "notifier_modbus_gw.yaml"), {41: "0c10"})
    word = int(values["loop1_detector_42"])
    assert (word >> 11 & 1, word & 0xFF) == (1, 16)


def message(profile: str, on: str, payload: str, **values: str) -> dict[str, float | str]:
    loaded = load_profile(LIBRARY / f"{profile}.yaml")
    block: Block = PayloadDecoder("device", loaded, Mqtt(values.pop("topic", ""), values)).decode(on, payload.encode(), START_NS)[0]
    present = [(column, p.name) for column, p in enumerate(loaded.points) if block.qualities[column] == Quality.GOOD]
    return {name: block.texts.get(column, block.values[column]) for column, name in present}


def test_a_passage_at_a_plate_camera() -> None:
    plate = '{"license": "5LqsQTEyMzQ1", "colorType": 1, "confidence": 97, "direction": 4, "triggerType": 1, "isoffline": 0}'
    payload = f'{{"id": "m1", "sn": "s", "payload": {{"AlarmInfoPlate": {{"channel": 0, "result": {{"PlateResult": {plate}}}}}}}}}'
    read_out = message("vzenith_barrier", "device/7/message/up/ivs_result", payload, sn="7")
    assert (read_out["plate_license"], read_out["confidence_value"], read_out["is_offline_record"]) == ("京A12345", 97, 0)
    assert "heartbeat" not in read_out


def test_the_sixteen_numbers_of_a_go_e_charger() -> None:
    payload = "[231, 230, 229.5, 1, 16, 15.9, 15.8, 3680, 3657, 3626, 0, 10963, 99, 99, 99, 0]"
    read_out = message("go_e", "go-eCharger/42/nrg", payload, serial="42")
    assert (read_out["voltage_l3"], read_out["current_l1"], read_out["active_power"]) == (229.5, 16, 10963)
    assert message("go_e", "go-eCharger/42/cbl", "null", serial="42") == {}


def test_an_elevator_gateway_below_ground() -> None:
    topic = "/lift7/elevator/information/current-floor/relative"
    assert message("eleon_s1", topic, '{"timestamp": 1700000000, "value": -1}', eleonId="lift7") == {"floor_relative": -1}


def test_a_carlo_gavazzi_meter_sends_the_low_word_first() -> None:
    """Laid out as volkszaehler/mbmd reads it (carlogavazzi-em24.go): 32 bits low word first, volts and watts in tenths."""
    values, _ = fill(load_profile(LIBRARY / "carlogavazzi_em24.yaml"), {0: "08fd 0000", 40: "fc18 ffff", 53: "ffcd", 66: "d687 0012"})
    assert (values["voltage_l1"], values["active_power_total"]) == (230.1, -100.0)
    assert (values["power_factor_total"], values["energy_import"]) == (-0.051, 123456.7)


def test_an_evlink_pro_turns_the_words_that_schneider_meters_leave_in_order() -> None:
    """Laid out as evcc reads it (charger/schneider-v3.go): float32 and uint64 with the lowest word first, power in kW."""
    cells = {1: "0008", 2999: "0000 4180", 3059: "6666 40e6", 3203: "d687 0012 0000 0000"}
    values, _ = fill(load_profile(LIBRARY / "schneider_evlink_pro.yaml"), cells)
    assert (values["ev_state"], values["current_l1"], values["energy_total"]) == (8, 16.0, 1234567)
    assert values["active_power"] == pytest.approx(7.2)


def test_a_phoenix_charge_controller_says_its_state_as_a_letter() -> None:
    """Laid out as evcc reads it (charger/phoenix-em-eth.go): the IEC 61851-1 state as a character, 32 bits low word first."""
    profile = load_profile(LIBRARY / "phoenix_em_cp_pp_eth.yaml")
    values, _ = fill(load_profile(LIBRARY / "phoenix_em_cp_pp_eth.yaml"), {100: "0043", 114: "3e80 0000", 120: "02d0 0000"})
    assert profile.points[0].enum[int(values["iec_state"])].en == "charging"
    assert (values["current_l1"], values["active_power"]) == (16.0, 7.2)


def test_an_abb_drive_numbers_its_tables_from_one_and_its_status_bits_from_nought() -> None:
    """Laid out as the ACH550-UH user's manual (pp. 157-161): status word 40004, parameter 0104 is 40104, current in tenths."""
    values, _ = fill(load_profile(LIBRARY / "abb_ach550.yaml"), {3: "0037", 102: "01f4", 103: "00d2", 114: "ffff"})
    assert (values["output_frequency"], values["motor_current"], values["energy_counter"]) == (50.0, 21.0, 65535)
    assert [bit for bit in range(13) if int(values["status_word"]) >> bit & 1] == [0, 1, 2, 4, 5]


def test_a_sunspec_meter_has_its_exponents_beside_its_numbers_and_says_what_it_has_not() -> None:
    """Laid out as sunspec/models json/model_203.json: 0x8000 not implemented; current in A_SF −2, power in W_SF 0."""
    cells = {40000: "53756e53", 40072: "0bb8 03e8 8000 03e8 fffe", 40088: "1a90", 40092: "0000", 40116: "0012d687", 40124: "0000"}
    values, qualities = fill(load_profile(LIBRARY / "sunspec_203.yaml"), cells)
    assert (values["current_sum"], values["active_power_total"], values["energy_import"]) == (30.0, 6800, 1234567)
    assert qualities["current_l2"] is Quality.SENSOR_FAILURE


def test_a_plug_with_tasmota_and_its_last_will() -> None:
    """A tele/…/SENSOR message of a Local Bytes plug (mylocalbytes.com, knowledge base, LB PM power monitoring, January 2022)."""
    energy = (
        '{"TotalStartTime": "2020-10-21T22:15:00", "Total": 3.705, "Yesterday": 0.028, "Today": 0.026, "Period": 1, "Power": 5, '
        '"ApparentPower": 5, "ReactivePower": 0, "Factor": 1.00, "Voltage": 233, "Current": 0.021}'
    )
    topic = "tele/livingroom-lamp/SENSOR"
    read_out = message("tasmota", topic, f'{{"Time": "2022-01-11T21:57:38", "ENERGY": {energy}}}', topic="livingroom-lamp")
    assert (read_out["tasmota_energy_total"], read_out["tasmota_voltage"], read_out["tasmota_power"]) == (3.705, 233, 5)
    assert read_out["tasmota_time"] == "2022-01-11T21:57:38"
    assert message("tasmota", "tele/livingroom-lamp/LWT", "Offline", topic="livingroom-lamp") == {"tasmota_online": "Offline"}


def test_a_shelly_speaks_component_by_component() -> None:
    """Laid out as Shelly's Gen2 API documentation has EM.GetStatus and Switch.GetStatus."""
    status = '{"id": 0, "a_current": 4.029, "a_voltage": 236.1, "a_act_power": 951.2, "b_act_power": null, "total_act_power": 2484.782}'
    read_out = message("shelly_gen2", "shellypro3em-aa/status/em:0", status, topic_prefix="shellypro3em-aa")
    assert read_out == {"em_current_a": 4.029, "em_voltage_a": 236.1, "em_power_a": 951.2, "em_total_power": 2484.782}
    switch = '{"id": 0, "output": true, "apower": 8.9, "aenergy": {"total": 6.532}, "temperature": {"tC": 23.5, "tF": 74.4}}'
    read_out = message("shelly_gen2", "shellypro3em-aa/status/switch:0", switch, topic_prefix="shellypro3em-aa")
    assert (read_out["switch_output"], read_out["switch_energy"], read_out["switch_temperature"]) == (1, 6.532, 23.5)


def test_a_parking_sensor_packs_its_state_into_bytes() -> None:
    """Laid out as TheThingsNetwork/lorawan-devices has it (vendor/bosch/tpl110-0292.js): fPort 2, occupied in bit 0, then °C signed."""
    topic = "v3/app@ttn/devices/space-7/up"
    uplink = '{"f_port": %s, "f_cnt": 12, "frm_payload": "%s", "rx_metadata": [{"rssi": -87, "snr": 7.5}]}'
    places = {"application_id": "app", "tenant_id": "ttn", "device_id": "space-7"}
    heartbeat = message("bosch_tps110", topic, f'{{"uplink_message": {uplink % (2, "AfU=")}}}', **places)
    assert (heartbeat["occupied"], heartbeat["temperature"], heartbeat["rssi"]) == (1, -11, -87)
    change = message("bosch_tps110", topic, f'{{"uplink_message": {uplink % (1, "AA==")}}}', **places)
    assert change["occupied"] == 0
    assert "temperature" not in change


def test_a_zigbee_leak_sensor_and_the_bridge_before_it() -> None:
    """Laid out as Zigbee2MQTT's page on topics and messages: any subset of keys; availability apart."""
    read_out = message(
        "zigbee2mqtt", "zigbee2mqtt/cellar/pit", '{"water_leak": true, "battery": 97, "linkquality": 120}', friendly_name="cellar/pit"
    )
    assert read_out == {"z2m_water_leak": 1, "z2m_battery": 97, "z2m_link_quality": 120}
