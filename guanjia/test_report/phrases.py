"""What a report says of an account, as words for paper: Chinese, with English beneath."""

from datetime import datetime
from zoneinfo import ZoneInfo

from guanjia.test_report.expectations import Promises
from guanjia.test_report.words import fault_words, network_words
from model.alarm import Occurrence, Priority
from model.clock import SECOND
from model.testing import Act, Shortfall, Verdict
from model.text import Text

VERDICTS = {
    Verdict.PASSED: Text("合格", "passed"),
    Verdict.FAILED: Text("不合格", "failed"),
    Verdict.OPEN: Text("未测完", "not finished"),
    Verdict.NOTED: Text("仅记录", "noted only"),
}
SHORTFALLS = {
    Shortfall.MISSING: Text("该报的没有报", "an alarm did not come"),
    Shortfall.LATE: Text("报警迟了", "an alarm came late"),
    Shortfall.PRIORITY: Text("级别不对", "wrong priority"),
    Shortfall.NO_TICKET: Text("没有派工单", "no ticket was opened"),
    Shortfall.UNEXPECTED: Text("报了不该报的", "an alarm that should not come"),
    Shortfall.STOOD: Text("报警原已存在，无法判定", "the alarm stood already"),
    Shortfall.SHADOWED: Text("被上级报警压住，无法判定", "held back by an alarm that explains it"),
}
PRIORITIES = {
    Priority.CRITICAL: Text("危急", "critical"),
    Priority.HIGH: Text("高", "high"),
    Priority.MEDIUM: Text("中", "medium"),
    Priority.LOW: Text("低", "low"),
}


def where(act: Act, promises: Promises) -> Text:
    if act.broker:
        return Text("消息服务器", "Broker")
    if act.gateway:
        return Text(f"网关 {act.gateway}", f"Gateway {act.gateway}")
    device = promises.site.devices.get(act.device)
    return device.name if device else Text(act.device, act.device)


def what(act: Act, promises: Promises) -> Text:
    """The fault's name."""
    if act.is_network:
        return network_words(act.fault)
    device = promises.site.devices.get(act.device)
    return fault_words(device.device_class if device else "", act.fault).name


def how(act: Act) -> Text:
    """Length, growth and severity, as far as they were asked for."""
    zh = [f"持续 {spell(act.for_s)}" if act.for_s else "", f"渐变 {spell(act.onset_s)}" if act.onset_s else ""]
    en = [f"for {act.for_s:g} s" if act.for_s else "", f"onset {act.onset_s:g} s" if act.onset_s else ""]
    if act.severity is not None and act.severity < 1:
        zh.append(f"程度 {act.severity * 100:.0f} %")
        en.append(f"severity {act.severity * 100:.0f} %")
    return Text("，".join(filter(None, zh)), ", ".join(filter(None, en)))


def alarm_text(rule: str, promises: Promises) -> Text:
    """What the rule says without the device's name."""
    known = promises.rules.get(rule)
    if known is None:
        return Text(rule, rule)
    return Text(*(words.replace("{device}", "").strip(" ,:：，") for words in (known.text.zh, known.text.en)))


def device_text(alarm: Occurrence, promises: Promises) -> Text:
    device = promises.site.devices.get(alarm.device)
    return device.name if device else Text(alarm.device, alarm.device)


def spell(seconds: float) -> str:
    """``45 s``, ``7 min 5 s``, ``2 h 3 min``, as people read lengths."""
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{rest} s" if not minutes else f"{minutes} min {rest} s" if rest else f"{minutes} min"


def clock(at_ns: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(at_ns // SECOND, zone).strftime("%H:%M:%S")


def day(at_ns: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(at_ns // SECOND, zone).strftime("%Y-%m-%d")
