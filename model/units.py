"""Units of measurement and how they convert. One table; a pair that is not in it does not convert."""

FAMILIES: tuple[dict[str, float], ...] = (
    {"W": 0.001, "kW": 1.0, "MW": 1000.0},
    {"var": 0.001, "kvar": 1.0},
    {"VA": 0.001, "kVA": 1.0},
    {"Wh": 0.001, "kWh": 1.0, "MWh": 1000.0},
    {"varh": 0.001, "kvarh": 1.0},
    {"VAh": 0.001, "kVAh": 1.0},
    {"mA": 0.001, "A": 1.0, "kA": 1000.0},
    {"mV": 0.001, "V": 1.0, "kV": 1000.0},
    {"Pa": 1e-6, "kPa": 0.001, "mbar": 1e-4, "bar": 0.1, "MPa": 1.0},
    {"mm": 0.001, "cm": 0.01, "m": 1.0},
    {"l/h": 0.001, "m3/h": 1.0, "l/s": 3.6, "l/min": 0.06},
    {"l": 0.001, "m3": 1.0},
    {"ms": 0.001, "s": 1.0, "min": 60.0, "h": 3600.0},
)

_OTHERS = (
    "",
    "%", "permille", "ppm", "ppb", "pH",
    "Hz", "kHz", "rpm", "1/min", "1/h",
    "degC", "degF", "K", "deg", "rad",
    "J", "kJ", "MJ", "GJ", "kW/kWh", "kWh/m3", "W/m2", "kWh/kg",
    "ohm", "mohm", "kohm", "Mohm", "F", "uF", "H", "mH", "S", "mS/cm", "uS/cm", "Ah", "kAh",
    "N", "kN", "Nm", "kg", "g", "t", "kg/h", "t/h", "kg/s", "kg/m3", "g/m3", "mg/m3", "ug/m3", "mg/l", "g/kg",
    "m/s", "km/h", "m/s2", "mm/s", "um", "km", "m2", "m3/s", "m3/min",
    "ml", "cc/min", "ml/min", "Nm3", "Nm3/h", "gal", "gal/min", "ft", "in", "psi",
    "inHg", "mmH2O", "mmHg", "inH2O", "hPa", "Torr",
    "lx", "cd", "lm", "dB", "dBA", "dBm", "NTU", "FNU",
    "us", "d", "month", "a", "count", "pulse",
    "CNY", "EUR", "USD",
    "%LEL", "%vol", "%RH",
    "bit/s", "kbit/s", "Mbit/s", "B", "kB", "MB", "GB",
)  # fmt: skip
UNITS = frozenset(_OTHERS).union(*FAMILIES)
"""Every unit a profile may name, as it is written there."""

_SPELLINGS = {
    "watt": "W", "watts": "W", "kwatt": "kW", "volt": "V", "volts": "V", "amp": "A", "amps": "A", "ampere": "A", "hertz": "Hz",
    "ohms": "ohm", "ω": "ohm", "celsius": "degC", "c": "degC", "°c": "degC", "℃": "degC", "fahrenheit": "degF", "°f": "degF", "℉": "degF",
    "kelvin": "K", "°": "deg", "metre": "m", "meter": "m", "cbm": "m3", "cbm/h": "m3/h",
    "litre": "l", "liter": "l", "lpm": "l/min", "lps": "l/s",
    "hour": "h", "hours": "h", "hr": "h", "hrs": "h", "minute": "min", "minutes": "min", "second": "s", "seconds": "s", "sec": "s",
    "day": "d", "days": "d", "percent": "%", "pct": "%", "r/min": "rpm", "lux": "lx",
    "小时": "h", "分钟": "min", "秒": "s", "度": "kWh", "米": "m", "转/分": "rpm", "吨": "t", "方": "m3",
}  # fmt: skip
"""How people also write a unit, in small letters."""


def unit_meant(written: str) -> str | None:
    """The unit that was meant by one that is not known: other letters, ``m³/h``, ``℃``, a word for it."""
    plain = written.strip().lower().replace("³", "3").replace("²", "2").replace(" ", "").replace("hr", "h")
    known = {unit.lower(): unit for unit in sorted(UNITS, reverse=True)}
    return _SPELLINGS.get(written.strip().lower()) or _SPELLINGS.get(plain) or known.get(plain)


def conversion(unit_from: str, unit_to: str) -> tuple[float, float] | None:
    """``(factor, offset)`` with value_to = value_from × factor + offset, or None when the units do not convert."""
    if unit_from == unit_to:
        return 1.0, 0.0
    temperature = {("degF", "degC"): (5 / 9, -160 / 9), ("degC", "degF"): (9 / 5, 32.0), ("K", "degC"): (1.0, -273.15)}
    if (unit_from, unit_to) in temperature:
        return temperature[unit_from, unit_to]
    for family in FAMILIES:
        if unit_from in family and unit_to in family:
            return family[unit_from] / family[unit_to], 0.0
    return None


def display_unit(unit: str) -> str:
    """The unit as printed beside a number: ``m3/h`` → ``m³/h``, ``degC`` → ``°C``."""
    return {"degC": "°C", "degF": "°F", "m3/h": "m³/h", "m3": "m³", "m3/s": "m³/s", "kg/m3": "kg/m³", "mg/m3": "mg/m³"}.get(unit, unit)
