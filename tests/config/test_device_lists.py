"""Device lists: every kind of file engineers have, the mistakes in them told as those of a site file, and the way back."""

import io
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from typer.testing import CliRunner

from guanjia.cli import app
from guanjia.config import sheet
from guanjia.config.device_columns import COLUMNS, column_of, plain
from guanjia.config.device_list import with_lists
from guanjia.config.device_table import as_csv, as_workbook, rows, template
from guanjia.config.document import parse
from guanjia.config.sheet import SheetError, is_comment, read_sheet
from guanjia.config.site_file import read_site
from guanjia.config.site_schema import DeviceFile
from model.mistake import ConfigError
from model.site import ModbusSerial, ModbusTcp, Mqtt, Site, System

EXAMPLES = Path(__file__).parents[2] / "examples" / "talent-apartments"
HEAD = """\
site: {id: s, name: {zh: 站, en: Site}, timezone: Asia/Shanghai}
areas: [{id: sub1, name: {zh: 1#变电所, en: Substation 1}}]
devices:
"""
METER = "  - {id: m1, name: {zh: 表, en: Meter}, system: power, area: sub1, profile: acrel_adw300, modbus: {host: 10.0.0.1}}\n"
CHINESE = "编号,名称,系统,区域,型号,IP,站号,周期\nm2,二号表（进线）,供配电,1#变电所,acrel_adw300,10.0.0.2,７,2s\n"


def read(folder: Path, text: str) -> Site:
    return read_site(HEAD + text, str(folder / "site.yaml"), folder, {})


def workbook(*sheets: tuple[str, Sequence[Sequence[object]]]) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, table in sheets:
        page = book.create_sheet(name)
        for row in table:
            page.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_devices_are_no_twins_while_the_column_that_tells_them_apart_is_not_known(tmp_path: Path) -> None:
    twins = "m2,二,power,sub1,acrel_adw300,10.0.0.2,1\nm3,三,power,sub1,acrel_adw300,10.0.0.2,{}\n"
    found = {}
    for heading, unit in (("地址", 2), ("通讯地址", 1)):
        (tmp_path / "meters.csv").write_text(f"编号,名称,系统,区域,型号,IP,{heading}\n" + twins.format(unit), encoding="utf-8")
        with pytest.raises(ConfigError) as refused:
            read(tmp_path, "  - meters.csv\n")
        found[heading] = [mistake.message for mistake in refused.value.mistakes]
    assert found["地址"] == ["is not known; did you mean '通讯地址'?"]
    assert found["通讯地址"] == ["the same address and unit as 'm2'; two devices can't share it"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_is_read_as_spreadsheets_save_it(encoding: str, delimiter: str, tmp_path: Path) -> None:
    (tmp_path / "meters.csv").write_bytes(CHINESE.replace(",", delimiter).replace("\n", "\r\n").encode(encoding))
    device = read(tmp_path, METER + "  - meters.csv\n").devices["m2"]
    assert (device.name.zh, device.name.en, device.system, device.area) == ("二号表（进线）", "二号表（进线）", System.POWER, "sub1")
    assert device.connection == ModbusTcp("10.0.0.2", 502, 7)
    assert device.every_ns == 2_000_000_000


def test_a_sheet_of_a_workbook_is_read_by_its_name(tmp_path: Path) -> None:
    heads: list[object] = ["id", "Name EN", "system", "area", "profile", "串口", "unit", "校验", "topic", "params.rated_current", "备注"]
    serial: list[object] = ["m2", "Meter 2", "power", "sub1", "acrel_adw300", "/dev/ttyUSB0", 7.0, "偶", None, 400.5, "spare"]
    gate: list[object] = ["gate.in", "Gate", "停车场", "sub1", "barrier_json", None, None, None, "parking/in"]
    data = workbook(("说明", [["read me"]]), ("设备", [heads, [], ["# not yet"], serial, gate]))
    (tmp_path / "devices.xlsx").write_bytes(data)
    found = read(tmp_path, METER + "  - {file: devices.xlsx, sheet: 设备}\n").devices
    assert found["m2"].connection == ModbusSerial("/dev/ttyUSB0", 9600, "E", 1, 7)
    assert found["m2"].params == {"rated_current": 400.5}
    assert isinstance(found["gate.in"].connection, Mqtt)
    assert list(found) == ["m1", "m2", "gate.in"]


WRONG = """\
编号,名称,系统,区域,型号,IP,站号,周期,params.rated_current,串口号码
m1,,electric,sub2,acrel_adw30,10.0.0.9,abc,5,x
m3,三号表,power,sub1,acrel_adw300,,1,1s,1
m4,四号表,power,sub1,acrel_adw300,10.0.0.7,3,1s,1,,too many
"#N/A",五号表,power,sub1,acrel_adw300,10.0.0.8,3,1s,1
"""


def test_every_mistake_in_a_list_is_told_with_file_row_and_column(tmp_path: Path) -> None:
    (tmp_path / "wrong.csv").write_text(WRONG, encoding="utf-8")
    (tmp_path / "half.csv").write_text("id,name,area\nm8,八号表,sub1\nm9,九号表,sub1\n", encoding="utf-8")
    lists = "  - wrong.csv\n  - half.csv\n  - none.csv\n  - {file: half.csv, sheets: A}\n  - meters.xls\n"
    with pytest.raises(ConfigError) as refused:
        read(tmp_path, METER + lists)
    said = str(refused.value).replace(f"{tmp_path}/", "")
    assert said.splitlines() == [
        "half.csv:1: 'profile' is missing",
        "half.csv:1: 'system' is missing",
        "half.csv:2: 'm8' needs exactly one of 'modbus:' and 'mqtt:'",
        "half.csv:2: column 'id': device 'm8' is written twice, first at half.csv:2; ids are unique",
        "half.csv:3: 'm9' needs exactly one of 'modbus:' and 'mqtt:'",
        "half.csv:3: column 'id': device 'm9' is written twice, first at half.csv:3; ids are unique",
        "site.yaml:7: devices[3]: 'none.csv' can't be read: No such file or directory",
        "site.yaml:8: devices[4].sheets: 'sheets' is not known; a list has 'file' and 'sheet'",
        "site.yaml:9: devices[5]: 'meters.xls' is no device list; name a .csv or .xlsx beside the site file",
        "wrong.csv:1: column '串口号码': is not known; did you mean '串口'?",
        "wrong.csv:2: column 'params.rated_current': write a number (found 'x')",
        "wrong.csv:2: column '区域': no area 'sub2'; did you mean 'sub1'?",
        "wrong.csv:2: column '名称': 'name' is missing",
        "wrong.csv:2: column '周期': write a duration with its unit, such as 500ms, 10s, 5min, 1h or 3d (found '5')",
        "wrong.csv:2: column '型号': no profile 'acrel_adw30'; did you mean 'acrel_adw300'?",
        "wrong.csv:2: column '站号': write a whole number (found 'abc')",
        "wrong.csv:2: column '系统': write one of power, hvac, water, elevator, fire, elv, gas, parking, charging; did you mean 'power'? "
        "(found 'electric')",
        "wrong.csv:2: column '编号': device 'm1' is written twice, first at site.yaml:4; ids are unique",
        "wrong.csv:3: write exactly one of 'host:' (TCP) and 'serial:' (a serial line)",
        "wrong.csv:4: the row has more cells than there are headings",
        "wrong.csv:5: column '编号': use small letters, digits, - and _, parts joined by dots (found '#N/A')",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the list is empty"),
        ("编号,名称\n", "no device stands below the headings"),
        ("m1,表,power\n", "no column '编号' or 'id'"),
        ("id,编号,name\nm1,m1,x\n", "says the same as column 'id'"),
        ("id,nmae zh\nm1,x\n", "is not known; did you mean 'name zh'?"),
        ("id,name\nm1,'" + "x" * 3000 + "'\n", "a cell of more than 2000 characters"),
        ("id,name\nm1,\0\n", "zero bytes"),
    ],
    ids=["empty", "headings alone", "no headings", "a column twice", "mistyped", "a novel", "no text"],
)
def test_a_list_that_is_none_says_why(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        read(tmp_path, METER + "  - d.csv\n")
    assert any(message in str(mistake) and "d.csv:" in str(mistake) for mistake in refused.value.mistakes)


def test_a_device_whose_name_begins_like_a_comment_is_not_left_out_in_silence(tmp_path: Path) -> None:
    row = "#1主变,{id},供配电,sub1,acrel_adw300,10.0.0.2,7\n"
    for id, told in (("m2", 1), ("#m2", 0)):
        (tmp_path / "list.csv").write_text(
            "# 表\n名称,编号,系统,区域,型号,IP,站号\n" + row.format(id=id) + row.format(id="# m3"), encoding="utf-8"
        )
        with pytest.raises(ConfigError) as refused:
            read(tmp_path, METER + "  - list.csv\n")
        said = [f"{one.line}: {one.message}" for one in refused.value.mistakes]
        assert said[0].startswith("3: begins with # and has the id 'm2'") if told else said == ["2: no device stands below the headings"]
    (tmp_path / "list.csv").write_text(
        "编号,名称,系统,区域,型号,IP,站号\nm2,#1主变,供配电,sub1,acrel_adw300,10.0.0.2,7\n", encoding="utf-8"
    )
    assert read(tmp_path, METER + "  - list.csv\n").devices["m2"].name.zh == "#1主变"


def test_devices_that_a_broken_list_may_hold_are_not_missed(tmp_path: Path) -> None:
    fed = METER.replace("modbus:", "feeds: [m2], modbus:")
    with pytest.raises(ConfigError) as refused:
        read(tmp_path, fed + "  - gone.csv\n")
    assert len(refused.value.mistakes) == 1


def _bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (sheet.MOST_UNPACKED + 1))
    return out.getvalue()


def _entities() -> bytes:
    """A billion laughs in place of a workbook's list of sheets."""
    whole, out = zipfile.ZipFile(io.BytesIO(workbook(("a", [["id"]])))), io.BytesIO()
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    with zipfile.ZipFile(out, "w") as archive:
        for name in whole.namelist():
            bomb = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]><workbook>&l9;</workbook>'
            archive.writestr(name, bomb if name == "xl/workbook.xml" else whole.read(name))
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"id,name\n", "this is no .xlsx workbook"),
        (_bomb(), "unpacks to more than"),
        (_entities(), "not readable as a workbook"),
        (workbook(("a", [["id"]] + [[f"m{n}"] for n in range(30)])), "more than 20 rows"),
        (workbook(("a", [[None] * 400 + ["id"]])), None),
    ],
    ids=["a csv", "unpacks to gigabytes", "a billion laughs", "too many rows", "far to the right"],
)
def test_a_workbook_that_would_fill_the_memory_is_refused(data: bytes, message: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet, "MOST_ROWS", 20)
    if message is None:
        assert read_sheet(data, "a.xlsx").rows == ()
        return
    with pytest.raises(SheetError, match=message):
        read_sheet(data, "a.xlsx")


def test_a_sheet_that_is_not_there_is_named_with_one_like_it() -> None:
    with pytest.raises(SheetError, match="no sheet '设施'; did you mean '设施表'"):
        read_sheet(workbook(("设施表", [["id"]]), ("b", [])), "a.xlsx", "设施")


@settings(max_examples=80)
@given(st.binary(max_size=300), st.booleans())
def test_no_bytes_in_a_list_break_the_reader(noise: bytes, is_workbook: bool) -> None:
    with suppress(SheetError):
        read_sheet(noise, "a.xlsx" if is_workbook else "a.csv")


BOOK = as_workbook(template())


@settings(max_examples=60)
@given(st.data())
def test_no_damage_to_a_workbook_breaks_the_reader(data: st.DataObject) -> None:
    """Parts of the archive are cut, overwritten and swapped, whole archives are truncated."""
    whole, out = zipfile.ZipFile(io.BytesIO(BOOK)), io.BytesIO()
    hurt = data.draw(st.sampled_from(whole.namelist()))
    with zipfile.ZipFile(out, "w") as archive:
        for name in whole.namelist():
            part = whole.read(name)
            if name == hurt:
                at = data.draw(st.integers(0, len(part)))
                part = part[:at] + data.draw(st.binary(max_size=20)) + part[at + data.draw(st.integers(0, 40)) :]
            archive.writestr(name, part)
    damaged = out.getvalue()[: data.draw(st.integers(len(out.getvalue()) - 40, len(out.getvalue())))]
    with suppress(SheetError):
        read_sheet(damaged, "a.xlsx")


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12) | st.sampled_from(
    ["m1", "power", "10.0.0.1", "1", "{", "1s"]
)


@settings(max_examples=25)
@given(st.lists(st.lists(CELLS, max_size=6), max_size=4))
def test_no_cell_in_a_list_breaks_the_check_of_the_site(tmp_path_factory: pytest.TempPathFactory, table: list[list[str]]) -> None:
    folder = tmp_path_factory.getbasetemp()
    heads = ["id", "name", "system", "area", "profile", "host", "unit"]
    (folder / "fuzzed.csv").write_bytes(as_csv([heads, *table]))
    with suppress(ConfigError):
        read(folder, METER + "  - fuzzed.csv\n")


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_devices_of_the_reference_site_come_back_from_a_list(ending: str, tmp_path: Path) -> None:
    data = yaml.safe_load((EXAMPLES / "small.yaml").read_text(encoding="utf-8"))
    kinds = {"schneider_pm5000", "go_e", "barrier_json", "eaton_tc100", "gbt24476_elevator"}
    devices = [device | {"feeds": []} for device in data["devices"] if device["profile"] in kinds]
    table = rows(devices)
    (tmp_path / f"all{ending}").write_bytes(as_csv(table) if ending == ".csv" else as_workbook(table))
    written, listed = ({**data, "devices": items, "rules": []} for items in (devices, [f"all{ending}"]))
    sites = [read_site(yaml.safe_dump(one, allow_unicode=True), "site.yaml", tmp_path, {}) for one in (written, listed)]
    assert sites[0].devices == sites[1].devices
    assert len(sites[0].devices) == len(devices) > 10


def test_the_template_holds_no_device_and_only_headings_that_are_known() -> None:
    for data, name in ((as_csv(template()), "t.csv"), (as_workbook(template()), "t.xlsx")):
        found = read_sheet(data, name)
        assert [is_comment(row) for row in found.rows] == [False, True, True]
        paths = [column_of(heading, frozenset(DeviceFile.model_fields)) for heading in found.rows[0].cells]
        assert [column and column.path for column in paths] == [column.path for column in COLUMNS]


def test_the_command_writes_a_template_and_the_devices_of_a_site_and_overwrites_nothing(tmp_path: Path) -> None:
    site, first, again = tmp_path / "site.yaml", tmp_path / "a.csv", tmp_path / "b.xlsx"
    first.write_bytes(CHINESE.encode("gbk"))
    site.write_text(HEAD + METER + "  - a.csv\n", encoding="utf-8")
    type_ = CliRunner().invoke
    assert type_(app, ["devices", "export", str(site), str(again)]).exit_code == 0
    assert [row.cells[0] for row in read_sheet(again.read_bytes(), "b.xlsx").rows] == ["编号 id", "m1", "m2"]
    assert type_(app, ["devices", "template", str(again)]).exit_code == 2
    assert type_(app, ["devices", "template", str(again), "--replace"]).exit_code == 0
    assert type_(app, ["devices", "template", str(tmp_path / "c.ods")]).exit_code == 2


def test_no_heading_means_two_columns() -> None:
    known = [plain(heading) for column in COLUMNS for heading in {plain(h): h for h in column.headings}.values()]
    assert len(known) == len(set(known))
    assert all(column.path[0] in DeviceFile.model_fields for column in COLUMNS)


def test_a_site_without_lists_is_left_as_it_is() -> None:
    document = parse(HEAD + METER, "site.yaml")
    assert with_lists(document, Path())[0] is document
