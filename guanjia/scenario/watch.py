"""What a running platform has made of it so far: asked again and again, kept between."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from guanjia.scenario.outcome import CameAlarm, CameNotice, Outcome
from guanjia.scenario.remote_platform import RemotePlatform, came_alarm, came_notice, came_ticket, nanoseconds
from model.scenario import AlarmPattern
from model.ticket import ROOT_CAUSE


@dataclass
class Watch:
    """Only the scenario's devices count: elsewhere on the site life goes on."""

    platform: RemotePlatform
    devices: Collection[str]
    start_ns: int
    alarms: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Occurrence id → as the API last told it."""
    tickets: dict[str, dict[str, Any]] = field(default_factory=dict)
    _under: dict[str, str] = field(default_factory=dict)

    def standing(self) -> list[str]:
        """Alarms of these devices that stood before the start."""
        items = self.platform.alarms(self.start_ns)
        return sorted({f"{i['rule']}@{i['device']}" for i in items if i["device"] in self.devices and self._is_old(i)})

    def look(self) -> Outcome:
        """As it stands now."""
        for item in self.platform.alarms(self.start_ns):
            if item["device"] in self.devices and not self._is_old(item):
                self.alarms[item["id"]] = item
                if item["suppressed_by"]:
                    self._under[item["id"]] = item["suppressed_by"]
        for item in self.platform.tickets(self.start_ns):
            if set(item["alarms"]) & self.alarms.keys():
                self.tickets[item["id"]] = item
        return self._outcome()

    def notices(self) -> tuple[CameNotice, ...]:
        """Who was told what of the tickets seen so far, in the order it was decided."""
        names = {came.id: came.name for came in self._came_alarms()}
        alarms = {id: tuple(names[alarm] for alarm in ticket["alarms"] if alarm in names) for id, ticket in self.tickets.items()}
        items = [item for item in self.platform.notices(self.start_ns) if item["ticket"] in alarms]
        came = (came_notice(item, self.start_ns, alarms[item["ticket"]]) for item in items)
        return tuple(sorted((one for one in came if one.at_ns >= 0), key=lambda one: one.at_ns))

    def open_alarms(self, pattern: AlarmPattern, *, also_over: bool = False) -> list[str]:
        """Ids of the newest occurrence of each alarm that matches."""
        newest: dict[tuple[str, str], dict[str, Any]] = {}
        for item in sorted(self.alarms.values(), key=lambda item: str(item["raised_at"])):
            if pattern.matches(item["rule"], item["device"]) and (also_over or item["ended_at"] is None):
                newest[item["rule"], item["device"]] = item
        return [item["id"] for item in newest.values()]

    def ticket_of(self, pattern: AlarmPattern) -> str | None:
        faults = (ticket for ticket in self.tickets.values() if not ticket.get("cause", "").startswith(ROOT_CAUSE))
        found = [t for t in faults if any(pattern.matches(*self._alarm(id)) for id in t["alarms"] if id in self.alarms)]
        newest = max(found, key=lambda t: (t["closed_at"] is None, str(t["opened_at"])), default=None)
        return None if newest is None else str(newest["id"])

    def _alarm(self, occurrence: str) -> tuple[str, str]:
        item = self.alarms[occurrence]
        return item["rule"], item["device"]

    def _is_old(self, item: dict[str, Any]) -> bool:
        return nanoseconds(item["raised_at"]) < self.start_ns

    def _outcome(self) -> Outcome:
        alarms = sorted(self._came_alarms(), key=lambda came: came.raised_ns)
        names = {came.id: came.name for came in alarms}
        tickets = sorted((came_ticket(t, self.start_ns, names) for t in self.tickets.values()), key=lambda came: came.opened_ns)
        return Outcome(tuple(alarms), tuple(tickets))

    def _came_alarms(self) -> list[CameAlarm]:
        return [came_alarm(item, self.start_ns, self._under.get(id, "")) for id, item in self.alarms.items()]
