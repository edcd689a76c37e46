"""Device lists written: a template to fill in, and the devices of a site file as a list. The way back from ``device_list``."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from guanjia.config.device_columns import COLUMNS, Column

_WIDTH = 16
_NOTE = "# 每行一台设备；以 # 开头的行不读取；IP、串口、主题三选一。 One device a row; rows that begin with # are not read."


def template() -> list[Sequence[str]]:
    """Headings in both languages, a row that explains, an example that is not read."""
    example = [column.example for column in COLUMNS]
    return [[_heading(column) for column in COLUMNS], [_NOTE], [f"# {example[0]}", *example[1:]]]


def _heading(column: Column) -> str:
    zh, en = column.headings[:2]
    return zh if zh.lower() == en else f"{zh} {en}"


def rows(devices: Iterable[Mapping[str, Any]]) -> list[Sequence[str]]:
    """The devices, as they stand in a site file, below their headings: only the columns that are used.

    ValueError names what no cell can hold.
    """
    flat = [dict(_flat(device)) for device in devices]
    used = {path for cells in flat for path in cells}
    headings = {column.path: _heading(column) for column in COLUMNS if column.path in used}
    headings |= {path: ".".join(path) for path in sorted(used) if path not in headings}
    return [[*headings.values()], *([cells.get(path, "") for path in headings] for cells in flat)]


def _flat(device: Mapping[str, Any], above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    for key, value in device.items():
        path = (*above, str(key))
        if isinstance(value, Mapping):
            yield from _flat(value, path)
        elif isinstance(value, list):
            if any(isinstance(item, Mapping | list) for item in value):
                raise ValueError(f"'{'.'.join(path)}' is a list of more than words, which no cell can hold")
            yield path, ", ".join(map(str, value))
        elif value is not None:
            yield path, str(value)


def as_csv(table: Iterable[Sequence[str]]) -> bytes:
    """With the mark by which Excel knows UTF-8."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(table)
    return text.getvalue().encode("utf-8-sig")


def as_workbook(table: Iterable[Sequence[str]]) -> bytes:
    """All cells are text, so that nothing becomes a date or a formula."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "设备 devices"
    for row in table:
        sheet.append(list(row))
    for cells in sheet.iter_rows():
        for cell in cells:
            cell.number_format, cell.data_type = "@", "s"
    for number, cell in enumerate(sheet[1], 1):
        cell.font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(number)].width = _WIDTH
    sheet.freeze_panes = "B2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
