"""A scenario file into a scenario and the site it is played on: every mistake collected before anything is refused."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from guanjia.config.configuration import RULE_LIBRARY
from guanjia.config.document import Document, parse, validate
from guanjia.config.document import Path as Place
from guanjia.config.rule_file import load_rules
from guanjia.config.scenario_acts import ActReader
from guanjia.config.scenario_expect import ExpectReader
from guanjia.config.scenario_recording import recording_of
from guanjia.config.scenario_schema import LISTS, ActFile, HeadFile
from guanjia.config.scenario_site import Stage, excerpt
from guanjia.config.scenario_times import Calendar
from guanjia.config.site_file import load_site
from model.clock import SECOND
from model.mistake import ConfigError, Mistake
from model.rule import Rule
from model.scenario import Scenario
from model.site import Site
from model.text import Text
from model.wording import near

M = TypeVar("M", bound=BaseModel)
_LEAST_WITHIN = 10 * SECOND
_KNOWN = [*HeadFile.model_fields, "timeline", "expect"]


@dataclass(frozen=True, slots=True)
class ScenarioFile:
    """A scenario ready to be played."""

    scenario: Scenario
    site: Site
    """Only the devices the scenario plays with, and what feeds them."""
    rules: tuple[Rule, ...]
    document: Document


def load_scenario(path: Path) -> ScenarioFile:
    """Read a scenario and the site it names. Raises ConfigError with every mistake."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ConfigError([Mistake(str(path), 1, "", f"can't be read: {reason}; name an existing scenario file")]) from error
    return read_scenario(text, str(path), path.parent)


def read_scenario(text: str, file: str, folder: Path) -> ScenarioFile:
    """Like ``load_scenario``, from the text; the site's file is looked up below ``folder``."""
    document = parse(text, file)
    if not isinstance(document.data, dict):
        raise ConfigError([document.mistake((), "write keys and values: 'scenario:', 'name:', 'site:' …")])
    parts = _Parts(document)
    mistakes = parts.mistakes
    stage = None if parts.head is None else _stage(parts, folder)
    if parts.head is None or stage is None:
        raise ConfigError(mistakes)
    calendar = Calendar(parts.head.start, stage.site.timezone)
    length_ns, within_ns = parts.head.length, parts.head.within or max(_LEAST_WITHIN, 2 * parts.head.step)
    recording = recording_of(parts.head, document, folder, stage.whole, calendar.start_ns, mistakes)
    acts = ActReader(document, stage, calendar, length_ns, is_recorded=parts.head.recording is not None)
    expects = ExpectReader(document, stage, calendar, length_ns, parts.head.warm_up, within_ns)
    scenario = replace(_scenario(parts.head, file, calendar, parts, acts, expects), recording=recording)
    mistakes += acts.mistakes + expects.mistakes
    if mistakes:
        raise ConfigError(mistakes)
    return ScenarioFile(scenario, stage.site, stage.rules, document)


class _Parts:
    """The parts of the file, each checked by itself, so that a mistake in one hides none in the others."""

    def __init__(self, document: Document) -> None:
        self.document = document
        data = document.data
        self.mistakes = [document.mistake((key,), f"'{key}' is not known{near(str(key), _KNOWN)}") for key in data if key not in _KNOWN]
        head = Document(document.file, {key: data[key] for key in HeadFile.model_fields if key in data}, document.lines)
        self.head, wrong = validate(head, HeadFile)
        self.mistakes += wrong
        self.timeline: dict[int, ActFile] = self._items(data, ("timeline",), ActFile)
        expect = data.get("expect")
        self.lists: dict[str, dict[int, Any]] = {name: {} for name in LISTS}
        self.states_notices = isinstance(expect, dict) and "notifications" in expect
        if isinstance(expect, dict):
            self.mistakes += [
                document.mistake(("expect", key), f"'{key}' is not known{near(str(key), LISTS)}") for key in expect if key not in LISTS
            ]
            self.lists = {name: self._items(expect, ("expect", name), model) for name, model in LISTS.items()}
        elif expect is not None:
            self.mistakes.append(document.mistake(("expect",), f"write keys and lists: {', '.join(LISTS)}"))

    def _items(self, data: Mapping[str, Any], at: Place, model: type[M]) -> dict[int, M]:
        items = data.get(str(at[-1])) or []
        if not isinstance(items, list):
            self.mistakes.append(self.document.mistake(at, "write a list, one '- ' per item"))
            return {}
        found: dict[int, M] = {}
        for index in range(len(items)):
            entry, wrong = validate(self.document, model, (*at, index))
            self.mistakes += wrong
            if entry is not None:
                found[index] = entry
        return found


def _stage(parts: _Parts, folder: Path) -> Stage | None:
    """The site, its rules and the excerpt; None when the site itself can't be had."""
    assert parts.head is not None
    file = folder / parts.head.site
    try:
        whole, rules = _ground(file.resolve(), file.stat().st_mtime_ns)
    except OSError as error:
        parts.mistakes.append(
            parts.document.mistake(("site",), f"'{parts.head.site}' can't be read: {error.strerror}; name a site file, as seen from here")
        )
        return None
    except ConfigError as error:
        parts.mistakes += error.mistakes
        return None
    stage = Stage(whole, rules, whole)
    wanted: list[str] = []
    for index, glob in enumerate(parts.head.devices):
        matching = [device.id for device in stage.devices(glob)]
        if not matching:
            parts.mistakes.append(parts.document.mistake(("devices", index), stage.no_device(glob)))
        wanted += matching
    return Stage(excerpt(whole, wanted), rules, whole) if wanted else stage


@lru_cache(maxsize=8)
def _ground(file: Path, changed_ns: int) -> tuple[Site, tuple[Rule, ...]]:
    """A site file and its rules, read once for all the scenarios of a run; ``changed_ns`` makes an edited file another one."""
    site = load_site(file)
    rules, mistakes = load_rules([*sorted(RULE_LIBRARY.glob("*.yaml")), *map(Path, site.rule_files)])
    if mistakes:
        raise ConfigError(mistakes)
    return site, tuple(rules)


def _scenario(head: HeadFile, file: str, calendar: Calendar, parts: _Parts, acts: ActReader, expects: ExpectReader) -> Scenario:
    timeline = acts.timeline((("timeline", index), entry) for index, entry in parts.timeline.items())
    expected = expects.expectations(parts.lists["alarms"], parts.lists["tickets"], parts.lists["energy"])
    if parts.states_notices:
        expected = replace(expected, notices=expects.notices(parts.lists["notifications"]))
    return Scenario(
        id=head.scenario,
        name=Text(head.name.zh, head.name.en),
        about=Text(head.about.zh, head.about.en),
        start_ns=calendar.start_ns,
        length_ns=head.length,
        warm_up_ns=head.warm_up,
        step_ns=head.step,
        seed=head.seed,
        timeline=timeline,
        expected=expected,
        file=file,
    )
