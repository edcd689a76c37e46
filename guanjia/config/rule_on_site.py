"""One rule against the devices of a site: what its author misspelt, or what is not there to be watched."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from guanjia.config.document import Path
from guanjia.config.scopes import may_watch, nobody, words_of
from guanjia.config.site_file import SiteDraft
from guanjia.config.written import Written
from model.mistake import Mistake
from model.rule_version import Origin
from model.site import Device
from model.units import UNITS, conversion, unit_meant
from model.wording import near
from rules.book import Book, Verdict
from rules.duration import words
from rules.errors import Fit
from rules.levels import clears_at_once, not_graver
from rules.parameters import params_of
from rules.selection import HERE
from rules.syntax import Formula, parse

_BARE = ("workday", "holiday")
"""What reads like a name and is a function that is asked nothing."""


@dataclass(frozen=True, slots=True)
class _Missing:
    """A name no device of the rule's answers to. ``name`` is empty where it is a pattern."""

    name: str
    message: str
    is_hinted: bool


class RuleOnSite:
    def __init__(self, one: Written, book: Book, draft: SiteDraft) -> None:
        self._one, self._draft = one, draft
        self._verdicts = book.of_rule(one.rule.id)
        self._formulas: dict[Path, Formula] = {path: parse(text) for path, text in one.conditions().items()}

    def problems(self) -> Iterator[Mistake]:
        """Units, words and points of other devices that can't be, whoever wrote the rule."""
        if not self._verdicts:
            return
        units, worded = dict[tuple[str, str], list[str]](), dict[str, list[str]]()
        for device in self._judged():
            for name, detail in self._units(device):
                units.setdefault((name, detail), []).append(device.id)
        for verdict in self._verdicts:
            if verdict.fit is Fit.WORDS_REFUSED:
                worded.setdefault(verdict.detail, []).append(verdict.device.id)
        for (name, detail), devices in units.items():
            yield self._one.mistake(("units", name), f"{detail}{_for(devices)}")
        for detail, devices in worded.items():
            yield self._at("", f"{detail}{_for(devices)}")
        yield from self._far()
        yield from self._empty_groups()
        yield from self._levels()
        yield from self._clearing()
        if self._one.source.origin is not Origin.LIBRARY:
            yield from self._windows()

    def _units(self, device: Device) -> Iterator[tuple[str, str]]:
        """Name in ``units`` → why the point of that name can't be had in it."""
        for name, wanted in self._one.rule.units.items():
            column = device.profile.column(name)
            unit = None if column is None else device.points[column].unit
            if unit is not None and conversion(unit, wanted) is None:
                meant = None if wanted in UNITS else unit_meant(wanted)
                hint = f"; did you mean '{meant}'?" if meant else ""
                yield name, f"'{name}' is in '{unit}', which does not convert to '{wanted}'{hint}"

    def _far(self) -> Iterator[Mistake]:
        """Points of other devices that the site does not have."""
        unread = {item.value.id for item in self._draft.equipment.unread}
        site = self._draft.site
        for path, formula in self._formulas.items():
            for point_id in sorted(formula.far):
                device = point_id.rpartition(".")[0]
                is_open = device in unread or "points" in self._draft.equipment.doubts.get(device, ())
                if site.point(point_id) is None and not is_open:
                    known = (d.point_id(column) for d in site.devices.values() for column in range(len(d.points)))
                    at = formula.place_of(point_id)
                    yield self._one.within(path, at, f"the site has no point '{point_id}'{near(point_id, known)}")

    def _empty_groups(self) -> Iterator[Mistake]:
        """Devices chosen by their ids, of which the site has none; those chosen by what they are may well be missing here."""
        if self._draft.equipment.unread:
            return
        known = self._draft.site.devices
        for path, formula in self._formulas.items():
            for chosen in formula.selections:
                for pattern in chosen.ids:
                    if not any(fnmatchcase(id, pattern) for id in known):
                        message = f"the site has no device '{pattern}'{near(pattern, known)}"
                        yield self._one.within(path, formula.place_of(chosen.text), message)

    def _levels(self) -> Iterator[Mistake]:
        """With the figures of each device, its area and the site; what the rule's own say was told when it was read."""
        rule, alike = self._one.rule, dict[tuple[int, str], list[str]]()
        when, levels = self._formulas[("when",)], [self._formulas[("levels", index, "when")] for index in range(len(rule.levels))]
        own = set(not_graver(when, levels, rule.params))
        for device in self._judged() if levels else ():
            for found in not_graver(when, levels, params_of(rule, device, self._draft.site)):
                alike.setdefault(found, []).append(device.id)
        for (index, message), devices in alike.items():
            if (index, message) not in own:
                yield self._one.within(("levels", index, "when"), (1, 1), f"{message}{_for(devices)}")

    def _clearing(self) -> Iterator[Mistake]:
        """As ``_levels``."""
        rule, when, clear_when = self._one.rule, self._formulas[("when",)], self._formulas.get(("clear_when",))
        alike: dict[str, list[str]] = {}
        for device in self._judged() if clear_when and not clears_at_once(when, clear_when, {}) else ():
            found = clears_at_once(when, clear_when, params_of(rule, device, self._draft.site)) if clear_when else None
            if found:
                alike.setdefault(found, []).append(device.id)
        for message, devices in alike.items():
            yield self._one.within(("clear_when",), (1, 1), f"{message}{_for(devices)}")

    def _windows(self) -> Iterator[Mistake]:
        """What is read less often than a window is long shows nothing in it."""
        slowest = max(self._judged(), key=lambda device: device.every_ns, default=None)
        for path, formula in self._formulas.items():
            for call, window_ns in formula.windows():
                if slowest is not None and window_ns < slowest.every_ns:
                    message = f"{words(window_ns)} is shorter than the {words(slowest.every_ns)} after which '{slowest.id}' is read again"
                    yield self._one.within(path, formula.source.place_of(call), f"{message}; lengthen the window, or read it more often")

    def watches_nothing(self) -> tuple[list[Mistake], set[Mistake]]:
        """Why a rule that applies nowhere does not, and the mistakes in its file that only follow from it."""
        missing = self._missing()
        if not any(one.is_hinted for one in missing) and self._verdicts and may_watch(self._one.rule.scope, self._draft):
            return [], set()
        if not self._verdicts:
            return list(self._nobody()), set()
        found = [self._at(one.name, f"the rule watches nothing on this site: {one.message}") for one in missing]
        names = {one.name for one in missing}
        return found, {mistake for name, mistake in self._one.follow if name in names}

    def _missing(self) -> list[_Missing]:
        """Of the device that comes nearest to what the rule asks for, every name it lacks."""
        missed = (v for v in self._verdicts if v.fit in (Fit.NAME_MISSING, Fit.NO_MEMBER) and self._is_judged(v.device))
        return min(map(list, map(self._lacks, missed)), key=lambda lacks: (not any(one.is_hinted for one in lacks), len(lacks)), default=[])

    def _lacks(self, verdict: Verdict) -> Iterator[_Missing]:
        device, rule = verdict.device, self._one.rule
        known = {point.name for point in device.points} | params_of(rule, device, self._draft.site).keys()
        absent = sorted(frozenset[str]().union(*(formula.names for formula in self._formulas.values())) - known)
        for name in absent:
            hint = f"; did you mean '{name}()'?" if name in _BARE else near(name, known)
            yield _Missing(name, f"{device.id} has no point or parameter '{name}'{hint}", bool(hint))
        if not absent:
            hint = next(self._meant_groups(), "") if verdict.fit is Fit.NO_MEMBER else ""
            yield _Missing("", f"{verdict.detail}{hint}", bool(hint))

    def _meant_groups(self) -> Iterator[str]:
        """A hint for each class, system, area or profile of a group that no device has, but one much like it."""
        certain = [{**words, "class": words["device_class"]} for words in map(words_of, self._draft.site.devices.values())]
        for chosen in (chosen for formula in self._formulas.values() for chosen in formula.selections):
            for part, pattern in chosen.parts.items():
                known = {words[part] for words in certain}
                if pattern != HERE and not any(fnmatchcase(word, pattern) for word in known) and (hint := near(pattern, known)):
                    yield hint

    def _nobody(self) -> Iterator[Mistake]:
        part, message, is_hinted = nobody(self._one.rule.scope, self._draft)
        if is_hinted or not may_watch(self._one.rule.scope, self._draft):
            yield self._one.mistake(("for", part) if part else ("for",), f"the rule watches nothing on this site: {message}")

    def _at(self, name: str, message: str) -> Mistake:
        """At the first mention of the name in one of the conditions; of none, at the beginning of the first."""
        for path, formula in self._formulas.items():
            if name in formula.spoken:
                return self._one.within(path, formula.place_of(name), message)
        return self._one.within(("when",), (1, 1), message)

    def _judged(self) -> Iterator[Device]:
        return (verdict.device for verdict in self._verdicts if self._is_judged(verdict.device))

    def _is_judged(self, device: Device) -> bool:
        """Whether it is certain what the device has."""
        return self._draft.equipment.doubts.get(device.id, frozenset[str]()).isdisjoint(("points", "params"))


def _for(devices: Sequence[str]) -> str:
    others = f" and {len(devices) - 1} more like it" if len(devices) > 1 else ""
    return f" (for device '{devices[0]}'{others})"
