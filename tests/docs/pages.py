"""The documentation as the tests read it: pages, fenced examples, links, sections, and the parts that are generated."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
_FENCE = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<text>.*?)^```$", re.M | re.S)
_LINK = re.compile(r"!?\[[^\]]*\]\((?P<target>[^)\s]+)\)")
_SOURCE = re.compile(r"""<img[^>]*\bsrc=["'](?P<target>[^"']+)["']""")
_HEADING = re.compile(r"^#{1,6} +(?P<words>.+?)\s*$", re.M)


@dataclass(frozen=True, slots=True)
class Fence:
    """One fenced example. ``info`` is what stands behind the backticks: ``yaml site``."""

    page: str
    line: int
    info: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


@cache
def pages() -> tuple[Path, ...]:
    """Every page a reader may open, the two front doors first."""
    return (ROOT / "README.md", ROOT / "README.zh-CN.md", ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md")))


@cache
def words(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def fences(page: Path, info: str = "") -> Iterator[Fence]:
    """The page's examples whose info begins with the words given."""
    text = words(page)
    for found in _FENCE.finditer(text):
        if found["info"].startswith(info):
            yield Fence(page.relative_to(ROOT).as_posix(), text.count("\n", 0, found.start()) + 1, found["info"], found["text"])


def all_fences(info: str) -> list[Fence]:
    return [fence for page in pages() for fence in fences(page, info)]


def prose(page: Path) -> str:
    """The page without its examples."""
    return _FENCE.sub("", words(page))


def links(page: Path) -> Iterator[str]:
    """Targets of links and pictures."""
    text = prose(page)
    for pattern in (_LINK, _SOURCE):
        yield from (found["target"] for found in pattern.finditer(text))


def anchors(page: Path) -> set[str]:
    """The names GitHub gives to the page's headings."""
    return {_anchor(found["words"]) for found in _HEADING.finditer(prose(page))}


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", re.sub(r"[`*]", "", heading).lower()).replace(" ", "-")


def section(page: Path, heading: str) -> str:
    """What stands below a heading, up to the next of its rank or above. KeyError when there is no such heading."""
    lines = words(page).splitlines()
    for index, line in enumerate(lines):
        if line.lstrip("# ") == heading and line.startswith("#"):
            rank = len(line) - len(line.lstrip("#"))
            return "\n".join([line, *_until_rank(lines[index + 1 :], rank)])
    raise KeyError(f"{page.name} has no heading '{heading}'")


def _until_rank(lines: list[str], rank: int) -> Iterator[str]:
    in_fence = False
    for line in lines:
        in_fence ^= line.startswith("```")
        if not in_fence and re.match(rf"#{{1,{rank}}} ", line):
            return
        yield line


def named(text: str) -> set[str]:
    """Everything set in backticks outside of examples."""
    return set(re.findall(r"`([^`\n]+)`", _FENCE.sub("", text)))


def leaves(command: Any, path: str = "guanjia") -> Iterator[tuple[str, Any]]:
    """Every command that does something, by its full name. Typer carries a click of its own, so a group is known by its commands."""
    if hasattr(command, "commands"):
        for name, child in command.commands.items():
            yield from leaves(child, f"{path} {name}")
    else:
        yield path, command


def options(command: Any) -> set[str]:
    """What may be written after it, hidden options left out."""
    visible = [parameter for parameter in command.params if parameter.param_type_name == "option" and not parameter.hidden]
    return {word for parameter in visible for word in (*parameter.opts, *parameter.secondary_opts)}
