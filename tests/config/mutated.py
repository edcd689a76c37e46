"""Profiles as a tired hand, a broken disk or a joker leaves them: a good one with something deleted, doubled, replaced or scribbled over.

``python -m tests.config.mutated SECONDS`` tries them for so long, and random registers on whatever still loads, and prints how many.
"""

import copy
import re
import sys
import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import yaml

from collectors.modbus.decode import compile_decoder
from collectors.modbus.plan import plan
from collectors.mqtt.payload import PayloadDecoder
from guanjia.config.profile_file import LIBRARY, read_profile
from model.mistake import ConfigError
from model.profile import Profile, TopicPath
from model.quality import Quality
from model.site import Mqtt

_FEATURES = Path(__file__).resolve().parents[1] / "collectors" / "every_feature.yaml"
_NAMES = ("arad_octave", "eaton_tc100", "sunspec_203", "carlogavazzi_em24", "bosch_tps110", "go_e", "schneider_evlink_pro")
ORIGINALS = [_FEATURES.read_text(encoding="utf-8"), *((LIBRARY / f"{name}.yaml").read_text(encoding="utf-8") for name in _NAMES)]
_PARSED = [yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader)) for text in ORIGINALS]
_VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2, 3, 15, 16, 64, 65_535, 65_536, 40_001, 1 << 64, -(1 << 63), 0.1, 1e300, float("inf"), float("nan"), "",
    "x", "$", "$.a[", "0-7", "8-14", "99-3", "60s", "-1s", "kW", "℃", "u16", "f64", "string", "bits", "coil", "input", "pow10", "wo", "bcd",
    "datetime_six_words", "bits 3-99 of the 16-bit value", "schneider_4q_fp_pf", "lsw_first", "mqtt", "modicon",
    "{topic}", [], [1, 2], ["a"],
    {}, {"zh": "开"}, {1: "on"}, {"first": 0, "last": 9, "table": "input"}, {"count": 10_000, "stride": 1}, "2024-02-29", "\x85", "管家",
)  # fmt: skip
_SCRIBBLE = "\t{}[]:,&*#?|-<>=!%@'\"\\\n0e.~管\u2028"


def mutant(seed: int) -> str:
    """The text of that number; the same for ever."""
    random = Random(seed)
    if random.random() < 0.3:
        return _scribbled(random.choice(ORIGINALS), random)
    document = copy.deepcopy(random.choice(_PARSED))
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        _change(document, random)
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False)


def _scribbled(text: str, random: Random) -> str:
    for _ in range(random.randint(1, 5)):
        at, length = random.randrange(len(text)), random.choice((0, 0, 1, 5, 200))
        text = text[:at] + "".join(random.choices(_SCRIBBLE, k=random.randint(0, 3))) + text[at + length :]
    return text


def _change(document: Any, random: Random) -> None:
    """One change somewhere, mostly in a point."""
    points = document.get("points")
    place = random.choice(points) if random.random() < 0.7 and points and isinstance(points, list) else document
    while isinstance(place, dict | list):
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not keys:
            return
        key = random.choice(keys)
        if isinstance(place[key], dict | list) and random.random() < 0.6:
            place = place[key]
            continue
        match random.choice(("replace", "replace", "delete", "double", "add")):
            case "replace":
                place[key] = random.choice(_VALUES)
            case "delete":
                del place[key]
            case "double" if isinstance(place, list):
                place.append(copy.deepcopy(place[key]))
            case _ if isinstance(place, dict):
                place[random.choice(_KEYS)] = random.choice(_VALUES)
        return


_KEYS = (
    "bit", "every", "ratio", "sentinel", "active_low", "scale_register", "scale_mode", "words", "unit_select", "repeat", "octets", "when",
    "encoding", "rollover", "toggles_within", "metric", "enum_ref", "low", "high", "address_offset", "addressing", "illegal", "sunspec",
)  # fmt: skip


def tried(seed: int) -> str:
    """What became of that text: ``refused``, or ``read`` after random bytes went through its decoder. Anything else raises."""
    found = _read(mutant(seed))
    if isinstance(found, ConfigError):
        assert found.mistakes, "refused without a mistake"
        assert all(mistake.line >= 1 and mistake.message for mistake in found.mistakes), found
        return "refused"
    if found.modbus is not None:
        noise(found, Random(seed))
        return "read"
    topics = [point.wire.topic for point in found.points if isinstance(point.wire, TopicPath)]
    if all(topics):
        PayloadDecoder("mutant", found, Mqtt("x", {name: "x" for topic in topics for name in re.findall(r"\{(\w+)\}", topic)}))
    return "read"


def _read(text: str) -> Profile | ConfigError:
    try:
        return read_profile(text, "mutant", "mutant.yaml")
    except ConfigError as refused:
        return refused


def noise(profile: Profile, random: Random) -> None:
    """Random registers through the profile's decoder: what is no number says so in its quality."""
    requests = plan(profile)
    decoder = compile_decoder(profile, requests)
    answers = [_bytes(request.payload_bytes, random) for request in requests]
    failures = [int(Quality.GOOD if answer is not None else Quality.COMM_FAILURE) for answer in answers]
    values, qualities, texts = decoder.decode(answers, failures)
    for column, code in enumerate(qualities):
        is_number = values[column] - values[column] == 0
        is_said = Quality(code).severity != "bad" and not profile.points[column].is_text
        assert is_number is is_said, f"{profile.points[column].name}: {values[column]} is {Quality(code).name}"
    assert all(profile.points[column].is_text for column in texts)


def _bytes(length: int, random: Random) -> bytes | None:
    kind = random.random()
    if kind < 0.1:
        return None
    return bytes([random.choice((0x00, 0xFF, 0x7F, 0x80))]) * length if kind < 0.3 else random.randbytes(length)


def main(seconds: float) -> None:
    counts: Counter[str] = Counter()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        counts[tried(counts.total())] += 1
    read, refused = counts["read"], counts["refused"]
    sys.stdout.write(f"{read + refused:,} profiles: {refused:,} refused with their mistakes, {read:,} read, noise through the decoders\n")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 60)
