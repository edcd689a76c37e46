"""Changes that no scenario notices, and why. What holds nothing else is told as such: it is where the library may grow."""

from tests.scenarios_library.mutants import Mutant

_EITHER = "either of two signals raises it, and the device shows both"
_OTHER = "a code or diagnosis that no simulated device shows"
_TOGETHER = "the phases stand still together: another phase's window holds"
_GUARD = "keeps a dead or idle circuit quiet; no fault leaves its value there"
_FUSE = "a blown fuse leaves nothing of the phase; no fault leaves about half"
_RISE = "a raised phase (broken neutral) is not simulated; loose contacts lower one"
_LEAKING = "a reversed transformer turns whole kilowatts; nothing comes near 0.1 kW"
_RUNNING = "a broken probe shows so much heat that the fans start, and that keeps the rule quiet as well"
_STARVED = "a pump without water takes about a third of its rated current; nothing comes near the limit"

REASONS: dict[tuple[str, str], str] = {
    ("charger.leakage_go_e", "when: 2 →"): _OTHER,
    ("charger.leakage_go_e", "when: 11 →"): _OTHER,
    ("charger.hot", "when: 13 →"): _EITHER,
    ("charger.hot", "params.temperature_limit"): _EITHER,
    ("charger.lock_failed_go_e", "when: 16 →"): _OTHER,
    ("elevator.locked_out", "when: 8 →"): _OTHER,
    ("elevator.inspection", "when: 2 →"): _EITHER,
    ("fire.alarm", "when:"): _EITHER,
    ("fire.fault", "when:"): _EITHER,
    ("fire.shielded", "when: 0 →"): _EITHER,
    ("fire.panel_shielded", "when: 3 →"): _EITHER,
    ("fire.supervisory", "when: 0 →"): _EITHER,
    ("fire.feedback", "when:"): _EITHER,
    ("gas.leak", "when: 6 →"): _EITHER,
    ("gas.leak", "when: 7 →"): _EITHER,
    ("gas.leak", "when: 8 →"): _EITHER,
    ("gas.leak", "when: 20 → 24"): _EITHER,
    ("gas.leak", "levels.second.when: 8 →"): _EITHER,
    ("gas.leak", "levels.second.when: 50 → 60"): _EITHER,
    ("chiller.fault", "when:"): _EITHER,
    ("level_sensor.fault", "when:"): _EITHER,
    ("power.feeder_off", "when: 0.1 → 0.12"): _GUARD,
    ("power.feeder_off", "params.nominal_voltage: 220 → 264"): _GUARD,
    ("power.phase_loss", "when: 0.5 →"): _FUSE,
    ("power.phase_loss", "when: 0.8 → 0.64"): _GUARD,
    ("power.phase_loss", "params.nominal_voltage: 220 → 176"): _GUARD,
    ("power.voltage_low", "when: 0.5 →"): _GUARD,
    ("power.voltage_unbalance", "when: 3 → 2.4"): _RISE,
    ("power.voltage_unbalance", "when: 0.8 →"): _GUARD,
    ("power.voltage_unbalance", "params.nominal_voltage"): _GUARD,
    ("power.factor_low", "params.least_power"): _GUARD,
    ("power.frequency_off", "when: 40 →"): _GUARD,
    ("power.meter_wiring", "when: 0.1 →"): _LEAKING,
    ("power.meter_frozen", "when: 5min → 150s"): _TOGETHER,
    ("power.meter_frozen", "when: 0.1 →"): _GUARD,
    ("power.meter_frozen", "params.nominal_voltage"): _GUARD,
    ("pump.dry_run", "when: 0.6 →"): _STARVED,
    ("water_meter.fault", "when: 12 →"): _OTHER,
    ("water_meter.fault", "when: 13 →"): _OTHER,
    ("transformer.temperature_high", "params.alarm_temperature: 130 → 156"): _EITHER,
    ("transformer.temperature_trip", "params.trip_temperature: 150 → 180"): _EITHER,
    ("transformer.fans_not_running", "when: 1 →"): _EITHER,
    ("transformer.fans_not_running", "when: 2 →"): _EITHER,
    ("transformer.fans_not_running", "when: 8 →"): _RUNNING,
    ("transformer.fan_failure", "when: 6 →"): _OTHER,
    ("transformer.controller_fault", "when: 5 →"): _OTHER,
    ("transformer.controller_fault", "when: 10 →"): _OTHER,
}
"""Rule id, beginning of the change → reason."""


def why(mutant: Mutant) -> str:
    """Empty when nothing excuses it."""
    return next((reason for (rule, change), reason in REASONS.items() if rule == mutant.rule.id and mutant.change.startswith(change)), "")
