"""Plays a scenario in real time on a running site: faults through the simulators' control API, people through the platform's API."""

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

import httpx

from guanjia.config.scenario_times import written
from guanjia.scenario.moves import Move, Phase, moves
from guanjia.scenario.outcome import Outcome
from guanjia.scenario.remote_platform import RemoteRefused
from guanjia.scenario.watch import Watch
from model.clock import MINUTE, SECOND
from model.scenario import (
    AlarmAct,
    AlarmVerb,
    Breakdown,
    BrokerOutage,
    EdgeOutage,
    Expectations,
    Moment,
    PlatformCrash,
    Repair,
    Scenario,
    StoreTrouble,
    TicketStep,
    WireFault,
)
from simulators.network_fault import AMOUNTS

LOOK_NS = SECOND
"""How often the platform is asked what has come."""
_TIMEOUT_S = 10.0
_REMOVALS = {AlarmVerb.OUT_OF_SERVICE: "out-of-service", AlarmVerb.IN_SERVICE: "in-service"}
T = TypeVar("T")
Request = tuple[str, str, dict[str, Any]]
"""Path, who asks, and the body."""


class Simulators:
    """The control API, as a scenario uses it."""

    def __init__(self, url: str, transport: httpx.BaseTransport | None = None) -> None:
        self.url = url.rstrip("/")
        self._http = httpx.Client(base_url=self.url, timeout=_TIMEOUT_S, transport=transport, trust_env=False)

    def close(self) -> None:
        self._http.close()

    def speed(self) -> float:
        return float(self._asked("GET", "/clock").json()["speed"])

    def devices(self) -> set[str]:
        return {item["id"] for item in self._asked("GET", "/devices").json()["items"]}

    def break_down(self, device: str, act: Breakdown) -> None:
        body: dict[str, Any] = {"kind": act.fault}
        if act.severity is not None:
            body["severity"] = act.severity
        if act.onset_ns is not None:
            body["onset"] = act.onset_ns / SECOND
        self._asked("POST", f"/devices/{device}/faults", body)

    def mend(self, device: str, fault: str) -> None:
        self._asked("DELETE", f"/devices/{device}/faults/{fault}")

    def misbehave(self, act: WireFault, is_end: bool) -> None:
        amount = None if is_end or act.amount is None else {AMOUNTS[act.network].field: act.amount}
        self._asked("POST", "/network", {"devices": list(act.devices), "kind": "ok" if is_end else act.network} | (amount or {}))

    def _asked(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> httpx.Response:
        try:
            answer = self._http.request(method, path, json=body)
        except httpx.HTTPError as error:
            raise RemoteRefused(f"no simulators answer on {self.url}: {error or type(error).__name__}") from error
        if answer.is_error:
            raise RemoteRefused(f"the simulators refuse {method} {path}: {answer.text}")
        return answer


def objections(scenario: Scenario, simulators: Simulators) -> list[str]:
    """Why the scenario can't be played on this running site."""
    found = []
    for act in scenario.timeline:
        if isinstance(act, PlatformCrash | BrokerOutage | EdgeOutage | StoreTrouble):
            word = _word(act)
            found.append(f"{word} at {written(act.at_ns)} is played in virtual time only: nothing here can switch it off")
    if simulators.speed() != 1.0:
        found.append(f"the simulators run at {simulators.speed():g} times the site's time; set 1: delays of the platform are real seconds")
    named = {device for act in scenario.timeline if isinstance(act, Breakdown | Repair | WireFault) for device in act.devices}
    unknown = sorted(named - simulators.devices())
    if unknown:
        found.append(f"the simulators have no {', '.join(unknown)}; do they run this site?")
    return found


def _word(act: PlatformCrash | BrokerOutage | EdgeOutage | StoreTrouble) -> str:
    """As it is written in the timeline."""
    match act:
        case PlatformCrash():
            return "'platform: crash'"
        case BrokerOutage():
            return "'broker: down'"
        case EdgeOutage():
            return f"'edge: {act.edge}'"
        case StoreTrouble():
            return f"'store: {act.kind}'"


@dataclass
class LivePlayer:
    """``now_ns`` and ``sleep_s`` are real time. The site lives already: there is no warm-up, and its own time of day."""

    scenario: Scenario
    simulators: Simulators
    watch: Watch
    now_ns: Callable[[], int]
    sleep_s: Callable[[float], None]
    _troubles: list[str] = field(default_factory=list)
    _undo: list[Callable[[], None]] = field(default_factory=list)

    def play(self, on_progress: Callable[[float], None]) -> Outcome:
        """To the end of the scenario; what it broke is mended at the end, also when it is interrupted."""
        self._troubles += [f"{name} stood already before the start" for name in self.watch.standing()]
        try:
            self._play(on_progress)
        finally:
            for undo in self._undo:
                with contextlib.suppress(RemoteRefused):  # the simulators are gone, and their faults with them
                    undo()
        came = replace(self.watch.look(), troubles=tuple(self._troubles))
        return came if self.scenario.expected.notices is None else replace(came, notices=self.watch.notices())

    def _play(self, on_progress: Callable[[float], None]) -> None:
        start_ns, end_ns = self.watch.start_ns, self.watch.start_ns + self.scenario.length_ns
        waiting = list(reversed(moves(self.scenario.timeline)))
        while self.now_ns() < end_ns:
            self.watch.look()
            while waiting and start_ns + waiting[-1].at_ns <= self.now_ns():
                self._make(waiting.pop())
            next_ns = min(self.now_ns() + LOOK_NS, end_ns, start_ns + waiting[-1].at_ns if waiting else end_ns)
            self.sleep_s(max(0.0, (next_ns - self.now_ns()) / SECOND))
            on_progress(min(1.0, (self.now_ns() - start_ns) / (end_ns - start_ns)))

    def _make(self, move: Move) -> None:
        is_end = move.phase is Phase.END
        match move.act:
            case Breakdown() as act:
                for device in act.devices:
                    if is_end:
                        self.simulators.mend(device, act.fault)
                    else:
                        self.simulators.break_down(device, act)
                        self._undo.append(partial(self.simulators.mend, device, act.fault))
            case Repair() as act:
                for device in act.devices:
                    self.simulators.mend(device, act.fault)
            case WireFault() as act:
                self.simulators.misbehave(act, is_end)
                if not is_end:
                    self._undo.append(partial(self.simulators.misbehave, act, True))
            case AlarmAct() | TicketStep() as act:
                self._act(act)

    def _act(self, act: AlarmAct | TicketStep) -> None:
        verb = act.act if isinstance(act, TicketStep) else act.verb
        what = f"at {written(act.at_ns)} {act.by}: {verb} {act.alarm}"
        try:
            for path, by, words in self._requests(act):
                self.watch.platform.act(path, by, words)
        except RemoteRefused as error:
            if not act.refused:
                self._troubles.append(f"{what}: refused: {error}")
        else:
            if act.refused:
                self._troubles.append(f"{what}: expected to be refused, and was not")

    def _requests(self, act: AlarmAct | TicketStep) -> list[Request]:
        """RemoteRefused when there is nothing to act on."""
        if isinstance(act, TicketStep):
            ticket = _there(self.watch.ticket_of(act.alarm), "the alarm has no ticket")
            return [(f"/tickets/{ticket}/{act.act}", act.by, {"comment": act.comment, "owner": act.owner})]
        if act.verb in _REMOVALS:
            return self._removal(act)
        found = self.watch.open_alarms(act.alarm, also_over=act.verb is AlarmVerb.UNSHELVE)
        return [(f"/alarms/{id}/{act.verb}", act.by, _words(act)) for id in _there(found or None, "no such alarm is open")]

    def _removal(self, act: AlarmAct) -> list[Request]:
        path = f"/rules/{act.alarm.rule}/devices/{act.alarm.device}/{_REMOVALS[act.verb]}"
        if act.verb is AlarmVerb.IN_SERVICE:
            return [(path, act.by, {})]
        until = None if act.for_ns is None else datetime.fromtimestamp((self.now_ns() + act.for_ns) // SECOND, UTC).isoformat()
        asked: Request = (path, act.by, {"reason": act.words, "until": until})
        return [asked, (f"{path}/approve", act.approved_by, {})] if act.approved_by else [asked]


def _there(found: T | None, otherwise: str) -> T:
    if found is None:
        raise RemoteRefused(otherwise)
    return found


def _words(act: AlarmAct) -> dict[str, Any]:
    match act.verb:
        case AlarmVerb.SHELVE:
            return {"reason": act.words, "minutes": max(1, round((act.for_ns or 0) / MINUTE))}
        case AlarmVerb.ACKNOWLEDGE | AlarmVerb.COMMENT:
            return {"comment": act.words}
    return {}


def widened(expected: Expectations, slack_ns: int) -> Expectations:
    """The same with every moment wider by the slack on both sides; energy is not compared over so short a time."""

    def wide(moment: Moment | None) -> Moment | None:
        if moment is None or moment.earliest_ns is None or moment.latest_ns is None:
            return moment
        return Moment(moment.earliest_ns - slack_ns, moment.latest_ns + slack_ns)

    alarms = tuple(
        replace(a, raised=wide(a.raised), returned=wide(a.returned), ended=wide(a.ended), acknowledged=wide(a.acknowledged))
        for a in expected.alarms
    )
    tickets = tuple(replace(t, opened=wide(t.opened), closed=wide(t.closed)) for t in expected.tickets)
    notices = None if expected.notices is None else tuple(replace(n, at=wide(n.at)) for n in expected.notices)
    return Expectations(alarms, tickets, notices=notices)
