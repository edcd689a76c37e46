"""Sparkplug B in a site file: simulated, and refused by what reads it with a sentence that says so."""

from pathlib import Path

import pytest

from guanjia.config.configuration import load_configuration
from guanjia.config.site_file import load_site
from model.mistake import ConfigError
from model.site import Mqtt, PayloadFormat

SITE = """
site: {{id: s, name: {{zh: 站, en: Site}}, timezone: Asia/Shanghai}}
areas: [{{id: room, name: {{zh: 机房, en: Room}}}}]
devices:
  - id: meter
    name: {{zh: 表, en: Meter}}
    system: power
    area: room
    profile: schneider_pm5000
    mqtt: {{topic: '{topic}', format: sparkplug_b}}
"""


def written(folder: Path, topic: str) -> Path:
    path = folder / "site.yaml"
    path.write_text(SITE.format(topic=topic), encoding="utf-8")
    return path


def test_any_profile_may_speak_sparkplug(tmp_path: Path) -> None:
    site = load_site(written(tmp_path, "spBv1.0/plant/edge/meter"))
    assert site.devices["meter"].connection == Mqtt("spBv1.0/plant/edge/meter", format=PayloadFormat.SPARKPLUG_B)


@pytest.mark.parametrize("topic", ["", "plant/edge/meter", "spBv1.0/plant/edge", "spBv1.0/plant/+/meter", "spBv1.0/plant/edge/meter/more"])
def test_a_topic_that_is_no_place_of_a_device_is_refused(tmp_path: Path, topic: str) -> None:
    with pytest.raises(ConfigError, match=r"spBv1\.0/GROUP/EDGE_NODE/DEVICE"):
        load_site(written(tmp_path, topic))


def test_the_platform_refuses_what_it_can_not_read_yet(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="meter: 'format: sparkplug_b' can be simulated but is not read yet"):
        load_configuration(written(tmp_path, "spBv1.0/plant/edge/meter"))
