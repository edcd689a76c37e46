"""The walk back from a ticket: ticket ← alarm ← rule and the values that fired it ← point ← bytes, profile line and register."""

from collections.abc import Sequence
from dataclasses import dataclass

from api.next_due import NextDue
from api.register import decode_shape, place_of, profile_line, shown_file, spaced, wire_shape
from api.shapes import InputShape, LimitShape, RawShape, RuleTrace, RuleWordsShape, TracedTicket, TraceShape
from api.words import Wire, address, bits_set, meaning, phrase
from model.alarm import ANNOUNCING, AlarmEvent, Evidence, Occurrence, Standing
from model.clock import SECOND
from model.exchange import Place, scale_place
from model.notice import Notice
from model.own_state import own_point
from model.profile import Point, Register
from model.rule import Rule
from model.rule_version import Origin, RuleVersion
from model.site import Site
from model.ticket import Ticket, TicketEvent
from rules.limits import limits
from rules.parameters import params_of
from rules.syntax import parse


@dataclass(frozen=True, slots=True)
class Past:
    """What the journal knows of an occurrence."""

    occurrence: Occurrence
    standing: Standing
    story: Sequence[AlarmEvent]
    ticket: Ticket | None
    ticket_story: Sequence[TicketEvent]
    notices: Sequence[Notice]
    """Who was told of the ticket, oldest first."""
    versions: Sequence[RuleVersion] = ()
    """Of its rule, in the order in which they came into force."""

    @property
    def asked_ns(self) -> int:
        """When somebody was last asked to answer the alarm."""
        asked = (event.at_ns for event in self.story if event.kind in ANNOUNCING and not event.standing.is_silent)
        return max(asked, default=self.occurrence.raised_at_ns)

    def words_of(self, version: str) -> RuleVersion | None:
        return next((kept for kept in self.versions if kept.version == version and kept.origin is not Origin.RETIRED), None)


def trace(site: Site, rule: Rule | None, past: Past, wire: Wire, now_ns: int) -> TraceShape:
    occurrence, ticket = past.occurrence, past.ticket
    due = NextDue(wire, now_ns)
    due.alarm(occurrence, past.standing, rule, past.asked_ns)
    if ticket:
        due.ticket(ticket)
    judge = occurrence.judged_by or occurrence.rule_version
    return {
        "occurrence": occurrence.id,
        "condition_since": wire.time(occurrence.condition_since_ns),
        "raised_at": wire.time(occurrence.raised_at_ns),
        "rule": rule_trace(occurrence, rule, site),
        "rule_text": _words(past.words_of(occurrence.rule_version), wire),
        "judged_text": _words(past.words_of(judge), wire) if judge != occurrence.rule_version else None,
        "inputs": [_Input(site, rule, occurrence, point, wire).shape() for point in occurrence.inputs],
        "story": [wire.alarm_line(event) for event in past.story],
        "ticket": _ticket(ticket, past, wire, now_ns) if ticket else None,
        "next": due.shapes(),
    }


def _ticket(ticket: Ticket, past: Past, wire: Wire, now_ns: int) -> TracedTicket:
    story = [wire.ticket_line(line) for line in past.ticket_story]
    return {**wire.ticket(ticket, now_ns), "story": story, "notices": [wire.notice(notice) for notice in past.notices]}


def _words(kept: RuleVersion | None, wire: Wire) -> RuleWordsShape | None:
    if kept is None:
        return None
    return {
        "version": kept.version,
        "yaml": kept.yaml,
        "origin": kept.origin.value,
        "at": wire.time(kept.at_ns),
        "by": kept.by,
        "comment": kept.comment,
    }


def rule_trace(occurrence: Occurrence, rule: Rule | None, site: Site) -> RuleTrace:
    """The rule as it stands now, and whether it is still the version that fired."""
    fired: RuleTrace = {
        "id": occurrence.rule,
        "version": occurrence.rule_version,
        "present": False,
        "same_version": False,
        "running_version": rule.version if rule else None,
    }
    if rule is None:
        return fired
    device = site.devices.get(occurrence.device)
    known = params_of(rule, device, site) if device else dict(rule.params)
    return {
        **fired,
        "present": True,
        "same_version": rule.version == occurrence.rule_version,
        "text": phrase(rule.text),
        "when": rule.when,
        "clear_when": rule.clear_when,
        "on_delay_s": rule.on_delay_ns / SECOND,
        "off_delay_s": rule.off_delay_ns / SECOND,
        "deadband": dict(rule.deadband),
        "params": dict(rule.params),
        "values": {name: known[name] for name in sorted(_asked(rule) & known.keys())},
        "units": dict(rule.units),
        "source": rule.why.source,
        "file": shown_file(rule.file),
        "line": rule.line,
    }


def _asked(rule: Rule) -> frozenset[str]:
    """Every name that its condition and those of its levels speak of."""
    return frozenset[str]().union(*(parse(text).spoken for text in (rule.when, *(level.when for level in rule.levels))))


class _Input:
    """One value that fired the rule, and where it came from on the wire."""

    def __init__(self, site: Site, rule: Rule | None, occurrence: Occurrence, point_id: str, wire: Wire) -> None:
        self._site, self._rule, self._occurrence, self._wire = site, rule, occurrence, wire
        self._point_id = point_id
        self._carriers = [evidence for evidence in occurrence.evidence if point_id in evidence.qualities]

    def shape(self) -> InputShape:
        found = self._site.point(self._point_id) or own_point(self._site, self._point_id)
        shape: InputShape = {"point": self._point_id, "value": self._occurrence.inputs[self._point_id], "present": found is not None}
        if self._carriers:
            carrier = self._carriers[0]
            quality = carrier.qualities[self._point_id]
            shape |= {"quality": quality.severity.value, "reason": quality.reason}
            shape |= {"source_time": self._wire.maybe_time(carrier.source_ns), "receive_time": self._wire.maybe_time(carrier.receive_ns)}
        if found is None:
            return shape
        device, column = found
        point = device.points[column]
        if point.bits:
            shape["bits_set"] = bits_set(point, shape["value"])
        return {
            **shape,
            "unit": point.unit,
            "label": phrase(point.label),
            "meaning": meaning(point, shape["value"]),
            "profile": profile_line(device, point),
            "decode": decode_shape(point),
            "wire": wire_shape(device, point),
            "address": address(device.connection),
            "limits": self._limits(),
            "raw": self._raw(point),
            "scale_raw": self._scale_raw(point),
        }

    def _limits(self) -> list[LimitShape]:
        """As the rule stands now; none for a rule that has changed since, for they may be others."""
        device = self._site.devices.get(self._occurrence.device)
        if self._rule is None or device is None or self._rule.version != self._occurrence.rule_version:
            return []
        found = limits(self._rule, device, self._site)
        return [{"value": limit.value, "above": limit.above} for limit in found if limit.point == self._point_id]

    def _raw(self, point: Point) -> RawShape | None:
        for evidence in self._carriers:
            if evidence.asked:
                return self._raw_shape(evidence, place_of(point, evidence.asked, bytes.fromhex(evidence.hex)))
        return None

    def _scale_raw(self, point: Point) -> RawShape | None:
        """The answer that told the scale, which may be another than the one that told the value."""
        if not isinstance(point.wire, Register):
            return None
        owner = self._point_id.rpartition(".")[0]
        for evidence in self._occurrence.evidence:
            at = scale_place(evidence.asked, point.wire)
            if at and evidence.device == owner:
                return self._raw_shape(evidence, at)
        return None

    def _raw_shape(self, evidence: Evidence, at: Place | None) -> RawShape:
        return {
            "asked": evidence.asked,
            "hex": spaced(bytes.fromhex(evidence.hex)),
            "size": evidence.size,
            "at": self._wire.time(evidence.receive_ns),
            "offset": at.offset if at else None,
            "length": at.length if at else None,
            "bit": at.bit if at else None,
        }
