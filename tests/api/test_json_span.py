"""Where in a message the value at a path is written."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.json_span import json_span
from collectors.mqtt import jsonpath

MESSAGE = '\0 {"a": 1.5, "泵": {"x":[true, {"k" : "v\\"w"}, -2e3]}, "l": [ ] , "n":null}'.encode()


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("$.a", b"1.5"),
        ("$.泵.x[0]", b"true"),
        ("$.泵.x[1].k", b'"v\\"w"'),
        ("$.泵.x[2]", b"-2e3"),
        ("$.n", b"null"),
        ("$.l", b"[ ]"),
        ("$.泵.x[-1]", b"-2e3"),
        ("$.泵.x[?@.k=='v\"w']", b'{"k" : "v\\"w"}'),
        ("$['a']", b"1.5"),
        ("$", MESSAGE),
    ],
)
def test_a_value_is_found_where_it_is_written(path: str, written: bytes) -> None:
    span = json_span(MESSAGE, path)
    assert span is not None
    assert MESSAGE[span[0] : span[0] + span[1]] == written


@pytest.mark.parametrize(
    ("message", "path"),
    [
        (MESSAGE, "$.b"),
        (MESSAGE, "$.l[0]"),
        (MESSAGE, "$.泵.x[3]"),
        (MESSAGE, "$.a.b"),
        (MESSAGE, "$.l.b"),
        (b"", "$.a"),
        (b"\xff{", "$.a"),
    ],
)
def test_where_the_path_leads_nowhere_nothing_is_found(message: bytes, path: str) -> None:
    assert json_span(message, path) is None


def test_in_a_message_that_was_cut_what_stands_before_the_cut_is_found() -> None:
    assert json_span(MESSAGE[:14], "$.a") == (8, 3)
    assert json_span(MESSAGE[:14], "$.n") is None


def test_a_message_nested_beyond_reason_is_no_crash() -> None:
    assert json_span(b'{"a":' + b"[" * 100_000, "$.b") is None


DOCUMENTS: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "泵", "x y"]), inner, max_size=3),
    max_leaves=12,
)


@given(
    document=DOCUMENTS,
    path=st.lists(st.sampled_from([".a", ".b", ".泵", "['x y']", "[0]", "[1]", "[-1]", "[?@.a==1]"]), min_size=1, max_size=3),
)
def test_it_finds_exactly_what_the_collector_reads(document: Any, path: list[str]) -> None:
    message = json.dumps(document, ensure_ascii=False, indent=1).encode()
    steps = jsonpath.parse("$" + "".join(path))
    assert steps is not None
    read = jsonpath.find(document, steps)
    span = json_span(message, "$" + "".join(path))
    if read is jsonpath.MISSING:
        assert span is None
    else:
        assert span is not None
        assert json.loads(message[span[0] : span[0] + span[1]]) == read
