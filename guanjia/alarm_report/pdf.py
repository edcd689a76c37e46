"""The report on paper: one page of figures against their targets, the worst ten with what to do, then the lists."""

from datetime import datetime

from fpdf import XPos, YPos
from fpdf.enums import WrapMode
from fpdf.fonts import FontFace

from guanjia.alarm_report.sheets import Report, Table
from guanjia.test_report.chart import GREY, INK
from guanjia.test_report.fonts import Font, chinese_font
from guanjia.test_report.paper import LINE, Paper
from model.text import Language
from rules.kpis.targets import TARGETS

_CHART = 32.0
_ACCEPTABLE = round(TARGETS["per_day"].at_most or 0)
"""Alarms a day for one operator position."""


def pdf_of(report: Report, written: datetime, font: Font | None = None) -> bytes:
    """A4, the font embedded. Raises NoFont."""
    page = _Page(report, written, font or chinese_font())
    page.add_page()
    page.head()
    page.table_of(report.figures, size=9)
    page.days()
    page.add_page()
    for table in report.others:
        page.heading(table)
        page.table_of(table, size=8)
    return bytes(page.output())


class _Page(Paper):
    """The sheet while it is being written."""

    def __init__(self, report: Report, written: datetime, font: Font) -> None:
        self._report, self._written = report, written
        # Chinese breaks between any two characters, English between words.
        self._wrap = WrapMode.CHAR if report.language is Language.ZH else WrapMode.WORD
        super().__init__(f"{report.site} {report.title} {report.span}", font)

    def footer(self) -> None:
        self.foot(f"{self._report.site}  {self._report.title}  {self._written:%Y-%m-%d %H:%M}")

    def head(self) -> None:
        self.headline(self._report.title, f"{self._report.site}  {self._report.span}")
        self.ln(2)
        self.plain(11, "B")
        self.multi_cell(0, LINE, self._report.outcome, align="L", wrapmode=self._wrap, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(3)

    def days(self) -> None:
        """A column per day; the line is the day that is acceptable."""
        days, left, width = self._report.days, self.l_margin, self.epw
        self.plain(8, colour=GREY)
        self.say(f"{self._report.days_title}   {days[0][0]} – {days[-1][0]}")
        foot, high = self.get_y() + _CHART, max(_ACCEPTABLE * 1.1, *(count for _, count in days))
        self.set_fill_color(*GREY)
        for place, (_, count) in enumerate(days):
            tall = _CHART * count / high
            self.rect(left + width * place / len(days), foot - tall, 0.8 * width / len(days), tall, style="F")
        self.set_draw_color(*INK)
        self.set_line_width(0.2)
        self.line(left, foot, left + width, foot)
        line = foot - _CHART * _ACCEPTABLE / high
        self.line(left, line, left + width, line)
        self.set_xy(left, line - 5)
        self.cell(width, 5, f"{_ACCEPTABLE}", align="R")

    def heading(self, table: Table) -> None:
        if self.will_page_break(30):
            self.add_page()
        self.plain(12, "B")
        self.say(table.title)

    def table_of(self, table: Table, size: float) -> None:
        """Rows that must not be overlooked stand in bold type: paper may be black and white."""
        grave = FontFace(emphasis="BOLD")
        with self.ruled(tuple(table.widths), size, 1, self._wrap) as grid:
            grid.row(table.headings)
            for place, row in enumerate(table.rows):
                grid.row(row, style=grave if place in table.graves else None)
        if table.note:
            self.ln(1)
            self.plain(8, colour=GREY)
            self.multi_cell(0, 4.5, table.note, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(5)
