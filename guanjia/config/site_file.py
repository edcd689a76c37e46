"""site.yaml into a Site: every mistake of the file, and of the profiles it names, collected before anything is refused."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from guanjia.config.device_list import with_lists
from guanjia.config.document import Document, Salvaged, read
from guanjia.config.findings import Findings
from guanjia.config.rule_text import matching
from guanjia.config.site_broker import broker_config
from guanjia.config.site_devices import DeviceReader, Equipment
from guanjia.config.site_edges import Edges, link_config
from guanjia.config.site_schema import (
    AreaFile,
    BoxFile,
    BrokerFile,
    FactsFile,
    JournalFile,
    LinkFile,
    PersonFile,
    RepeatsFile,
    StoreFile,
    Words,
)
from guanjia.config.site_sections import Parts, parts_of
from model.mistake import ConfigError, Mistake
from model.site import Area, Calendar, Keep, LinkConfig, Person, Rectangle, Repeats, Site, StoreConfig
from model.text import Text
from model.wording import near

_SECRET = re.compile(r"^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$")
_IN_CHINA = {"beijing", "china", "cst", "utc+8", "utc+08:00", "gmt+8", "+08:00", "北京", "上海"}
"""What people write for Asia/Shanghai, which is the one zone name of mainland China."""
_NO_FACTS = FactsFile(id="unknown", name=Words(zh="?", en="?"), timezone="UTC")


@dataclass(frozen=True, slots=True)
class SiteDraft:
    """What could be read of a site file: all of it when there are no mistakes, else with stand-ins for what is wrong."""

    site: Site
    document: Document
    parts: Parts
    equipment: Equipment
    mistakes: tuple[Mistake, ...]


def load_site(path: Path, environment: Mapping[str, str] = os.environ) -> Site:
    """Read the site file and everything it names. Raises ConfigError carrying every mistake."""
    return _whole(draft_site(path, environment))


def read_site(text: str, file: str, folder: Path, environment: Mapping[str, str] = os.environ) -> Site:
    """Like ``load_site``, from the text; relative names in it are looked up below ``folder``."""
    return _whole(_draft(text, file, folder, environment))


def draft_site(path: Path, environment: Mapping[str, str] = os.environ) -> SiteDraft:
    """Read as much as can be read. Raises ConfigError only for a file that is no site file at all."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError([Mistake(str(path), 1, "", f"can't be read: {error.strerror}; name an existing site file")]) from error
    except UnicodeDecodeError as error:
        raise ConfigError([Mistake(str(path), 1, "", "can't be read: it is not UTF-8; save it as UTF-8")]) from error
    return _draft(text, str(path), path.parent, environment)


def _whole(draft: SiteDraft) -> Site:
    if draft.mistakes:
        raise ConfigError(list(draft.mistakes))
    return draft.site


def _draft(text: str, file: str, folder: Path, environment: Mapping[str, str]) -> SiteDraft:
    written, doubled = read(text, file)
    document, unlisted = with_lists(written, folder)
    parts, mistakes = parts_of(document)
    findings = Findings(document, [*doubled, *unlisted, *mistakes])
    edges = Edges(findings, parts.edges)
    equipment = DeviceReader(findings, folder, edges).read(parts.devices)
    site = _Reader(findings, folder, environment).site(parts, equipment, edges)
    return SiteDraft(site, document, parts, equipment, tuple(findings.mistakes))


@dataclass
class _Reader:
    findings: Findings
    folder: Path
    environment: Mapping[str, str]

    def site(self, w: Parts, equipment: Equipment, edges: Edges) -> Site:
        """The site; mistakes are added on the way."""
        facts = w.site or Salvaged(_NO_FACTS, frozenset({"id", "name", "timezone"}))
        store = w.store or Salvaged(StoreFile())
        broker = w.mqtt or Salvaged(BrokerFile())
        journal = (w.journal or Salvaged(JournalFile())).value
        return Site(
            id=facts.value.id,
            name=Text(facts.value.name.zh, facts.value.name.en) if facts.has("name") else Text("", ""),
            timezone=self._zone(facts.value.timezone) if facts.has("timezone") else ZoneInfo("UTC"),
            areas=self._areas(w.areas, equipment),
            devices=equipment.devices,
            rule_files=tuple(dict.fromkeys(self._rule_files(w.rules))),
            store=self._store(store),
            broker=broker_config(self.findings, broker, self._secret, self.folder),
            journal_url=self._secret(("journal", "url"), journal.url),
            people=tuple(self._people(w.people)),
            declared_demand_kw=facts.value.declared_demand_kw,
            parking_spaces={str(k): v for k, v in facts.value.parking_spaces.items()},
            plan=_box(facts.value.plan),
            language=facts.value.language,
            floor_area_m2=facts.value.floor_area_m2,
            edges=edges.edges,
            calendar=self._calendar(facts.value),
            params=facts.value.params,
            repeats=_repeats(facts.value.repeats),
            link=self._link(w.link or Salvaged(LinkFile()), is_needed=bool(edges.edges) and broker.value.broker == "embedded"),
        )

    def _calendar(self, facts: FactsFile) -> Calendar:
        calendar = Calendar(frozenset(_each_day(facts.holidays)), frozenset(_each_day(facts.workdays)))
        for day in sorted(calendar.holidays & calendar.workdays):
            self.findings.wrong(("site", "workdays"), f"{day} stands among the holidays too; it is one or the other")
        return calendar

    def _link(self, item: Salvaged[LinkFile], is_needed: bool) -> LinkConfig:
        if is_needed and not item.value.broker and item.has("broker"):
            self.findings.wrong(("edges",), "edges and core meet at a broker that all of them reach; write 'link: {broker: mqtts://…}'")
        return link_config(self.findings, item, self._secret, self.folder)

    def _zone(self, name: str) -> ZoneInfo:
        zones = available_timezones()
        if name in zones:
            return ZoneInfo(name)
        cities = {zone.rpartition("/")[2].lower(): zone for zone in sorted(zones)} | dict.fromkeys(_IN_CHINA, "Asia/Shanghai")
        city = cities.get(name.strip().lower())
        hint = f"; did you mean '{city}'?" if city else near(name, zones) or "; write its IANA name, such as Asia/Shanghai"
        self.findings.wrong(("site", "timezone"), f"'{name}' is no time zone{hint}")
        return ZoneInfo("UTC")

    def _store(self, item: Salvaged[StoreFile]) -> StoreConfig:
        w = item.value
        if w.kind == "influxdb" and not w.url and item.has("url"):
            self.findings.wrong(("store", "url"), "an influxdb store needs 'url: http://host:8086'")
        if w.keep is Keep.CHANGES and "raw_for" in w.model_fields_set:
            self.findings.wrong(("store", "raw_for"), "sums over quarters need every reading; leave it out, or write 'keep: all'")
        token = self._secret(("store", "token"), w.token)
        kept = (w.keep, w.heartbeat, w.raw_for, w.spool.max_bytes, w.spool.max_age)
        return StoreConfig(w.kind, w.url, w.org, w.bucket, token, w.version, *kept)

    def _secret(self, path: tuple[str, ...], value: str) -> str:
        """``${NAME}`` from the environment; ``file:PATH`` from a file beside the site file."""
        match = _SECRET.match(value)
        if match:
            if match[1] not in self.environment:
                self.findings.wrong(path, f"the environment has no {match[1]}; set it before starting")
            return self.environment.get(match[1], "")
        if value.startswith("file:"):
            secret = self.folder / value.removeprefix("file:")
            if not secret.is_file():
                self.findings.wrong(path, f"the secret's file {value.removeprefix('file:')} does not exist")
                return ""
            return secret.read_text(encoding="utf-8").strip()
        return value

    def _rule_files(self, patterns: Mapping[int, str]) -> Iterator[str]:
        for index, pattern in patterns.items():
            found = matching(self.folder, pattern)
            if not found:
                self.findings.wrong(("rules", index), f"no file matches '{pattern}' beside the site file")
            yield from map(str, found)

    def _areas(self, written: Mapping[int, Salvaged[AreaFile]], equipment: Equipment) -> dict[str, Area]:
        areas: dict[str, Area] = {}
        for index, item in written.items():
            a = item.value
            if a.id in areas:
                self.findings.wrong(("areas", index, "id"), f"area '{a.id}' is written twice; ids are unique")
            if item.has("id"):
                name = Text(a.name.zh, a.name.en) if item.has("name") else Text(a.id, a.id)
                areas[a.id] = Area(a.id, name, a.kind, a.households, a.floors, _box(a.plan), a.params)
        missing = {device.area for device in equipment.devices.values()} - areas.keys()
        return areas | {area: Area(area, Text(area, area)) for area in missing}

    def _people(self, written: Mapping[int, Salvaged[PersonFile]]) -> Iterator[Person]:
        seen: set[str] = set()
        for index, item in written.items():
            p = item.value
            if p.id in seen:
                self.findings.wrong(("people", index, "id"), f"'{p.id}' is written twice; ids are unique")
            if item.has("id"):
                seen.add(p.id)
                yield Person(p.id, p.name, p.role, tuple(p.skills), p.phone, p.post)


def _repeats(written: RepeatsFile) -> Repeats:
    return Repeats(written.times, written.within, written.running, written.running_within)


def _each_day(spans: Iterable[tuple[date, date]]) -> Iterator[date]:
    for first, last in spans:
        yield from (first + timedelta(days=ahead) for ahead in range((last - first).days + 1))


def _box(written: BoxFile | None) -> Rectangle | None:
    return None if written is None else Rectangle(written.x, written.y, written.width, written.height)
