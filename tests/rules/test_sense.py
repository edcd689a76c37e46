"""Rules that can be read: what makes no sense is refused, and what does is not."""

import pytest

from guanjia.config import rule_file
from guanjia.config.rule_file import draft_texts
from guanjia.config.rule_text import RuleText
from model.rule_version import Origin

RULE = """- id: tank.low
  for: {class: tank}
  when: WHEN
  on_delay: DELAY
  params: {low_m: 1}
  priority: medium
  text: {zh: "{device} 低", en: "{device} low"}
  why: {cause: 漏水, consequence: 停水, action: 查进水阀, respond_within: 30min}
  source: practice
"""
LEVEL = '  levels: [{{id: lower, when: "{}", priority: high, text: 更低}}]\n'


def said(when: str = "level < low_m", delay: str = "0s", more: str = "", **others: str) -> list[str]:
    text = RULE.replace("WHEN", when).replace("DELAY", delay)
    for key, value in others.items():
        text = text.replace(f"{key}: ", f"{key}: {value} #", 1)
    return [mistake.message for mistake in draft_texts([RuleText("own.yaml", text + more)]).mistakes]


@pytest.mark.parametrize(
    ("when", "message"),
    [
        ("any(5, fault) and level < low_m", 'write any("pr2.pump*", fault)'),
        ("bits(state, 0, 99999999999) > low_m", "bits are numbered from 0 to 63"),
        ("bit(state, 64) and level < low_m", "bits are numbered from 0 to 63"),
        ("level < low_m and level > 1" + "0" * 400, "no reading is ever so large"),
        ("level < low_m and level != 1e999", "no reading is ever so large"),
        ("rate(level, 99999999d) < low_m", "write rate(level, 5min)"),
    ],
)
def test_a_condition_that_would_break_what_judges_it_is_refused(when: str, message: str) -> None:
    assert [one[: len(message)] for one in said(when)] == [message]


@pytest.mark.parametrize("place", ["{device:{x}}", "{device:d}", "{device:>999999999}", "{device!z}"])
def test_a_text_that_cannot_be_filled_with_every_name_is_refused(place: str) -> None:
    assert said(text=f'"{place}"') == [f"only {{device}} can stand in braces, not {place} (found '{place}')"]


@pytest.mark.parametrize("figure", [".inf", "-.inf", ".nan", "yes"])
def test_a_figure_is_a_number(figure: str) -> None:
    assert len(said(params=f"{{low_m: {figure}}}")) == 1
    assert len(said(more=f"  deadband: {{level: {figure}}}\n")) == 1


@pytest.mark.parametrize(
    ("when", "level", "is_graver"),
    [
        ("level < low_m", "level < 1.2", False),
        ("level < low_m and running", "level < low_m", False),
        ("level < low_m and flow < 3", "level < low_m and flow < 5", False),
        ("level < low_m", "level < low_m and fault", True),
        ("level < low_m", "level < low_m and flow < 3", True),
        ("level < low_m and flow < 3", "level < low_m and flow < 1", True),
        ("level < low_m", "level < 2 and state == 4", True),
        ("count(level < low_m, 1h) >= 5", "count(level < low_m, 1h) >= 10", True),
    ],
)
def test_a_level_is_refused_only_where_it_says_nothing_that_was_not_said_before(when: str, level: str, is_graver: bool) -> None:
    assert (said(when, more=LEVEL.format(level)) == []) is is_graver


@pytest.mark.parametrize(
    ("own", "told"),
    [
        ("", "the rule leaves 30 min to respond, and critical at most 15 min; give the level a why.respond_within of its own"),
        (", why: {respond_within: 20min}", "with 20 min to respond it is not critical: that leaves at most 15 min"),
        (", why: {respond_within: 15min}", None),
    ],
)
def test_a_level_leaves_no_more_time_than_its_priority_allows(own: str, told: str | None) -> None:
    levels = f'  levels: [{{id: lower, when: "level < 0.5", priority: critical, text: 更低{own}}}]\n'
    assert [one.partition("; lower")[0] for one in said(more=levels)] == ([told] if told else [])


def test_what_a_level_does_not_say_of_itself_is_the_rules_but_another_action_has_other_steps() -> None:
    steps = "  steps: [看液位, 开旁通]\n"
    levels = """  levels:
    - {id: a, when: level < 0.5, priority: high, text: 更低, why: {consequence: 烧泵}}
    - {id: b, when: level < 0.2, priority: critical, text: 最低, why: {action: 停泵, respond_within: 5min}}
"""
    draft = draft_texts([RuleText("own.yaml", RULE.replace("WHEN", "level < low_m").replace("DELAY", "0s") + steps + levels)])
    rule = draft.book["tank.low"].rule
    low, *graver = (rule.at(level).why for level in ("", "a", "b"))
    assert [why.consequence.zh for why in (low, *graver)] == ["停水", "烧泵", "停水"]
    assert [[step.zh for step in why.first_steps] for why in (low, *graver)] == [["看液位", "开旁通"]] * 2 + [["停泵"]]
    assert [why.respond_within_s for why in (low, *graver)] == [1800, 1800, 300]


def test_a_level_is_graver_than_the_rule_on_devices_of_every_class() -> None:
    by_class = "  priority_by_class: {tank: critical}\n"
    assert [one.split(",")[0] for one in said(more=by_class + LEVEL.format("level < 0.5"))] == [
        "a level is graver than what stands before it"
    ]


@pytest.mark.parametrize(
    ("when", "delay", "can_hold"),
    [
        ("between_hours(2, 4) and level < low_m", "3h", False),
        ('between_times("23:30", "00:30") and level < low_m', "61min", False),
        ("between_hours(2, 4) and level < low_m", "2h", True),
        ("not between_hours(2, 4) and level < low_m", "3h", True),
        ("changed(level, 1min) and level < low_m", "5min", True),  # As long as it goes on changing.
        ("count(level < low_m, 10min) > 3", "30min", True),
    ],
)
def test_a_delay_is_refused_only_where_the_condition_ends_before_it_whatever_is_read(when: str, delay: str, can_hold: bool) -> None:
    assert (said(when, delay) == []) is can_hold


@pytest.mark.parametrize(
    ("when", "clear_when", "at_once"),
    [
        ("level < low_m", "level < low_m", "the same condition"),
        ("level < 1", "level > 0.8", "0.8 < level < 1"),
        ("level < 1 and flow > 3", "level < 2", "flow > 3 and level < 1"),
        ("level < 1", "level > 1", None),
        ("level < 1", "level > 1.2 or fault", None),
        ("level < 1", "flow < 3", None),
        ("level < 1 and running", "level > 0.8", None),
        ("count(level > 3, 1h) >= 5", "count(level > 3, 1h) < 2", None),
        ('count_of("class=pump area=here", outlet > 3) >= 2', 'count_of("class=pump area=here", outlet > 3) < 1', None),
        ("level < low_m", "level > 0.8", None),  # Each device has its own figure.
    ],
)
def test_what_clears_an_alarm_is_not_what_raises_it(when: str, clear_when: str, at_once: str | None) -> None:
    """Only where both are limits of the same things it can be told from the text."""
    at_once_words = " raises the alarm and clears it at once"
    told = [one.partition(at_once_words)[0] for one in said(when, more=f"  clear_when: {clear_when}\n") if at_once_words in one]
    assert told == ([at_once] if at_once else [])


@pytest.mark.parametrize("when", ["1", "1 > 0", "not True"])
def test_a_condition_asks_for_something(when: str) -> None:
    assert "it asks for nothing that is read, and never changes; name a point" in said(f'"{when} "')


@pytest.mark.parametrize(
    ("key", "span", "told"),
    [
        ("realarm", "1ms", "asked again after 1 ms nobody has had time to act; write 1 min or more"),
        ("realarm", "1min", None),
        ("max_shelve", "0s", "for no time at all it can't be shelved; write 'shelvable: false'"),
        ("max_shelve", "900d", "shelving is for at most 7 d; for longer an alarm is taken out of service, with approval"),
        ("max_shelve", "7d", None),
        ("shelvable", "false\n  max_shelve: 30d", None),
    ],
)
def test_an_alarm_asks_again_and_is_shelved_for_times_in_which_people_live(key: str, span: str, told: str | None) -> None:
    assert said(more=f"  {key}: {span}\n") == ([told] if told else [])


def test_a_duration_has_an_end() -> None:
    assert said(delay="9" * 400 + "s") == ["write a duration of at most 3650d (found '" + "9" * 400 + "s')"]


@pytest.mark.parametrize("words", ['"a\\ab"', '" "'])
def test_what_a_rule_says_can_be_shown_and_kept(words: str) -> None:
    told = [*said(text=words), *said(source=words), *said(more=f"  ticket: {{class: small, cause: {words}}}\n")]
    assert [one.partition(" (")[0] for one in told] == ["write words that can be shown"] * 4  # text: in either language


def test_a_long_text_is_not_remembered_for_each_keystroke_of_whoever_writes_it() -> None:
    remembered = rule_file._read_text.cache_info().currsize
    for keystrokes in range(3):
        draft_texts([RuleText("sent", f"- id: x\n#{'-' * (5_000 + keystrokes)}", Origin.EDITED)])
    assert rule_file._read_text.cache_info().currsize == remembered
