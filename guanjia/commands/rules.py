"""``guanjia rules``: the rule book."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from guanjia.commands.backtest import backtest_rules
from guanjia.commands.words import configuration, out, refuse, show
from guanjia.config.configuration import RULE_LIBRARY, Configuration
from guanjia.config.rule_file import load_rules
from model.clock import SECOND
from model.mistake import ConfigError
from model.rule import Rationale, Rule
from model.site import Site
from model.text import Language, Text
from model.wording import near
from rules.book import Verdict
from rules.errors import Fit
from rules.parameters import figures_given

app = typer.Typer(help="The rule book: list it, explain a rule, test rules against history.", no_args_is_help=True)
app.command("backtest")(backtest_rules)
_LABEL = 19
_INDENTED = "\n" + " " * (_LABEL + 2)
"""A line below another one of an explanation."""
SiteOption = Annotated[Path | None, typer.Option("--site", help="A site file; without it, the built-in library alone.")]


def _rules(site: Path | None) -> tuple[list[Rule], Configuration | None]:
    if site is not None:
        found = configuration(site)
        return list(found.rules), found
    rules, mistakes = load_rules(sorted(RULE_LIBRARY.glob("*.yaml")))
    if mistakes:
        raise ConfigError(mistakes)
    return rules, None


@app.command("list")
def list_rules(
    site: SiteOption = None,
    lang: Annotated[Language | None, typer.Option("--lang", help="Of the titles; the site's own, or English, when left out.")] = None,
    wide: Annotated[bool, typer.Option("--wide", help="Titles in both languages, and the conditions.")] = False,
) -> None:
    """List the rules, with how many devices each watches on a site. Example: guanjia rules list --site site.yaml"""
    rules, found = _rules(site)
    lang = lang or (Language(found.site.language) if found else Language.EN)
    titles = ("zh", "en", "condition") if wide else ("title",)
    table = Table(box=None, header_style="bold")
    for heading in ("rule", "priority", "of", *(("devices",) if found else ()), *titles):
        table.add_column(heading, no_wrap=heading not in titles)
    for rule in rules:
        watched = [str(sum(v.fit is Fit.APPLIES for v in found.book.of_rule(rule.id)))] if found else []
        told = (rule.text.zh, rule.text.en, rule.when) if wide else (rule.text.of(lang),)
        priorities = "→".join([rule.priority, *(level.priority for level in rule.levels)])
        table.add_row(rule.id, priorities, " ".join(rule.scope.patterns.values()) or "every device", *watched, *told)
    show(table)


def _suppressors(rule: Rule) -> str:
    """A rule that names itself means the same alarm at a device that feeds this one."""
    others = ", ".join(id for id in rule.suppressed_by if id != rule.id)
    upstream = f"{rule.id} upstream" if rule.id in rule.suppressed_by else ""
    return "; ".join(filter(None, (f"{others}, here or upstream" if others else "", upstream))) or "nothing"


def _both(text: Text | None) -> str:
    return f"{text.zh} / {text.en}" if text else ""


def _what(rule: Rule) -> Iterator[tuple[str, str]]:
    """When it is raised, and what it does then."""
    yield "rule", f"{rule.id}  version {rule.version}  {rule.file}:{rule.line}"
    yield "text", _both(rule.text)
    yield "when", rule.when
    yield "clear when", rule.clear_when or ""
    yield "delays", f"on {rule.on_delay_ns / SECOND:g} s, off {rule.off_delay_ns / SECOND:g} s"
    yield "deadband", ", ".join(f"{name} {band:g} {rule.units.get(name, '')}".strip() for name, band in rule.deadband.items()) or "none"
    yield "priority", f"{rule.priority}{', latched' if rule.latched else ''}{', life safety' if rule.life_safety else ''}"
    for level in rule.levels:
        yield f"level {level.id}", f"{level.priority} for {level.on_delay_ns / SECOND:g} s of {level.when}: {_both(level.text)}"
    yield "first out", f"{rule.first_out}, within the {rule.first_out_within}" if rule.first_out else ""
    yield "suppressed by", _suppressors(rule)


def _why(rule: Rule) -> Iterator[tuple[str, str]]:
    yield from _argument(rule.why)
    for level in rule.levels:
        usual = dict(_argument(rule.why))
        yield from ((f"{level.id}: {what}", told) for what, told in _argument(level.why or rule.why) if told != usual[what])


def _argument(why: Rationale) -> Iterator[tuple[str, str]]:
    """What a level may say otherwise than its rule."""
    yield "cause", _both(why.cause)
    yield "consequence", _both(why.consequence)
    yield "action", _both(why.action)
    yield "first steps", _INDENTED.join(_both(step) for step in why.steps)
    yield "confirm", _both(why.confirm)
    yield "respond within", f"{why.respond_within_s // 60} min"


def _record(rule: Rule) -> Iterator[tuple[str, str]]:
    """Where it comes from and who stands for it."""
    yield "source", rule.why.source
    yield "owner", _both(rule.why.owner)
    yield "approved by", _both(rule.why.approved_by)
    yield "reviewed", rule.why.reviewed.isoformat() if rule.why.reviewed else ""
    for line in rule.why.history:
        yield line.on.isoformat(), f"{line.by}: {_both(line.what)}"


def _watched(verdict: Verdict, site: Site) -> str:
    """With the figures that are not the rule's own."""
    given = figures_given(verdict.rule, verdict.device, site).items()
    return ", ".join(("watched", *(f"{name} {one.value:g} ({one.said_by})" for name, one in given)))


@app.command("explain")
def explain(
    rule_id: Annotated[str, typer.Argument(help="The rule's id, such as pump.dry_run.", metavar="RULE")], site: SiteOption = None
) -> None:
    """Explain one rule: when, why, what to do, and on a site which devices it watches. Example: guanjia rules explain pump.dry_run"""
    rules, found = _rules(site)
    rule = next((r for r in rules if r.id == rule_id), None)
    if rule is None:
        raise refuse(f"no rule '{rule_id}'{near(rule_id, (r.id for r in rules))}; 'guanjia rules list' shows them all")
    lines = (*_what(rule), *_why(rule), *_record(rule))
    for name, words in lines:
        if words:
            out.print(f"{name:>{_LABEL}}  {words}", markup=False, soft_wrap=True)
    if found is None:
        return
    for verdict in found.book.of_rule(rule.id):
        how = verdict.detail or _watched(verdict, found.site)
        out.print(f"{'':>{_LABEL}}  {verdict.device.id}: {how}", markup=False, soft_wrap=True)
