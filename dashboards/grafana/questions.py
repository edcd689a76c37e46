"""The few forms of InfluxQL question the panels are made of.

A question about devices that need different arithmetic becomes one statement per group, or, where one figure is wanted of all of them
together, one statement over a subquery per group. InfluxQL never adds across measurements: a figure over several device classes stays one
statement per class, and the panel puts them together.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dashboards.grafana.groups import Column, Group, Want, groups
from dashboards.grafana.influxql import IN_RANGE, Question, both, name, scaled, word
from model.quality import Quality
from model.site import Device, Site
from store.history.line import quality_field

STEP = "$__interval"
LAST_MINUTES = "time > now() - 3m"
"""A silent device is marked in the history once a minute: within three there are two marks at least."""


@dataclass(frozen=True, slots=True)
class Sign:
    """Something wrong on devices of a kind: ``test`` is a condition on the columns ``a``, ``b``, ``c`` … in the order of ``wants``."""

    devices: tuple[Device, ...]
    wants: tuple[Want, ...]
    test: str


class Questions:
    """Asks about one site, filtered by ``by`` (variables of the page)."""

    def __init__(self, site: Site, *by: str) -> None:
        self._site = site
        self._by = by

    def each(
        self, devices: Iterable[Device], *wants: Want, how: str = "mean", step: str = STEP, alias: str = "$tag_device"
    ) -> list[Question]:
        """A series per device and point over time."""
        return [
            Question(f"{self._select(group, how)} GROUP BY time({step}), {name('device')} fill(none)", alias)
            for group in groups(devices, wants)
        ]

    def total(self, devices: Iterable[Device], want: Want, alias: str = "", how: str = "mean", step: str = STEP) -> list[Question]:
        """The sum over all devices of a class, over time."""
        by_time = f"GROUP BY time({step})"
        inner = [(g, f"({self._select(g, how)} {by_time}, {name('device')} fill(none))") for g in groups(devices, [want])]
        return [
            Question(f"SELECT sum({name('a')}) FROM {sources} WHERE {IN_RANGE} {by_time} fill(none)", alias) for sources in _by_class(inner)
        ]

    def gained(self, devices: Iterable[Device], want: Want, alias: str = "", step: str = "1h") -> list[Question]:
        """What the devices' counters gained together, per hour."""
        return self.total(devices, want, alias, "non_negative_difference(last", step)

    def gained_each(self, devices: Iterable[Device], want: Want, step: str = "1h") -> list[Question]:
        """What each device's counter gained, per hour."""
        return self.each(devices, want, how="non_negative_difference(last", step=step)

    def weighted(self, devices: Iterable[Device], *terms: tuple[Want, int]) -> list[Question]:
        """A series per device: the sum of its points, each times a weight, so that flags become one state."""
        found = []
        for group in groups(devices, [want for want, _ in terms]):
            parts = [f"{weight} * last({name(c.field)})" for c, (_, weight) in zip(group.columns, terms, strict=True) if c]
            source = f"FROM {name(group.device_class)} WHERE {both(self._scope(group), IN_RANGE)}"
            found.append(Question(f"SELECT {' + '.join(parts)} {source} GROUP BY time({STEP}), {name('device')} fill(none)", "$tag_device"))
        return found

    def newest_each(self, devices: Iterable[Device], want: Want) -> list[Question]:
        """The newest value of each device."""
        found = groups(devices, [want])
        return [Question(f"{self._select(group, 'last')} GROUP BY {name('device')}", "$tag_device") for group in found]

    def now(self, devices: Iterable[Device], want: Want, over_all: str = "sum", alias: str = "") -> list[Question]:
        """One figure over the newest values of a class's devices: their ``sum``, ``max`` or ``min``."""
        inner = [(group, self._newest(group)) for group in groups(devices, [want])]
        return [Question(f"SELECT {over_all}({name('a')}) FROM {sources}", alias) for sources in _by_class(inner)]

    def table(self, devices: Iterable[Device], *wants: Want, columns: Sequence[str] = (), test: str = "") -> list[Question]:
        """A row per device with its newest values; only those that pass the test, if there is one."""
        found = []
        for group in groups(devices, wants):
            letters = [(letter, column) for letter, column in zip(_letters(wants), group.columns, strict=True) if column]
            shown = dict(zip(_letters(wants), columns or [want.point for want in wants], strict=True))
            heads = ", ".join(f"{name(letter)} AS {name(shown[letter])}" for letter, _ in letters)
            where = f" WHERE {test}" if test else ""
            found.append(Question(f"SELECT {heads}, {name('device')} FROM {self._newest(group)}{where}", is_table=True))
        return found

    def count(self, signs: Iterable[Sign]) -> list[Question]:
        """How many times devices of a class show the signs now: 0 when they answer and show none, nothing when none has answered."""
        inner = []
        for sign in signs:
            for group in groups(sign.devices, sign.wants):
                newest, column = self._newest(group), name(_named(group)[0][0])
                inner.append((group, f"(SELECT count({column}) AS {name('n')} FROM {newest} WHERE {sign.test})"))
                inner.append((group, f"(SELECT count({column}) * 0 AS {name('n')} FROM {newest})"))
        return [Question(f"SELECT sum({name('n')}) FROM {sources}") for sources in _by_class(inner)]

    def silence(self, devices: Iterable[Device], column: str) -> list[Question]:
        """Per device, the minutes within the range of the page in which it did not answer."""
        return [
            Question(f"SELECT {name('n')} AS {name(column)}, {name('device')} FROM {marks}", is_table=True)
            for _, marks in self._marks(devices, IN_RANGE)
        ]

    def silent(self, devices: Iterable[Device]) -> list[Question]:
        """How many devices of a class do not answer just now; nothing when none ever has."""
        inner = []
        for group, marks in self._marks(devices, LAST_MINUTES):
            inner.append((group, f"(SELECT count({name('n')}) AS {name('n')} FROM {marks} WHERE {name('n')} > 1)"))
            inner.append((group, f"(SELECT count({name('a')}) * 0 AS {name('n')} FROM {self._newest(group)})"))
        return [Question(f"SELECT sum({name('n')}) FROM {sources}") for sources in _by_class(inner)]

    def _marks(self, devices: Iterable[Device], when: str) -> list[tuple[Group, str]]:
        """A failed poll marks every point of the device: one point per profile is witness enough."""
        by_profile: dict[str, list[Device]] = {}
        for device in devices:
            by_profile.setdefault(device.profile.id, []).append(device)
        found = []
        for alike in by_profile.values():
            witness = next(point.name for point in alike[0].points if not point.is_text)
            for group in groups(alike, [Want(witness)]):
                code = name(quality_field(witness))
                failed = f"({code} = {Quality.COMM_FAILURE:d} OR {code} = {Quality.NOT_CONNECTED:d})"
                where = both(self._scope(group), failed, when)
                source = name(group.device_class)
                found.append((group, f"(SELECT count({code}) AS {name('n')} FROM {source} WHERE {where} GROUP BY {name('device')})"))
        return found

    def _newest(self, group: Group) -> str:
        return f"({self._select(group, 'last')} GROUP BY {name('device')})"

    def _select(self, group: Group, how: str) -> str:
        close = ")" * (how.count("(") + 1)
        figures = [scaled(f"{how}({name(c.field)}{close}", c.factor, c.offset) + f" AS {name(letter)}" for letter, c in _named(group)]
        return f"SELECT {', '.join(figures)} FROM {name(group.device_class)} WHERE {both(self._scope(group), IN_RANGE)}"

    def _scope(self, group: Group) -> str:
        return both(f"{name('site')} = {word(self._site.id)}", group.where(self._site), *self._by)


def _letters(wants: Sequence[Want]) -> list[str]:
    return [chr(ord("a") + index) for index in range(len(wants))]


def _named(group: Group) -> list[tuple[str, Column]]:
    return [(chr(ord("a") + index), column) for index, column in enumerate(group.columns) if column]


def _by_class(inner: Iterable[tuple[Group, str]]) -> list[str]:
    """The subqueries of each class, as sources of one statement."""
    found: dict[str, list[str]] = {}
    for group, query in inner:
        found.setdefault(group.device_class, []).append(query)
    return [", ".join(queries) for queries in found.values()]
