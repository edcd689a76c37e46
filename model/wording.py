"""Words for what somebody wrote wrongly: what they may have meant, which names there are, what a limit is called."""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_ALIKE = 0.65
"""Below it two names have only their length in common: 'electric' and 'elevator' are 0.62."""
_PROPOSED = re.compile(r"did you mean '([^']*)'\?")
_ALSO_CALLED = {
    "power": ("electric", "electrical", "electricity", "energy", "配电", "供电", "供配电", "变配电", "电力"),
    "hvac": ("ac", "air", "aircon", "cooling", "heating", "chiller", "ventilation", "空调", "暖通"),
    "water": ("pump", "pumps", "plumbing", "drainage", "sump", "tank", "给排水", "水泵", "给水", "排水"),
    "elevator": ("lift", "lifts", "elevators", "escalator", "电梯", "扶梯"),
    "fire": ("fas", "fire_alarm", "fire_panel", "smoke", "消防"),
    "elv": ("ups", "cctv", "security", "low_voltage", "weak_current", "access_control", "弱电", "安防"),
    "gas": ("燃气", "煤气"),
    "parking": ("barrier", "gate", "garage", "停车", "道闸"),
    "charging": ("ev", "charger", "chargers", "evse", "充电", "充电桩"),
}
"""Our word for a system and what else people call it."""


def nearest(name: str, known: Iterable[str], alike: float = _ALIKE) -> str | None:
    """The known name most like it, if any is."""
    words = list(known)
    found = difflib.get_close_matches(name, words, 1, alike) or [word for word in words if sorted(word) == sorted(name)]
    return found[0] if found else None


def near(name: str, known: Iterable[str]) -> str:
    """A hint after 'not known': ``; did you mean 'level'?``, or nothing."""
    found = nearest(name, known)
    return f"; did you mean '{found}'?" if found else ""


def proposed(message: str) -> str:
    """The name that a message of ours asks about; empty when it proposes none."""
    found = _PROPOSED.search(message)
    return found[1] if found else ""


def meant(word: str, choices: Iterable[str]) -> str:
    """The same for one of a few words, which may be known under another name as well."""
    wanted = word.strip().lower()
    for choice in choices:
        if wanted in _ALSO_CALLED.get(choice, ()):
            return f"; did you mean '{choice}'?"
    return near(wanted, choices)


def unknown(key: str, known: Iterable[str]) -> str:
    """What to say of a key that is not among those that may be written here."""
    words = sorted(known)
    hint = near(key, words) or (f"; known here: {', '.join(words)}" if words else "; remove it")
    return f"'{key}' is not known{hint}"


def one_of(expected: str, shown: object) -> str:
    """``expected`` is a list of quoted words, as a checker names its choices."""
    choices = re.findall(r"'([^']*)'", expected) or [expected]
    return f"write one of {', '.join(choices)}{meant(str(shown), choices)}"


def quoted(found: bool) -> str:
    """What to write where a word belongs and YAML has made true or false of it."""
    word = "yes" if found else "no"
    return f"YAML reads no, off, yes and on without quotes as false and true; write '{word}' in quotes, or the word you mean"


LIMITS = {
    "greater_than_equal": ("must be at least", "ge"),
    "less_than_equal": ("must be at most", "le"),
    "greater_than": ("must be more than", "gt"),
    "less_than": ("must be less than", "lt"),
    "too_short": ("too few items: write at least", "min_length"),
    "too_long": ("too many items: write at most", "max_length"),
    "string_too_short": ("must not be empty: at least this many characters:", "min_length"),
    "string_too_long": ("is too long: at most this many characters:", "max_length"),
}
"""Kind of mistake, as the checker calls it → words before the limit, and where the limit stands in its context."""


def beyond(kind: str, context: Mapping[str, Any]) -> str | None:
    """A limit that was passed, in words; None for any other kind of mistake."""
    if kind not in LIMITS:
        return None
    words, key = LIMITS[kind]
    return f"{words} {context[key]}"


def fields_at(shape: Any, path: Sequence[str | int]) -> list[str]:
    """Names that may be written at the path within a described shape (a class with ``model_fields``); empty when it can't be told."""
    for part in path:
        if isinstance(part, int):
            continue
        fields = {field.alias or name: field for name, field in shape.model_fields.items()}
        shape = _shape_inside(fields[part].annotation) if part in fields else None
        if shape is None:
            return []
    return [field.alias or name for name, field in shape.model_fields.items()]


def _shape_inside(annotation: Any) -> Any:
    if hasattr(annotation, "model_fields"):
        return annotation
    found = (_shape_inside(argument) for argument in getattr(annotation, "__args__", ()))
    return next((shape for shape in found if shape is not None), None)
