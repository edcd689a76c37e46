"""The documentation as a whole: its links lead somewhere, its tables are the product's, it names no machine of ours."""

import re
from pathlib import Path

import pytest

from guanjia.config.site_file import load_site
from tests.docs import tables
from tests.docs.pages import DOCS, ROOT, all_fences, anchors, links, pages, words

PAGES = pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(ROOT).as_posix())


@PAGES
def test_every_link_leads_somewhere(page: Path) -> None:
    assert [link for link in links(page) if not link.startswith(("http://", "https://")) and not _resolves(page, link)] == []


def _resolves(page: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    if not target.exists() or ROOT not in (target, *target.parents):
        return False
    return not anchor or anchor in anchors(target)


@PAGES
def test_no_page_speaks_of_the_machine_it_was_written_on(page: Path) -> None:
    assert re.findall(r"/work/\S*|/root\b\S*|/tmp/\S*", words(page)) == []


@pytest.mark.parametrize("name", tables.TABLES)
def test_a_generated_table_is_as_the_product_is(name: str) -> None:
    """When this fails, write them afresh: ``python -m tests.docs.tables``."""
    assert tables.written(name) == tables.TABLES[name][1]()


def test_every_guide_is_reached_from_both_front_doors() -> None:
    guides = {page.relative_to(ROOT).as_posix() for page in DOCS.glob("*.md")}
    for door in ("README.md", "README.zh-CN.md"):
        assert guides - set(links(ROOT / door)) == set()


def test_every_decision_is_listed_in_the_architecture() -> None:
    listed = set(links(DOCS / "architecture.md"))
    assert {f"adr/{page.name}" for page in (DOCS / "adr").glob("*.md")} - listed == set()


def test_both_front_doors_say_the_same() -> None:
    english, chinese = ROOT / "README.md", ROOT / "README.zh-CN.md"
    assert _outline(english) == _outline(chinese)
    there = {"README.md", "README.zh-CN.md"}
    assert set(links(english)) - there == set(links(chinese)) - there


def test_the_front_doors_count_the_reference_site_right() -> None:
    whole, small = (load_site(ROOT / "examples" / "talent-apartments" / f"{name}.yaml") for name in ("site", "small"))
    points = sum(len(device.points) for device in whole.devices.values())
    for door in ("README.md", "README.zh-CN.md"):
        assert {int(number) for number in re.findall(r"(\d+) (?:devices|台设备)", words(ROOT / door))} == {
            len(whole.devices),
            len(small.devices),
        }
    assert f"{len(whole.devices)} devices, {points:,} points" in words(ROOT / "CHANGELOG.md")


def _outline(page: Path) -> list[int]:
    """The ranks of its headings in order, and how many rows its tables have."""
    text = words(page)
    return [len(marks) for marks in re.findall(r"^(#+) ", text, re.M)] + [len(re.findall(r"^\|", text, re.M))]


def test_no_example_is_left_unmarked_that_a_loader_could_read() -> None:
    """A YAML example is marked with what it is, so that it is tried; the plain ones are those with a file of their own beside them."""
    assert [str(fence) for fence in all_fences("yaml") if fence.info == "yaml" and "profile: ./" not in fence.text] == []
