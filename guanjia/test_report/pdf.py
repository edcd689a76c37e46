"""The report of a test session on paper, for the hand-over file (竣工验收)."""

from fpdf import XPos, YPos

from guanjia.test_report import chart
from guanjia.test_report.chart import GREY, INK
from guanjia.test_report.expectations import Promises
from guanjia.test_report.fonts import Font, chinese_font
from guanjia.test_report.paper import LINE, Paper
from guanjia.test_report.phrases import SHORTFALLS, VERDICTS, clock, day, how, spell, what, where
from guanjia.test_report.report_rows import HEADINGS, WIDTHS, Row, other_rows, rows
from model.testing import Account, Injection, Verdict
from model.text import Text

_FACT = 30.0
_SIGNATURES = (
    Text("测试人", "Tested by"),
    Text("集成单位", "Integrator"),
    Text("监理单位", "Supervisor"),
    Text("物业接收", "Accepted by"),
)


def report_pdf(account: Account, promises: Promises, now_ns: int, font: Font | None = None) -> bytes:
    """A4, the font embedded. Raises NoFont."""
    page = _Page(account, promises, now_ns, font or chinese_font())
    page.add_page()
    page.head()
    page.facts()
    page.outcome()
    for number, injection in enumerate(account.injections, 1):
        page.injection(number, injection)
    page.others()
    page.signatures()
    return bytes(page.output())


class _Page(Paper):
    """The sheet while it is being written."""

    def __init__(self, account: Account, promises: Promises, now_ns: int, font: Font) -> None:
        self._account, self._promises, self._now_ns = account, promises, now_ns
        self._zone = promises.site.timezone
        super().__init__(f"{promises.site.name.zh} 测试报告 {account.session.number}", font)
        self.set_lang("zh-CN")

    def footer(self) -> None:
        session = self._account.session
        written = f"{day(self._now_ns, self._zone)} {clock(self._now_ns, self._zone)}"
        self.foot(f"{self._promises.site.name.zh}  测试 {session.number}  打印 printed {written}")

    def head(self) -> None:
        self.headline("报警与派工测试报告", "Test of alarms and tickets")
        self.ln(3)

    def facts(self) -> None:
        session, zone, site = self._account.session, self._zone, self._promises.site
        ended = clock(self._account.until_ns, zone) if session.stopped_ns else "进行中 running"
        for name, value in (
            (Text("项目", "Site"), f"{site.name.zh}  {site.name.en}"),
            (Text("场次", "Session"), f"{session.number}  {session.title}"),
            (Text("日期", "Date"), f"{day(session.started_ns, zone)}  {clock(session.started_ns, zone)} – {ended}"),
            (Text("测试人", "Tester"), session.started_by),
        ):
            self._fact(name, value)
        self.ln(2)

    def _fact(self, name: Text, value: str) -> None:
        self.plain(9, colour=GREY)
        self.say(f"{name.zh} {name.en}", _FACT, end=False)
        self.plain(10)
        self.multi_cell(0, LINE, value, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def outcome(self) -> None:
        """How many of each verdict, and in one sentence what that means."""
        account = self._account
        self.plain(12, "B")
        self.say(f"共 {len(account.injections)} 项：" + "，".join(f"{VERDICTS[v].zh} {account.count(v)}" for v in Verdict))
        self.plain(9, colour=GREY)
        english = ", ".join(f"{VERDICTS[v].en} {account.count(v)}" for v in Verdict)
        self.say(f"{len(account.injections)} injections: {english}; tickets {len(account.tickets)}")
        self.plain(9, colour=GREY)
        rule = "合格：规则手册规定的报警在期限内以规定的级别发生并派出工单，该设备上没有别的报警。"
        self.multi_cell(0, 5, rule, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        meaning = "Passed: every alarm the rule book promises came in time, with its priority and its ticket, and no other on that device."
        self.multi_cell(0, 5, meaning, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(3)

    def injection(self, number: int, injection: Injection) -> None:
        found = rows(injection, self._promises)
        if self.will_page_break(30 + chart.height_mm(injection) + 11 * min(6, len(found))):
            self.add_page()
        self._heading(number, injection)
        chart.draw(self, injection, self._promises, self._account.until_ns, self.epw)
        self.ln(1)
        self._table(found)
        self.ln(6)

    def _heading(self, number: int, injection: Injection) -> None:
        act, promises = injection.act, self._promises
        place, fault, manner = where(act, promises), what(act, promises), how(act)
        self.set_draw_color(*INK)
        self.set_line_width(0.4)
        self.line(self.l_margin, self.get_y(), self.l_margin + self.epw, self.get_y())
        self.ln(1.5)
        top = self.get_y()
        self._verdict(injection.verdict)
        self.set_xy(self.l_margin, top)
        self.plain(12, "B")
        self.say(f"{number}  {place.zh}  {fault.zh}", self.epw - 34)
        self.plain(9, colour=GREY)
        self.say(f"{place.en}: {fault.en}   {act.device}")
        since = f"{clock(act.at_ns, self._zone)} 注入 injected ({act.by or '–'})"
        mended = f"{clock(injection.mended_ns, self._zone)} 恢复 mended" if injection.mended_ns else "未恢复 not mended"
        self.plain(9)
        self.say("  ".join(filter(None, (since, mended, manner.zh))))
        for shortfall in injection.shortfalls:
            self.plain(10, "B")
            self.say(f"{SHORTFALLS[shortfall].zh}  {SHORTFALLS[shortfall].en}")
        self.ln(1.5)

    def _verdict(self, verdict: Verdict) -> None:
        """Filled where the eye is to stop: what has failed."""
        failed = verdict is Verdict.FAILED
        self.set_fill_color(*(INK if failed else (255, 255, 255)))
        self.set_draw_color(*INK)
        self.set_line_width(0.4)
        x, y = self.l_margin + self.epw - 32, self.get_y()
        self.rect(x, y, 32, 12, style="DF")
        self.plain(12, "B", (255, 255, 255) if failed else INK)
        self.set_xy(x, y + 0.6)
        self.cell(32, 6.5, VERDICTS[verdict].zh, align="C")
        self.plain(7.5, colour=(255, 255, 255) if failed else GREY)
        self.set_xy(x, y + 6.6)
        self.cell(32, 4, VERDICTS[verdict].en, align="C")

    def _table(self, found: list[Row]) -> None:
        if not found:
            self.plain(9)
            self.say("没有报警  no alarm came")
            return
        with self.ruled(WIDTHS, 8, 0.8) as table:
            table.row([f"{heading.zh}\n{heading.en}" for heading in HEADINGS])
            for row in found:
                table.row(row)

    def others(self) -> None:
        """What came and no injection explains: the reader is to see it, not to judge it."""
        found = other_rows(self._account, self._promises)
        if not found:
            return
        if self.will_page_break(40):
            self.add_page()
        self.plain(12, "B")
        self.say(f"其他报警 {len(found)}")
        self.plain(9, colour=GREY)
        self.say("Alarms that nothing broken here explains; not judged. 与注入无关，不计入判定。")
        self._table(found)
        self.ln(6)

    def signatures(self) -> None:
        if self.will_page_break(46):
            self.add_page()
        self.ln(6)
        width = self.epw / len(_SIGNATURES)
        self.set_draw_color(*INK)
        self.set_line_width(0.3)
        top = self.get_y()
        for place, who in enumerate(_SIGNATURES):
            x = self.l_margin + place * width
            self.plain(10)
            self.set_xy(x, top)
            self.cell(width, LINE, who.zh)
            self.plain(8, colour=GREY)
            self.set_xy(x, top + 5)
            self.cell(width, LINE, who.en)
            for words, y in (("签字 signature", top + 22), ("日期 date", top + 34)):
                self.line(x, y, x + width - 6, y)
                self.set_xy(x, y)
                self.cell(width, 4.5, words)


def summary(account: Account) -> str:
    """One line for a terminal."""
    lasted = spell((account.until_ns - account.session.started_ns) / 1e9)
    counts = ", ".join(f"{VERDICTS[verdict].zh} {account.count(verdict)}" for verdict in Verdict)
    return f"测试 {account.session.number}  {lasted}  {counts}"
