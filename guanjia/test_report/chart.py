"""An injection drawn over time: how long it stood, when each alarm came and went, when its ticket was opened, and when it was due."""

from dataclasses import dataclass

from fpdf import FPDF

from guanjia.test_report.expectations import Promises
from guanjia.test_report.phrases import alarm_text, spell
from model.alarm import Priority
from model.clock import SECOND
from model.testing import Came, Injection

FILLS = {Priority.CRITICAL: (222, 47, 47), Priority.HIGH: (255, 143, 51), Priority.MEDIUM: (255, 238, 140), Priority.LOW: (98, 184, 234)}
"""The alarm colours of every screen."""
INK, GREY, PALE = (20, 24, 27), (110, 118, 126), (224, 227, 229)
ROWS = 5
"""Alarms drawn; the table has them all."""
_LABEL_MM, _ROW_MM, _AXIS_MM, _HEAD_MM = 34.0, 6.0, 7.0, 3.5
_STEPS_S = (5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400)


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the drawing lies on the page, in mm, and how long its axis is, in seconds."""

    x: float
    y: float
    width: float
    span_s: float
    until_s: float
    """Nothing is known of what comes after."""

    def at(self, after_s: float) -> float:
        return self.x + _LABEL_MM + (self.width - _LABEL_MM - 4) * min(1.0, max(0.0, after_s / self.span_s))


def height_mm(injection: Injection) -> float:
    return _HEAD_MM + (1 + len(_shown(injection))) * _ROW_MM + _AXIS_MM


def draw(pdf: FPDF, injection: Injection, promises: Promises, until_ns: int, width_mm: float) -> None:
    """From the cursor on; the cursor then stands below."""
    until_s = (until_ns - injection.act.at_ns) / SECOND
    frame = Frame(pdf.l_margin, pdf.get_y() + _HEAD_MM, width_mm, _span_s(injection, until_ns), until_s)
    bottom = frame.y + height_mm(injection) - _HEAD_MM - _AXIS_MM
    _axis(pdf, frame, bottom)
    mended_s = None if injection.mended_ns is None else (injection.mended_ns - injection.act.at_ns) / SECOND
    _bar(pdf, frame, 0, "故障 fault", 0.0, mended_s, PALE)
    for row, came in enumerate(_shown(injection), 1):
        _alarm(pdf, frame, row, came, alarm_text(came.occurrence.rule, promises).zh)
    _due(pdf, frame, injection, bottom)
    pdf.set_y(bottom + _AXIS_MM)


def _shown(injection: Injection) -> list[Came]:
    return [came for came in injection.came if not came.folded][:ROWS]


def _span_s(injection: Injection, until_ns: int) -> float:
    """Until all that is drawn is over."""
    ends_ns = [injection.mended_ns or min(until_ns, injection.act.at_ns + 600 * SECOND)]
    ends_ns += [came.occurrence.returned_at_ns or came.occurrence.raised_at_ns for came in _shown(injection)]
    longest_s = max((min(end_ns, until_ns) - injection.act.at_ns) / SECOND for end_ns in ends_ns)
    due_s = [expected.due_s for expected in injection.expected or ()]
    return max(20.0, longest_s, min(due_s, default=0.0)) * 1.08


def _axis(pdf: FPDF, frame: Frame, bottom: float) -> None:
    pdf.set_draw_color(*GREY)
    pdf.set_line_width(0.2)
    pdf.line(frame.at(0), bottom, frame.at(frame.span_s), bottom)
    step_s = next((step for step in _STEPS_S if frame.span_s / step <= 9), _STEPS_S[-1])
    pdf.set_font(size=7)
    pdf.set_text_color(*GREY)
    for count in range(int(frame.span_s // step_s) + 1):
        x = frame.at(count * step_s)
        pdf.line(x, bottom, x, bottom + 1)
        pdf.set_xy(x - 9, bottom + 1.2)
        pdf.cell(18, 4, spell(count * step_s) if count else "0", align="C")


def _label(pdf: FPDF, frame: Frame, row: int, words: str) -> float:
    y = frame.y + row * _ROW_MM
    pdf.set_font(size=8)
    pdf.set_text_color(*INK)
    while words and pdf.get_string_width(words) > _LABEL_MM - 3:
        words = words[:-1]
    pdf.set_xy(frame.x, y)
    pdf.cell(_LABEL_MM - 2, _ROW_MM, words)
    return y + _ROW_MM / 2


def _bar(pdf: FPDF, frame: Frame, row: int, words: str, start_s: float, end_s: float | None, fill: tuple[int, int, int]) -> float:
    """What has not ended goes on as far as anything is known, without an end of its own. Returns the middle of the row."""
    middle = _label(pdf, frame, row, words)
    x, end = frame.at(start_s), frame.at(frame.until_s if end_s is None else end_s)
    pdf.set_fill_color(*fill)
    pdf.rect(x, middle - 1.6, max(0.6, end - x), 3.2, style="F")
    pdf.set_draw_color(*INK)
    pdf.set_line_width(0.35)
    for edge in (x,) if end_s is None else (x, end):
        pdf.line(edge, middle - 2.2, edge, middle + 2.2)
    return middle


def _alarm(pdf: FPDF, frame: Frame, row: int, came: Came, words: str) -> None:
    alarm = came.occurrence
    returned_s = None
    if alarm.returned_at_ns is not None:
        returned_s = came.after_s + (alarm.returned_at_ns - alarm.raised_at_ns) / SECOND
    middle = _bar(pdf, frame, row, words, came.after_s, returned_s, FILLS[alarm.priority])
    pdf.set_font(style="B", size=7)
    pdf.set_text_color(*INK)
    pdf.set_xy(frame.at(came.after_s) + 0.6, middle - 2)
    pdf.cell(16, 4, f"+{spell(came.after_s)}")
    pdf.set_font(style="")


def _due(pdf: FPDF, frame: Frame, injection: Injection, bottom: float) -> None:
    """A dashed line where the first promise runs out."""
    due_s = min((expected.due_s for expected in injection.expected or ()), default=None)
    if due_s is None:
        return
    pdf.set_draw_color(*INK)
    pdf.set_line_width(0.25)
    pdf.set_dash_pattern(dash=1.2, gap=1)
    pdf.line(frame.at(due_s), frame.y + 0.4, frame.at(due_s), bottom)
    pdf.set_dash_pattern()
    pdf.set_font(size=7)
    pdf.set_text_color(*GREY)
    words = f"最迟 {spell(due_s)}"
    pdf.set_xy(min(frame.at(due_s) - 10, frame.x + frame.width - 22), frame.y - _HEAD_MM)
    pdf.cell(20, _HEAD_MM, words, align="C")
