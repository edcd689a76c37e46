"""Alarms that come and go too often: found from when they were raised, and held active until they have been calm for a while. Pure.

Holding never keeps an alarm from being raised; it keeps a raised one from returning, so that its next coming is no new occurrence.

| kind       | found at the raise that                                       | calm for |
|------------|---------------------------------------------------------------|----------|
| chattering | is the third within a minute                                  | 5 min    |
| fleeting   | follows five within the hour that each lasted under 30 s      | 15 min   |

Sources: chattering, three or more within a minute: ISA-18.2 / IEC 62682 key figures. Fleeting has no figure there: under 30 s nobody can
have answered it (practice), five within the hour come 12 min apart, and 15 min of calm is longer than that. The calm after chattering is
practice: several times the longest pause it was found by, short enough that a real return is not kept from anybody.
"""

from collections.abc import Mapping
from dataclasses import replace

from model.alarm import Hold, HoldKind, Occurrence, Standing
from model.clock import HOUR, MINUTE, SECOND
from model.rule import Rule

CHATTER_RAISES = 3
CHATTER_WINDOW_NS = MINUTE
FLEETING_OCCURRENCES = 5
FLEETING_WINDOW_NS = HOUR
BRIEF_NS = 30 * SECOND
"""An occurrence shorter than this is brief."""
CALM_NS: Mapping[HoldKind, int] = {HoldKind.CHATTERING: 5 * MINUTE, HoldKind.FLEETING: 15 * MINUTE}
"""How long the condition must stay what it is before the hold ends."""


def may_be_held(rule: Rule) -> bool:
    """A life-safety alarm is told each time, however often."""
    return rule.hold and not rule.life_safety


def raised(standing: Standing, at_ns: int) -> Standing:
    """The alarm has been raised: remember it, and forget what no longer counts."""
    recent_ns = (*_within(CHATTER_WINDOW_NS, standing.recent_ns, at_ns), at_ns)[-CHATTER_RAISES:]
    return replace(standing, recent_ns=recent_ns, brief_ns=_within(FLEETING_WINDOW_NS, standing.brief_ns, at_ns))


def returned(standing: Standing, occurrence: Occurrence, at_ns: int) -> Standing:
    """The alarm has returned: remember it if it was brief."""
    if at_ns - occurrence.raised_at_ns >= BRIEF_NS:
        return standing
    return replace(standing, brief_ns=(*standing.brief_ns, occurrence.raised_at_ns)[-FLEETING_OCCURRENCES:])


def found(standing: Standing) -> HoldKind | None:
    """What the alarm that has just been raised is, if it is a nuisance."""
    if len(standing.recent_ns) >= CHATTER_RAISES:
        return HoldKind.CHATTERING
    return HoldKind.FLEETING if len(standing.brief_ns) >= FLEETING_OCCURRENCES else None


def held(standing: Standing, kind: HoldKind, at_ns: int) -> Standing:
    """What led to the hold is counted once: after it the alarm begins with a clean sheet."""
    return replace(standing, hold=Hold(kind, at_ns), recent_ns=(), brief_ns=())


def is_told(flips: int) -> bool:
    """Whether this many are told: 1, 2, 4, 8 … so that a night of flips is a dozen lines, not thousands."""
    return flips & (flips - 1) == 0


def _within(window_ns: int, times_ns: tuple[int, ...], now_ns: int) -> tuple[int, ...]:
    """Those of the window; none from a clock that has been set back since."""
    return tuple(time_ns for time_ns in times_ns if now_ns - window_ns < time_ns <= now_ns)
