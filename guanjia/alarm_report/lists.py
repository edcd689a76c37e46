"""The lists: the worst alarms with what to do about them, and everything a review goes through."""

from collections.abc import Iterator, Sequence

from guanjia.alarm_report.phrases import BREACHES, KINDS, PRIORITIES, REFUSALS, TO_DO, spell
from guanjia.alarm_report.sheets import Table
from guanjia.alarm_report.words import Words
from guanjia.suggestions.answer import Answer, ChangeShape
from model.alarm import Priority
from model.clock import SECOND
from model.site import System
from model.text import Text
from rules.kpis.nuisance import Offender
from rules.rationalisation import BadActor
from rules.suggestion import Refusal

WORST = 10
_MOST = 200
"""Lines of a list; what is beyond is counted."""


def worst(words: Words) -> Table:
    answers = {answer.rule: answer for answer in words.review.answers}
    rows = [
        [
            str(rank),
            words.alarm(one.rule, one.device),
            str(one.count),
            _percent(one.share),
            words.say("、", ", ").join(words.of(KINDS[kind]) for kind in one.kinds),
            _to_do(words, one, answers.get(one.rule)),
        ]
        for rank, one in enumerate(words.review.found.bad_actors[:WORST], 1)
    ]
    heads = words.heads(("", ""), ("报警", "alarm"), ("次数", "times"), ("占比", "share"), ("类型", "kind"), ("怎么办", "what to do"))
    return Table(words.say("最差的十个", "The ten worst"), heads, [4, 30, 8, 9, 13, 36], rows)


def _to_do(words: Words, one: BadActor, answer: Answer | None) -> str:
    if answer is None:
        return words.of(TO_DO[one.kinds[0]])
    if answer.suggestion is None:
        return words.of(REFUSALS[Refusal(answer.reason)])
    now, then = answer.suggestion.proof.now.annunciated, answer.suggestion.proof.proposed.annunciated
    change = _change(words, answer.suggestion.change)
    told = words.say(f"{change}；回测 {now} → {then} 次", f"{change}; backtest: {now} → {then}")
    return told + words.say("，", ", ") + _misses(words, answer.suggestion.proof.incidents)


def _misses(words: Words, incidents: int) -> str:
    """Only changes that miss none are suggested; of a period without any, nobody can know."""
    if incidents:
        return words.say(f"{incidents} 起真实事件都不会漏掉", f"none of {incidents} real incidents missed")
    return words.say("没有处理过的工单，无法判断会不会漏报", "no worked-on tickets: whether any would be missed can't be told")


def _change(words: Words, change: ChangeShape) -> str:
    parts = []
    if change.on_delay_s is not None:
        parts.append(words.say("报警延时 ", "on-delay ") + words.of(spell(change.on_delay_s)))
    if change.off_delay_s is not None:
        parts.append(words.say("恢复延时 ", "off-delay ") + words.of(spell(change.off_delay_s)))
    parts += [words.say("回差 ", "deadband ") + f"{point} {band:g}" for point, band in change.deadband.items()]
    return ", ".join(parts)


def suggestions(words: Words) -> Table:
    rows = [
        [words.rule(answer.rule), _change(words, answer.suggestion.change), answer.suggestion.yaml.strip()]
        for answer in words.review.answers
        if answer.suggestion is not None
    ]
    heads = words.heads(("规则", "rule"), ("改为", "change"), ("规则全文", "the rule as it would be written"))
    note = words.say(
        "每条都在本期历史数据上回测过；有处理过的工单的，真实事件都不会漏掉，没有的无法判断会不会漏报。",
        "Each was tried on this period's readings; where tickets were worked on, none is missed, where none were, that can't be told.",
    )
    return Table(words.say("建议的改动", "Suggested changes"), heads, [20, 20, 60], rows, note)


def systems(words: Words) -> Table:
    rows = []
    for system in System:
        one = words.review.systems.get(system.value)
        if one is not None:
            wait_s = one.response.median_s
            counts = [f"{one.per_day:.1f}", str(one.peak_10min), str(len(one.chattering)), str(len(one.fleeting))]
            rows.append([words.of(system.label), str(one.total), *counts, "–" if wait_s is None else words.of(spell(wait_s))])
    load = ("系统", "system"), ("报警", "alarms"), ("日均", "a day"), ("最多 10 分钟", "most in 10 min")
    heads = words.heads(*load, ("抖动", "chattering"), ("瞬时", "fleeting"), ("确认中位", "median to acknowledge"))
    return Table(words.say("按系统", "By system"), heads, [18, 12, 12, 14, 12, 12, 20], rows)


def priorities(words: Words) -> Table:
    """The load, and the rule book that it comes from, by priority."""
    found = words.review.found
    whole = max(1, sum(found.configured.values()))
    rows = [
        [
            words.of(PRIORITIES[priority]),
            str(found.kpis.priorities[priority]),
            _percent(found.kpis.share(priority)),
            str(found.configured[priority]),
            _percent(found.configured[priority] / whole),
            f"{target:g} %",
        ]
        for priority, target in zip(reversed(Priority), (80, 15, 5, 1), strict=True)
    ]
    raised = ("级别", "priority"), ("报警", "alarms"), ("占比", "share")
    heads = words.heads(*raised, ("规则手册", "configured"), ("占比", "share"), ("目标", "target"))
    return Table(words.say("级别分布", "Priorities"), heads, [20, 16, 16, 16, 16, 16], rows)


def lists(words: Words) -> Iterator[Table]:
    found, kpis = words.review.found, words.review.found.kpis
    alarm, times = ("报警", "alarm"), ("次数", "times")
    floods = [[words.minute(f.begin_ns), words.of(spell((f.end_ns - f.begin_ns) / SECOND)), str(f.count), str(f.peak)] for f in kpis.floods]
    heads = words.heads(("开始", "begin"), ("持续", "lasted"), alarm, ("10 分钟内最多", "most in 10 min"))
    yield _list(words, Text("报警泛滥", "Floods"), heads, [30, 30, 20, 20], floods)
    chattering = [[words.alarm(rule, device)] for rule, device in kpis.chattering]
    yield _list(words, Text("抖动报警", "Chattering"), words.heads(alarm), [100], chattering)
    yield _list(words, Text("瞬时报警", "Fleeting"), words.heads(alarm, times), [80, 20], _offenders(words, kpis.fleeting))
    stale = [[words.alarm(one.rule, one.device), words.minute(one.raised_ns), words.minute(one.until_ns)] for one in found.stale]
    heads = words.heads(alarm, ("开始", "since"), ("恢复", "until"))
    yield _list(words, Text("超过 24 小时未恢复", "Active for more than 24 h"), heads, [60, 20, 20], stale)
    yield _list(
        words, Text("从未处理的报警", "Never acted on"), words.heads(alarm, times), [80, 20], _offenders(words, kpis.never_acted_on)
    )
    # That nobody was ever in danger is what one hopes for: it is no reason to look at the rule.
    silent = [[words.rule(one.rule), one.rule, str(one.devices)] for one in found.never_fired if not one.life_safety]
    heads = words.heads(("规则", "rule"), ("编号", "id"), ("设备数", "devices"))
    yield _list(words, Text("本期从未报警的规则", "Rules never fired"), heads, [50, 30, 20], silent)
    broken = [
        [words.minute(b.at_ns), words.alarm(b.rule, b.device) if b.device else words.rule(b.rule), b.by, words.of(BREACHES[b.kind])]
        for b in kpis.unauthorised
    ]
    heads = words.heads(("时间", "when"), alarm, ("人员", "who"), ("原因", "why"))
    yield _list(words, Text("未经授权的屏蔽和变更", "Suppressed or changed without authority"), heads, [18, 42, 16, 24], broken)


def _offenders(words: Words, found: Sequence[Offender]) -> list[list[str]]:
    return [[words.alarm(one.rule, one.device), str(one.count)] for one in found]


def _list(words: Words, title: Text, headings: Sequence[str], widths: Sequence[int], rows: Sequence[Sequence[str]]) -> Table:
    beyond = len(rows) - _MOST
    note = words.say(f"另有 {beyond} 条", f"and {beyond} more") if beyond > 0 else ""
    return Table(words.of(title), headings, widths, rows[:_MOST], note)


def _percent(share: float) -> str:
    return f"{share * 100:.1f} %"
