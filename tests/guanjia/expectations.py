"""The table of what each fault raises, from the page that the virtual trials keep true.

``python -m tests.guanjia.expectations`` writes ``guanjia/test_report/expectations.yaml`` afresh; a test fails while it differs.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.virtual.trial import SLOW_NS

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "rule-coverage.md"
TABLE = ROOT / "guanjia" / "test_report" / "expectations.yaml"
_CODE = re.compile(r"`([^`]+)`")
_HEAD = """# What each fault raises on a device of each profile: shouted, and folded under it.
# Made by `python -m tests.guanjia.expectations` from docs/rule-coverage.md, where every fault is tried in virtual time.
# Several entries: devices of the profile differ in what watches them. `slow_s`: all of it has come only after so long.
"""
Row = tuple[str, str, str]


def written() -> str:
    """The table as it should stand in the file."""
    found: dict[str, dict[str, list[str]]] = {}
    for profile, fault, raised in sorted(_rows()):
        found.setdefault(profile, {}).setdefault(fault, []).append(raised)
    return _HEAD + "".join(f"{profile}:\n{_lines(faults)}" for profile, faults in found.items())


def _lines(faults: dict[str, list[str]]) -> str:
    return "".join(f"  {fault}: [{', '.join(raised)}]\n" for fault, raised in faults.items())


def _rows() -> Iterator[Row]:
    device_class = ""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            device_class = line.removeprefix("## ").strip("`")
        elif line.startswith("| `") and line.count("|") == 5:
            yield from _raised(device_class, line)
        elif line.startswith("| `") and device_class == "Visible, not alarmed":
            [fault], profiles, _ = (_CODE.findall(cell) for cell in line.strip("|").split("|"))
            yield from ((profile, fault, "{}") for profile in profiles)


def _raised(device_class: str, line: str) -> Iterator[Row]:
    """A row of the page, once for each of its profiles."""
    [fault], profiles, shouted, folded = (_CODE.findall(cell) for cell in line.strip("|").split("|"))
    slow_s = SLOW_NS.get((device_class, fault), 0) / 1e9
    parts = [f"raises: [{', '.join(shouted)}]"]
    parts += [f"folds: [{', '.join(folded)}]"] if folded else []
    parts += [f"slow_s: {slow_s:g}"] if slow_s else []
    for profile in profiles:
        yield profile, fault, "{" + ", ".join(parts) + "}"


if __name__ == "__main__":
    TABLE.write_text(written(), encoding="utf-8")
