"""What a site file says about its broker and the devices behind it."""

from math import inf
from pathlib import Path

from collectors.counters import Counters
from collectors.links import broker_of, mqtt_link, payload_decoders
from guanjia.config.site_file import read_site
from guanjia.system_clock import SystemClock
from model.broker import MqttVersion, Presence
from model.site import Mqtt
from tests.collectors.support import Remembered

SITE = """
site: {id: demo, name: {zh: 示例, en: Demo}, timezone: Asia/Shanghai}
areas:
  - {id: p1, name: {zh: 车库, en: Garage}}
devices:
  - {id: gate.in, name: {zh: 入口, en: In}, system: parking, area: p1, profile: barrier_json, mqtt: {}}
  - id: gate.out
    name: {zh: 出口, en: Out}
    system: parking
    area: p1
    profile: barrier_json
    mqtt: {topic: 'own/{device}', silent_after: never}
  - id: bay
    name: {zh: 车位, en: Bay}
    system: parking
    area: p1
    profile: barrier_json
    mqtt: {values: {gateway: g7}, silent_after: 2d, presence: {topic: '{gateway}/{device}', online: up, offline: [down, lost]}}
mqtt:
  broker: mqtts://broker.site
  version: 5
  username: guanjia
  password: ${PASSWORD}
  client_id: core-1
  session_expiry: 3d
  in_flight: 500
  max_payload: 64KB
  topic: bms/{area}/{device}
  subscribe: [bms/#]
"""


def test_one_template_serves_every_device_and_what_a_device_says_itself_goes_before_it() -> None:
    site = read_site(SITE, "site.yaml", Path("."), {"PASSWORD": "secret"})
    reached = {name: device.connection for name, device in site.devices.items() if isinstance(device.connection, Mqtt)}
    assert {name: mqtt.topic for name, mqtt in reached.items()} == {
        "gate.in": "bms/p1/gate.in",
        "gate.out": "own/gate.out",
        "bay": "bms/p1/bay",
    }
    assert [mqtt.silent_after_s for mqtt in reached.values()] == [None, inf, 2 * 86_400]
    assert reached["bay"].presence == (Presence("{gateway}/{device}", "$", ("up",), ("down", "lost")),)
    assert reached["gate.in"].presence is None
    link = mqtt_link(site, None, payload_decoders(site), Remembered(), SystemClock(), Counters())
    assert {name for name, _ in link._session._filters} == {"bms/#", "own/gate.out/state", "g7/bay"}


def test_the_broker_is_told_who_we_are_and_nobody_else() -> None:
    site = read_site(SITE, "site.yaml", Path("."), {"PASSWORD": "secret"})
    broker = broker_of(site.broker, None, "guanjia-demo")
    assert (broker.host, broker.port, broker.client_id, broker.version) == ("broker.site", 8883, "core-1", MqttVersion.V5)
    assert (broker.session_expiry_s, broker.in_flight, broker.max_payload) == (3 * 86_400, 500, 64 * 1024)
    assert broker.tls is not None
    assert (broker.username, broker.password) == ("guanjia", "secret")
    assert "secret" not in repr(site) + repr(broker)
