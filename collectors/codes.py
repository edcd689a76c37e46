"""Codes a device sends that its profile's enumerations do not list. Pure.

Such a code is no mistake of the reading: it stays a good value, shown as its number without words. But somebody should look it up.
"""

from collections.abc import Container, Sequence

from model.profile import Profile
from model.quality import GOOD
from model.reading import Block

MOST = 1_000
"""Codes remembered as told; what is really a quantity under an enumeration would go on for ever."""


class Codes:
    """Tells each code once for all devices of a profile."""

    def __init__(self) -> None:
        self._told: set[tuple[str, str, float | str]] = set()

    def fresh(self, block: Block, profile: Profile, listed: Sequence[tuple[int, Container[object]]]) -> list[tuple[str, float | str]]:
        """Points and their codes that are not listed and were not told before; ``listed`` is ``enumerated`` of the profile."""
        found = []
        for column, known in listed:
            code = block.texts.get(column, block.values[column])
            if code not in known and block.qualities[column] == GOOD:
                said = (profile.id, profile.points[column].name, code)
                if said not in self._told and len(self._told) < MOST:
                    self._told.add(said)
                    found.append(said[1:])
        return found


def enumerated(profile: Profile) -> list[tuple[int, Container[object]]]:
    """The columns with an enumeration, and the codes in it."""
    return [(column, point.enum) for column, point in enumerate(profile.points) if point.enum]
