"""The timeline of a scenario: each entry has one verb, the keys that go with it, and a moment within the scenario."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from guanjia.config.document import Document, Path
from guanjia.config.scenario_schema import ActFile, alarm_pattern
from guanjia.config.scenario_site import Stage
from guanjia.config.scenario_times import Calendar, written
from guanjia.scenario.people import actor, right_for
from model.clock import SECOND
from model.mistake import Mistake
from model.people import Right
from model.scenario import (
    Act,
    AlarmAct,
    AlarmPattern,
    AlarmVerb,
    Breakdown,
    BrokerOutage,
    EdgeOutage,
    PlatformCrash,
    Repair,
    StoreKind,
    StoreTrouble,
    TicketStep,
    WireFault,
)
from model.site import Device
from model.wording import near
from simulators.wire_faults import amount_of, device_faults


@dataclass(frozen=True, slots=True)
class _Verb:
    """The keys beside ``at`` and the verb's own: which must stand there, and which may."""

    needs: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    """Exactly one of these says where."""


_MACHINE = ("device", "devices")
_WIRE = ("device", "devices", "gateway")
VERBS: dict[str, _Verb] = {
    "fault": _Verb(may=("for", "onset", "severity"), places=_MACHINE),
    "mend": _Verb(places=_MACHINE),
    "network": _Verb(may=("for", "seconds", "share"), places=_WIRE),
    "broker": _Verb(needs=("for",)),
    "platform": _Verb(needs=("for",)),
    "store": _Verb(needs=("for",)),
    "edge": _Verb(needs=("for",)),
    "acknowledge": _Verb(needs=("by",), may=("comment", "refused")),
    "shelve": _Verb(needs=("by", "for", "reason"), may=("refused",)),
    "unshelve": _Verb(needs=("by",), may=("refused",)),
    "reset": _Verb(needs=("by",), may=("refused",)),
    "out_of_service": _Verb(needs=("by", "reason"), may=("approved_by", "for", "refused")),
    "in_service": _Verb(needs=("by",), may=("refused",)),
    "ticket": _Verb(needs=("by", "act"), may=("comment", "owner", "refused")),
    "comment": _Verb(needs=("by", "text"), may=("refused",)),
}
"""Every verb; ``comment`` is one only where no other stands."""
FIELD_VERBS = frozenset({"fault", "mend", "network", "broker", "edge"})


@dataclass
class ActReader:
    """Turns the entries of one timeline into acts; what is wrong is added to ``mistakes``."""

    document: Document
    stage: Stage
    calendar: Calendar
    length_ns: int
    is_recorded: bool = False
    mistakes: list[Mistake] = field(default_factory=list)

    def wrong(self, at: Path, message: str) -> None:
        self.mistakes.append(self.document.mistake(at, message))

    def timeline(self, written_acts: Iterable[tuple[Path, ActFile]]) -> tuple[Act, ...]:
        acts = [(at, act) for at, entry in written_acts if (act := self._act(at, entry)) is not None]
        acts.sort(key=lambda pair: pair[1].at_ns)
        self._check_repairs(acts)
        return tuple(act for _, act in acts)

    def _act(self, at: Path, entry: ActFile) -> Act | None:
        before = len(self.mistakes)
        verb = self._verb(at, entry)
        at_ns = self._moment(at, entry)
        if verb is None:
            return None
        self._check_keys(at, entry, verb)
        if self.is_recorded and verb in FIELD_VERBS:
            self.wrong((*at, verb), "the devices of a recording do as they did: only people and the platform act in it")
        if len(self.mistakes) > before:
            return None
        act = self._built(at, entry, verb, at_ns)
        return None if len(self.mistakes) > before else act

    def _verb(self, at: Path, entry: ActFile) -> str | None:
        keys = _keys(entry)
        found = [verb for verb in VERBS if verb in keys and verb != "comment"] or [verb for verb in ("comment",) if verb in keys]
        if len(found) == 1:
            return found[0]
        if found:
            self.wrong(at, f"'{found[0]}' and '{found[1]}' are two acts; write an entry for each")
        else:
            self.wrong(at, f"say what happens: one of {', '.join(VERBS)}")
        return None

    def _moment(self, at: Path, entry: ActFile) -> int:
        at_ns = self.calendar.after_start_ns(entry.at)
        if at_ns < 0:
            self.wrong((*at, "at"), "nothing can happen before 'at: 0'; what lies before is the warm-up")
        elif at_ns >= self.length_ns:
            self.wrong((*at, "at"), f"{written(at_ns)} lies after the end of the scenario (length {written(self.length_ns)})")
        return at_ns

    def _check_keys(self, at: Path, entry: ActFile, verb: str) -> None:
        shape = VERBS[verb]
        keys = _keys(entry) - {"at", verb}
        for key in sorted(keys - set(shape.needs) - set(shape.may) - set(shape.places)):
            self.wrong((*at, key), f"'{key}' does not go with '{verb}'")
        for key in shape.needs:
            if key not in keys:
                self.wrong(at, f"'{verb}' needs '{key}'")
        places = [place for place in shape.places if place in keys]
        if shape.places and len(places) != 1:
            self.wrong(at, f"'{verb}' needs exactly one of {', '.join(shape.places)}")

    def _built(self, at: Path, entry: ActFile, verb: str, at_ns: int) -> Act:
        match verb:
            case "fault":
                return self._breakdown(at, entry, at_ns)
            case "mend":
                return Repair(at_ns, self._breakable(at, entry, "mend", str(entry.mend)), str(entry.mend))
            case "network":
                return self._wire_fault(at, entry, at_ns)
            case "broker":
                return BrokerOutage(at_ns, entry.for_ or 0)
            case "platform":
                return PlatformCrash(at_ns, entry.for_ or 0)
            case "store":
                return StoreTrouble(at_ns, entry.store or StoreKind.AWAY, entry.for_ or 0)
            case "edge":
                return self._edge_outage(at, entry, at_ns)
            case "ticket":
                return self._ticket_step(at, entry, at_ns)
            case _:
                return self._alarm_act(at, entry, AlarmVerb(verb), at_ns)

    # ── the field ──

    def _devices(self, at: Path, entry: ActFile) -> list[Device]:
        if entry.gateway is not None:
            found = self.stage.behind(entry.gateway)
            if not found:
                self.wrong((*at, "gateway"), self.stage.no_gateway(entry.gateway))
            return found
        globs = [((*at, "device"), entry.device)] if entry.device is not None else _items((*at, "devices"), entry.devices or [])
        named: dict[str, Device] = {}
        for place, glob in globs:
            found = self.stage.devices(str(glob))
            if not found:
                self.wrong(place, self.stage.no_device(str(glob)))
            named |= {device.id: device for device in found}
        return list(named.values())

    def _breakable(self, at: Path, entry: ActFile, verb: str, fault: str) -> tuple[str, ...]:
        devices = self._devices(at, entry)
        for device in devices:
            known = self.stage.machines[device.id].faults
            if fault not in known:
                hint = near(fault, known) or f"; it has {', '.join(sorted(known)) or 'none'}"
                self.wrong((*at, verb), f"'{device.id}' ({device.device_class}) has no fault '{fault}'{hint}")
        return tuple(device.id for device in devices)

    def _breakdown(self, at: Path, entry: ActFile, at_ns: int) -> Breakdown:
        devices = self._breakable(at, entry, "fault", str(entry.fault))
        severity, onset_s = entry.severity or 1.0, (entry.onset or 0) / SECOND
        for device in devices:
            kind = self.stage.machines[device].faults.get(str(entry.fault))
            objection = kind.objection(severity, onset_s) if kind else None
            if objection:
                self.wrong((*at, "onset" if entry.severity is None else "severity"), f"'{device}': {objection}")
        return Breakdown(at_ns, devices, str(entry.fault), entry.for_, entry.onset, entry.severity)

    def _wire_fault(self, at: Path, entry: ActFile, at_ns: int) -> WireFault:
        devices = self._devices(at, entry)
        kind = str(entry.network)
        amounts = {key: value for key in ("seconds", "share") if (value := getattr(entry, key)) is not None}
        for device in devices:
            known = device_faults(device)
            if kind not in set(known):
                hint = near(kind, known) or f"; it can be {', '.join(known)}"
                self.wrong((*at, "network"), f"'{device.id}' can't be '{kind}' on its wire{hint}")
            else:
                self._check_amounts(at, device, kind, amounts)
        return WireFault(at_ns, tuple(device.id for device in devices), kind, entry.for_, next(iter(amounts.values()), None))

    def _edge_outage(self, at: Path, entry: ActFile, at_ns: int) -> EdgeOutage:
        edge, known = str(entry.edge), self.stage.site.edges
        if edge not in known:
            hint = near(edge, known) or f"; it has {', '.join(sorted(known)) or 'none'}"
            self.wrong((*at, "edge"), f"the site has no edge '{edge}'{hint}")
        return EdgeOutage(at_ns, edge, entry.for_ or 0)

    def _check_amounts(self, at: Path, device: Device, kind: str, amounts: Mapping[str, float]) -> None:
        known = amount_of(kind, device.connection)
        for key, value in amounts.items():
            if known is None or known.field != key:
                hint = f"; write '{known.field}'" if known else ""
                self.wrong((*at, key), f"'{kind}' knows no '{key}'{hint}")
            elif not known.least <= value <= known.most:
                self.wrong((*at, key), f"'{key}' of '{kind}' lies between {known.least:g} and {known.most:g} (found {value:g})")

    def _check_repairs(self, acts: Sequence[tuple[Path, Act]]) -> None:
        """What is mended must have been broken before, and not by an act that ends by itself earlier."""
        broken: dict[tuple[str, str], int | None] = {}
        for at, act in acts:
            if isinstance(act, Breakdown):
                until_ns = None if act.for_ns is None else act.at_ns + act.for_ns
                broken |= {(device, act.fault): until_ns for device in act.devices}
            elif isinstance(act, Repair):
                for device in act.devices:
                    until_ns = broken.pop((device, act.fault), -1)
                    if until_ns is not None and until_ns <= act.at_ns:
                        self.wrong((*at, "mend"), f"'{act.fault}' is not broken on '{device}' at {written(act.at_ns)}")

    # ── people ──

    def _alarm_act(self, at: Path, entry: ActFile, verb: AlarmVerb, at_ns: int) -> AlarmAct:
        pattern = self._pattern((*at, verb.value), entry, verb)
        words = {AlarmVerb.COMMENT: entry.text, AlarmVerb.ACKNOWLEDGE: entry.comment}.get(verb, entry.reason) or ""
        act = AlarmAct(at_ns, str(entry.by), verb, pattern, entry.for_, words, bool(entry.refused), entry.approved_by or "")
        self._check_person((*at, "by"), act.by, right_for(act), act.refused)
        if act.approved_by:
            self._check_person((*at, "approved_by"), act.approved_by, Right.ALARM_APPROVE, act.refused)
        return act

    def _pattern(self, place: Path, entry: ActFile, verb: AlarmVerb) -> AlarmPattern:
        found = getattr(entry, verb.value)
        if verb is AlarmVerb.COMMENT:
            try:
                found = alarm_pattern(found)
            except ValueError as error:
                self.wrong(place, str(error))
                return AlarmPattern("*", "*")
        pattern: AlarmPattern = found
        self._check_pattern(place, pattern)
        return pattern

    def _check_pattern(self, place: Path, pattern: AlarmPattern) -> None:
        missing = self.stage.no_alarm(pattern)
        if missing:
            self.wrong(place, missing)

    def _ticket_step(self, at: Path, entry: ActFile, at_ns: int) -> TicketStep:
        assert entry.act is not None
        assert entry.ticket is not None
        pattern = entry.ticket
        self._check_pattern((*at, "ticket"), pattern)
        if entry.owner is not None and actor(self.stage.site, entry.owner) is None:
            self.wrong((*at, "owner"), self.stage.no_person(entry.owner))
        act = TicketStep(at_ns, str(entry.by), entry.act, pattern, entry.comment or "", entry.owner, bool(entry.refused))
        self._check_person((*at, "by"), act.by, right_for(act), act.refused)
        return act

    def _check_person(self, at: Path, name: str, right: Right, may_be_refused: bool) -> None:
        """Who acts must exist and, unless the refusal is what is to be seen, may do this."""
        person = actor(self.stage.site, name)
        if person is None:
            self.wrong(at, self.stage.no_person(name))
        elif not person.may(right) and not may_be_refused:
            advice = "; name somebody who has, or add 'refused: true' to see it refused"
            self.wrong(at, f"'{person.name}' is {person.role} and has no right to do this ({right}){advice}")


def _keys(entry: ActFile) -> set[str]:
    """The keys as written."""
    return {key.removesuffix("_") for key, value in entry if value is not None}


def _items(at: Path, values: Sequence[str]) -> list[tuple[Path, str]]:
    return [((*at, index), value) for index, value in enumerate(values)]
