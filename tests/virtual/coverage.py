"""The page ``docs/rule-coverage.md``: every fault of the simulators against every built-in rule.

``python -m tests.virtual.coverage`` writes it afresh; a test fails while it differs from what the engine does.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from rules.book import Book
from tests.virtual.site import example, library
from tests.virtual.specimens import specimens, trials
from tests.virtual.trial import RULES, Heard, Trial, level_of

PAGE = Path(__file__).resolve().parents[2] / "docs" / "rule-coverage.md"
_STANDS_STILL = "a believable value that stands still looks like a steady one; a second instrument or the round finds it"
_AT_THE_INCOMER = "the power factor is judged where it is paid for, at the incomer; there it alarms once it is grave for the whole section"
_NO_DISTORTION = "the meter's map has no voltage distortion"
_NO_PANEL_STATE = "the gateway passes on points, not the state of the panel and its power supply"
_BALANCE = "a believable wrong count: only the balance of a meter against those below it shows it"
_MEAN_IS_RIGHT = "the mean stays right, and no limit is passed for as long as a delay lasts"
_FLOATS_GUARD = "floats, not the transmitter, work the pumps and guard the pit; the level is for the eye"
_POINTS_METER = "the point's own count; the feeder's meter shows the difference over a month"
_SECOND_LEVEL = "a believable wrong level; only the comparison with the tank's own transmitter shows it"
_RUNS_ON = "the set runs on where it would sleep, and the other pumps make up for it; run hours tell, over weeks"
_METERS = ("schneider_pm5000", "janitza_umg96rm", "eastron_sdm630", "abb_b23", "acrel_adw300")
_CHARGERS = ("abb_terra_ac", "alfen_eve", "keba_p30", "go_e")
_PUMPS = ("booster_set", "grundfos_cim500")
_LEVELS = ("tank", "vega_c21", "sump_pit")
SILENT = {
    **dict.fromkeys(((profile, "sensor_stuck") for profile in (*_PUMPS, *_LEVELS, "daikin_chiller", "arad_octave")), _STANDS_STILL),
    **dict.fromkeys(((profile, "sensor_noise") for profile in (*_METERS, *_PUMPS, *_LEVELS)), _MEAN_IS_RIGHT),
    **dict.fromkeys(
        ((profile, "sensor_noise") for profile in ("eaton_tc100", "gbt24476_elevator", "arad_octave", "daikin_chiller", "midas_gas")),
        _MEAN_IS_RIGHT,
    ),
    **dict.fromkeys(((profile, "sensor_drift") for profile in (*_METERS, "arad_octave")), _BALANCE),
    **dict.fromkeys(((profile, "low_power_factor") for profile in _METERS if profile != "schneider_pm5000"), _AT_THE_INCOMER),
    **dict.fromkeys(((profile, "harmonics") for profile in ("schneider_pm5000", "abb_b23", "acrel_adw300")), _NO_DISTORTION),
    **dict.fromkeys(
        (("notifier_modbus_gw", kind) for kind in ("mains_lost", "battery_low", "bus_fault", "linkage_manual", "started")), _NO_PANEL_STATE
    ),
    **dict.fromkeys(((profile, kind) for profile in _CHARGERS for kind in ("sensor_drift", "sensor_stuck")), _POINTS_METER),
    **dict.fromkeys(
        ((profile, "derating") for profile in _CHARGERS), "the point protects itself and charges on, more slowly; heat alarms come later"
    ),
    **dict.fromkeys(((profile, "check_valve") for profile in _PUMPS), _RUNS_ON),
    **dict.fromkeys((("sump_pit", kind) for kind in ("sensor_drift", "sensor_open")), _FLOATS_GUARD),
    **dict.fromkeys(
        ((profile, "left_on") for profile in ("eastron_sdm630", "acrel_adw300")),
        "a load like any other; the night consumption in the energy report shows it",
    ),
    (
        "sump_pit",
        "pump_clogged",
    ): "the second pump joins at the high float, which drops again within seconds, and empties the pit; run hours are not counted",
    ("sump_pit", "check_valve"): "the pumps start more often than the pit needs; their starts are not counted",
    ("vega_c21", "sensor_drift"): _SECOND_LEVEL,
    ("vega_c21", "false_echo"): _SECOND_LEVEL,
    ("gbt24476_elevator", "door_slow"): "the doors still close, in a fifth of the time after which they count as held",
    ("daikin_chiller", "condenser_fouled"): "the unit still cools, for more energy; when it grows the unit trips on high pressure",
    ("grundfos_cim500", "short_cycling"): "the gateway has no run signal of its own whose starts could be counted",
    ("grundfos_cim500", "low_pressure"): "a closed loop has no lowest pressure that holds everywhere; a site gives its own in a rule",
    ("grundfos_cim500", "sensor_drift"): "a closed loop has no lowest pressure that holds everywhere; a site gives its own in a rule",
    ("grundfos_cim500", "sensor_open"): "the gateway shows a pressure below zero and no fault; a closed loop has no limit of its own",
}
"""Profile, fault → why it is visible and yet not alarmed."""
UNREACHED = {
    "comms.lost": "a fault of the wire, not of a machine: silence, refusal, garbage; tested for every kind of device beside this table",
    "comms.gateway_lost": "a fault of the wire: the gateway between the bus and the network is gone",
    "comms.broker_lost": "a fault of the wire: the broker is gone",
    "pump.all_failed": "three faults at once; the scenario pumps-of-a-room-all-fail has them",
    "elevator.block_out": "two lifts at once; the scenario lifts-of-block9-both-out has them",
    "charging.to_throttle": "a full transformer and many cars at once; the scenario charging-in-a-heavy-evening has them",
    "energy.demand": "four incomers at once; the scenario demand-on-a-hot-afternoon has them",
    "water_meter.night_flow": "only between two and four at night; the scenario irrigation-left-on has it",
    "platform.alarm_flood": "many faults at once",
    "platform.spool_filling": "the platform's own store: the history takes nothing",
    "platform.spool_losing": "the platform's own store: the spool has reached its bound",
    "platform.disk_low": "the platform's own disk",
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
            rows.setdefault((trial.kind, _alarms(trial.shouted), folded), {})[f"`{trial.profile}`"] = None
    for kind, alarms, folded in sorted(rows, key=lambda row: row[0]):
        yield f"`{kind}`", ", ".join(rows[kind, alarms, folded]), alarms, folded


def _alarms(shouted: Iterable[Heard]) -> str:
    """Each rule once, with its alarm text and priority, at the level it came to."""
    return "<br>".join(dict.fromkeys(map(_alarm, shouted)))


def _alarm(heard: Heard) -> str:
    grade = level_of(heard.rule, heard.level) or RULES[heard.rule]
    return f"`{heard.rule}` {grade.text.zh.removeprefix('{device}').strip()} ({grade.priority})"


def _ids(rules: Iterable[str]) -> str:
    return ", ".join(f"`{rule}`" for rule in sorted(set(rules))) or "–"


def _zh(rule: str) -> str:
    return RULES[rule].text.zh.removeprefix("{device}").strip()


def _silent(found: Sequence[Trial]) -> Iterator[str]:
    """A row per fault and reason; the profiles of which it holds share it."""
    rows: dict[tuple[str, str], dict[str, None]] = {}
    for trial in found:
        if not trial.shouted:
            rows.setdefault((trial.kind, SILENT[trial.profile, trial.kind]), {})[f"`{trial.profile}`"] = None
    yield "## Visible, not alarmed"
    yield ""
    yield from _table(("fault", "profiles", "why"), ((f"`{kind}`", ", ".join(rows[kind, why]), why) for kind, why in sorted(rows)))


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
