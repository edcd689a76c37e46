"""Sparkplug B in a site file."""

from pathlib import Path

import pytest

from guanjia.config.configuration import load_configuration
from guanjia.config.site_file import load_site
from model.broker import SparkplugConfig
from model.clock import SECOND
from model.mistake import ConfigError
from model.site import Mqtt, PayloadFormat

SITE = """
site: {{id: s, name: {{zh: 站, en: Site}}, timezone: Asia/Shanghai}}
areas: [{{id: room, name: {{zh: 机房, en: Room}}}}]
mqtt: {mqtt}
devices:
"""
DEVICE = """
  - id: {id}
    name: {{zh: 表, en: Meter}}
    system: power
    area: room
    profile: schneider_pm5000
    mqtt: {{topic: '{topic}', format: sparkplug_b}}
"""


def written(folder: Path, *topics: str, mqtt: str = "{}") -> Path:
    path = folder / "site.yaml"
    devices = "".join(DEVICE.format(id=f"meter{n or ''}", topic=topic) for n, topic in enumerate(topics))
    path.write_text(SITE.format(mqtt=mqtt) + devices, encoding="utf-8")
    return path


@pytest.mark.parametrize("topic", ["spBv1.0/plant/edge/meter", "spBv1.0/plant/edge"])
def test_any_profile_may_speak_sparkplug_behind_an_edge_node_or_as_one(tmp_path: Path, topic: str) -> None:
    site = load_configuration(written(tmp_path, topic)).site
    assert site.devices["meter"].connection == Mqtt(topic, format=PayloadFormat.SPARKPLUG_B)


@pytest.mark.parametrize("topic", ["", "plant/edge/meter", "spBv1.0/plant", "spBv1.0/plant/+/meter", "spBv1.0/plant/edge/meter/more"])
def test_a_topic_that_is_no_place_of_a_device_is_refused(tmp_path: Path, topic: str) -> None:
    with pytest.raises(ConfigError, match=r"spBv1\.0/GROUP/EDGE_NODE/DEVICE"):
        load_site(written(tmp_path, topic))


def test_two_devices_in_one_place_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="the same place as 'meter'"):
        load_configuration(written(tmp_path, "spBv1.0/plant/edge/meter", "spBv1.0/plant/edge/meter"))


def test_how_the_platform_behaves_as_a_host_is_written_with_the_broker(tmp_path: Path) -> None:
    assert load_site(written(tmp_path, "spBv1.0/plant/edge/meter")).broker.sparkplug == SparkplugConfig()
    quiet = written(
        tmp_path,
        "spBv1.0/plant/edge/meter",
        mqtt="{sparkplug: {host: bms, state: false, rebirth: false, rebirth_pause: 1min, reorder: 0s}}",
    )
    assert load_site(quiet).broker.sparkplug == SparkplugConfig("bms", False, False, 60 * SECOND, 0)
