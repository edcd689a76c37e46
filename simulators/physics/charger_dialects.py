"""One physical charging point in the codes of each vendor.

Error numbers of ABB and go-e are recalled from their manuals; KEBA publishes none, the ones here only keep the kinds apart.
All of them are zero when nothing is wrong.
"""

from collections.abc import Callable
from dataclasses import dataclass

from simulators.physics.electricity import READING_UNITS, readings
from simulators.physics.outlet import reactive_ratio
from simulators.physics.quantities import in_units


@dataclass(frozen=True, slots=True)
class ChargerState:
    """Everything physical about one charging point at one moment. ``pilot``: A free, B1 authorising, B2 full, C2 charging, F error."""

    pilot: str
    faults: frozenset[str]
    energised: bool
    volts: tuple[float, float, float]
    power_kw: float
    phase: int
    phases: int
    power_factor: float
    max_current_a: float
    offered_a: float
    session_kwh: float
    total_kwh: float
    temperature_c: float
    uptime_s: float
    serial: str

    def code(self, codes: dict[str, int]) -> float:
        """The number of the first active fault in the order of the table, 0 without one."""
        return float(next((number for kind, number in codes.items() if kind in self.faults), 0))

    @property
    def is_plugged(self) -> bool:
        return self.pilot != "A"

    @property
    def serial_number(self) -> float:
        """Digits of the serial text, for the vendors that give a number."""
        return float(int("0" + "".join(filter(str.isdigit, self.serial))) % 10_000_000)


def common(s: ChargerState) -> dict[str, float | str]:
    """What every charging point measures."""
    p = [s.power_kw / 3] * 3 if s.phases == 3 else [s.power_kw if k == s.phase else 0.0 for k in range(3)]
    q = [kw * reactive_ratio(s.power_factor) for kw in p]
    found: dict[str, float | str] = {}
    found.update(readings(s.volts, p, q))
    found["active_power"] = s.power_kw
    found["reactive_power"] = sum(q)
    found["apparent_power"] = (s.power_kw**2 + sum(q) ** 2) ** 0.5
    found["session_energy"] = s.session_kwh
    found["energy_total"] = s.total_kwh
    found["temperature_1"] = s.temperature_c
    return found


_ABB_STATES = {"A": 0.0, "B1": 1.0, "B2": 2.0, "C2": 4.0, "F": 5.0}
_ABB_ERRORS = {"ground_failure": 0x2, "earth_missing": 0x4, "over_current": 0x20, "over_temperature": 0x80, "power_switch_failure": 0x400,
               "connector_lock_failure": 0x1000}  # fmt: skip


def _abb(s: ChargerState) -> dict[str, float | str]:
    unlocked = "connector_lock_failure" in s.faults or s.pilot == "B1"
    return {
        "charging_state": _ABB_STATES[s.pilot] if s.energised else 0.0,
        "error_code": s.code(_ABB_ERRORS),
        "socket_lock_state": (257.0 if unlocked else 273.0) if s.is_plugged else 0.0,
        "max_rated_current": s.max_current_a,
        "current_limit_actual": s.offered_a,
        "serial_number": s.serial_number,
        "firmware": float(0x01060600),
    }


_KEBA_STATES = {"A": 1.0, "B1": 2.0, "B2": 2.0, "C2": 3.0, "F": 4.0}
_KEBA_ERRORS = {"ground_failure": 0x20011, "earth_missing": 0x20012, "over_current": 0x20014, "over_temperature": 0x20019,
                "power_switch_failure": 0x20021, "connector_lock_failure": 0x20030}  # fmt: skip


def _keba(s: ChargerState) -> dict[str, float | str]:
    unlocked = "connector_lock_failure" in s.faults
    return {
        "charging_state": _KEBA_STATES[s.pilot] if s.energised else 0.0,
        "cable_state": (5.0 if unlocked else 7.0) if s.is_plugged else 1.0,
        "error_code": s.code(_KEBA_ERRORS),
        "power_factor": s.power_factor * 100 if s.power_kw > 0 else 100.0,
        "serial_number": s.serial_number,
        "product_code": 3_201_160.0,
        "firmware": float(0x030A1C00),
        "max_charging_current": s.offered_a,
        "max_supported_current": s.max_current_a,
        "rfid_uid": 0.0,
        "phase_switch_source": 0.0,
        "phase_switch_state": 3.0 if s.phases == 3 else 0.0,
        "failsafe_current": 6.0,
        "failsafe_timeout": 0.0,
    }


_GO_E_STATES = {"A": 1.0, "B1": 3.0, "B2": 4.0, "C2": 2.0, "F": 5.0}
_GO_E_ERRORS = {
    "ground_failure": 1,
    "earth_missing": 8,
    "over_current": 5,
    "over_temperature": 13,
    "power_switch_failure": 9,
    "connector_lock_failure": 15,
}


def _go_e(s: ChargerState) -> dict[str, float | str]:
    return {
        "car_state": _GO_E_STATES[s.pilot] if s.energised else 0.0,
        "error_code": s.code(_GO_E_ERRORS),
        "charging_allowed": float(s.pilot == "C2"),
        "requested_current": s.max_current_a,
        "allowed_current": s.offered_a if s.pilot == "C2" else 0.0,
        "max_current": s.max_current_a,
        "force_state": 0.0,
        "voltage_n": 0.0,
        "active_power_n": 0.0,
        "power_factor_n": 0.0,
        "cable_current_limit": 32.0 if s.is_plugged else 0.0,
        "transaction": 0.0,
        "access_control": 0.0,
        "model_status": 3.0 if s.pilot == "C2" else 0.0,
        "serial_number": s.serial,
        "firmware": "055.7",
        "uptime": s.uptime_s,
        "rssi": -61.0,
    }


def _alfen(s: ChargerState) -> dict[str, float | str]:
    return {
        "mode3_state": s.pilot if s.energised else "E",
        "availability": float(s.pilot != "F" and s.energised),
        "meter_state": 3.0,
        "meter_age": 0.5,
        "meter_type": 1.0,
        "frequency": 50.0 if s.energised else 0.0,
        "energy_delivered": s.total_kwh,
        "energy_consumed": 0.0,
        "actual_max_current": s.offered_a,
        "setpoint_valid_time": 60.0,
        "max_current_setpoint": s.max_current_a,
        "safe_current": 6.0,
        "setpoint_accounted": 1.0,
        "phases_used": float(s.phases),
    }


_IEC_LETTERS = {"A": ord("A"), "B1": ord("B"), "B2": ord("B"), "C2": ord("C"), "F": ord("F")}


def _phoenix(s: ChargerState) -> dict[str, float | str]:
    return {
        "iec_state": float(_IEC_LETTERS[s.pilot]),
        "power_factor": s.power_factor,
        "max_current": s.max_current_a,
        "charging_enable": float(s.pilot == "C2"),
    }


_EVLINK_STATES = {"A": 0.0, "B1": 3.0, "B2": 4.0, "C2": 8.0, "F": 0.0}


def _evlink(s: ChargerState) -> dict[str, float | str]:
    """Schneider EVlink Pro: states 0, 1, 2, 6 without a vehicle, 3, 4, 5, 7 with one, 8, 9 charging."""
    return {
        "ev_state": _EVLINK_STATES[s.pilot] if s.energised else 0.0,
        "ev_presence": float(s.is_plugged),
        "life_bit": 2.0,
        "current_setpoint": s.offered_a,
    }


DIALECTS: dict[str, Callable[[ChargerState], dict[str, float | str]]] = {
    "abb_terra_ac": _abb,
    "keba_p30": _keba,
    "go_e": _go_e,
    "alfen_eve": _alfen,
    "phoenix_em_cp_pp_eth": _phoenix,
    "schneider_evlink_pro": _evlink,
}
"""By profile id."""

CHARGER_UNITS = in_units(
    {
        "kW": "active_power active_power_n",
        "kvar": "reactive_power",
        "kVA": "apparent_power",
        "kWh": "session_energy energy_total energy_delivered energy_consumed",
        "A": "max_rated_current current_limit_actual max_charging_current max_supported_current failsafe_current requested_current "
        "allowed_current max_current current_setpoint cable_current_limit actual_max_current max_current_setpoint safe_current",
        "V": "voltage_n",
        "Hz": "frequency",
        "degC": "temperature_1",
        "s": "failsafe_timeout uptime setpoint_valid_time meter_age",
        "dBm": "rssi",
    },
    READING_UNITS,
)
