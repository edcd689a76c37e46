"""Line protocol, read back by an independent reader."""

import math
from array import array
from typing import NamedTuple

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.quality import ABSENT, GOOD, Quality
from store.history.layout import Layout
from store.history.line import RETIRED, form_of, line
from store.history.spool_file import Row
from tests.store.bench_site import NAN, T0, site
from tests.store.line_reader import Line, read_line

AWKWARD = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12)
"""Anything a person could have typed: commas, spaces, equals signs, quotes, backslashes, line breaks, Chinese."""


class Column(NamedTuple):
    name: str
    quality: int
    number: float
    words: str | None


COLUMNS = st.lists(
    st.builds(
        Column,
        name=AWKWARD.map(lambda text: f"p{text}"),
        quality=st.sampled_from([int(quality) for quality in Quality]),
        number=st.floats() | st.integers(-(2**53), 2**53).map(float),
        words=st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda column: plain(column.name),
)


def plain(name: str) -> str:
    """What the protocol can carry of a name."""
    return name.replace("\\", "/").replace("\n", " ").replace("\r", " ")


def row(columns: list[Column], layout: int = 1) -> Row:
    texts = {index: column.words for index, column in enumerate(columns) if column.words is not None}
    return Row(
        1,
        layout,
        T0,
        T0,
        bytes(column.quality for column in columns),
        array("d", [column.number for column in columns]).tobytes(),
        msgspec.json.encode(texts) if texts else None,
        None,
        None,
    )


def written(device: str, columns: list[Column], listed: bool = True) -> str | None:
    names = tuple(column.name for column in columns)
    return line(row(columns), form_of(Layout(1, device, names), site({device: names} if listed else {"other": ("x",)})))


def expected_fields(columns: list[Column]) -> dict[str, float | int | str]:
    fields: dict[str, float | int | str] = {}
    for column in columns:
        if column.quality == ABSENT:
            continue
        if column.words is not None:
            fields[plain(column.name) + "_text"] = column.words
        elif math.isfinite(column.number):
            fields[plain(column.name)] = column.number
        if column.quality != GOOD:
            fields[plain(column.name) + "_q"] = column.quality
    return fields


@given(device=AWKWARD, columns=COLUMNS)
def test_whatever_is_written_reads_back(device: str, columns: list[Column]) -> None:
    text = written(device, columns)
    fields = expected_fields(columns)
    if not fields:
        assert text is None
        return
    assert text is not None
    tags = {"area": "sub1", "device": plain(device), "site": "talent", "system": "power"}
    read = read_line(text)
    assert read == Line("power_meter", tags, fields, T0)
    assert {name: type(value) for name, value in read.fields.items()} == {name: type(value) for name, value in fields.items()}


@pytest.mark.parametrize(
    ("column", "fields"),
    [
        pytest.param(Column("u1", 192, 230.0, None), "u1=230.0", id="a whole number is a float"),
        pytest.param(Column("u1", 84, 1e-7, None), "u1=1e-07,u1_q=84i", id="uncertain keeps its value"),
        pytest.param(Column("u1", 24, NAN, None), "u1_q=24i", id="bad has only its quality"),
        pytest.param(Column("sn", 192, NAN, 'a"b\\'), 'sn_text="a\\"b\\\\"', id="words are quoted, in a field of their own"),
    ],
)
def test_a_line_by_example(column: Column, fields: str) -> None:
    assert written("m1", [column]) == f"power_meter,area=sub1,device=m1,site=talent,system=power {fields} {T0}"


def test_a_block_that_says_nothing_makes_no_line() -> None:
    assert written("m1", [Column("u1", ABSENT, NAN, None)]) is None


def test_a_device_that_left_the_site_is_written_apart() -> None:
    assert written("m1", [Column("u1", 192, 1.0, None)], listed=False) == f"{RETIRED},device=m1,site=talent u1=1.0 {T0}"
