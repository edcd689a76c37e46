"""The page ``docs/rule-coverage.md``: every fault of the simulators against every built-in rule.

``python -m tests.virtual.coverage`` writes it afresh; a test fails while it differs from what the engine does.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from rules.book import Book
from tests.virtual.site import example, library
from tests.virtual.specimens import specimens, trials
from tests.virtual.trial import RULES, Trial

PAGE = Path(__file__).resolve().parents[2] / "docs" / "rule-coverage.md"
_STANDS_STILL = "a believable value that stands still looks like a steady one; a second instrument or the round finds it"
_AT_THE_INCOMER = "the power factor is judged where it is paid for, at the incomer; there it alarms once it is grave for the whole section"
_NO_DISTORTION = "the meter's map has no voltage distortion"
_NO_PANEL_POWER = "the gateway passes on points, not the panel's power supply"
SILENT = {
    ("booster_set", "sensor_stuck"): _STANDS_STILL,
    ("grundfos_cim500", "sensor_stuck"): _STANDS_STILL,
    ("tank", "sensor_stuck"): _STANDS_STILL,
    ("vega_c21", "sensor_stuck"): _STANDS_STILL,
    ("sump_pit", "sensor_stuck"): _STANDS_STILL,
    ("daikin_chiller", "sensor_stuck"): _STANDS_STILL,
    ("vega_c21", "sensor_drift"): "a believable wrong level; only the comparison with the tank's own transmitter shows it",
    ("janitza_umg96rm", "low_power_factor"): _AT_THE_INCOMER,
    ("eastron_sdm630", "low_power_factor"): _AT_THE_INCOMER,
    ("abb_b23", "low_power_factor"): _AT_THE_INCOMER,
    ("acrel_adw300", "low_power_factor"): _AT_THE_INCOMER,
    ("schneider_pm5000", "harmonics"): _NO_DISTORTION,
    ("abb_b23", "harmonics"): _NO_DISTORTION,
    ("acrel_adw300", "harmonics"): _NO_DISTORTION,
    ("notifier_modbus_gw", "mains_lost"): _NO_PANEL_POWER,
    ("notifier_modbus_gw", "battery_low"): _NO_PANEL_POWER,
    ("grundfos_cim500", "short_cycling"): "the gateway has no run signal of its own whose starts could be counted",
    ("grundfos_cim500", "low_pressure"): "a closed loop has no lowest pressure that holds everywhere; a site gives its own in a rule",
}
"""Profile, fault → why it is visible and yet not alarmed."""
UNREACHED = {
    "comms.lost": "a fault of the wire, not of a machine: silence, refusal, garbage; tested for every kind of device beside this table",
    "power.frequency_off": "the simulated public grid keeps its frequency",
}
"""Rules that apply to the reference site and that no fault of a machine raises."""


def all_trials() -> Iterator[Trial]:
    for device in specimens().values():
        yield from trials(device)


def applying() -> set[str]:
    """Rules that watch something on the reference site."""
    return {verdict.rule.id for verdict in Book(example("site.yaml"), library()).applying()}


def reached() -> set[str]:
    return {heard.rule for trial in all_trials() for heard in trial.heard}


def page() -> str:
    found = list(all_trials())
    return "\n".join([*_head(found), "", *_fault_tables(found), *_silent(found), "", *_unreached(), "", *_elsewhere()]) + "\n"


def _head(found: Sequence[Trial]) -> Iterator[str]:
    loud = [trial for trial in found if trial.shouted]
    yield "# What each fault raises"
    yield ""
    yield "Every fault a simulated machine of the reference site can have, tried one by one in virtual time: machine, registers,"
    yield "poll plan, decoder, rule engine. One specimen of each kind of device breaks among its neighbours; nothing else may be"
    yield "shouted, one job comes of it, and after the repair every alarm goes away. `python -m tests.virtual.coverage` writes this"
    yield "page; a test fails while it differs."
    yield ""
    yield f"- {len(found)} faults on {len(specimens())} kinds of device: {len(loud)} alarmed, {len(found) - len(loud)} visible, not alarmed"
    yield f"- {len(RULES)} built-in rules: {len(applying())} watch something on the reference site, {len(reached())} of them raised below"


def _fault_tables(found: Sequence[Trial]) -> Iterator[str]:
    for device_class in dict.fromkeys(trial.device_class for trial in found):
        yield f"## `{device_class}`"
        yield ""
        yield from _table(("fault", "profiles", "raises", "folded under it"), _fault_rows(found, device_class))
        yield ""


def _fault_rows(found: Sequence[Trial], device_class: str) -> Iterator[Sequence[str]]:
    """A row per fault and outcome; devices of one class that answer alike share it."""
    rows: dict[tuple[str, str, str], dict[str, None]] = {}
    for trial in found:
        if trial.device_class == device_class and trial.shouted:
            folded = _ids(h.rule for h in trial.heard if h.folded)
            rows.setdefault((trial.kind, _alarms(h.rule for h in trial.shouted), folded), {})[f"`{trial.profile}`"] = None
    for kind, alarms, folded in sorted(rows, key=lambda row: row[0]):
        yield f"`{kind}`", ", ".join(rows[kind, alarms, folded]), alarms, folded


def _alarms(rules: Iterable[str]) -> str:
    """Each rule once, with its alarm text and priority."""
    return "<br>".join(f"`{rule}` {_zh(rule)} ({RULES[rule].priority})" for rule in dict.fromkeys(rules))


def _ids(rules: Iterable[str]) -> str:
    return ", ".join(f"`{rule}`" for rule in sorted(set(rules))) or "–"


def _zh(rule: str) -> str:
    return RULES[rule].text.zh.removeprefix("{device}").strip()


def _silent(found: Sequence[Trial]) -> Iterator[str]:
    quiet = dict.fromkeys((trial.profile, trial.kind) for trial in found if not trial.shouted)
    yield "## Visible, not alarmed"
    yield ""
    yield from _table(("fault", "profile", "why"), ((f"`{kind}`", f"`{profile}`", SILENT[profile, kind]) for profile, kind in quiet))


def _unreached() -> Iterator[str]:
    yield "## Rules of the reference site that no fault of a machine raises"
    yield ""
    rules = sorted(applying() - reached())
    yield from _table(("rule", "alarm", "why"), ((f"`{rule}`", _zh(rule), UNREACHED[rule]) for rule in rules))


def _elsewhere() -> Iterator[str]:
    yield "## Rules for equipment the reference site does not have"
    yield ""
    yield ", ".join(f"`{rule}`" for rule in sorted(set(RULES) - applying()))


def _table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    for line in (heading, ["---"] * len(heading), *rows):
        yield "| " + " | ".join(line) + " |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
