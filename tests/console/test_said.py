"""What the server says in English is told in Chinese: every mistake of a rule's text that the tests know, every refusal in the code."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.console.conftest import DESK, Opener, RunningSite

ROOT = Path(__file__).parents[2]
MISTAKES = sorted((ROOT / "tests" / "rules" / "bad").rglob("*.bad.txt"))
AT = re.compile(r"^(?:[^ :]+:\d+(?::\d+)?: )?(?:[\w\[\].]+: )?")
"""File, place and path before the message."""
REFUSALS = {"IllegalAct", "IllegalTicketAct", "NotChangeable", "VersionMoved", "QueueFull", "JobOver", "SessionConflict"}
WHERE = ("rules", "tickets", "guanjia")
IN_THE_FILE = (": not valid YAML", "…'")
"""The YAML reader's own words, and lines of the file shown below them."""


def mistakes() -> set[str]:
    lines = {line for path in MISTAKES for line in path.read_text("utf-8").splitlines()}
    return {AT.sub("", line) for line in lines if not line.startswith(("  ", "…")) and not any(part in line for part in IN_THE_FILE)}


def refusals() -> Iterator[str]:
    """The sentences that the acts of people are refused with; whatever they name is 'x' here."""
    for path in (path for folder in WHERE for path in (ROOT / folder).rglob("*.py")):
        if any(name in (text := path.read_text("utf-8")) for name in REFUSALS):
            calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call) and getattr(node.func, "id", "") in REFUSALS]
            yield from (sentence for call in calls for argument in call.args for sentence in sentences(argument))


def sentences(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from (*sentences(node.body), *sentences(node.orelse))
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(part.value if isinstance(part, ast.Constant) and isinstance(part.value, str) else "x" for part in node.values)


def test_mistakes_and_refusals_have_chinese_words(site: RunningSite, visit: Opener) -> None:
    page = visit(site, "/login", DESK, logged_in=False).page
    said = sorted(mistakes() | set(refusals()))
    untold = page.evaluate(_UNTOLD, said)
    assert len(said) > 70
    assert untold == []


def test_a_refusal_names_states_as_the_console_does(site: RunningSite, visit: Opener) -> None:
    page = visit(site, "/login", DESK, logged_in=False).page
    said = [
        "a ticket that is on site does not allow accept; allowed now: start",
        "'wen' is not known; did you mean 'when'?",
        "'level' is in 'm', which does not convert to 'meter'; did you mean 'm'? (for device 'pr2.tank')",
        "not valid YAML: could not find expected ':'; write ': ' for '：'",
    ]
    told = [
        "工单现在是“已到场”，不能接单",
        "不认识 'wen'；是不是 'when'？",
        "'level' 的单位是 'm'，不能换算成 'meter'；是不是 'm'？（设备 'pr2.tank'）",
        "YAML 写法不对：'：' 要写成 ': '（could not find expected ':'）",
    ]
    assert page.evaluate(_TOLD, said) == told


_MODULE = "const {translated} = await import(document.documentElement.dataset.base + '/js/core/said.js');"
_UNTOLD = f"async (sentences) => {{ {_MODULE} return sentences.filter((one) => translated(one) === null) }}"
_TOLD = f"async (sentences) => {{ {_MODULE} return sentences.map(translated) }}"
