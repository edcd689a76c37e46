"""The columns of a device list: what their headings may be called, and where in a device of site.yaml their cells belong."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from model.site import System

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """``headings``: the first two, Chinese and English, are what a template is given; the others are understood as well."""

    path: Words
    headings: Words
    example: str = ""
    takes: str = "text"


COLUMNS = (
    Column(("id",), ("编号", "id", "设备编号", "设备id", "device", "device id"), "sub1.incomer1"),
    Column(("name", "zh"), ("名称", "name zh", "name", "设备名称", "中文名称", "中文名"), "1#进线柜", "name"),
    Column(("name", "en"), ("英文名称", "name en", "英文名", "english name"), "Incomer 1", "name"),
    Column(("system",), ("系统", "system", "所属系统", "专业"), "供配电", "system"),
    Column(("area",), ("区域", "area", "位置", "安装位置", "场所"), "sub1", "area"),
    Column(("profile",), ("型号", "profile", "设备型号", "模板", "点表"), "schneider_pm5000"),
    Column(("modbus", "host"), ("IP", "host", "ip地址", "ip address", "主机", "网关ip"), "10.0.0.11"),
    Column(("modbus", "port"), ("端口", "port", "端口号", "tcp port"), "502"),
    Column(("modbus", "serial"), ("串口", "serial", "com", "com口"), ""),
    Column(("modbus", "unit"), ("站号", "unit", "从站号", "从站地址", "通讯地址", "unit id", "slave", "slave id"), "1"),
    Column(("modbus", "framer"), ("帧格式", "framer"), ""),
    Column(("modbus", "baud"), ("波特率", "baud", "baud rate"), ""),
    Column(("modbus", "parity"), ("校验", "parity", "校验位"), "", "parity"),
    Column(("modbus", "stopbits"), ("停止位", "stopbits", "stop bits"), ""),
    Column(("modbus", "timeout"), ("超时", "timeout"), ""),
    Column(("mqtt", "topic"), ("主题", "topic", "mqtt主题"), ""),
    Column(("every",), ("周期", "every", "采集周期", "轮询周期", "period", "poll period"), "1s"),
    Column(("feeds",), ("供电给", "feeds", "下级", "下级设备"), "", "list"),
    Column(("points",), ("点位", "points"), "", "list"),
    Column(("metering", "role"), ("计量位置", "metering role"), "incomer"),
    Column(("metering", "item"), ("分项", "metering item", "分项编码"), ""),
    Column(("metering", "energy"), ("能源种类", "metering energy", "energy"), ""),
    Column(("edge",), ("边缘机", "edge")),
    Column(("sheet",), ("台账号", "sheet", "档案号"), ""),
)
_PARTED_KEYS = ("modbus", "mqtt", "metering", "params", "deadband")
"""Keys of a device that hold keys of their own: ``params.rated_current`` is a heading, ``params`` is none."""
REMARKS = frozenset({"备注", "说明", "remark", "remarks", "note", "notes", "comment", "序号", "no", "number"})
"""Columns for people alone."""

_PARITIES = {"无": "N", "none": "N", "偶": "E", "偶校验": "E", "even": "E", "奇": "O", "奇校验": "O", "odd": "O", "无校验": "N"}
_SYSTEMS = {word.lower(): str(system) for system in System for word in (system, system.label.zh, system.label.en, f"{system.label.zh}系统")}
_PARTED = re.compile(r"[,;、/\s]+")


def plain(heading: str) -> str:
    """The heading without what makes no difference: width of letters, case, blanks, hyphens and underscores."""
    return re.sub(r"[\s_\-]+", "", unicodedata.normalize("NFKC", heading).lower())


_KNOWN: Mapping[str, Column] = {plain(heading): column for column in COLUMNS for heading in (*column.headings, ".".join(column.path))}


def column_of(heading: str, top: frozenset[str]) -> Column | None:
    """The column of a heading, which may be in both languages (``编号/id``, ``站号 (unit)``) or a dotted key of site.yaml; else None.

    ``top``: the keys a device may have at all.
    """
    words = [heading, *re.split(r"[/（(\n]|\s+(?=[a-z])", heading, flags=re.I)]
    found = next((_KNOWN[plain(word)] for word in words if plain(word) in _KNOWN), None)
    return found or _dotted(unicodedata.normalize("NFKC", heading).strip(), top)


def _dotted(heading: str, top: frozenset[str]) -> Column | None:
    path = tuple(heading.split("."))
    is_key = all(path) and path[0] in top and (len(path) > 1) is (path[0] in _PARTED_KEYS)
    return Column(path, (heading,)) if is_key else None


def is_remark(heading: str) -> bool:
    return plain(heading) in REMARKS or plain(heading).startswith("#")


def all_headings() -> list[str]:
    """What a mistyped heading may have meant."""
    return [heading for column in COLUMNS for heading in column.headings]


def value_of(column: Column, cell: str, areas: Mapping[str, str]) -> object:
    """A cell as it would stand in site.yaml; what can't be understood stays as it is, for the check to complain of.

    ``areas``: names of areas → their ids.
    """
    text = cell if column.takes == "name" else unicodedata.normalize("NFKC", cell).strip()
    return _TAKEN[column.takes](text, areas)


_TAKEN: Mapping[str, Callable[[str, Mapping[str, str]], object]] = {
    "text": lambda text, _: text,
    "name": lambda text, _: text,
    "system": lambda text, _: _SYSTEMS.get(text.lower(), text),
    "area": lambda text, areas: areas.get(text, text),
    "parity": lambda text, _: _PARITIES.get(text.lower(), text.upper()),
    "list": lambda text, _: [part for part in _PARTED.split(text) if part],
}
