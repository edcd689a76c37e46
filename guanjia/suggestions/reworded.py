"""The text of a rule with a change in it: only the lines of the change are touched, comments and order stay."""

import re
from collections.abc import Mapping
from typing import Any

import yaml

from model.clock import DAY, HOUR, MINUTE, SECOND
from model.rule import Rule
from rules.suggestion import Change

_UNITS = ((DAY, "d"), (HOUR, "h"), (MINUTE, "min"), (SECOND, "s"))
_BEFORE = ("priority", "text", "why")
"""A key that a rule has, before one of which a new one stands well."""


def reworded(words: str, rule: Rule, change: Change) -> str:
    """``words``: one rule as a mapping, as it is written in its file; written anew where its lines can't be told apart."""
    keys: dict[str, str] = {}
    if change.on_delay_ns is not None:
        keys["on_delay"] = _duration(change.on_delay_ns)
    if change.off_delay_ns is not None:
        keys["off_delay"] = _duration(change.off_delay_ns)
    if change.deadband:
        keys["deadband"] = _mapping({**rule.deadband, **change.deadband})
    for key, value in keys.items():
        words = _with_key(words, key, value)
    return words


def _with_key(words: str, key: str, value: str) -> str:
    line = f"{key}: {value}\n"
    there = re.compile(rf"^{key}:[^\n]*\n(?:[ \t]+[^\n]*\n)*", re.MULTILINE)
    if there.search(words):
        changed = there.sub(lambda _: line, words, count=1)
    else:
        place = next((found.start() for before in _BEFORE if (found := re.search(rf"^{before}:", words, re.MULTILINE))), len(words))
        changed = words[:place] + line + words[place:]
    meant = {**yaml.safe_load(words), key: yaml.safe_load(value)}
    return changed if _says(changed, meant) else yaml.safe_dump(meant, sort_keys=False, allow_unicode=True, width=140)


def _says(words: str, meant: Mapping[str, Any]) -> bool:
    try:
        return bool(yaml.safe_load(words) == meant)
    except yaml.YAMLError:
        return False


def _duration(ns: int) -> str:
    unit_ns, unit = next(one for one in _UNITS if ns % one[0] == 0)
    return f"{ns // unit_ns}{unit}"


def _mapping(bands: Mapping[str, float]) -> str:
    return "{" + ", ".join(f"{point}: {band:g}" for point, band in bands.items()) + "}"
