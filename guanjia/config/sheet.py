"""Tables as engineers keep them, CSV or a workbook's sheet, read into rows of text. Whatever is wrong with a file is one sentence.

Bounds are there for files that are no device list: a log of a year under the wrong name, a workbook that unpacks to gigabytes.
"""

import csv
import io
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from model.wording import near

MOST_BYTES = 20 << 20
MOST_UNPACKED = 100 << 20
"""Bytes of a workbook's parts together; a list of 10,000 devices has some 5 MB."""
MOST_PARTS = 1_000
MOST_ROWS = 20_000
MOST_COLUMNS = 200
MOST_CELL = 2_000
"""Characters of one cell."""
_DELIMITERS = ",;\t"
_ERRORS = ("#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!")


class SheetError(Exception):
    """The file can't be read; ``line`` is where, from 1."""

    def __init__(self, message: str, line: int = 1) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True, slots=True)
class Row:
    """``number`` is the line of the file, or the row of the sheet, from 1. Cells are stripped; an empty one is ``''``."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows that say something: without empty ones. ``name`` is empty for CSV and for a workbook's only sheet."""

    name: str
    rows: tuple[Row, ...]


def read_sheet(data: bytes, file: str, sheet: str = "") -> Sheet:
    """Read a .csv or .xlsx. Raises SheetError."""
    if len(data) > MOST_BYTES:
        raise SheetError(f"the file is larger than {MOST_BYTES >> 20} MB: that is no device list")
    if file.lower().endswith(".xlsx"):
        return _workbook(data, sheet)
    if sheet:
        raise SheetError(f"a .csv has no sheets; leave 'sheet: {sheet}' out")
    return Sheet("", tuple(_bounded(_csv_rows(_decoded(data)))))


def _bounded(rows: Iterable[Row]) -> Iterator[Row]:
    count = 0
    for padded in rows:
        row = _trimmed(padded)
        if len(row.cells) > MOST_COLUMNS:
            raise SheetError(f"more than {MOST_COLUMNS} columns", row.number)
        if any(len(cell) > MOST_CELL for cell in row.cells):
            raise SheetError(f"a cell of more than {MOST_CELL} characters", row.number)
        if row.cells:
            count += 1
            if count > MOST_ROWS:
                raise SheetError(f"more than {MOST_ROWS} rows", row.number)
            yield row


def _trimmed(row: Row) -> Row:
    """Without the empty cells at its end."""
    width = max((place for place, cell in enumerate(row.cells, 1) if cell), default=0)
    return Row(row.number, row.cells[:width])


def is_comment(row: Row) -> bool:
    """Its first word begins with #, and is not what a spreadsheet writes for a mistake of its own."""
    first = next(filter(None, row.cells), "")
    return first.startswith("#") and first not in _ERRORS


# ── CSV ──


def _decoded(data: bytes) -> str:
    """UTF-8, or what Excel saves: UTF-16 as 'Unicode text', GBK as plain CSV on a Chinese Windows."""
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    for charset in (encoding, "gb18030"):
        try:
            return data.decode(charset)
        except UnicodeDecodeError:
            continue
    raise SheetError("the characters are neither UTF-8 nor GBK; in Excel save it as 'CSV UTF-8'")


def _csv_rows(text: str) -> Iterator[Row]:
    """The delimiter is the one the headings are parted with, or what Excel's line ``sep=;`` says."""
    if "\0" in text:
        raise SheetError("the file holds zero bytes: it is no text")
    start, delimiter = 0, ""
    first, _, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) <= 5:
        text, start, delimiter = rest, 1, first.strip()[4:] or ";"
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter or _delimiter(text), strict=False)
    line = start
    try:
        for cells in reader:
            yield Row(line + 1, tuple(cell.strip() for cell in cells))
            line = start + reader.line_num
    except csv.Error as error:
        raise SheetError(f"not readable as CSV: {error}", line + 1) from error


def _delimiter(text: str) -> str:
    headings = next((line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")), "")
    return max(_DELIMITERS, key=headings.count)


# ── workbooks ──


def _workbook(data: bytes, wanted: str) -> Sheet:
    from openpyxl import load_workbook  # here, so that a site without workbooks starts without it

    _check_size(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and extensions that mean nothing here
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            try:
                return _sheet(book, wanted)
            finally:
                book.close()
    except SheetError:
        raise
    except Exception as error:
        raise SheetError(f"not readable as a workbook ({type(error).__name__}); save it anew as .xlsx") from error


def _check_size(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, OSError) as error:
        raise SheetError("this is no .xlsx workbook; save it as 'Excel workbook (.xlsx)' or as CSV") from error
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise SheetError(f"the workbook unpacks to more than {MOST_UNPACKED >> 20} MB: that is no device list")


def _sheet(book: Any, wanted: str) -> Sheet:
    names = [sheet.title for sheet in book.worksheets]
    if wanted and wanted not in names:
        raise SheetError(f"the workbook has no sheet '{wanted}'{near(wanted, names) or '; it has ' + ', '.join(names)}")
    if not names:
        raise SheetError("the workbook has no sheet with cells")
    sheet = book[wanted] if wanted else book.worksheets[0]
    # What the file says of its own size may be anything; the rows are counted as they come.
    sheet.reset_dimensions()
    rows = (
        Row(number, tuple(_text(value) for value in values))
        for number, values in enumerate(sheet.iter_rows(max_row=5 * MOST_ROWS, max_col=MOST_COLUMNS + 1, values_only=True), 1)
    )
    return Sheet(sheet.title if len(names) > 1 else "", tuple(_bounded(rows)))


def _text(value: object) -> str:
    """A cell as it would be typed: 7 for 7.0, true, 2026-01-14."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value).strip()
