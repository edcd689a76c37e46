"""The colours keep the contrast the visual language promises (WCAG 2.2 relative luminance)."""

import re
from pathlib import Path

import pytest

import dashboards.console

CSS = Path(dashboards.console.__file__).parent / "static" / "css"
SHAPES = {"critical": "white", "high": "ink", "medium": "ink", "low": "ink"}


def tokens(theme: str) -> dict[str, str]:
    text = (CSS / "tokens.css").read_text("utf-8")
    blocks = re.findall(r":root(?:\[data-theme=\"(\w+)\"\])? \{(.*?)\n\}", text, re.DOTALL)
    return {name: value for owner, block in blocks if owner in ("", theme) for name, value in re.findall(r"--([\w-]+): (#\w{6})", block)}


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", ["night", "day"])
@pytest.mark.parametrize("text", ["t1", "t2", "t3"])
@pytest.mark.parametrize("ground", ["bg", "panel", "raised"])
def test_words_reach_4_5_to_1_on_every_ground(theme: str, text: str, ground: str) -> None:
    found = tokens(theme)
    assert contrast(found[text], found[ground]) >= 4.5


@pytest.mark.parametrize("theme", ["night", "day"])
@pytest.mark.parametrize("line", ["live", "edge"])
def test_lines_that_carry_meaning_reach_3_to_1_on_a_panel(theme: str, line: str) -> None:
    found = tokens(theme)
    assert contrast(found[line], found["panel"]) >= 3


@pytest.mark.parametrize("theme", ["night", "day"])
@pytest.mark.parametrize("ground", ["fill", "band", "line"])
def test_what_carries_no_meaning_stays_quiet(theme: str, ground: str) -> None:
    found = tokens(theme)
    assert contrast(found[ground], found["panel"]) < 1.6


@pytest.mark.parametrize(("priority", "digit"), SHAPES.items())
def test_the_digit_on_an_alarm_shape_can_be_read(priority: str, digit: str) -> None:
    found = tokens("night")
    assert contrast(found[priority], found[digit]) >= 4.5


@pytest.mark.parametrize("priority", SHAPES)
def test_an_alarm_shape_stands_out_of_the_night_panel(priority: str) -> None:
    found = tokens("night")
    assert contrast(found[priority], found["panel"]) >= 3


def test_only_the_tokens_name_colours() -> None:
    sheets = [path for path in CSS.glob("*.css") if path.name != "tokens.css"]
    named = {path.name: re.findall(r":[^;]*#[0-9A-Fa-f]{3,8}\b", path.read_text("utf-8")) for path in sheets}
    assert not any(named.values()), named
