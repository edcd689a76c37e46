"""One rule against the devices of a site: what its author misspelt, or what is not there to be watched."""

from collections.abc import Iterator
from dataclasses import dataclass

from guanjia.config.rule_file import Written
from guanjia.config.scopes import may_watch, nobody
from guanjia.config.site_file import SiteDraft
from model.mistake import Mistake
from model.site import Device
from model.units import conversion
from model.wording import near
from rules.book import Book, Verdict
from rules.errors import Fit
from rules.syntax import Formula, parse


@dataclass(frozen=True, slots=True)
class _Missing:
    """A name no device of the rule's answers to. ``name`` is empty where it is a pattern."""

    name: str
    message: str
    is_hinted: bool


class RuleOnSite:
    """``verdicts``: how the rule stands to every device, those it is not for left out."""

    def __init__(self, one: Written, book: Book, draft: SiteDraft) -> None:
        self._one, self._draft = one, draft
        self._verdicts = [v for v in book.of_rule(one.rule.id) if v.fit is not Fit.NOT_IN_SCOPE]
        texts = {"when": one.rule.when, "clear_when": one.rule.clear_when}
        self._formulas: dict[str, Formula] = {key: parse(text) for key, text in texts.items() if text}

    def problems(self) -> Iterator[Mistake]:
        """Units, words and points of other devices that can't be, whoever wrote the rule."""
        if not self._verdicts:
            return
        alike: dict[tuple[str, str], list[str]] = {}
        for device in self._judged():
            for name, detail in self._units(device):
                alike.setdefault((name, detail), []).append(device.id)
        for verdict in self._verdicts:
            if verdict.fit is Fit.WORDS_REFUSED:
                alike.setdefault(("", verdict.detail), []).append(verdict.device.id)
        for (name, detail), devices in alike.items():
            others = f" and {len(devices) - 1} more like it" if len(devices) > 1 else ""
            yield self._one.mistake((self._key(name),), f"{detail} (for device '{devices[0]}'{others})")
        yield from self._far()

    def _units(self, device: Device) -> Iterator[tuple[str, str]]:
        """Name in ``units`` → why the point of that name can't be had in it."""
        for name, wanted in self._one.rule.units.items():
            column = device.profile.column(name)
            unit = None if column is None else device.points[column].unit
            if unit is not None and conversion(unit, wanted) is None:
                yield name, f"'{name}' is in '{unit}', which does not convert to '{wanted}'"

    def _far(self) -> Iterator[Mistake]:
        """Points of other devices that the site does not have."""
        unread = {item.value.id for item in self._draft.equipment.unread}
        site = self._draft.site
        for key, formula in self._formulas.items():
            for point_id in sorted(formula.far):
                device = point_id.rpartition(".")[0]
                is_open = device in unread or "points" in self._draft.equipment.doubts.get(device, ())
                if site.point(point_id) is None and not is_open:
                    known = (d.point_id(column) for d in site.devices.values() for column in range(len(d.points)))
                    yield self._one.mistake((key,), f"the site has no point '{point_id}'{near(point_id, known)}")

    def watches_nothing(self) -> tuple[list[Mistake], set[Mistake]]:
        """Why a rule that applies nowhere does not, and the mistakes in its file that only follow from it."""
        missing = self._missing()
        if not any(one.is_hinted for one in missing) and self._verdicts and may_watch(self._one.rule.scope, self._draft):
            return [], set()
        if not self._verdicts:
            return list(self._nobody()), set()
        found = [self._one.mistake((self._key(one.name),), f"the rule watches nothing on this site: {one.message}") for one in missing]
        names = {one.name for one in missing}
        return found, {mistake for name, mistake in self._one.follow if name in names}

    def _missing(self) -> list[_Missing]:
        """Of the device that comes nearest to what the rule asks for, every name it lacks."""
        missed = (v for v in self._verdicts if v.fit is Fit.NAME_MISSING and self._is_judged(v.device))
        return min(map(list, map(self._lacks, missed)), key=lambda lacks: (not any(one.is_hinted for one in lacks), len(lacks)), default=[])

    def _lacks(self, verdict: Verdict) -> Iterator[_Missing]:
        device, rule = verdict.device, self._one.rule
        known = {point.name for point in device.points} | rule.params.keys() | device.params.keys()
        absent = sorted(frozenset[str]().union(*(formula.names for formula in self._formulas.values())) - known)
        for name in absent:
            hint = near(name, known)
            yield _Missing(name, f"{device.id} has no point or parameter '{name}'{hint}", bool(hint))
        if not absent:
            yield _Missing("", verdict.detail, is_hinted=False)

    def _nobody(self) -> Iterator[Mistake]:
        part, message, is_hinted = nobody(self._one.rule.scope, self._draft)
        if is_hinted or not may_watch(self._one.rule.scope, self._draft):
            yield self._one.mistake(("for", part) if part else ("for",), f"the rule watches nothing on this site: {message}")

    def _key(self, name: str) -> str:
        """Which of the two conditions speaks of the name."""
        return next((key for key, formula in self._formulas.items() if name in formula.names | formula.far), "when")

    def _judged(self) -> Iterator[Device]:
        return (verdict.device for verdict in self._verdicts if self._is_judged(verdict.device))

    def _is_judged(self, device: Device) -> bool:
        """Whether it is certain what the device has."""
        return self._draft.equipment.doubts.get(device.id, frozenset[str]()).isdisjoint(("points", "params"))
