"""YAML that somebody sends to do harm, or by a slip of the hand: a mistake with its line, at once, and never the end of the process."""

import pytest

from guanjia.config.document import read
from model.mistake import ConfigError

LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
MERGED = "a: &a {k: 1}\n" + "".join(
    f"{name}: &{name} {{<<: [{', '.join([f'*{before}'] * 10)}]}}\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
CHAIN = "- &a0 [x]\n" + "".join(f"- &a{number} [*a{number - 1}]\n" for number in range(1, 5_000))


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        pytest.param("[" * 90_000, 1, "more than 100 deep", id="brackets"),
        pytest.param("".join(" " * depth + "a:\n" for depth in range(300)), 101, "more than 100 deep", id="indented"),
        pytest.param(CHAIN, 102, "more than 100 deep", id="aliases in a chain"),
        pytest.param(LAUGHS, 4, "aliases of aliases", id="aliases of aliases"),
        pytest.param(MERGED, 5, "aliases of aliases", id="merged mappings"),
        pytest.param("id: a\nreviewed: 2026-02-30\n", 2, "'2026-02-30' is not what it looks like", id="no such day"),
        pytest.param("id: a\nn: " + "1" * 5_000, 2, "is not what it looks like", id="a number of 5000 digits"),
        pytest.param("id: !!bool maybe", 1, "'maybe' is not what it looks like", id="a tag that lies"),
        pytest.param("id: !!timestamp soon", 1, "'soon' is not what it looks like", id="another"),
        pytest.param("id: \ud800", 1, "not valid YAML", id="half a character"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_line(text: str, line: int, said: str) -> None:
    with pytest.raises(ConfigError) as error:
        read(text, "own.yaml")
    (mistake,) = error.value.mistakes
    assert mistake.line == line
    assert said.replace("aliases of", "aliases (*) of") in mistake.message


@pytest.mark.parametrize(
    ("text", "place", "advice"),
    [
        pytest.param("when: a\non_delay：60s\npriority: low\n", (2, 9), "write ': ' for '：'", id="a full-width colon"),
        pytest.param("when: a\n\tpriority: low\n", (2, 1), "indent with spaces, not with a tab", id="a tab"),
        pytest.param("- a: 1\n\u00a0\u00a0b: 2\n", (2, 1), "indent with plain spaces", id="spaces of a web page"),
        pytest.param("when: a\n   priority: low\n", (2, 12), "indent it like the line of the same kind before it", id="indented"),
        pytest.param("source: GB 50015: 3.7\n", (1, 17), "a text with ': ' in it stands in quotes", id="a colon in a text"),
        pytest.param("device: *tank\n", (1, 9), "put it in quotes", id="a star"),
        pytest.param("when: !(a)\n", (1, 7), "put it in quotes", id="an exclamation mark"),
        pytest.param("a: {b: 1\nc: 2\n", (2, 2), "close the bracket or the quote that is open", id="a brace"),
        pytest.param('a: "b\nc: 2\n', (1, 4), "the quote that begins here is never closed", id="a quote"),
        pytest.param("a: 1\n---\nb: 2\n", (2, 1), "leave out the line '---'", id="two documents"),
        pytest.param("a: 1\nb: \0\n", (2, 4), "leave out U+0000", id="a NUL"),
    ],
)
def test_a_usual_slip_is_told_with_line_column_and_what_to_do(text: str, place: tuple[int, int], advice: str) -> None:
    with pytest.raises(ConfigError) as error:
        read(text, "own.yaml")
    (mistake,) = error.value.mistakes
    assert (mistake.line, mistake.column) == place
    assert mistake.message.startswith("not valid YAML: ")
    assert advice in mistake.message


def test_an_anchor_that_is_used_again_and_again_is_read() -> None:
    document, _ = read("why: &why {cause: a, action: b}\nrules:\n" + "- {why: *why}\n" * 500, "own.yaml")
    assert document.data["rules"][499]["why"] == {"cause": "a", "action": "b"}
