"""The first page: every figure against its target, with the verdict."""

from collections.abc import Sequence

from guanjia.alarm_report.phrases import DURATIONS, FIGURES, SHARES, VERDICTS, spell
from guanjia.alarm_report.sheets import Table
from guanjia.alarm_report.words import Words
from rules.kpis.figures import Figure
from rules.kpis.targets import Target, Verdict


def outcome(words: Words, table: Sequence[Figure]) -> str:
    counts = {verdict: sum(one.verdict is verdict for one in table) for verdict in Verdict}
    missed = [words.of(FIGURES[one.name]) for one in table if one.verdict is Verdict.MISSED]
    met, tolerable = counts[Verdict.MET], counts[Verdict.TOLERABLE]
    said = words.say(
        f"{met} 项达标，{tolerable} 项尚可，{len(missed)} 项未达标", f"{met} figures met, {tolerable} tolerable, {len(missed)} missed"
    )
    return said + (words.say("：", ": ") + words.say("、", ", ").join(missed) if missed else "")


def figures(words: Words, table: Sequence[Figure]) -> Table:
    rows = [[words.of(FIGURES[one.name]), _value(words, one), _target(words, one), words.of(VERDICTS[one.verdict])] for one in table]
    return Table(
        words.say("指标", "Figures"),
        words.heads(("指标", "figure"), ("本期", "this period"), ("目标", "target"), ("评价", "verdict")),
        [40, 18, 26, 16],
        rows,
        note=words.say(
            "目标来源：IEC 62682:2014、ISA-18.2、EEMUA 191，按一个操作岗位计；住宅项目应远低于此。没有标准数值的不评价。",
            "Targets: IEC 62682:2014, ISA-18.2, EEMUA 191, for one operator position; a residential site should be far below.",
        ),
        graves=frozenset(at for at, one in enumerate(table) if one.verdict is Verdict.MISSED),
    )


def _value(words: Words, one: Figure) -> str:
    if one.name in DURATIONS:
        return words.of(spell(one.value))
    if one.name in SHARES:
        return f"{one.value * 100:.1f} %"
    return f"{one.value:.1f}" if one.name.startswith("per_") else f"{one.value:g}"


def _target(words: Words, one: Figure) -> str:
    target: Target = one.target
    if target.at_least is not None:
        return f"≥ {_bound(one.name, target.at_least)}"
    if target.at_most is None:
        return "–"
    most = _bound(one.name, target.tolerable) if target.tolerable is not None else ""
    at_most = f"≤ {_bound(one.name, target.at_most)}" if target.at_most else "0"
    return at_most + (words.say(f"（最多 {most}）", f" (most {most})") if most else "")


def _bound(name: str, value: float) -> str:
    return f"{value * 100:g} %" if name in SHARES else f"{value:g}"
