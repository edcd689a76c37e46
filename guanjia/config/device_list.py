"""Device lists named in site.yaml, ``devices: [meters.csv, {file: pumps.xlsx, sheet: 水泵}]``, unrolled into the document.

A row becomes an item of ``devices:`` like any other, checked by the same code; a mistake in it is told with file, row and column.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import dropwhile
from pathlib import Path
from typing import Any

from guanjia.config.device_columns import COLUMNS, Column, all_headings, column_of, is_remark, value_of
from guanjia.config.document import Document, Place
from guanjia.config.document import Path as Keys
from guanjia.config.sheet import Row, SheetError, is_comment, read_sheet
from guanjia.config.site_schema import DeviceFile
from model.mistake import Mistake
from model.wording import near

ENDINGS = (".csv", ".xlsx")
_REQUIRED = (("id",), ("name",), ("system",), ("area",), ("profile",))
_TOP = frozenset(DeviceFile.model_fields)


def is_list(item: object) -> bool:
    """Whether an item of ``devices:`` names a list instead of being a device."""
    return isinstance(item, str) or (isinstance(item, dict) and "file" in item)


def with_lists(document: Document, folder: Path) -> tuple[Document, list[Mistake]]:
    """The document with the rows of every list it names, after the devices written out; and what is wrong with the lists themselves."""
    items = document.data.get("devices") if isinstance(document.data, dict) else None
    named = [index for index, item in enumerate(items) if is_list(item)] if isinstance(items, list) else []
    if not isinstance(items, list) or not named:
        return document, []
    unrolled = _Unrolled(document, folder, _areas(document.data.get("areas")), [*items])
    for index in named:
        unrolled.take(("devices", index), items[index])
    data = {**document.data, "devices": unrolled.items}
    unread = frozenset({"devices"} if unrolled.is_partial else ())
    return replace(document, data=data, places=unrolled.places, unread=unread), unrolled.mistakes


def _areas(written: object) -> dict[str, str]:
    """Names of the areas, in either language → id, where the name means one area only."""
    found: dict[str, set[str]] = {}
    for area in written if isinstance(written, list) else []:
        if isinstance(area, dict) and isinstance(area.get("name"), dict) and isinstance(area.get("id"), str):
            for name in area["name"].values():
                found.setdefault(str(name), set()).add(area["id"])
    return {name: ids.pop() for name, ids in found.items() if len(ids) == 1}


@dataclass
class _Unrolled:
    document: Document
    folder: Path
    areas: Mapping[str, str]
    items: list[Any]
    mistakes: list[Mistake] = field(default_factory=list)
    places: dict[Keys, Place] = field(default_factory=dict)
    is_partial: bool = False

    def take(self, at: Keys, item: Any) -> None:
        """Read one list. The path is where it is named."""
        unknown = [key for key in item if key not in ("file", "sheet")] if isinstance(item, dict) else []
        self.mistakes += [self.document.mistake((*at, key), f"'{key}' is not known; a list has 'file' and 'sheet'") for key in unknown]
        name, sheet = (item, "") if isinstance(item, str) else (item["file"], item.get("sheet"))
        before = len(self.mistakes)
        if isinstance(name, str) and name.lower().endswith(ENDINGS):
            self._file(at, name, "" if sheet is None else str(sheet))
        else:
            self.mistakes.append(self.document.mistake(at, f"'{name}' is no device list; name a .csv or .xlsx beside the site file"))
        self.is_partial |= len(self.mistakes) > before

    def _file(self, at: Keys, name: str, sheet: str) -> None:
        path = self.folder / name
        try:
            found = read_sheet(path.read_bytes(), name, sheet)
        except OSError as error:
            self.mistakes.append(self.document.mistake(at, f"'{name}' can't be read: {error.strerror}"))
        except ValueError as error:  # a NUL in the name
            self.mistakes.append(self.document.mistake(at, f"'{name}' can't be read: {error}"))
        except SheetError as error:
            self.mistakes.append(Mistake(str(path), error.line, "", str(error)))
        else:
            self._rows(_Headed(str(path), f"sheet '{found.name}'" if found.name else "", tuple(dropwhile(is_comment, found.rows))))

    def _rows(self, listed: "_Headed") -> None:
        columns, mistakes = listed.columns()
        self.mistakes += mistakes
        if not columns:
            return
        devices, doubtful = listed.devices(columns)
        self.mistakes += doubtful
        if not devices and not doubtful:
            self.mistakes.append(Mistake(listed.file, listed.rows[0].number, listed.sheet, "no device stands below the headings"))
        for row in devices:
            at = ("devices", len(self.items))
            self.items.append(self._item(at, listed, columns, row))

    def _item(self, at: Keys, listed: "_Headed", columns: Mapping[int, tuple[str, Column]], row: Row) -> dict[str, Any]:
        """One row as a device, its places noted."""
        device: dict[str, Any] = {}
        self.places[at] = listed.place(row.number)
        for key in _REQUIRED:
            if all(column.path[:1] != key for _, column in columns.values()):
                self.places[*at, *key] = listed.place(listed.rows[0].number)
        for place, (heading, column) in columns.items():
            self.places[*at, *column.path] = listed.place(row.number, heading)
            if len(column.path) > 1:
                whole = heading if column.path[0] == "name" else ""
                self.places.setdefault((*at, *column.path[:-1]), listed.place(row.number, whole))
            cell = row.cells[place] if place < len(row.cells) else ""
            if cell:
                _put(device, column.path, value_of(column, cell, self.areas))
        if "name" in device:
            # Who writes one name only means it for readers of both languages.
            device["name"] = {"zh": device["name"].get("en"), "en": device["name"].get("zh")} | device["name"]
        if len(row.cells) > len(listed.rows[0].cells):
            self.mistakes.append(Mistake(listed.file, row.number, listed.sheet, "the row has more cells than there are headings"))
        return device


def _put(device: dict[str, Any], path: tuple[str, ...], value: object) -> None:
    for key in path[:-1]:
        device = device.setdefault(key, {})
    device[path[-1]] = value


@dataclass(frozen=True, slots=True)
class _Headed:
    """The rows of a list, the first of which has the headings. ``sheet`` is said where the file has several."""

    file: str
    sheet: str
    rows: tuple[Row, ...]

    def place(self, row: int, heading: str = "") -> Place:
        column = f"column '{heading}'" if heading else ""
        return Place(self.file, row, ", ".join(filter(None, (self.sheet, column))))

    def columns(self) -> tuple[dict[int, tuple[str, Column]], list[Mistake]]:
        """Column number → heading and meaning; none at all when the headings are no headings."""
        if not self.rows:
            return {}, [Mistake(self.file, 1, self.sheet, "the list is empty; its first row names the columns, such as 编号 or id")]
        found: dict[int, tuple[str, Column]] = {}
        mistakes: list[Mistake] = []
        line = self.rows[0].number
        for place, heading in enumerate(self.rows[0].cells):
            column = column_of(heading, _TOP) if heading else None
            twin = next((other for other, taken in found.values() if column and taken.path == column.path), None)
            if twin is not None:
                mistakes.append(self._wrong(line, heading, f"says the same as column '{twin}'; keep one"))
            elif column is not None:
                found[place] = heading, column
            elif heading and not is_remark(heading):
                hint = near(heading, all_headings()) or "; name it 备注 or remark if it is for people alone"
                mistakes.append(self._wrong(line, heading, f"is not known{hint}"))
        if not any(column.path == ("id",) for _, column in found.values()):
            known = " ".join(column.headings[0] for column in COLUMNS[:6])
            return {}, [
                *mistakes,
                Mistake(self.file, line, self.sheet, f"no column '编号' or 'id'; the first row names the columns: {known} …"),
            ]
        return found, mistakes

    def devices(self, columns: Mapping[int, tuple[str, Column]]) -> tuple[list[Row], list[Mistake]]:
        """The rows below the headings without comments; and those that may be one or may not: names such as #1主变 begin with # as well."""
        place, heading = next((place, heading) for place, (heading, column) in columns.items() if column.path == ("id",))
        found, doubtful = [], []
        for row in self.rows[1:]:
            id = row.cells[place] if place < len(row.cells) else ""
            if not is_comment(row):
                found.append(row)
            elif id and not id.startswith("#"):
                advice = f"write # before the id to leave the row out, else make '{heading}' the first column"
                message = f"begins with # and has the id '{id}'; {advice}"
                doubtful.append(Mistake(self.file, row.number, self.sheet, message))
        return found, doubtful

    def _wrong(self, line: int, heading: str, message: str) -> Mistake:
        place = self.place(line, heading)
        return Mistake(place.file, place.line, place.path, message)
