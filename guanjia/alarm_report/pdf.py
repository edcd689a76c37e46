"""The report on paper: one page of figures against their targets, the worst ten with what to do, then the lists."""

from datetime import datetime

from fpdf import FPDF, XPos, YPos
from fpdf.enums import TableBordersLayout, WrapMode
from fpdf.fonts import FontFace

from guanjia.alarm_report.sheets import Report, Table
from guanjia.test_report.chart import GREY, INK, PALE
from guanjia.test_report.fonts import Font, chinese_font
from model.text import Language
from rules.kpis.targets import TARGETS

_MARGIN, _LINE, _CHART = 16.0, 6.0, 32.0
_ACCEPTABLE = round(TARGETS["per_day"].at_most or 0)
"""Alarms a day for one operator position."""


def pdf_of(report: Report, written: datetime, font: Font | None = None) -> bytes:
    """A4, the font embedded. Raises NoFont."""
    page = _Page(report, written, font or chinese_font())
    page.add_page()
    page.headline()
    page.table_of(report.figures, size=9)
    page.days()
    page.add_page()
    for table in report.others:
        page.heading(table)
        page.table_of(table, size=8)
    return bytes(page.output())


class _Page(FPDF):
    """The sheet while it is being written."""

    def __init__(self, report: Report, written: datetime, font: Font) -> None:
        super().__init__(format="A4")
        self._report, self._written = report, written
        # Chinese breaks between any two characters, English between words.
        self._wrap = WrapMode.CHAR if report.language is Language.ZH else WrapMode.WORD
        for style, file in (("", font.regular), ("B", font.bold)):
            self.add_font("report", style, file, collection_font_number=font.face)
        self.set_margins(_MARGIN, _MARGIN)
        self.set_auto_page_break(True, margin=20)
        self.alias_nb_pages()
        self.set_title(f"{report.site} {report.title} {report.span}")
        self.set_creator("Guanjia")
        self._plain()

    def _plain(self, size: float = 9, style: str = "", colour: tuple[int, int, int] = INK) -> None:
        self.set_font("report", style, size)
        self.set_text_color(*colour)

    def _say(self, words: str, width: float = 0, *, end: bool = True, align: str = "L") -> None:
        self.cell(width, _LINE, words, align=align, new_x=XPos.LMARGIN if end else XPos.RIGHT, new_y=YPos.NEXT if end else YPos.TOP)

    def footer(self) -> None:
        self.set_y(-14)
        self._plain(8, colour=GREY)
        self._say(f"{self._report.site}  {self._report.title}  {self._written:%Y-%m-%d %H:%M}", 130, end=False)
        self._say(f"{self.page_no()} / {{nb}}", align="R")

    def headline(self) -> None:
        self._plain(20, "B")
        self.cell(0, 11, self._report.title, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self._plain(10, colour=GREY)
        self._say(f"{self._report.site}  {self._report.span}")
        self.ln(2)
        self._plain(11, "B")
        self.multi_cell(0, _LINE, self._report.outcome, align="L", wrapmode=self._wrap, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(3)

    def days(self) -> None:
        """A column per day; the line is the day that is acceptable."""
        days, left, width = self._report.days, self.l_margin, self.epw
        self._plain(8, colour=GREY)
        self._say(f"{self._report.days_title}   {days[0][0]} – {days[-1][0]}")
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
        self._plain(12, "B")
        self._say(table.title)

    def table_of(self, table: Table, size: float) -> None:
        """Rows that must not be overlooked stand in bold type: paper may be black and white."""
        self._plain(size)
        self.set_fill_color(255, 255, 255)
        self.set_draw_color(*PALE)
        self.set_line_width(0.2)
        head, grave = FontFace(emphasis="", color=GREY, size_pt=size), FontFace(emphasis="BOLD")
        layout = TableBordersLayout.HORIZONTAL_LINES
        with self.table(
            col_widths=tuple(table.widths),
            line_height=size / 2,
            headings_style=head,
            borders_layout=layout,
            text_align="LEFT",
            padding=(1, 1),
            wrapmode=self._wrap,
        ) as grid:
            grid.row(table.headings)
            for place, row in enumerate(table.rows):
                grid.row(row, style=grave if place in table.graves else None)
        if table.note:
            self.ln(1)
            self._plain(8, colour=GREY)
            self.multi_cell(0, 4.5, table.note, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(5)
