"""Which unit ids answer behind one address. Slow on purpose: every silent one costs its whole timeout."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from collectors.errors import BadFrame, Closed, DeviceException, TimedOut
from guanjia.probe.asker import Asker
from model.profile import Table


@dataclass(frozen=True, slots=True)
class Answered:
    """How a unit answered to a single register asked for."""

    words: str

    def __str__(self) -> str:
        return self.words


def unit_range(words: str) -> range:
    """``1-32``, or ``7``. ValueError says what may be written."""
    found = re.fullmatch(r"\s*(\d{1,3})(?:\s*-\s*(\d{1,3}))?\s*", words)
    first, last = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
    if not 0 <= first <= last <= 255:
        raise ValueError("write unit ids of 0 to 255, such as 1-32")
    return range(first, last + 1)


async def scan_units(asker: Asker, wanted: Sequence[int], table: Table, address: int, found: dict[int, Answered]) -> None:
    """Ask each for one register; whoever says anything, a refusal too, is ``found``. Raises ExchangeError when the connection is lost."""
    for unit in wanted:
        answered = await _asked(asker, unit, table, address)
        if answered is not None:
            found[unit] = answered


async def _asked(asker: Asker, unit: int, table: Table, address: int) -> Answered | None:
    try:
        data = await asker.once_of(unit, table, address, 1)
    except (TimedOut, Closed):  # some gateways hang up on a unit they do not know
        return None
    except BadFrame as error:
        return Answered(f"answers, but not properly ({error}): two devices with one id, or another framer")
    except DeviceException as error:
        return None if error.is_silence else Answered(f"there: refuses {table} {address} with {error}")
    return Answered(f"there: {table} {address} is {data.hex().upper()}")
