"""Sparkplug B in a site file: how the platform behaves as a host, and where a device is found."""

import re

from guanjia.config.document import Path
from guanjia.config.findings import Findings
from guanjia.config.site_schema import MqttFile, SparkplugFile
from model.broker import SparkplugConfig
from model.site import Mqtt, PayloadFormat

_TOPIC = re.compile(r"spBv1\.0(/[^+#/]+){2,3}")


def sparkplug_config(w: SparkplugFile) -> SparkplugConfig:
    return SparkplugConfig(w.host, w.state, w.rebirth, w.rebirth_pause, w.reorder)


def sparkplug_device(findings: Findings, path: Path, w: MqttFile) -> Mqtt | None:
    """Points travel by their names or those of their metrics, so any profile will do."""
    if not _TOPIC.fullmatch(w.topic):
        words = "Sparkplug B needs 'topic: spBv1.0/GROUP/EDGE_NODE/DEVICE', without DEVICE for the edge node itself, names without + # /"
        findings.wrong((*path, "topic"), words)
        return None
    return Mqtt(w.topic, dict(w.values), w.silent_after, PayloadFormat.SPARKPLUG_B)
