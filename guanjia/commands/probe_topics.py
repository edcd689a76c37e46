"""The part of ``guanjia probe`` that listens to an MQTT broker."""

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit
from uuid import uuid4

from rich.markup import escape
from rich.table import Table as Grid

from collectors.mqtt.dial import Broker
from guanjia.commands.probe_bar import bar_of
from guanjia.commands.probe_target import named_profile
from guanjia.commands.words import err, mistakes_shown, out, refuse, show, written
from guanjia.config.profile_file import LIBRARY, load_profile
from guanjia.probe.lines import site_lines, usual_system
from guanjia.probe.listen import Ear, Topic, listen
from guanjia.probe.matching import Match, matches
from model.clock import SECOND
from model.profile import Profile
from model.site import Device
from model.text import Text
from model.tls import TlsFiles

FINE, FAILED = 0, 1
PASSWORD_VARIABLE = "GUANJIA_MQTT_PASSWORD"
_PORTS = {"mqtt": 1883, "mqtts": 8883}
_SAMPLE = 100
"""Characters of a payload shown."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """One device that speaks, as far as topics tell devices apart."""

    profile: str
    topic: str
    values: tuple[tuple[str, str], ...]


def listened(topic: str, url: str, seconds: float, write: Path | None, profile: str = "") -> int:
    """Listen, and show what came and which profiles it suits: the one named, or any of the library."""
    named = [_named(profile)] if profile else []
    ear = Ear([(topic, 0)])
    broker = _broker(url)
    ended = ""
    with bar_of("messages") as bar:
        task = bar.add_task(f"listening to {topic} for {seconds:g} s", total=None, count=0)
        ear.told = lambda: bar.update(task, count=sum(heard.messages for heard in ear.topics.values()))
        try:
            ended = "" if asyncio.run(listen(broker, ear, seconds)) else _no_connection(url, ear)
        except KeyboardInterrupt:
            ended = "stopped by you; what was heard until then is shown"
        except OSError as error:
            ended = _no_connection(f"{url} ({error})", ear)
    profiles = named or _profiles() if ear.topics else []
    found = {name: list(matches(profiles, name, heard.sample)) for name, heard in ear.topics.items()}
    if ear.topics:
        show(_grid(ear.topics, found), out)
    others = f"; {ear.others} messages on further topics" if ear.others else ""
    out.print(f"{len(ear.topics)} topics, {sum(heard.messages for heard in ear.topics.values())} messages{others}", markup=False)
    lines = _lines(found, profile)
    if lines:
        out.print(f"\nFor site.yaml:\n{lines}", markup=False, soft_wrap=True)
    if lines and write is not None:
        written(write, lines + "\n")
    trouble = ended or (_silence(topic, seconds, ear) if not ear.topics else _misunderstood(profile, lines))
    if trouble:
        err.print(trouble, markup=False, soft_wrap=True)
    return FAILED if trouble else FINE


def _broker(url: str) -> Broker:
    parts = urlsplit(url)
    try:
        port = parts.port or _PORTS[parts.scheme]
    except (KeyError, ValueError):
        raise refuse(f"--broker {url}: write mqtt://host:1883 or mqtts://host:8883, with a user as mqtt://user@host") from None
    password = unquote(parts.password or "") or os.environ.get(PASSWORD_VARIABLE, "")
    tls = TlsFiles() if parts.scheme == "mqtts" else None
    name = f"guanjia-probe-{uuid4().hex[:8]}"
    return Broker(parts.hostname or "127.0.0.1", port, name, unquote(parts.username or ""), password, tls, clean=True)


def _no_connection(url: str, ear: Ear) -> str:
    why = "; ".join(ear.troubles) or "no answer"
    return f"no broker at {url}: {why}. Check address, port, user and password (in {PASSWORD_VARIABLE})"


def _silence(topic: str, seconds: float, ear: Ear) -> str:
    if ear.troubles:
        return "; ".join(ear.troubles)
    wider = "" if topic == "#" else "; try --topic '#'"
    return f"nothing came on {topic} in {seconds:g} s: a device that speaks only when something happens needs longer (--seconds 300){wider}"


def _misunderstood(profile: str, lines: str) -> str:
    """Empty unless a profile was named that nothing fits."""
    return f"profile '{profile}' understands none of this: compare its topics and paths with what came" if profile and not lines else ""


def _named(name: str) -> Profile:
    known = named_profile(name)
    if known.mqtt is None:
        raise refuse(f"profile '{name}' speaks Modbus, and --topic listens to MQTT; leave one of the two away")
    return known


def _profiles() -> list[Profile]:
    with mistakes_shown():
        return [profile for file in sorted(LIBRARY.glob("*.yaml")) if (profile := load_profile(file)).mqtt is not None]


def _grid(topics: Mapping[str, Topic], found: Mapping[str, list[Match]]) -> Grid:
    grid = Grid(box=None, header_style="bold", pad_edge=False)
    for heading in ("topic", "messages", "bytes", "kept", "newest", "would be read by"):
        is_number = heading in ("messages", "bytes")
        grid.add_column(heading, justify="right" if is_number else "left", overflow="fold", no_wrap=is_number or heading == "topic")
    for name in sorted(topics):
        heard = topics[name]
        suits = ", ".join(f"{match.profile.id} ({len(match.points)} points)" for match in found[name][:3])
        cells = (name, str(heard.messages), str(heard.most_bytes), "yes" if heard.retained else "", _sample(heard.sample), suits or "–")
        grid.add_row(*map(escape, cells))
    return grid


def _sample(payload: bytes) -> str:
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        return payload[: _SAMPLE // 3].hex(" ")
    shown = "".join(character if character.isprintable() else "·" for character in text[:_SAMPLE])
    return shown + ("…" if len(text) > _SAMPLE else "")


def _lines(found: Mapping[str, list[Match]], profile: str) -> str:
    """An item of ``devices:`` for each device that the best match of a topic tells of. ``profile``: as it was named; empty: its id."""
    devices: dict[_Kind, Match] = {}
    for name in sorted(found):
        for match in found[name][:1]:
            kind = _Kind(match.profile.id, match.mqtt.topic, tuple(match.mqtt.values.items()))
            devices[kind] = devices[kind].joined(match) if kind in devices else match
    items = [_item(place, match, profile or match.profile.id) for place, match in enumerate(devices.values(), 1)]
    return "devices:\n" + "\n".join(items) if items else ""


def _item(place: int, match: Match, profile: str) -> str:
    name = Text(match.profile.model, match.profile.model)
    device = Device(f"new.{place}", name, usual_system(match.profile), "area", match.profile, match.mqtt, SECOND)
    return site_lines(device, profile)
