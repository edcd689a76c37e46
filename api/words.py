"""From the model's words to the shapes on the wire: names in both languages, times with the site's offset."""

import re
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from api.register import decode_shape, exchange_shape, live_span, profile_line, wire_shape
from api.shapes import (
    AlarmLine,
    BitShape,
    ClockShape,
    ConnectionShape,
    DeviceDetail,
    DevicePointShape,
    DeviceShape,
    FloodShape,
    NoticeShape,
    OccurrenceShape,
    Phrase,
    PointDetail,
    PointShape,
    RationaleShape,
    ReadingShape,
    RemovalShape,
    SampleShape,
    ShelvingShape,
    StandingShape,
    TicketLine,
    TicketShape,
)
from model.alarm import AlarmEvent, Occurrence, Removal, Shelving, Standing
from model.carrier import things
from model.clock import SECOND
from model.notice import Notice
from model.profile import Point, WireType
from model.quality import Quality, Severity, severity_counts
from model.reading import LastValue, Link, LiveValues, Sample
from model.rule import Rationale
from model.site import Connection, Device, ModbusSerial, ModbusTcp, Site
from model.text import Text
from model.ticket import PromiseClock, Ticket, TicketEvent
from model.units import UNITS, display_unit
from rules.flood import Flood
from tickets.ticket_state import allowed


@lru_cache(maxsize=16_384)
def rfc3339(at_ns: int, zone: ZoneInfo) -> str:
    """``2026-01-14T08:00:00.250+08:00``. Remembered, since all points of a device share their times."""
    text = datetime.fromtimestamp(at_ns // SECOND, zone).isoformat()
    return f"{text[:19]}.{at_ns % SECOND // 1_000_000:03d}{text[19:]}"


def phrase(text: Text) -> Phrase:
    return {"zh": text.zh, "en": text.en}


def rationale(why: Rationale) -> RationaleShape:
    return {
        "cause": phrase(why.cause),
        "consequence": phrase(why.consequence),
        "action": phrase(why.action),
        "respond_within_s": why.respond_within_s,
        "steps": [phrase(step) for step in why.steps],
        "source": why.source,
    }


def address(connection: Connection) -> str:
    """Where a device is reached, in one line for people."""
    if isinstance(connection, ModbusTcp):
        return f"{connection.framer}://{connection.host}:{connection.port} unit {connection.unit}"
    if isinstance(connection, ModbusSerial):
        return f"{connection.port} {connection.baud} baud unit {connection.unit}"
    return f"mqtt topic {connection.topic}"


_TRUTH: tuple[Phrase, Phrase] = ({"zh": "否", "en": "no"}, {"zh": "是", "en": "yes"})


def meaning(point: Point, value: float | str | None) -> Phrase | None:
    """The word of a code, yes or no of a truth that has no words of its own."""
    if not isinstance(value, float | int):
        return None
    if point.enum:
        named = point.enum.get(int(value))
        return phrase(named) if named else None
    return _TRUTH[value != 0] if point.type is WireType.BOOL else None


def bits_set(point: Point, value: float | str | None) -> list[BitShape]:
    """The bits of the value that are set and the fields that are not zero, of those that have words; lowest first as in the profile."""
    if not isinstance(value, float | int):
        return []
    found: list[BitShape] = []
    for bits, text in point.bits.items():
        low, _, high = bits.partition("-")
        part = int(value) >> int(low) & (1 << int(high or low) - int(low) + 1) - 1
        if part:
            found.append({"bit": bits, "value": part, "zh": _field_words(text.zh, part), "en": _field_words(text.en, part)})
    return found


_CHOICES = re.compile(r"(?:(?P<heading>[^\d，,]*?)[：: ]+)?(?P<codes>\d+ [^，,]+(?:[，,] ?\d+ [^，,]+)+)")
"""A field's words that list what its codes mean: ``状态：0 预热，1 监测`` or ``state 0 warm-up, 1 monitor``."""


@lru_cache(maxsize=1024)
def _field_words(words: str, part: int) -> str:
    """What a field says now: of listed codes the one it has, in short ``状态 监测``; other words as they are."""
    listed = _CHOICES.fullmatch(words)
    if listed is None:
        return words
    codes = dict(one.split(" ", 1) for one in re.split("[，,] ?", listed["codes"]))
    return " ".join(filter(None, (listed["heading"], codes.get(str(part), str(part)))))


def unit_now(device: Device, point: Point, live: LiveValues) -> str:
    """The point's unit; where a code of another point chooses it, the one that code names now, and none while it is not known."""
    chosen_by = device.profile.column(point.unit_select) if point.unit_select and not point.unit else None
    if chosen_by is None:
        return point.unit
    value = live.last(device.id, chosen_by).value
    named = meaning(device.points[chosen_by], value)
    said = [*(bit["en"] for bit in bits_set(device.points[chosen_by], value)), named["en"] if named else ""]
    return next((words for words in said if words in UNITS), "")


_SEVERITY: dict[int, str] = {quality: quality.severity.value for quality in Quality if quality is not Quality.ABSENT}
_REASON: dict[int, str] = {quality: quality.reason for quality in Quality}


NOTICE_PREFIX = "N-"
"""Before a notice's number, as ``A-`` stands before an occurrence's and ``GD-`` before a ticket's."""


class Wire:
    """Writes the wire shapes of one site; it knows the names, the units and the local time."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._things = things(site)

    def time(self, at_ns: int) -> str:
        return rfc3339(at_ns, self._site.timezone)

    def maybe_time(self, at_ns: int | None) -> str | None:
        """Null for an instant that has not come; zero nanoseconds stand for never."""
        return self.time(at_ns) if at_ns else None

    # --- the model -------------------------------------------------------------------------------------------------

    def point(self, device: Device, column: int, live: LiveValues) -> PointShape:
        point = device.points[column]
        unit = unit_now(device, point, live)
        return {
            **self.reading(device, column, live.last(device.id, column)),
            "name": point.name,
            "label": phrase(point.label),
            "type": point.type.value,
            "unit": unit,
            "display_unit": display_unit(unit),
        }

    def reading(self, device: Device, column: int, last: LastValue) -> ReadingShape:
        """The part of a point that changes."""
        point = device.points[column]
        shape: ReadingShape = {
            "id": device.point_id(column),
            "device": device.id,
            "value": last.value,
            "meaning": meaning(point, last.value),
            "quality": _SEVERITY[last.quality],
            "reason": _REASON[last.quality],
            "source_time": self.maybe_time(last.source_ns),
            "receive_time": self.maybe_time(last.receive_ns),
        }
        if point.bits:
            shape["bits_set"] = bits_set(point, last.value)
        return shape

    def point_detail(self, device: Device, column: int, live: LiveValues) -> PointDetail:
        point = device.points[column]
        return {
            **self._device_point(device, column, live, live.raw(device.id)),
            "enum": {str(code): phrase(text) for code, text in point.enum.items()},
            "bits": {bits: phrase(text) for bits, text in point.bits.items()},
            "low": point.low,
            "high": point.high,
            "address": address(device.connection),
        }

    def connection(self, link: Link) -> ConnectionShape:
        return {
            "state": "connected" if link.connected else "disconnected",
            "fault": link.fault.value if link.fault else None,
            "since": self.maybe_time(link.since_ns),
            "last_answer": self.maybe_time(link.last_answer_ns),
        }

    def link_news(self, device: str, link: Link) -> dict[str, Any]:
        """The stream's ``link`` event: a device has gone silent, or answers again."""
        return {"device": device, **self.connection(link)}

    def device(self, device: Device, live: LiveValues) -> DeviceShape:
        count = severity_counts(live.qualities(device.id))
        return {
            "id": device.id,
            "name": phrase(device.name),
            "system": device.system.value,
            "area": device.area,
            "class": device.device_class,
            "profile": device.profile.id,
            "connection": self.connection(live.link(device.id)),
            "quality": {"good": count[Severity.GOOD], "uncertain": count[Severity.UNCERTAIN], "bad": count[Severity.BAD]},
            "feeds": list(device.feeds),
            "fed_by": list(self._site.fed_by(device.id)),
            "params": dict(device.params),
        }

    def device_detail(self, device: Device, live: LiveValues) -> DeviceDetail:
        metering = device.metering
        raw = live.raw(device.id)
        return {
            **self.device(device, live),
            "manufacturer": device.profile.manufacturer,
            "model": device.profile.model,
            "address": address(device.connection),
            "every_s": device.every_ns / SECOND,
            "metering": {"role": metering.role, "item": metering.item, "energy": metering.energy} if metering else None,
            "points": [self._device_point(device, column, live, raw) for column in range(len(device.points))],
            "raw": [exchange_shape(asked, answer) for asked, answer in raw],
        }

    def _device_point(self, device: Device, column: int, live: LiveValues, raw: tuple[tuple[str, bytes], ...]) -> DevicePointShape:
        point = device.points[column]
        return {
            **self.point(device, column, live),
            "profile": profile_line(device, point),
            "wire": wire_shape(device, point),
            "decode": decode_shape(point),
            "raw": live_span(device, point, raw),
        }

    def sample(self, sample: Sample) -> SampleShape:
        return {
            "source_time": self.time(sample.source_ns),
            "value": sample.value,
            "quality": _SEVERITY[sample.quality],
            "reason": _REASON[sample.quality],
        }

    # --- alarms ----------------------------------------------------------------------------------------------------

    def occurrence(self, occurrence: Occurrence, standing: Standing | None) -> OccurrenceShape:
        """``standing`` gives the flags; None for an occurrence that is over."""
        device = self._things.get(occurrence.device)
        return {
            "id": occurrence.id,
            "rule": occurrence.rule,
            "rule_version": occurrence.rule_version,
            "device": occurrence.device,
            "device_name": phrase(device.name) if device else None,
            "system": device.system.value if device else None,
            "area": device.area if device else None,
            "points": list(occurrence.points),
            "priority": occurrence.priority.value,
            "state": occurrence.state.wire,
            "flags": list(standing.flags) if standing else [],
            "text": phrase(occurrence.text),
            "condition_since": self.time(occurrence.condition_since_ns),
            "raised_at": self.time(occurrence.raised_at_ns),
            "returned_at": self.maybe_time(occurrence.returned_at_ns),
            "acknowledged_at": self.maybe_time(occurrence.acknowledged_at_ns),
            "acknowledged_by": occurrence.acknowledged_by,
            "ended_at": self.maybe_time(occurrence.ended_at_ns),
            "inputs": dict(occurrence.inputs),
            "annunciated": occurrence.annunciated,
            "suppressed_by": occurrence.suppressed_by,
            "superseded_by": occurrence.superseded_by,
            "cause": occurrence.cause,
            "ticket": occurrence.ticket,
            "level": occurrence.level,
            "source_time": self.maybe_time(occurrence.source_ns),
            "group": occurrence.group,
            "first_out": occurrence.first_out,
            "hold": occurrence.hold.value if occurrence.hold else None,
            "flips": occurrence.flips,
            "judged_by": occurrence.judged_by or occurrence.rule_version,
        }

    def standing(self, standing: Standing) -> StandingShape:
        return {
            "rule": standing.rule,
            "device": standing.device,
            "state": standing.state.wire,
            "flags": list(standing.flags),
            "occurrence": standing.occurrence,
            "shelving": self._shelving(standing.shelving) if standing.shelving else None,
            "suppression": self._removal(standing.suppression) if standing.suppression else None,
            "out_of_service": self._removal(standing.out_of_service) if standing.out_of_service else None,
            "request": self._removal(standing.request) if standing.request else None,
            "hold": {"kind": standing.hold.kind.value, "since": self.time(standing.hold.since_ns)} if standing.hold else None,
        }

    def flood(self, flood: Flood | None, count: int) -> FloodShape:
        """``count``: annunciated within the last 10 minutes, also when there is no flood."""
        if flood is None:
            return {"active": False, "since": None, "count": count, "peak": 0}
        return {"active": True, "since": self.time(flood.since_ns), "count": flood.count, "peak": flood.peak}

    def _shelving(self, shelving: Shelving) -> ShelvingShape:
        return {
            "by": shelving.by,
            "reason": shelving.reason,
            "at": self.time(shelving.at_ns),
            "until": self.time(shelving.until_ns),
            "one_shot": shelving.one_shot,
        }

    def _removal(self, removal: Removal) -> RemovalShape:
        return {
            "by": removal.by,
            "reason": removal.reason,
            "at": self.time(removal.at_ns),
            "until": self.maybe_time(removal.until_ns),
            "approved_by": removal.approved_by or None,
        }

    def alarm_line(self, event: AlarmEvent) -> AlarmLine:
        return {
            "at": self.time(event.at_ns),
            "what": event.kind.value,
            "by": event.by.name,
            "comment": event.comment,
            "state": event.standing.state.wire,
            "flags": list(event.standing.flags),
            "priority": event.occurrence.priority.value if event.occurrence else None,
            "level": event.occurrence.level if event.occurrence else "",
        }

    def alarm_news(self, event: AlarmEvent) -> dict[str, Any]:
        """The stream's ``alarm`` event: what happened, and how the alarm stands after it."""
        return {
            **self.alarm_line(event),
            "occurrence": self.occurrence(event.occurrence, event.standing) if event.occurrence else None,
            "standing": self.standing(event.standing),
        }

    # --- tickets ---------------------------------------------------------------------------------------------------

    def ticket(self, ticket: Ticket, now_ns: int) -> TicketShape:
        return {
            "id": ticket.id,
            "number": ticket.number,
            "class": ticket.ticket_class.value,
            "state": ticket.state.value,
            "device": ticket.device,
            "area": ticket.area,
            "title": phrase(ticket.title),
            "cause": ticket.cause,
            "skill": ticket.skill,
            "opened_at": self.time(ticket.opened_at_ns),
            "opened_by": ticket.opened_by,
            "owner": ticket.owner,
            "clocks": [self._clock(clock, now_ns) for clock in ticket.clocks],
            "alarms": list(ticket.alarms),
            "first_steps": [phrase(step) for step in ticket.first_steps],
            "hold_reason": ticket.hold_reason,
            "reworks": ticket.reworks,
            "result": ticket.result,
            "closed_at": self.maybe_time(ticket.closed_at_ns),
            "allowed": [act.value for act in allowed(ticket)],
        }

    def _clock(self, clock: PromiseClock, now_ns: int) -> ClockShape:
        return {
            "promise": clock.promise.value,
            "due_at": self.time(clock.due_at_ns),
            "met_at": self.maybe_time(clock.met_at_ns),
            "paused_at": self.maybe_time(clock.paused_at_ns),
            "broken": clock.is_broken(now_ns),
        }

    def ticket_line(self, event: TicketEvent) -> TicketLine:
        return {
            "at": self.time(event.at_ns),
            "what": event.what,
            "by": event.by,
            "comment": event.comment,
            "state": event.state.value if event.state else None,
            "owner": event.owner,
        }

    def ticket_news(self, ticket: Ticket, event: TicketEvent, now_ns: int) -> dict[str, Any]:
        """The stream's ``ticket`` event: what happened, and the ticket after it."""
        return {**self.ticket_line(event), "ticket": self.ticket(ticket, now_ns)}

    # --- notices ---------------------------------------------------------------------------------------------------

    def notice(self, notice: Notice) -> NoticeShape:
        return {
            "id": f"{NOTICE_PREFIX}{notice.number}",
            "ticket": notice.ticket,
            "to": notice.recipient,
            "kind": notice.kind.value,
            "text": phrase(notice.text),
            "state": notice.state.value,
            "created_at": self.time(notice.created_at_ns),
            "attempts": notice.attempts,
            "told_at": self.maybe_time(notice.told_at_ns),
            "channel": notice.channel.value if notice.channel else None,
            "seen_at": self.maybe_time(notice.seen_at_ns),
        }

    def notice_news(self, notice: Notice) -> dict[str, Any]:
        """The stream's ``notice`` event, for its person alone."""
        return {**self.notice(notice)}
