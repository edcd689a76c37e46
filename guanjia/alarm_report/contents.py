"""The whole report in its order. Pure."""

from collections.abc import Iterable

from guanjia.alarm_report.front import figures, outcome
from guanjia.alarm_report.lists import lists, priorities, suggestions, systems, worst
from guanjia.alarm_report.sheets import Report, Review, Table
from guanjia.alarm_report.words import Words
from model.clock import HOUR
from model.text import Language
from rules.kpis.figures import judged


def _recorded(words: Words, review: Review) -> str:
    """What of the period is judged, where it is not all."""
    of = review.period
    too_short = words.say("；记录不满一天，不判达标", "; less than a day recorded, nothing is called met") if of.is_too_short else ""
    if of.recorded_from_ns <= of.start_ns:
        return too_short
    if of.recorded_from_ns >= of.end_ns:
        return words.say("；期内没有记录，不评", "; nothing was recorded in it, nothing is judged")
    since = words.minute(of.recorded_from_ns)
    return words.say(f"；自 {since} 起有记录，之前的时间不评", f"; recorded from {since} on, the time before is not judged") + too_short


def report_of(review: Review, language: Language) -> Report:
    """Lists with nothing in them are left out."""
    words = Words(review, language)
    table = list(judged(review.found.kpis))
    first, last = words.day(review.period.start_ns), words.day(review.period.end_ns - 1)
    days = review.period.length_ns / (24 * HOUR)
    others: Iterable[Table] = (worst(words), suggestions(words), systems(words), priorities(words), *lists(words))
    return Report(
        language=language,
        title=words.say("报警管理报告", "How the alarms are kept"),
        site=words.of(review.site.name),
        span=words.say(f"{first} 至 {last}，{days:.3g} 天", f"{first} to {last}, {days:.3g} days") + _recorded(words, review),
        outcome=outcome(words, table),
        figures=figures(words, table),
        others=[one for one in others if one.rows],
        days_title=words.say("每天的报警", "Alarms on each day"),
        days=[(words.day(at_ns), count) for at_ns, count in zip(review.period.edges_ns, review.found.kpis.days, strict=False)],
    )
