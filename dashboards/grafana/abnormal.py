"""Tiles and table of what is wrong now, the same on every page: the newest readings against the signs of a system."""

from collections.abc import Iterable, Mapping

from dashboards.grafana.glossary import meanings
from dashboards.grafana.groups import having
from dashboards.grafana.influxql import BY_AREA, Question
from dashboards.grafana.limits import Limits
from dashboards.grafana.look import WELL, Limit
from dashboards.grafana.page import Page
from dashboards.grafana.panels import Scale, alarm_count, names
from dashboards.grafana.questions import Questions, Sign
from dashboards.grafana.signs import Kind, kinds
from dashboards.grafana.tables import Shown, grid
from model.site import Device, System
from model.text import Text

_TILES_A_ROW = 8
DEVICE = Text("设备", "Device")


class Abnormal:
    """The signs of one system that the site's devices can show."""

    def __init__(self, page: Page, limits: Limits, system: System, *, everywhere: bool = False) -> None:
        """``everywhere``: the page has no choice of area."""
        self._page, self._limits, self._system = page, limits, system
        self._ask = Questions(page.site, *([] if everywhere else [BY_AREA]))
        found = [(kind, self._devices(kind)) for kind in kinds(limits).get(system, ())]
        self._kinds = [(kind, devices) for kind, devices in found if devices]

    def _devices(self, kind: Kind) -> tuple[Device, ...]:
        ours = (d for d in self._page.site.devices.values() if d.system is self._system and d.device_class == kind.device_class)
        return tuple(having(ours, *kind.wants))

    def signs(self) -> list[Sign]:
        return [Sign(devices, kind.wants, kind.test) for kind, devices in self._kinds]

    def worst_colour(self) -> str:
        """Of all the signs' rules."""
        return self._limits.worst(kind.rule for kind, _ in self._kinds)

    def count(self) -> list[Question]:
        """Of all signs together."""
        return self._ask.count(self.signs())

    def tiles(self, width: int = 0, height: int = 3) -> None:
        """A count for each sign, the row shared equally unless a width is given; what follows starts a new row."""
        page = self._page
        width = width or 24 // min(_TILES_A_ROW, max(1, len(self._kinds)))
        for (kind, _), sign in zip(self._kinds, self.signs(), strict=True):
            page.add(alarm_count(page.say(kind.title), self._ask.count([sign]), self._limits.colour(kind.rule, kind.level)), width, height)
        page.end_row()

    def table(self, width: int = 24, height: int = 6) -> None:
        """The devices that show a sign, with which."""
        page = self._page
        questions: list[Question] = []
        columns: dict[str, Shown] = {}
        for kind, devices in self._kinds:
            questions += self._ask.table(devices, *kind.wants, columns=_heads(kind), test=kind.test)
            columns |= {head: self._shown(kind, devices, head) for head in _heads(kind)}
        known = names((device for _, devices in self._kinds for device in devices), page.language)
        title = page.say(Text("当前异常", "Abnormal now"))
        nothing = page.say(Text("没有异常", "Nothing abnormal"))
        page.add(grid(title, questions, page.say(DEVICE), known, list(columns.values()), nothing), width, height)

    def _shown(self, kind: Kind, devices: Iterable[Device], head: str) -> Shown:
        colour = self._limits.colour(kind.rule, kind.level)
        which = head.removeprefix(kind.column).strip()
        title = f"{self._page.say(kind.heading or kind.title)} {which}".strip()
        scale = Scale(kind.unit, 0, [] if kind.by_list else [Limit(0, colour)], WELL)
        return Shown(head, title, scale, self._words(kind, devices, colour))

    def _words(self, kind: Kind, devices: Iterable[Device], colour: str) -> Mapping[str, tuple[str, str | None]]:
        if kind.by_list:
            points = {point.name: point for device in devices for point in device.points if point.name == kind.wants[0].point}
            return {code: meaning for point in points.values() for code, meaning in meanings(point, self._page.language).items()}
        return {code: (self._page.say(text), colour) for code, text in kind.words.items()}


def _heads(kind: Kind) -> list[str]:
    """Names of the kind's columns: ``load L1``, ``load L2`` … where it has one per phase or winding."""
    return [kind.column] if len(kind.wants) == 1 else [f"{kind.column} {index}" for index in range(1, len(kind.wants) + 1)]
