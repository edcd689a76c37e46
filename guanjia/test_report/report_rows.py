"""The lines of the report's tables: what was promised beside what came."""

from collections.abc import Iterator, Sequence

from guanjia.test_report.expectations import Promises
from guanjia.test_report.phrases import PRIORITIES, SHORTFALLS, alarm_text, device_text, spell
from model.clock import SECOND
from model.testing import Account, Came, Expected, Injection, Shortfall
from model.text import Text
from model.ticket import Ticket, TicketClass

Row = tuple[str, str, str, str, str]
HEADINGS = (
    Text("报警", "alarm"),
    Text("应有：级别，最迟，工单", "expected"),
    Text("实到", "came"),
    Text("工单，负责人", "ticket, owner"),
    Text("结果", "result"),
)
WIDTHS = (50, 40, 34, 30, 24)
_CLASSES = {TicketClass.EMERGENCY: "突发", TicketClass.SMALL: "小问题", TicketClass.LARGE: "大问题", TicketClass.HARD: "难题"}
_NONE = "–"
_MOST = 30


def rows(injection: Injection, promises: Promises) -> list[Row]:
    """Those that came in their order, then those that did not; folded ones in one line."""
    found = [_came(came, injection, promises) for came in injection.came if not came.folded]
    found += [_missing(expected, injection, promises) for expected in injection.missing]
    if injection.expected == () and not found and not injection.shortfalls:
        found.append(("不应有报警\nno alarm is to come", "无 none", "无 none", _NONE, "✓"))
    return [*_cut(found), *_folded(injection, promises)]


def other_rows(account: Account, promises: Promises) -> list[Row]:
    return _cut([(_alarm(came, promises), _NONE, _when(came), _ticket(came.ticket, promises), _NONE) for came in account.others])


def _cut(found: list[Row]) -> list[Row]:
    more = len(found) - _MOST
    return found if more <= 0 else [*found[:_MOST], (f"另有 {more} 项\nand {more} more", _NONE, _NONE, _NONE, _NONE)]


def _came(came: Came, injection: Injection, promises: Promises) -> Row:
    return (_alarm(came, promises), _promise(came.expected), _when(came), _ticket(came.ticket, promises), _result(came, injection))


def _missing(expected: Expected, injection: Injection, promises: Promises) -> Row:
    device = promises.site.devices.get(expected.device)
    words = alarm_text(expected.rule, promises)
    failed = Shortfall.MISSING in injection.shortfalls
    result = f"× {SHORTFALLS[Shortfall.MISSING].zh}" if failed else "…"
    return (f"{device.name.zh if device else ''} {words.zh}\n{words.en}", _promise(expected), "没有 none", _NONE, result)


def _alarm(came: Came, promises: Promises) -> str:
    words, place = alarm_text(came.occurrence.rule, promises), device_text(came.occurrence, promises)
    return f"{place.zh} {words.zh}\n{words.en}"


def _promise(expected: Expected | None) -> str:
    if expected is None:
        return "未列 not listed"
    order = f"，{_CLASSES[expected.ticket]}" if expected.ticket else ""
    return f"{PRIORITIES[expected.priority].zh}，{spell(expected.due_s)}{order}\n延时 delay {spell(expected.on_delay_s)}"


def _when(came: Came) -> str:
    alarm = came.occurrence
    lasted = "" if alarm.returned_at_ns is None else f"\n{spell((alarm.returned_at_ns - alarm.raised_at_ns) / SECOND)} 后返回"
    return f"+{spell(came.after_s)}  {PRIORITIES[alarm.priority].zh}\n{alarm.id}{lasted}"


def _ticket(ticket: Ticket | None, promises: Promises) -> str:
    if ticket is None:
        return _NONE
    owner = next((person.name for person in promises.site.people if person.id == ticket.owner), ticket.owner)
    return f"{ticket.number}\n{owner or '未派人 nobody'}"


def _result(came: Came, injection: Injection) -> str:
    if came.shortfalls:
        return "× " + "，".join(SHORTFALLS[shortfall].zh for shortfall in came.shortfalls)
    return "✓" if came.expected is not None else "伴随" if injection.expected is not None else _NONE


def _folded(injection: Injection, promises: Promises) -> Iterator[Row]:
    folded: Sequence[Came] = [came for came in injection.came if came.folded]
    if folded:
        names = "、".join(dict.fromkeys(alarm_text(came.occurrence.rule, promises).zh for came in folded))
        yield (f"后果 {len(folded)} 项，已折叠：{names}\nconsequences, folded", _NONE, _NONE, _NONE, "✓")
