"""The words of the report in both languages: figures, verdicts, and what to do about each kind of bad actor."""

from model.alarm import Priority
from model.text import Text
from rules.kpis.breaches import BreachKind
from rules.kpis.targets import Verdict
from rules.rationalisation import BadKind
from rules.suggestion import Refusal

FIGURES = {
    "per_day": Text("日均报警", "Alarms a day"),
    "per_hour": Text("时均报警", "Alarms an hour"),
    "per_10min": Text("每 10 分钟报警", "Alarms in 10 min, on average"),
    "busiest_day": Text("最多的一天", "Most in a day"),
    "busiest_hour": Text("最多的一小时", "Most in an hour"),
    "peak_10min": Text("最多的 10 分钟", "Most in any 10 min"),
    "busy_hours_share": Text("超过 30 条的小时", "Hours with more than 30"),
    "busy_windows_share": Text("超过 10 条的 10 分钟", "10-min windows with more than 10"),
    "floods": Text("报警泛滥次数", "Floods"),
    "flood_share": Text("报警泛滥占时", "Time in flood"),
    "top_ten_share": Text("前十名占比", "Ten worst alarms' share"),
    "chattering": Text("抖动报警", "Chattering alarms"),
    "fleeting": Text("瞬时报警", "Fleeting alarms"),
    "stale_most": Text("超过 24 小时未恢复，最多的一天", "Active over 24 h, worst day"),
    "priority_low": Text("低级占比", "Low priority"),
    "priority_medium": Text("中级占比", "Medium priority"),
    "priority_high": Text("高级占比", "High priority"),
    "priority_critical": Text("危急占比", "Critical priority"),
    "unauthorised": Text("未经授权的屏蔽和变更", "Suppressed or changed without authority"),
    "acknowledged_median_s": Text("确认用时，中位", "Time to acknowledge, median"),
    "acknowledged_p90_s": Text("确认用时，九成以内", "Time to acknowledge, 90 % within"),
    "never_acted_on": Text("从未处理的报警", "Alarms never acted on"),
}
DURATIONS = frozenset({"acknowledged_median_s", "acknowledged_p90_s"})
SHARES = frozenset(name for name in FIGURES if name.endswith("_share") or name.startswith("priority_"))
VERDICTS = {
    Verdict.MET: Text("达标", "met"),
    Verdict.TOLERABLE: Text("尚可", "tolerable"),
    Verdict.MISSED: Text("未达标", "missed"),
    Verdict.TOO_FEW: Text("太少不评", "too few to judge"),
    Verdict.NO_TARGET: Text("–", "–"),
}
KINDS = {
    BadKind.CHATTERING: Text("抖动", "chattering"),
    BadKind.FLEETING: Text("瞬时", "fleeting"),
    BadKind.STALE: Text("长期未恢复", "stale"),
    BadKind.FREQUENT: Text("频繁", "frequent"),
}
TO_DO = {
    BadKind.CHATTERING: Text("查接线和传感器；加恢复延时或回差", "Check wiring and sensor; give it an off-delay or a deadband"),
    BadKind.FLEETING: Text("查传感器；加报警延时", "Check the sensor; give it an on-delay"),
    BadKind.STALE: Text(
        "派人修复；设备停用的，退出运行并写明原因", "Have it mended; take it out of service, with the reason, if the equipment is"
    ),
    BadKind.FREQUENT: Text("查根本原因；限值不合适的，改限值", "Find the root cause; change the limit if it is wrong"),
}
REFUSALS = {
    Refusal.LIFE_SAFETY: Text("涉及人身安全，不改报警，查设备", "life safety: the alarm stays, mend the equipment"),
    Refusal.TOO_FEW: Text("次数太少，看不出规律", "too few to read anything off"),
    Refusal.NOT_A_FLUTTER: Text("每次都长，不是抖动：修设备或改限值", "long each time, no flutter: mend the equipment or change the limit"),
    Refusal.NOTHING_HELPS: Text("没有既减少误报又不漏报的改法", "no change quiets it without missing a real incident"),
    Refusal.NOT_JUDGED: Text("历史数据不足，无法回测", "history holds too little to judge by"),
}
PRIORITIES = {
    Priority.CRITICAL: Text("危急", "critical"),
    Priority.HIGH: Text("高", "high"),
    Priority.MEDIUM: Text("中", "medium"),
    Priority.LOW: Text("低", "low"),
}
BREACHES = {
    BreachKind.ROLE: Text("此角色无权", "the role may not"),
    BreachKind.LIFE_SAFETY: Text("涉及人身安全，不得屏蔽", "life safety, may not be shelved"),
    BreachKind.NOT_APPROVED: Text("没有他人批准", "nobody else has approved it"),
}


def spell(seconds: float) -> Text:
    """``45 s``, ``7 min 5 s``, ``2 h 3 min``, as people read lengths."""
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    parts = ((hours, "小时", "h"), (minutes, "分", "min"), (0 if hours else rest, "秒", "s"))
    said = [(count, zh, en) for count, zh, en in parts if count] or [(rest, "秒", "s")]
    return Text("".join(f"{count}{zh}" for count, zh, _ in said), " ".join(f"{count} {en}" for count, _, en in said))
