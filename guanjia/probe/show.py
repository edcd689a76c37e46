"""What was found, on a terminal."""

from collections.abc import Iterator
from typing import Literal

from rich.markup import escape
from rich.table import Table as Grid

from guanjia.probe.asker import Asker
from guanjia.probe.beliefs import Worth, belief, worth
from guanjia.probe.examination import Findings, Stage
from guanjia.probe.heard import BIT_TABLES, Decoded, Heard, decoded, words_of
from guanjia.probe.judge import Judgement, Verdict
from guanjia.probe.refused import refused_scales
from guanjia.probe.ways import AS_WRITTEN, Way, read_by, written_order
from model.profile import Point, Profile, Register, WireType
from model.quality import Quality
from model.units import display_unit

_LONGEST_RAW = 4
"""Registers of one value shown; texts have more."""
IMPLAUSIBLE = "implausible"
_WIDE = 110
_UNBROKEN = ("address", "quality", "point")
_COLORS = {"good": "green", "uncertain": "yellow", "bad": "red"}


def value_table(findings: Findings, heard: Heard, width: int | None = None) -> Grid:
    """Every point: where it lies, its raw words, what they say, in the way that was found plausible and, if another, in the profile's.

    A terminal less than ``_WIDE`` characters wide gets no English labels: the points' names say the same.
    """
    profile, way = findings.profile, findings.way
    own = Way(AS_WRITTEN, written_order(profile))
    there = read_by(profile, way) or profile
    judged, written = decoded(there, heard), decoded(profile, heard) if way != own else None
    grid = Grid(box=None, header_style="bold", pad_edge=False)
    other = ("as the profile says",) if written else ()
    headings = ["address", "raw", "value", *other, "quality", "point", "名称", "label"][: None if width is None or width >= _WIDE else -1]
    for heading in headings:
        justify: Literal["left", "right"] = "right" if heading in ("value", *other) else "left"
        grid.add_column(heading, justify=justify, overflow="fold", no_wrap=heading in _UNBROKEN)
    for column, point in enumerate(there.points):
        as_written = [shown(written, column)] if written else []
        quality = Quality(judged.qualities[column])
        said, color = _said(profile, point, judged.values[column], quality)
        cells = [_where(point), _raw(point, heard), shown(judged, column), *as_written, said]
        cells = [escape(cell) for cell in (*cells, point.name, point.label.zh, point.label.en)]
        cells[headings.index("quality")] = f"[{color}]{said}[/{color}]"
        grid.add_row(*cells[: len(headings)])
    return grid


def _said(profile: Profile, point: Point, value: float, quality: Quality) -> tuple[str, str]:
    """The quality as a word and its color. The platform takes a number no such quantity can have for good; here it is pointed at."""
    if quality is Quality.GOOD and not point.is_text and worth(point, belief(point, profile.device_class), value) is Worth.IMPOSSIBLE:
        return IMPLAUSIBLE, _COLORS["uncertain"]
    return quality.reason or "good", _COLORS[quality.severity]


def _where(point: Point) -> str:
    return f"{point.wire.table} {point.wire.address}" if isinstance(point.wire, Register) else ""


def _raw(point: Point, heard: Heard) -> str:
    words = words_of(heard, point.wire) if isinstance(point.wire, Register) else None
    if words is None or not isinstance(point.wire, Register):
        return "–"
    if point.wire.table in BIT_TABLES:
        return " ".join(map(str, words[:_LONGEST_RAW]))
    return " ".join(f"{word:04X}" for word in words[:_LONGEST_RAW]) + (" …" if len(words) > _LONGEST_RAW else "")


def shown(found: Decoded, column: int) -> str:
    """The value as people read it: with its unit, a code with its words, a text as it is."""
    point, value = found.profile.points[column], found.values[column]
    if column in found.texts:
        return found.texts[column]
    if value != value:
        return "–"
    named = point.enum.get(int(value)) if point.enum and value == int(value) else None
    unit = display_unit(point.unit)
    digits = 7 if point.type is WireType.F32 else 12  # a float of 32 bits holds no more
    return f"{value:.{digits}g}{f' {unit}' if unit else ''}{f' ({named.zh} / {named.en})' if named else ''}"


def verdict_lines(findings: Findings) -> Iterator[str]:
    """What the judge says, in sentences."""
    judgement = findings.judgement
    if findings.chain is not None:
        models = ", ".join(f"{model} at {address}" for model, address in findings.chain.headers.items())
        yield f"SunSpec from {findings.chain.base}: models {models}"
    if judgement is None:
        return
    yield f"Reading: {_headline(findings.profile, judgement)}"
    if judgement.reason and judgement.verdict is not Verdict.NO_EVIDENCE:
        yield f"  because {judgement.reason}"
    if len(judgement.scores) > 1:
        yield from _shares(judgement)
    if judgement.verdict is Verdict.EQUAL:
        rivals = ", ".join(map(str, judgement.rivals))
        yield f"  Warning: {rivals} would be as plausible; compare a value with the device's display before you trust it"
    if judgement.verdict is Verdict.NONE_PLAUSIBLE:
        yield "  Is this the profile of this very device? 'guanjia probe' without a profile shows the raw registers"


def _shares(judgement: Judgement) -> Iterator[str]:
    """How plausible each way is, a line per placement."""
    for placement in dict.fromkeys(score.way.placement for score in judgement.scores):
        shares = (f"{score.way.order.letters} {score.share:.0%}" for score in judgement.scores if score.way.placement == placement)
        yield f"  {placement}: {', '.join(shares)}"


def _headline(profile: Profile, judgement: Judgement) -> str:
    match judgement.verdict:
        case Verdict.AS_WRITTEN:
            return f"as the profile says, {judgement.way}"
        case Verdict.NO_EVIDENCE:
            return f"can't be judged: {judgement.reason}"
        case Verdict.NONE_PLAUSIBLE:
            return f"{judgement.verdict}; shown as the profile says"
    own = Way(AS_WRITTEN, written_order(profile))
    return f"{judgement.way}" if judgement.way == own else f"{judgement.way} is the plausible way; the profile says {own}"


def measured_lines(findings: Findings, asker: Asker) -> Iterator[str]:
    """Refusals, block and times."""
    if Stage.REFUSED in findings.done:
        ranges = ", ".join(f"{r.table} {r.first}" + (f"–{r.last}" if r.last > r.first else "") for r in findings.illegal)
        yield f"Refused registers: {ranges or 'none of the profile'}"
    yield from (f"  {scale}" for scale in refused_scales(findings))
    if findings.too_long:
        yield f"A block of {findings.too_long} registers is refused although its parts are answered"
    if findings.block:
        block = findings.block
        yield f"Largest block: {block.count} registers from {block.table} {block.address} ({block.end})"
    if findings.timing:
        yield f"Response time: {findings.timing}; a poll is {findings.planned} requests"
    if asker.repeated:
        yield f"Lost: {asker.repeated} answers came only when asked for again; look at the line, its ends and its shield"
    if asker.reconnects:
        yield f"Lost: the connection was made anew {asker.reconnects} times"
    yield f"{asker.requests} requests made; nothing was written to the device"
