"""Units of measurement and how they convert. One table; a pair that is not in it does not convert."""

_FAMILIES: tuple[dict[str, float], ...] = (
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


def conversion(unit_from: str, unit_to: str) -> tuple[float, float] | None:
    """``(factor, offset)`` with value_to = value_from × factor + offset, or None when the units do not convert."""
    if unit_from == unit_to:
        return 1.0, 0.0
    temperature = {("degF", "degC"): (5 / 9, -160 / 9), ("degC", "degF"): (9 / 5, 32.0), ("K", "degC"): (1.0, -273.15)}
    if (unit_from, unit_to) in temperature:
        return temperature[unit_from, unit_to]
    for family in _FAMILIES:
        if unit_from in family and unit_to in family:
            return family[unit_from] / family[unit_to], 0.0
    return None


def display_unit(unit: str) -> str:
    """The unit as printed beside a number: ``m3/h`` → ``m³/h``, ``degC`` → ``°C``."""
    return {"degC": "°C", "degF": "°F", "m3/h": "m³/h", "m3": "m³", "m3/s": "m³/s", "kg/m3": "kg/m³", "mg/m3": "mg/m³"}.get(unit, unit)
