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


class BitShape(Phrase):
    """A bit that is set, ``"3"``, or a field that is not zero, ``"0-7"``, and what it stands for."""

    bit: str
    value: int


class ReadingShape(TypedDict):
    """What a point says now. ``value`` is null whenever ``quality`` is bad; ``reason`` is empty when plainly good.

    ``meaning`` is the word of a code, yes or no of a truth; ``bits_set`` is there for points whose bits have words.
    """

    id: str
    device: str
    value: float | str | None
    meaning: Phrase | None
    bits_set: NotRequired[list[BitShape]]
    quality: str
    reason: str
    source_time: str | None
    receive_time: str | None


class PointShape(ReadingShape):
    """A point and its last value."""

    name: str
    label: Phrase
    type: str
    unit: str
    display_unit: str


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
    feeds: list[str]
    fed_by: list[str]
    params: dict[str, float]


class MeteringShape(TypedDict):
    role: str
    item: str
    energy: str


class RegisterShape(TypedDict):
    """Where a Modbus point lies. ``register`` is the zero-based address; ``scale_register`` holds the exponent of its scale."""

    table: str
    register: int
    words: int
    byte_order: str
    word_order: str
    scale_register: NotRequired[int]
    scale_mode: NotRequired[str]


class TopicShape(TypedDict):
    """Where an MQTT point lies: ``path`` (JSONPath) in the messages on ``topic``."""

    topic: str
    path: str


class DecodeShape(TypedDict):
    """Value = what is written × ``scale`` + ``offset``."""

    type: str
    scale: float
    offset: float
    encoding: str | None


class ProfileLine(TypedDict):
    id: str
    file: str
    line: int | None


class ExchangeShape(TypedDict):
    """One request and the answer's bytes (``3F 9A``); ``size`` is how many came, when more than are shown."""

    asked: str
    hex: str
    size: int


class SpanShape(TypedDict):
    """Where a point's bytes lie in the answer; ``bit`` is the first bit within the first byte, for coils and discrete inputs."""

    asked: str
    offset: int
    length: int
    bit: int | None
    hex: str


class DevicePointShape(PointShape):
    """``raw`` is null when the newest exchange did not carry the point."""

    profile: ProfileLine
    wire: RegisterShape | TopicShape
    decode: DecodeShape
    raw: SpanShape | None


class PointDetail(DevicePointShape):
    """``address`` is where the point's device is reached."""

    enum: dict[str, Phrase]
    bits: dict[str, Phrase]
    low: float | None
    high: float | None
    address: str


class DeviceDetail(DeviceShape):
    manufacturer: str
    model: str
    address: str
    every_s: float
    metering: MeteringShape | None
    points: list[DevicePointShape]
    raw: list[ExchangeShape]


class ShelvingShape(TypedDict):
    by: str
    reason: str
    at: str
    until: str
    one_shot: bool


class RemovalShape(TypedDict):
    """``until`` and ``approved_by`` are null for a suppression by design; ``approved_by`` also for what is only asked for."""

    by: str
    reason: str
    at: str
    until: str | None
    approved_by: str | None


class HoldShape(TypedDict):
    """``kind`` is ``chattering`` or ``fleeting``."""

    kind: str
    since: str


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
    request: RemovalShape | None
    hold: HoldShape | None


class FloodShape(TypedDict):
    """``count``: alarms annunciated within the last 10 minutes; ``peak``: the most there were within any 10 minutes of this flood."""

    active: bool
    since: str | None
    count: int
    peak: int


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
    level: str
    source_time: str | None
    group: str
    first_out: bool | None
    hold: str | None
    flips: int
    judged_by: str


class AlarmLine(TypedDict):
    """One line of an alarm's story."""

    at: str
    what: str
    by: str
    comment: str
    state: str
    flags: list[str]
    priority: str | None
    """The occurrence's own at that moment; null before there was one."""
    level: str


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


class NoticeShape(TypedDict):
    """What one person is told of a ticket, once. ``state`` is ``pending``, ``told`` (delivered by ``channel``) or ``seen``."""

    id: str
    ticket: str
    to: str
    kind: str
    text: Phrase
    state: str
    created_at: str
    attempts: int
    told_at: str | None
    channel: str | None
    seen_at: str | None


class TicketDetail(TicketShape):
    """A ticket with its story, who was told what, its alarms, and what else happened to the device of late."""

    story: list[TicketLine]
    notices: list[NoticeShape]
    occurrences: list[OccurrenceShape]
    history: list[TicketShape]


class RawShape(ExchangeShape):
    """The answer that carried a value, when it came, and where the value's bytes lie in it (null: beyond what was kept)."""

    at: str
    offset: int | None
    length: int | None
    bit: int | None


class LimitShape(TypedDict):
    """A limit of the rule in the point's own unit: it asks for values above it, or below."""

    value: float
    above: bool


class InputShape(TypedDict):
    """A value that fired the rule and its way back to the wire. Only the first three are there when the point has left the site."""

    point: str
    value: float | str | None
    present: bool
    quality: NotRequired[str]
    reason: NotRequired[str]
    source_time: NotRequired[str | None]
    receive_time: NotRequired[str | None]
    unit: NotRequired[str]
    label: NotRequired[Phrase]
    meaning: NotRequired[Phrase | None]
    bits_set: NotRequired[list[BitShape]]
    profile: NotRequired[ProfileLine]
    decode: NotRequired[DecodeShape]
    wire: NotRequired[RegisterShape | TopicShape]
    address: NotRequired[str]
    limits: NotRequired[list[LimitShape]]
    raw: NotRequired[RawShape | None]
    scale_raw: NotRequired[RawShape | None]


class RuleTrace(TypedDict):
    """The version that fired, and the rule as it stands now when it is still present.

    ``values`` are the parameters its condition names, as they count for this device: its own go before the rule's.
    """

    id: str
    version: str
    present: bool
    same_version: bool
    running_version: str | None
    text: NotRequired[Phrase]
    when: NotRequired[str]
    clear_when: NotRequired[str | None]
    on_delay_s: NotRequired[float]
    off_delay_s: NotRequired[float]
    deadband: NotRequired[dict[str, float]]
    params: NotRequired[dict[str, float]]
    values: NotRequired[dict[str, float]]
    units: NotRequired[dict[str, str]]
    source: NotRequired[str]
    file: NotRequired[str]
    line: NotRequired[int]


class RuleWordsShape(TypedDict):
    """A version of a rule, word for word."""

    version: str
    yaml: str
    origin: str
    at: str
    by: str
    comment: str


class TracedTicket(TicketShape):
    story: list[TicketLine]
    notices: list[NoticeShape]


class NextShape(TypedDict):
    """What comes next: a promise of the ticket (``accept``, ``arrive``, ``finish``), ``acknowledge``, ``reset``, ``shelving_expires``,
    ``realarm``. ``at`` is null where only a person decides when."""

    what: str
    at: str | None
    overdue: bool
    paused: bool


class TraceShape(TypedDict):
    """From the bytes to the ticket and on to what is due.

    ``rule_text``: the version that raised it, as it was written; ``judged_text``: the one that judges it now, null when it is the same.
    """

    occurrence: str
    condition_since: str
    raised_at: str
    rule: RuleTrace
    rule_text: RuleWordsShape | None
    judged_text: RuleWordsShape | None
    inputs: list[InputShape]
    story: list[AlarmLine]
    ticket: TracedTicket | None
    next: list[NextShape]


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


class MistakeShape(TypedDict):
    """A mistake in what is written. ``file`` is empty for the text that was sent; ``column`` 0 is the whole line.

    ``suggestion`` is the word to write instead, empty where there is none.
    """

    file: str
    line: int
    column: int
    path: str
    message: str
    suggestion: str


class ProblemShape(TypedDict):
    """RFC 9457 problem details; ``errors`` names each field that is wrong, ``mistakes`` each place in a text that was sent."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: NotRequired[list[FieldMistake]]
    mistakes: NotRequired[list[MistakeShape]]
