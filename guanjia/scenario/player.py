"""Plays a scenario in virtual time: moves at their very moment, steps in between, and the outcome at the end."""

import gc
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from guanjia.config.scenario_times import written
from guanjia.recording.recorded_site import RecordedSite
from guanjia.scenario.chronicle import Chronicle
from guanjia.scenario.meters import MeterWatch
from guanjia.scenario.moves import Move, Phase, moves
from guanjia.scenario.outcome import Outcome
from guanjia.scenario.people import People, Refused
from guanjia.scenario.virtual_platform import VirtualPlatform
from guanjia.scenario.virtual_site import VirtualSite
from model.clock import SECOND
from model.reading import BlockSink
from model.rule import Rule
from model.scenario import (
    AlarmAct,
    Breakdown,
    BrokerOutage,
    EdgeOutage,
    PlatformCrash,
    Repair,
    Scenario,
    StoreTrouble,
    TicketStep,
    WireFault,
)
from model.site import Site
from simulators.network_fault import NetworkFault

OnProgress = Callable[[float], None]
"""Told the share of the scenario that has been played, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Played:
    outcome: Outcome
    stream: bytes
    """Every event in order, one JSON line each."""
    events: tuple[str, ...]
    """The same as lines for people."""
    took_s: float
    """Seconds of real time."""


def play(scenario: Scenario, site: Site, rules: Sequence[Rule], on_progress: OnProgress = lambda _: None) -> Played:
    """From the beginning of the warm-up to the end of the scenario."""
    began_s = perf_counter()
    with TemporaryDirectory(prefix="guanjia-scenario-") as folder:
        player = Player(scenario, site, rules, Path(folder))
        # What was built up to here lives until the end: spare the collector from going through it again and again.
        gc.freeze()
        try:
            player.play(on_progress)
            outcome = player.outcome()
        finally:
            player.close()
            gc.unfreeze()
    return Played(outcome, b"\n".join(player.chronicle.stream), tuple(player.chronicle.events.lines), perf_counter() - began_s)


class Player:
    """One scenario under way. ``folder`` takes the journal."""

    def __init__(self, scenario: Scenario, site: Site, rules: Sequence[Rule], folder: Path) -> None:
        self._scenario = scenario
        begin_ns = scenario.start_ns - scenario.warm_up_ns
        self._meters = MeterWatch(site, scenario.expected.energy, scenario.start_ns)
        self._site = _site(scenario, site, begin_ns, self._meters.sinks)
        self.chronicle = Chronicle(scenario.start_ns)
        self._platform = VirtualPlatform(self._site, rules, folder, self.chronicle.tell)
        self._people = People(site, self._platform, self.chronicle)
        self._troubles: list[str] = []

    def play(self, on_progress: OnProgress) -> None:
        begin_ns, end_ns = self._site.now_ns, self._scenario.start_ns + self._scenario.length_ns
        waiting = list(reversed(moves(self._scenario.timeline)))
        due_ns = begin_ns
        while self._site.now_ns < end_ns:
            due_ns = due_ns + self._scenario.step_ns if due_ns <= self._site.now_ns else due_ns
            next_ns = min(due_ns, end_ns, self._at_ns(waiting[-1]) if waiting else end_ns)
            if next_ns > self._site.now_ns:
                self._platform.step((next_ns - self._site.now_ns) / SECOND)
            while waiting and self._at_ns(waiting[-1]) <= self._site.now_ns:
                self._make(waiting.pop())
            on_progress((self._site.now_ns - begin_ns) / (end_ns - begin_ns))

    def outcome(self) -> Outcome:
        return Outcome(
            tuple(self.chronicle.alarms()),
            tuple(self.chronicle.came_tickets(self._site.now_ns)),
            tuple(self._meters.came()),
            tuple(self.chronicle.came_notices()),
            tuple(self._troubles),
        )

    def close(self) -> None:
        self._platform.close()
        if isinstance(self._site, RecordedSite):
            self._site.close()

    def _at_ns(self, move: Move) -> int:
        return self._scenario.start_ns + move.at_ns

    def _make(self, move: Move) -> None:
        is_end = move.phase is Phase.END
        match move.act:
            case PlatformCrash():
                (self._platform.start if is_end else self._platform.crash)()
            case StoreTrouble() as act:
                self._platform.store.suffer(None if is_end else act.kind, self._site.now_ns)
            case AlarmAct() | TicketStep() as act:
                self._act(act)
            case Breakdown() | Repair() | WireFault() | BrokerOutage() | EdgeOutage() as act:
                assert isinstance(self._site, VirtualSite), "a recording was refused faults when the scenario was read"
                _change(self._site, act, is_end)
        self._platform.settle()

    def _act(self, act: AlarmAct | TicketStep) -> None:
        """What a person could not do, or could and should not have been able to, is a difference."""
        verb = act.act if isinstance(act, TicketStep) else act.verb
        what = f"at {written(act.at_ns)} {act.by}: {verb} {act.alarm}"
        try:
            self._people.act(act)
        except Refused as error:
            if not act.refused:
                self._troubles.append(f"{what}: refused: {error}")
        else:
            if act.refused:
                self._troubles.append(f"{what}: expected to be refused, and was not")


def _site(scenario: Scenario, site: Site, begin_ns: int, sinks: Iterable[BlockSink]) -> VirtualSite | RecordedSite:
    if scenario.recording:
        return RecordedSite(site, Path(scenario.recording), begin_ns, sinks)
    return VirtualSite(site, scenario.seed, begin_ns, sinks)


def _change(site: VirtualSite, act: Breakdown | Repair | WireFault | BrokerOutage | EdgeOutage, is_end: bool) -> None:
    """What happens in the field."""
    match act:
        case Breakdown():
            for device in act.devices:
                if is_end:
                    site.heal(device, act.fault)
                else:
                    site.inject(device, act.fault, act.severity or 1.0, (act.onset_ns or 0) / SECOND)
        case Repair():
            for device in act.devices:
                site.heal(device, act.fault)
        case WireFault():
            for device in act.devices:
                site.misbehave(device, NetworkFault.OK if is_end else act.network, None if is_end else act.amount)
        case BrokerOutage():
            (site.broker_up if is_end else site.broker_down)()
        case EdgeOutage():
            (site.edge_back if is_end else site.edge_away)(act.edge)
