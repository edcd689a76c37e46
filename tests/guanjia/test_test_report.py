"""What a test session leaves behind: a scenario draft that can be played, and a report that says what happened."""

import re
import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from api.bench import NoFont
from guanjia.cli import app
from guanjia.config.scenario_file import read_scenario
from guanjia.test_report.draft import Stories, draft
from guanjia.test_report.fonts import chinese_font
from guanjia.test_report.pdf import report_pdf
from guanjia.test_report.session import SessionBook
from guanjia.test_report.words import known
from model.alarm import AlarmEvent, AlarmEventKind, Occurrence, Standing
from model.people import Actor, Role
from model.scenario import AlarmAct, Breakdown, TicketStep, WireFault
from model.testing import Account, ActKind
from model.ticket import TicketEvent, TicketState
from simulators.physics.site_physics import build_machines
from store.journal.journal import open_journal
from tests.guanjia.sitting import LIFT, METER, PUMP, SITE, START, at, broke, mended, promises, rang, ticket_of, told

GATE = "gate.north.in"
ACTS = [
    broke(PUMP, "dry_run", 30, 1),
    broke(METER, "feeder_trip", 100, 2, for_s=200),
    broke(GATE, "silent", 150, 3, kind=ActKind.NETWORK_FAULT),
    broke("pr2.tank", "leak", 160, 4, severity=0.3, onset_s=60.0),
    mended(PUMP, "dry_run", 330, 10),
    mended(METER, "feeder_trip", 300, 11),
]


def dry() -> Occurrence:
    return rang("pump.dry_run", PUMP, 45, returned_s=365)


def session() -> Account:
    alarms = [
        dry(),
        rang("power.feeder_off", METER, 103, returned_s=305),
        rang("elevator.power_lost", LIFT, 104, annunciated=False, ticket=None, suppressed_by=f"power.feeder_off@{METER}"),
        rang("charger.faulted", "charge.b17", 200),
    ]
    return told(ACTS, alarms)


def stories() -> Stories:
    """The engineering room acknowledged, a technician took the ticket."""
    alarm = dry()
    seen = AlarmEvent(AlarmEventKind.ACKNOWLEDGED, at(60), Standing(alarm.rule, alarm.device), alarm, Actor("li", Role.OPERATOR), "去看")
    raised = AlarmEvent(AlarmEventKind.RAISED, at(45), Standing(alarm.rule, alarm.device), alarm, Actor("guanjia", Role.ADMIN))
    taken = TicketEvent(alarm.ticket or "", at(70), "accept", "technician", state=TicketState.ACCEPTED)
    return Stories([raised, seen], [(ticket_of(alarm), taken)], {"li": "operator"})


def drafted() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(draft(session(), promises().site, stories()))
    return loaded


# ── the draft ──


def test_a_draft_is_a_scenario_without_a_mistake() -> None:
    found = read_scenario(draft(session(), promises().site, stories()), "draft.yaml", SITE.parent / "scenarios").scenario
    assert [type(act) for act in found.timeline] == [Breakdown, AlarmAct, TicketStep, Breakdown, WireFault, Breakdown]
    assert found.start_ns == START
    assert found.length_ns == at(600) - START
    assert len(found.expected.alarms) == 3


def test_a_draft_says_what_was_done_by_whom() -> None:
    timeline = drafted()["timeline"]
    assert timeline[0] == {"at": "30s", "device": PUMP, "fault": "dry_run", "for": "5min"}
    assert timeline[1] == {"at": "1min", "by": "operator", "acknowledge": f"pump.dry_run@{PUMP}", "comment": "去看"}
    assert timeline[2] == {"at": "1min10s", "by": "technician", "ticket": f"pump.dry_run@{PUMP}", "act": "accept"}
    assert timeline[4] == {"at": "2min30s", "device": GATE, "network": "silent"}
    assert timeline[5] == {"at": "2min40s", "device": "pr2.tank", "fault": "leak", "onset": "1min", "severity": 0.3}


def test_a_draft_expects_what_came_and_names_the_rest_as_a_remark() -> None:
    text = draft(session(), promises().site, stories())
    expect = drafted()["expect"]
    assert expect["alarms"][0] == {
        "alarm": f"pump.dry_run@{PUMP}",
        "raised": "45s",
        "returned": "6min5s",
        "within": "30s",
        "priority": "high",
    }
    assert expect["alarms"][2]["under"] == f"power.feeder_off@{METER}"
    assert [ticket["for"] for ticket in expect["tickets"]] == [f"pump.dry_run@{PUMP}", f"power.feeder_off@{METER}"]
    assert "# also came, from nothing that was broken here: charger.faulted@charge.b17" in text


def test_a_session_in_which_nothing_happened_is_a_draft_too() -> None:
    found = read_scenario(draft(told([]), promises().site, Stories()), "draft.yaml", SITE.parent / "scenarios").scenario
    assert (found.timeline, found.expected.alarms) == ((), ())


# ── the report ──


@pytest.fixture(scope="module")
def _font() -> None:
    try:
        chinese_font()
    except NoFont as error:
        pytest.skip(str(error))


@cache
def printed() -> bytes:
    """The report of that session."""
    return report_pdf(session(), promises(), at(700))


def text_of(pdf: bytes) -> str:
    """What a reader of the PDF can copy out of it."""
    pdfium = pytest.importorskip("pypdfium2", reason="pypdfium2 is not installed")
    document = pdfium.PdfDocument(pdf)
    text = "\n".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    return re.sub(" +", " ", text.replace("\r\n", "\n"))


@pytest.mark.usefixtures("_font")
def test_the_report_says_what_was_broken_what_was_promised_and_what_came() -> None:
    text = text_of(printed())
    for words in ("报警与派工测试报告", "人才公寓", "二号变电所验收", "测试 王工", "2026-01-14 10:00:00 – 10:10:00"):
        assert words in text
    assert "2#泵房 1#泵 干转" in text
    assert "10:00:30 注入" in text
    assert "10:05:30 恢复" in text
    assert "+15 s 高" in text
    assert "A-260114-045" in text
    assert "GD-260114-001" in text
    assert "刘洋" in text
    assert "后果 1 项，已折叠：失电" in text
    assert "签字 signature" in text


@pytest.mark.usefixtures("_font")
def test_the_report_counts_its_verdicts_and_says_why_one_failed() -> None:
    text = text_of(printed())
    assert "共 4 项：合格 2，不合格 1，未测完 0，仅记录 1" in text
    assert "该报的没有报" in text
    assert "北门入口道闸 无应答" in text
    passed = told([broke(PUMP, "dry_run", 30)], [rang("pump.dry_run", PUMP, 45)])
    assert "该报的没有报" not in text_of(report_pdf(passed, promises(), at(700)))


@pytest.mark.usefixtures("_font")
def test_the_report_embeds_its_font() -> None:
    pdf = printed()
    assert b"/FontFile" in pdf
    assert len(pdf) < 400_000


@pytest.mark.usefixtures("_font")
def test_a_long_day_goes_over_many_pages_and_its_floods_are_cut() -> None:
    devices = [device.id for device in promises().site.devices.values() if device.device_class == "ev_charger"]
    acts = [broke(PUMP, "dry_run", 20 * n, n + 1) for n in range(30)]
    flood = [rang("charger.faulted", device, 100 + n, id=f"A-{n}") for n, device in enumerate(devices)]
    text = text_of(report_pdf(told(acts, flood), promises(), at(700)))
    assert "30 2#泵房 1#泵 干转" in text
    assert f"另有 {len(devices) - 30} 项" in text


@pytest.mark.usefixtures("_font")
def test_the_command_prints_the_newest_session_with_what_the_journal_has(tmp_path: Path) -> None:
    site = shutil.copy(SITE, tmp_path / "site.yaml")
    book = SessionBook(tmp_path)
    book.start("泵房", "王工", START)
    book.add(1, [broke(PUMP, "dry_run", 30)])
    book.stop("王工", at(600))
    _journal_has(tmp_path, replace(dry(), ticket=None))
    pdf = tmp_path / "tests.pdf"
    result = CliRunner().invoke(app, ["report", "tests", "--data", str(tmp_path), "--site", str(site), "-o", str(pdf)])
    assert result.exit_code == 0, result.output
    assert "测试 1" in result.output
    assert "A-260114-045" in text_of(pdf.read_bytes())


def test_a_report_of_no_session_is_refused(tmp_path: Path) -> None:
    words = ["report", "tests", "--data", str(tmp_path), "-o", str(tmp_path / "x.pdf")]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 2
    assert "there is no test session" in result.output
    book = SessionBook(tmp_path)
    book.start("", "王工", START)
    result = CliRunner().invoke(app, [*words, "--session", "7"])
    assert (result.exit_code, "the newest is 1" in result.output) == (2, True)


def _journal_has(data: Path, alarm: Occurrence) -> None:
    journal = open_journal("sqlite", data, {})
    with journal.write() as tx:
        standing = Standing(alarm.rule, alarm.device, alarm.state, alarm.id)
        tx.record(AlarmEvent(AlarmEventKind.RAISED, alarm.raised_at_ns, standing, alarm, Actor("guanjia", Role.ADMIN)))
    journal.close()


# ── the words ──


def test_every_fault_of_the_reference_site_has_a_chinese_name() -> None:
    machines = build_machines(promises().site, 1, 0).machines
    kinds = {(machine.device_class, kind) for machine in machines.values() for kind in machine.faults}
    assert not sorted(kinds - known())
