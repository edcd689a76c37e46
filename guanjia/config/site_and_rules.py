"""Mistakes that show only when the site and its rules are put side by side."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from guanjia.config.document import Path
from guanjia.config.findings import Findings
from guanjia.config.nameplate import NAMEPLATE
from guanjia.config.rule_file import RuleDraft
from guanjia.config.rule_on_site import RuleOnSite
from guanjia.config.site_file import SiteDraft
from model.mistake import Mistake
from model.rule_version import Origin
from model.wording import near, nearest
from rules.book import Book
from rules.syntax import parse

_ALIKE = 0.8
"""A parameter or skill that nobody asks for is a slip of the pen when it is this like one that is asked for; else it is the site's own."""


@dataclass(frozen=True, slots=True)
class SideBySide:
    book: Book
    mistakes: list[Mistake] = field(default_factory=list)
    explained: set[Mistake] = field(default_factory=set)
    """Mistakes found before that only follow from one of these."""


def side_by_side(draft: SiteDraft, rules: RuleDraft) -> SideBySide:
    """Compare what could be read of both; what a mistake elsewhere leaves open is not complained of."""
    written = [one for one in rules.book.values() if one.is_readable]
    book = Book(draft.site, [one.rule for one in written])
    found = SideBySide(book)
    unused = {rule.id for rule, _ in book.unused()}
    for one in written:
        on_site = RuleOnSite(one, book, draft)
        problems = list(on_site.problems())
        found.mistakes.extend(problems)
        if one.rule.id in unused and one.source.origin is not Origin.LIBRARY:
            nothing, explained = on_site.watches_nothing()
            found.mistakes.extend(nothing if not problems else (mistake for mistake in nothing if "did you mean" in mistake.message))
            found.explained.update(explained)
    findings = Findings(draft.document, found.mistakes)
    _params(findings, draft, rules)
    found.mistakes.extend(_skills(draft, rules))
    return found


def _params(findings: Findings, draft: SiteDraft, rules: RuleDraft) -> None:
    """A figure under a name that nothing asks for: at a device only one much like a name that is asked for, it may be the device's own."""
    asked = _asked_of(rules)
    known = NAMEPLATE.union(*asked.values()) | rules.words
    for index, item in draft.parts.devices.items():
        device = draft.site.devices.get(item.value.id)
        points = {point.name for point in device.points} if device else set[str]()
        for name in item.value.params.keys() - known:
            if meant := nearest(name, NAMEPLATE.union(*asked.values()) - points, _ALIKE):
                findings.wrong(("devices", index, "params", name), f"no rule, page or simulator knows '{name}'; did you mean '{meant}'?")
    wide: dict[Path, Mapping[str, float]] = {("site", "params"): draft.parts.site.value.params if draft.parts.site else {}}
    wide |= {("areas", index, "params"): item.value.params for index, item in draft.parts.areas.items()}
    for path, params in wide.items():
        for name in params:
            if message := _unasked(name, asked, known, rules):
                findings.wrong((*path, name), message)


def _asked_of(rules: RuleDraft) -> dict[str, set[str]]:
    """Rule → the names its conditions speak of."""
    asked = {id: set(one.rule.params) for id, one in rules.book.items()}
    for id, one in rules.book.items():
        if one.is_readable:
            asked[id].update(*(parse(text).spoken for text in one.conditions().values()))
    return asked


def _unasked(name: str, asked: Mapping[str, set[str]], known: Collection[str], rules: RuleDraft) -> str:
    """Why no rule takes its figure from what the site or an area says under this name; empty when one does."""
    rule, _, own = name.rpartition(".")
    if not rule:
        return "" if name in known else f"no rule, page or simulator knows '{name}'{near(name, known) or '; remove it'}"
    if rule not in rules.ids:
        return f"there is no rule '{rule}'{near(rule, rules.ids) or '; remove it'}"
    names = asked.get(rule, {own})
    return "" if own in names else f"rule '{rule}' does not speak of '{own}'{near(own, names) or '; remove it'}"


def _skills(draft: SiteDraft, rules: RuleDraft) -> Iterator[Mistake]:
    """A skill the site's own rules ask for that nobody has, and a person's that no rule asks for but one much like it.

    What the built-in rules ask for is a known word, whether anybody here has it or not.
    """
    people = draft.parts.people
    roster = {skill for person in people.values() for skill in person.value.skills}
    asking = [(one, path, skill) for one in rules.book.values() for path, skill in one.skills().items()]
    asked = {skill for one, _, skill in asking if one.source.origin is Origin.LIBRARY or skill in roster}
    findings = Findings(draft.document, mistakes := list[Mistake]())
    for index, person in people.items():
        for place, skill in enumerate(person.value.skills):
            if skill not in asked | rules.words and (meant := nearest(skill, asked, _ALIKE)):
                findings.wrong(("people", index, "skills", place), f"no rule asks for '{skill}'; did you mean '{meant}'?")
    yield from mistakes
    if roster and not mistakes and all(person.has("skills") for person in people.values()):
        for one, path, skill in asking:
            if skill not in asked:
                yield one.mistake(path, f"nobody on the site's roster has the skill '{skill}'{near(skill, roster | asked)}")
