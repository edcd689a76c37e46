"""``mqtt:`` of a site file: the broker, and how we present ourselves there."""

from collections.abc import Callable
from pathlib import Path as File
from urllib.parse import urlsplit

from guanjia.config.document import Path, Salvaged
from guanjia.config.findings import Findings
from guanjia.config.site_schema import BrokerFile
from guanjia.config.site_sparkplug import sparkplug_config
from guanjia.config.site_tls import tls_files
from model.broker import DEFAULT_IN_FLIGHT, BrokerConfig, MqttVersion
from model.clock import DAY, SECOND
from model.tls import TlsFiles


def broker_config(
    findings: Findings, item: Salvaged[BrokerFile], secret: Callable[[tuple[str, ...], str], str], folder: File
) -> BrokerConfig:
    """``secret`` looks up what the file only names; certificates are looked up below ``folder``."""
    w = item.value
    if item.has("broker"):
        check_address(findings, ("mqtt",), w.broker, w.tls is not None)
        if w.broker == "embedded" and w.version is MqttVersion.V5:
            findings.wrong(("mqtt", "version"), "the embedded broker speaks 3.1.1; MQTT 5 needs one of your own, such as Mosquitto")
    _session(findings, item)
    _topics(findings, w)
    return BrokerConfig(
        url=w.broker,
        username=w.username,
        password=secret(("mqtt", "password"), w.password),
        port=w.port,
        version=w.version,
        tls=tls_files(findings, ("mqtt", "tls"), w.tls, folder) if w.tls is not None else TlsFiles(),
        client_id=w.client_id,
        session_expiry_s=(DAY if w.session_expiry is None else w.session_expiry) // SECOND,
        in_flight=w.in_flight or DEFAULT_IN_FLIGHT,
        max_payload=w.max_payload,
        sparkplug=sparkplug_config(w.sparkplug),
        subscribe=tuple(w.subscribe),
    )


def check_address(findings: Findings, section: Path, broker: str, has_tls: bool) -> None:
    """Of a broker named in ``mqtt:`` or ``link:``."""
    at = (*section, "broker")
    if has_tls and not broker.startswith("mqtts://"):
        findings.wrong((*section, "tls"), "certificates go with 'broker: mqtts://…' alone")
    if broker == "embedded":
        return
    url = urlsplit(broker)
    try:
        port_is_fine = url.port is None or url.port > 0
    except ValueError:
        port_is_fine = False
    if not port_is_fine or not url.hostname or url.path not in ("", "/") or url.query:
        findings.wrong(at, "write mqtt://host:port or mqtts://host:port and no more; the port is 1 to 65535")
    if url.username is not None or url.password is not None:
        # The address is printed in logs and on screens.
        findings.wrong(at, "keep the login out of the address; write 'username:' and 'password:' beside it")


def _session(findings: Findings, item: Salvaged[BrokerFile]) -> None:
    w = item.value
    if w.password and not w.username:
        findings.wrong(("mqtt", "password"), "a password needs its 'username:'")
    if w.version is MqttVersion.V3_1_1 and item.has("version"):
        for key in ("session_expiry", "in_flight"):
            if getattr(w, key) is not None:
                findings.wrong(("mqtt", key), "only MQTT 5 lets us ask for that: write 'version: 5', or set it at the broker")


def _topics(findings: Findings, w: BrokerFile) -> None:
    if set(w.topic) & set("+#"):
        findings.wrong(("mqtt", "topic"), "a device speaks on one topic; write placeholders such as {device}, without + and #")
    for index, topic_filter in enumerate(w.subscribe):
        if not is_topic_filter(topic_filter):
            findings.wrong(("mqtt", "subscribe", index), f"'{topic_filter}' is no topic filter; + is a whole level, # the last one")


def is_topic_filter(written: str) -> bool:
    """As MQTT 3.1.1 §4.7.1 has it."""
    levels = written.split("/")
    wild_stand_alone = all(level in ("+", "#") or not set(level) & set("+#") for level in levels)
    return bool(written) and wild_stand_alone and "#" not in levels[:-1]
