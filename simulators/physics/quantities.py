"""Which unit each quantity of a truth is in."""

from collections.abc import Mapping
from types import MappingProxyType


def in_units(names: Mapping[str, str], *more: Mapping[str, str]) -> Mapping[str, str]:
    """Quantity → unit, from ``{"m": "level depth", "degC": "temperature"}`` and ready tables. A quantity not named is a pure number."""
    found = {name: unit for unit, listed in names.items() for name in listed.split()}
    for table in more:
        found.update(table)
    return MappingProxyType(found)
