"""The rules that run, and what would run after a change: proposals, judged before anything is touched. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from guanjia.config.rule_file import draft_texts
from guanjia.config.rule_text import RuleText
from guanjia.config.site_file import SiteDraft
from guanjia.config.written import Written
from guanjia.rulebook.bound import Aside, Bound, bind, edit_text, lay_over
from guanjia.rulebook.history import Act, news, retired, standing_edits
from model.mistake import Mistake
from model.rule_version import NotChangeable, RulesRefused, RuleVersion

SENT = ""
"""In place of a file's name, in mistakes: the text somebody has just sent."""


@dataclass(frozen=True, slots=True)
class InForce:
    """``texts`` are the files as they were last taken; ``history`` all that the journal has of the rules."""

    draft: SiteDraft
    texts: tuple[RuleText, ...]
    bound: Bound
    aside: Mapping[str, Aside]
    history: tuple[RuleVersion, ...] = ()

    @property
    def written(self) -> Mapping[str, Written]:
        return self.bound.written

    def version(self, rule: str) -> str | None:
        """Which version of it runs."""
        return self.written[rule].rule.version if rule in self.written else None

    def edits(self) -> dict[str, RuleVersion]:
        return standing_edits(self.history)

    def differing(self, other: "InForce") -> list[str]:
        """The rules of which the other one has another version, or none, or which only the other has."""
        both = dict.fromkeys([*self.written, *other.written])
        return [rule for rule in both if self.version(rule) != other.version(rule)]


def first(files: InForce, history: Sequence[RuleVersion], act: Act) -> tuple[InForce, list[RuleVersion]]:
    """What runs from the start: the files, which have no mistakes, and every edit that fits. And what the journal has not heard of yet."""
    then = replace(files, history=tuple(history))
    if edits := then.edits():
        bound, aside = lay_over(files.draft, files.texts, edits.values())
        then = replace(then, bound=bound, aside=aside)
    return _after(then, (), act)


def edited(now: InForce, rule: str, yaml: str, act: Act) -> tuple[InForce, list[RuleVersion]]:
    """One rule said otherwise, or a new one; nothing to record when it says what runs already. Raises RulesRefused."""
    sent = edit_text(rule, yaml)
    bound = bind(now.draft, [*now.texts, *_lying(now, rule), sent])
    mistakes = [*bound.mistakes, *_not_this_one(bound, sent.file, rule)]
    if mistakes:
        raise RulesRefused([replace(m, file=SENT) if m.file == sent.file else m for m in mistakes])
    if bound.written[rule].rule.version == now.version(rule):
        return now, []
    return _after(replace(now, bound=bound, aside=_without(now.aside, rule)), (), act)


def taken_back(now: InForce, rule: str, act: Act) -> tuple[InForce, list[RuleVersion]]:
    """Without the edit of one rule: what the files say runs again, or the rule retires. Raises NotChangeable, RulesRefused."""
    edit = now.edits().get(rule)
    if edit is None:
        raise NotChangeable(f"'{rule}' stands in {now.written[rule].source.file} as it runs; there is no edit to take back")
    bound = bind(now.draft, [*now.texts, *_lying(now, rule)])
    if bound.mistakes:
        raise RulesRefused(list(bound.mistakes))
    return _after(replace(now, bound=bound, aside=_without(now.aside, rule)), [retired(edit, act)], act)


def reread(now: InForce, texts: Sequence[RuleText], act: Act) -> tuple[InForce, list[RuleVersion]]:
    """With other files. Raises RulesRefused, also when an edit that runs would no longer fit."""
    bound, aside = lay_over(now.draft, texts, now.edits().values())
    fallen = [mistake for rule in aside.keys() - now.aside.keys() for mistake in aside[rule].mistakes]
    if bound.mistakes or fallen:
        raise RulesRefused([*bound.mistakes, *fallen])
    return _after(replace(now, texts=tuple(texts), bound=bound, aside=aside), (), act)


def with_text(now: InForce, yaml: str) -> Bound:
    """The running book with some text of one rule or several over it, whatever is wrong with it."""
    sent = replace(edit_text("", yaml), file=SENT)
    return bind(now.draft, [*now.texts, *_lying(now), sent])


def file_text(now: InForce, rule: str) -> Written | None:
    """What the files say of a rule, whether it runs or an edit lies over it."""
    return draft_texts(now.texts).book.get(rule)


def id_in(yaml: str) -> str:
    """The rule that a text is of; empty when it does not say so."""
    return next((one.rule.id for one in draft_texts([edit_text("", yaml)]).book.values() if one.is_whole), "")


def _after(then: InForce, acts: Iterable[RuleVersion], act: Act) -> tuple[InForce, list[RuleVersion]]:
    lines = list(acts)
    lines += news([*then.history, *lines], then.written, act)
    return replace(then, history=(*then.history, *lines)), lines


def _without(aside: Mapping[str, Aside], rule: str) -> dict[str, Aside]:
    return {other: one for other, one in aside.items() if other != rule}


def _lying(now: InForce, but: str = SENT) -> Iterator[RuleText]:
    """The texts of the edits that run."""
    return (edit_text(edit.rule, edit.yaml) for edit in now.edits().values() if edit.rule not in now.aside and edit.rule != but)


def _not_this_one(bound: Bound, file: str, rule: str) -> Iterator[Mistake]:
    """A text sent for one rule that speaks of others, or of none."""
    spoken = [one for one in bound.written.values() if one.source.file == file]
    for one in spoken:
        if one.is_whole and one.rule.id != rule:
            yield one.mistake(("id",), f"this is the text of '{rule}', not of '{one.rule.id}'; a rule keeps its id")
    if not spoken and not bound.mistakes:
        yield Mistake(file, 1, "", f"there is no rule in it; write that of '{rule}'")
