"""``guanjia check``: is a site file right, whole?"""

from pathlib import Path
from typing import Annotated

import typer

from guanjia.commands.words import configuration, out
from guanjia.config.configuration import Configuration
from rules.hints import SAID, Hint, hints


def check(site: Annotated[Path, typer.Argument(help="The site file.", metavar="SITE.YAML")]) -> None:
    """Check a site file with its profiles and rules; print every mistake with file, line and path.

    Exit code 0 when it is right, 2 when it is not. Example: guanjia check site.yaml
    """
    found = configuration(site)
    points = sum(len(d.points) for d in found.site.devices.values())
    alarms = sum(1 for _ in found.book.applying())
    out.print(
        f"{found.site.name.zh} / {found.site.name.en}: {len(found.site.devices)} devices, {points} points, "
        f"{len(found.rules)} rules watching as {alarms} alarms. No mistakes.",
        markup=False,
        soft_wrap=True,
    )
    for hint, asking in _hints(found).items():
        out.print(f"Hint: {SAID[hint]}. Asked for by {', '.join(asking)}.", markup=False, soft_wrap=True)
    unused = found.book.unused()
    if unused:
        out.print(
            f"Of the rules, {len(unused)} watch nothing here; 'guanjia rules list --site {site}' shows which.", markup=False, soft_wrap=True
        )


def _hints(found: Configuration) -> dict[Hint, list[str]]:
    """Each hint with the rules it is about."""
    told: dict[Hint, list[str]] = {}
    for rule in found.rules:
        for hint in hints(rule, found.site.calendar):
            told.setdefault(hint, []).append(rule.id)
    return told
