"""The sheet that reports are written on: A4, its font embedded, black on white with one grey."""

from contextlib import AbstractContextManager

from fpdf import FPDF, XPos, YPos
from fpdf.enums import TableBordersLayout, WrapMode
from fpdf.fonts import FontFace
from fpdf.table import Table

from guanjia.test_report.chart import GREY, INK, PALE
from guanjia.test_report.fonts import Font

MARGIN, LINE = 16.0, 6.0
"""In mm."""


class Paper(FPDF):
    """Numbered pages; each report adds its parts."""

    def __init__(self, title: str, font: Font) -> None:
        super().__init__(format="A4")
        for style, file in (("", font.regular), ("B", font.bold)):
            self.add_font("report", style, file, collection_font_number=font.face)
        self.set_margins(MARGIN, MARGIN)
        self.set_auto_page_break(True, margin=20)
        self.alias_nb_pages()
        self.set_title(title)
        self.set_creator("Guanjia")
        self.plain()

    def plain(self, size: float = 9, style: str = "", colour: tuple[int, int, int] = INK) -> None:
        self.set_font("report", style, size)
        self.set_text_color(*colour)

    def say(self, words: str, width: float = 0, *, end: bool = True, align: str = "L") -> None:
        """``end``: what follows begins a new line."""
        self.cell(width, LINE, words, align=align, new_x=XPos.LMARGIN if end else XPos.RIGHT, new_y=YPos.NEXT if end else YPos.TOP)

    def headline(self, title: str, below: str) -> None:
        self.plain(20, "B")
        self.cell(0, 11, title, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.plain(10, colour=GREY)
        self.say(below)

    def foot(self, words: str) -> None:
        """What stands at the foot of every page, with its number."""
        self.set_y(-14)
        self.plain(8, colour=GREY)
        self.say(words, 130, end=False)
        self.say(f"{self.page_no()} / {{nb}}", align="R")

    def ruled(
        self, widths: tuple[float, ...], size: float, padding: float, wrap: WrapMode = WrapMode.WORD
    ) -> AbstractContextManager[Table]:
        """A table with a pale line between its rows, under a grey head."""
        self.plain(size)
        self.set_fill_color(255, 255, 255)
        self.set_draw_color(*PALE)
        self.set_line_width(0.2)
        return self.table(
            col_widths=widths,
            line_height=size / 2,
            headings_style=FontFace(emphasis="", color=GREY, size_pt=size),
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            text_align="LEFT",
            padding=(padding, 1),
            wrapmode=wrap,
        )
