"""How the simulators turn a truth's unit into a wire's unit.

Written apart from the platform's own table on purpose: were both to share one, a wrong factor would cancel out between device and
reader and no test would ever see it.
"""

from fractions import Fraction

Linear = tuple[float, float]
"""Factor and shift: ``wire = truth × factor + shift``."""

SAME: Linear = (1.0, 0.0)

_SIZE_IN_BASE: dict[str, tuple[str, Fraction]] = {
    "W": ("W", Fraction(1)),
    "kW": ("W", Fraction(1000)),
    "MW": ("W", Fraction(10**6)),
    "var": ("var", Fraction(1)),
    "kvar": ("var", Fraction(1000)),
    "VA": ("VA", Fraction(1)),
    "kVA": ("VA", Fraction(1000)),
    "Wh": ("Wh", Fraction(1)),
    "kWh": ("Wh", Fraction(1000)),
    "MWh": ("Wh", Fraction(10**6)),
    "varh": ("varh", Fraction(1)),
    "kvarh": ("varh", Fraction(1000)),
    "VAh": ("VAh", Fraction(1)),
    "kVAh": ("VAh", Fraction(1000)),
    "mA": ("A", Fraction(1, 1000)),
    "A": ("A", Fraction(1)),
    "kA": ("A", Fraction(1000)),
    "mV": ("V", Fraction(1, 1000)),
    "V": ("V", Fraction(1)),
    "kV": ("V", Fraction(1000)),
    "Pa": ("Pa", Fraction(1)),
    "kPa": ("Pa", Fraction(1000)),
    "mbar": ("Pa", Fraction(100)),
    "bar": ("Pa", Fraction(10**5)),
    "MPa": ("Pa", Fraction(10**6)),
    "mm": ("mm", Fraction(1)),
    "cm": ("mm", Fraction(10)),
    "m": ("mm", Fraction(1000)),
    "l/h": ("l/h", Fraction(1)),
    "l/min": ("l/h", Fraction(60)),
    "l/s": ("l/h", Fraction(3600)),
    "m3/h": ("l/h", Fraction(1000)),
    "m3/s": ("l/h", Fraction(3_600_000)),
    "l": ("l", Fraction(1)),
    "kl": ("l", Fraction(1000)),
    "m3": ("l", Fraction(1000)),
    "ms": ("ms", Fraction(1)),
    "s": ("ms", Fraction(1000)),
    "min": ("ms", Fraction(60_000)),
    "h": ("ms", Fraction(3_600_000)),
    "": ("1", Fraction(1)),
    "%": ("1", Fraction(1, 100)),
}

_TEMPERATURES: dict[tuple[str, str], Linear] = {
    ("degC", "degF"): (1.8, 32.0),
    ("degF", "degC"): (1 / 1.8, -32.0 / 1.8),
    ("degC", "K"): (1.0, 273.15),
    ("K", "degC"): (1.0, -273.15),
}


def conversion(truth_unit: str, wire_unit: str) -> Linear | None:
    """How to go from one unit to the other, or None when they measure different things."""
    if truth_unit == wire_unit:
        return SAME
    if (truth_unit, wire_unit) in _TEMPERATURES:
        return _TEMPERATURES[truth_unit, wire_unit]
    truth, wire = _SIZE_IN_BASE.get(truth_unit), _SIZE_IN_BASE.get(wire_unit)
    if truth is None or wire is None or truth[0] != wire[0]:
        return None
    return float(truth[1] / wire[1]), 0.0
