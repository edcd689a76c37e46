"""The shapes on the wire, as other programs see them. Adding a key is allowed; renaming or removing one is not."""

from typing import Generic, NotRequired, TypeVar

from typing_extensions import TypedDict

T = TypeVar("T")


class Phrase(TypedDict):
    zh: str
    en: str


Classed = TypedDict("Classed", {"class": str})
"""``class`` is a keyword of the language and can only be written this way."""


class Page(TypedDict, Generic[T]):
    """One page of a list; ``next_cursor`` is null on the last."""

    items: list[T]
    next_cursor: str | None


class ReadingShape(TypedDict):
    """What a point says now. ``value`` is null whenever ``quality`` is bad; ``reason`` is empty when plainly good."""

    id: str
    device: str
    value: float | str | None
    meaning: Phrase | None
    quality: str
    reason: str
    source_time: str | None
    receive_time: str | None


class PointShape(ReadingShape):
    """A point and its last value."""

    name: str
    label: Phrase
    unit: str
    display_unit: str


class PointDetail(PointShape):
    type: str
    enum: dict[str, Phrase]
    bits: dict[str, Phrase]
    low: float | None
    high: float | None


class ConnectionShape(TypedDict):
    state: str
    fault: str | None
    since: str | None
    last_answer: str | None


class QualityCount(TypedDict):
    good: int
    uncertain: int
    bad: int


class DeviceShape(Classed):
    id: str
    name: Phrase
    system: str
    area: str
    profile: str
    connection: ConnectionShape
    quality: QualityCount


class MeteringShape(TypedDict):
    role: str
    item: str
    energy: str


class DeviceDetail(DeviceShape):
    manufacturer: str
    model: str
    address: str
    every_s: float
    feeds: list[str]
    fed_by: list[str]
    params: dict[str, float]
    metering: MeteringShape | None
    points: list[PointShape]


class ShelvingShape(TypedDict):
    by: str
    reason: str
    at: str
    until: str
    one_shot: bool


class RemovalShape(TypedDict):
    by: str
    reason: str
    at: str


class StandingShape(TypedDict):
    """How one alarm stands: a rule on a device, with whatever keeps it silent."""

    rule: str
    device: str
    state: str
    flags: list[str]
    occurrence: str | None
    shelving: ShelvingShape | None
    suppression: RemovalShape | None
    out_of_service: RemovalShape | None


class OccurrenceShape(TypedDict):
    id: str
    rule: str
    rule_version: str
    device: str
    device_name: Phrase | None
    system: str | None
    area: str | None
    points: list[str]
    priority: str
    state: str
    flags: list[str]
    text: Phrase
    condition_since: str
    raised_at: str
    returned_at: str | None
    acknowledged_at: str | None
    acknowledged_by: str | None
    ended_at: str | None
    inputs: dict[str, float | str | None]
    annunciated: bool
    suppressed_by: str | None
    superseded_by: str | None
    cause: str
    ticket: str | None


class AlarmLine(TypedDict):
    """One line of an alarm's story."""

    at: str
    what: str
    by: str
    comment: str
    state: str
    flags: list[str]


class RationaleShape(TypedDict):
    cause: Phrase
    consequence: Phrase
    action: Phrase
    respond_within_s: int
    steps: list[Phrase]
    source: str


class OccurrenceDetail(OccurrenceShape):
    story: list[AlarmLine]
    why: RationaleShape | None
    standing: StandingShape


class ClockShape(TypedDict):
    promise: str
    due_at: str
    met_at: str | None
    paused_at: str | None
    broken: bool


class TicketShape(Classed):
    id: str
    number: str
    state: str
    device: str
    area: str
    title: Phrase
    cause: str
    skill: str
    opened_at: str
    opened_by: str
    owner: str | None
    clocks: list[ClockShape]
    alarms: list[str]
    first_steps: list[Phrase]
    hold_reason: str | None
    reworks: int
    result: str
    closed_at: str | None
    allowed: list[str]


class TicketLine(TypedDict):
    at: str
    what: str
    by: str
    comment: str
    state: str | None
    owner: str | None


class TicketDetail(TicketShape):
    """A ticket with its story, its alarms, and what else happened to the device of late."""

    story: list[TicketLine]
    occurrences: list[OccurrenceShape]
    history: list[TicketShape]


class SampleShape(TypedDict):
    source_time: str
    value: float | str | None
    quality: str
    reason: str


class IntervalShape(TypedDict):
    start: str
    value: float | None


class FieldMistake(TypedDict):
    field: str
    message: str


class ProblemShape(TypedDict):
    """RFC 9457 problem details; ``errors`` names each field that is wrong."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: NotRequired[list[FieldMistake]]
