"""The report laid out: a spreadsheet with a sheet per table, or lines for other programs."""

import csv
import io
import re

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from guanjia.alarm_report.sheets import Report, Table

_PAGE_CHARACTERS = 110
"""How wide a table is in a sheet, shared out as on the page."""
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_WRAPPED = Alignment(wrap_text=True, vertical="top")


def csv_of(report: Report) -> bytes:
    """Tables one after the other, each after its title; with the mark by which spreadsheets know that it is UTF-8."""
    text = io.StringIO()
    write = csv.writer(text).writerow
    write([report.title, report.site, report.span])
    write([report.outcome])
    for table in (report.figures, *report.others):
        write([])
        write([table.title])
        write(table.headings)
        for row in table.rows:
            write([_plain(cell.strip()) for cell in row])
    return text.getvalue().encode("utf-8-sig")


def _plain(cell: str) -> str:
    """Words that a spreadsheet would take for a formula, marked as words."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@")) and len(cell) > 1 and not _NUMBER.match(cell) else cell


def workbook_of(report: Report) -> bytes:
    book = Workbook()
    first: Worksheet = book.active  # type: ignore[assignment]
    first.title = report.figures.title
    for row in ([report.title, report.site, report.span], [report.outcome], []):
        first.append(row)
    first["A1"].font = Font(bold=True, size=14)
    _fill(first, report.figures)
    for table in report.others:
        _fill(book.create_sheet(table.title[:31]), table)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _fill(sheet: Worksheet, table: Table) -> None:
    sheet.append(list(table.headings))
    for cell in sheet[sheet.max_row]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = f"A{sheet.max_row + 1}"
    for row in table.rows:
        sheet.append([float(cell) if _NUMBER.fullmatch(cell) else cell for cell in row])
        for cell in sheet[sheet.max_row]:
            cell.alignment = _WRAPPED
            if isinstance(cell.value, str):
                cell.data_type = "s"  # Words that begin with '=' are no formula, whoever wrote them.
    for place, width in enumerate(table.widths, 1):
        sheet.column_dimensions[get_column_letter(place)].width = max(8, _PAGE_CHARACTERS * width / 100)
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True  # type: ignore[union-attr]
    if table.note:
        sheet.append([table.note])
