"""The page ``docs/scenario-coverage.md``: every built-in rule against every scenario that raises it.

``python -m tests.scenarios_library.coverage`` writes it afresh from the expectations in the files; a test fails while it differs. That
the expectations are true is what playing the scenarios proves.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from tests.scenarios_library.shelf import ROOT, Page, library, pages

FILE = ROOT / "docs" / "scenario-coverage.md"


def page() -> str:
    return "\n".join([*_head(), "", *_rules(), *_scenarios()]) + "\n"


def uncovered() -> list[str]:
    """Built-in rules that no scenario raises."""
    return [rule for rule in library() if not any(page.raises(rule) for page in pages())]


def _head() -> Iterator[str]:
    count = len(library())
    raised = sum(page.tickets > 0 or bool(page.cries) for page in pages())
    yield "# Scenario coverage"
    yield ""
    yield "Every built-in rule and the scenarios of the library that raise it, from what the files expect. `guanjia scenario run`"
    yield "proves that it comes: alarm by alarm, ticket by ticket, and nothing else. `python -m tests.scenarios_library.coverage`"
    yield "writes this page; a test fails while it differs. [How sharply the scenarios hold the rules](mutation-score.md)."
    yield ""
    yield "```console"
    yield "$ guanjia scenario run examples/talent-apartments/scenarios/typhoon-night.yaml"
    yield "$ guanjia scenario run -j 2 examples/talent-apartments/scenarios examples/test-bench/scenarios"
    yield "```"
    yield ""
    yield "The tests play all of them but `quiet-day`, the whole site through 24 hours, which takes minutes; its sample"
    yield "`quiet-morning-one-of-each` stands in for it."
    yield ""
    yield f"- {len(pages())} scenarios, {raised} of them with alarms"
    yield f"- {count - len(uncovered())} of {count} built-in rules are raised"
    yield f"- {sum(any(p.shouts(rule) for p in pages()) for rule in library())} are shouted somewhere; the rest is only ever a consequence"


def _rules() -> Iterator[str]:
    """A table per library file; consequences in italics."""
    by_file: dict[str, list[str]] = {}
    for rule in library().values():
        by_file.setdefault(rule.file.rsplit("/", 1)[-1], []).append(rule.id)
    yield "## Rules × scenarios"
    yield ""
    yield "*In italics*: folded under the alarm that explains it."
    for file, rules in sorted(by_file.items()):
        yield ""
        yield f"### `{file}`"
        yield ""
        yield from _table(
            ("rule", "报警", "priority", "scenarios"), ((f"`{r}`", _zh(r), library()[r].priority, _raised_in(r)) for r in rules)
        )
    yield ""


def _raised_in(rule: str) -> str:
    names = (page.id if page.shouts(rule) else f"*{page.id}*" for page in pages() if page.raises(rule))
    return ", ".join(names) or "**none**"


def _zh(rule: str) -> str:
    return library()[rule].text.zh.removeprefix("{device}").strip()


def _scenarios() -> Iterator[str]:
    yield "## Scenarios"
    yield ""
    rows = ((_link(p), p.zh, p.en, ", ".join(p.systems()) or "–", p.length, *_counts(p)) for p in pages())
    yield from _table(("scenario", "名称", "name", "systems", "length", "shouted", "folded", "tickets"), rows)


def _counts(page: Page) -> tuple[str, str, str]:
    cries: Counter[bool] = Counter()
    for cry in page.cries:
        cries[cry.folded] += cry.count
    return str(cries[False]), str(cries[True]), str(page.tickets)


def _link(page: Page) -> str:
    return f"[{page.id}](../{page.file.relative_to(ROOT).as_posix()})"


def _table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    for line in (heading, ["---"] * len(heading), *rows):
        yield "| " + " | ".join(line) + " |"


if __name__ == "__main__":
    FILE.write_text(page(), encoding="utf-8")
