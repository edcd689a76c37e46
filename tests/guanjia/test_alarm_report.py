"""The report of how the alarms were kept: what stands in it, and its three layouts."""

import csv
import io
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from typer.testing import CliRunner

from api.bench import NoFont
from guanjia.alarm_report.contents import report_of
from guanjia.alarm_report.layouts import csv_of, workbook_of
from guanjia.alarm_report.pdf import pdf_of
from guanjia.alarm_report.sheets import Report, Review, Table
from guanjia.alarm_report.span import NoSuchSpan, span
from guanjia.commands.report import app
from guanjia.suggestions.answer import Answer, ChangeShape, Load, Proof, Suggestion
from guanjia.test_report.fonts import chinese_font
from model.alarm import Priority
from model.clock import DAY, HOUR, SECOND
from model.text import Language
from rules.kpis.figures import by_system, kpis
from rules.rationalisation import rationalisation
from store.journal.journal import open_journal
from tests.api.place import RULES, a_site
from tests.rules.kpis.past import columns, days, row

LOUD, METER = RULES[0], "sub1.incomer1"
ZONE = ZoneInfo("Asia/Shanghai")
ROWS = [row(hour * HOUR, 10 * SECOND, rule=LOUD.id, device=METER, system="power", priority="high") for hour in range(24)]
SUGGESTED = Suggestion(ChangeShape(on_delay_s=45), "id: power.voltage_high\n", Proof(Load(24, 24, 240), Load(1, 1, 100), 0, 4))


def report_in(language: Language) -> Report:
    period, past = days(2), columns(ROWS)
    found = rationalisation(past, period, kpis(past, period), RULES, {(LOUD.id, METER): Priority.HIGH})
    answers = [Answer(LOUD.id, (METER,), SUGGESTED, "")]
    return report_of(Review(a_site(), RULES, period, found, by_system(past, period), answers), language)


@pytest.fixture(scope="module", params=list(Language))
def report(request: pytest.FixtureRequest) -> Report:
    return report_in(request.param)


def lines(report: Report) -> list[list[str]]:
    return list(csv.reader(io.StringIO(csv_of(report).decode("utf-8-sig"))))


def test_a_manager_reads_what_is_met_what_is_worst_and_what_helps(report: Report) -> None:
    zh = report.language is Language.ZH
    told = lines(report)
    assert (["日均报警", "12.0", "≤ 144（最多 288）", "达标"] if zh else ["Alarms a day", "12.0", "≤ 144 (most 288)", "met"]) in told
    worst = next(line for line in told if line and line[0] == "1")
    assert worst[1:5] == (
        ["1#进线柜 电压高", "24", "100.0 %", "瞬时、频繁"] if zh else ["Incomer 1 voltage high", "24", "100.0 %", "fleeting, frequent"]
    )
    zh_proof, en_proof = (
        "报警延时 45秒；回测 24 → 1 次，4 起真实事件都不会漏掉",
        "on-delay 45 s; backtest: 24 → 1, none of 4 real incidents missed",
    )
    assert worst[5] == (zh_proof if zh else en_proof)
    assert report.outcome.endswith("低级占比、高级占比、从未处理的报警" if zh else "Low priority, High priority, Alarms never acted on")
    assert ["id: power.voltage_high"] in [line[-1:] for line in told]


def test_the_spreadsheet_has_a_sheet_per_table_and_numbers_as_numbers(report: Report) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook_of(report)))
    assert book.sheetnames == [report.figures.title, *(table.title for table in report.others)]
    assert [cell.value for cell in book[report.others[0].title][2]][:3] == [1, report.others[0].rows[0][1], 24]


def test_on_paper_the_figures_are_the_first_page() -> None:
    report = report_in(Language.ZH)
    try:
        chinese_font()
    except NoFont:
        pytest.skip("a font for Chinese is not installed")
    pdfium = pytest.importorskip("pypdfium2", reason="pypdfium2 is not installed")
    document = pdfium.PdfDocument(pdf_of(report, datetime(2026, 2, 1, 8, tzinfo=ZONE)))
    first, second = (document[place].get_textpage().get_text_range() for place in (0, 1))
    assert report.title in first
    assert all(row[0] in first.replace("\r\n", "") for row in report.figures.rows)
    assert report.others[0].title in second


NOW = round(datetime(2026, 3, 15, 9, tzinfo=ZONE).timestamp()) * SECOND


@pytest.mark.parametrize(
    ("said", "begin", "length"),
    [
        pytest.param(("2026-01", "", ""), "2026-01-01", 31 * DAY, id="a month"),
        pytest.param(("", "", ""), "2026-02-01", 28 * DAY, id="the last full month"),
        pytest.param(("2026-03", "", ""), "2026-03-01", 14 * DAY + 9 * HOUR, id="a month that goes on"),
        pytest.param(("", "2026-01-05", "2026-01-06"), "2026-01-05", 2 * DAY, id="both days included"),
        pytest.param(("", "2026-03-14", ""), "2026-03-14", DAY + 9 * HOUR, id="until now"),
    ],
)
def test_a_period_is_named_as_people_do(said: tuple[str, str, str], begin: str, length: int) -> None:
    start_ns, end_ns = span(*said, NOW, ZONE)
    assert (datetime.fromtimestamp(start_ns / SECOND, ZONE).isoformat()[:16], end_ns - start_ns) == (f"{begin}T00:00", length)


def test_nothing_named_where_the_last_month_has_no_record_is_the_time_recorded() -> None:
    assert span("", "", "", NOW, ZONE, NOW - 3 * DAY) == (NOW - 3 * DAY, NOW)
    assert span("", "", "", NOW, ZONE, NOW - 20 * DAY) == span("", "", "", NOW, ZONE)


@pytest.mark.parametrize(
    "said",
    [
        ("2026-13", "", ""),
        ("26-01", "", ""),
        ("2026-04", "", ""),
        ("2026-01", "2026-01-01", ""),
        ("", "", "2026-01-01"),
        ("", "1.1.26", ""),
    ],
)
def test_a_period_that_can_not_be_reported_is_refused(said: tuple[str, str, str]) -> None:
    with pytest.raises(NoSuchSpan):
        span(*said, NOW, ZONE)


SITE = """\
site: {id: hut, name: {zh: 小屋, en: Hut}, timezone: Asia/Shanghai}
areas: [{id: b01, name: {zh: 1号楼, en: Block 1}}]
devices:
  - id: b01.meter
    name: {zh: 1#表, en: Meter 1}
    system: power
    area: b01
    profile: schneider_pm5000
    modbus: {host: 127.0.0.1, port: 1502, unit: 1}
"""


def test_the_command_writes_the_kind_that_the_ending_says(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(SITE, encoding="utf-8")
    asked = ["alarms", "--data", str(tmp_path), "--month", "2026-01", "--lang", "en"]
    refused = CliRunner().invoke(app, asked)
    assert (refused.exit_code, "has no journal" in refused.output) == (2, True)
    open_journal("sqlite", tmp_path, {}).close()
    written = CliRunner().invoke(app, [*asked, "-o", str(tmp_path / "alarms.csv")])
    assert written.exit_code == 0, written.output
    assert "2026-01-01 to 2026-01-31; nothing was recorded in it" in written.output
    refused = CliRunner().invoke(app, [*asked, "-o", str(tmp_path / "alarms.doc")])
    assert (refused.exit_code, (tmp_path / "alarms.doc").exists()) == (2, False)
    told = (tmp_path / "alarms.csv").read_text(encoding="utf-8-sig")
    assert told.startswith('How the alarms are kept,Hut,"2026-01-01 to 2026-01-31, 31 days; nothing was recorded in it, nothing is judged"')
    assert "Rules never fired" in told


def test_words_that_look_like_a_formula_are_words_in_a_spreadsheet() -> None:
    table = Table("t", ["a", "b"], [50, 50], [["=1+1", "-5"]])
    report = Report(Language.EN, "T", "S", "span", "o", table, (), "d", ())
    last = [*openpyxl.load_workbook(io.BytesIO(workbook_of(report))).active.iter_rows()][-1]  # type: ignore[union-attr]
    assert [(cell.value, cell.data_type) for cell in last[:2]] == [("=1+1", "s"), (-5, "n")]
    assert csv_of(report).decode().splitlines()[-1] == "'=1+1,-5"
