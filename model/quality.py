"""How far a value may be trusted, and why.

The members are the one-byte OPC DA quality codes, so that the code is stored as it is and the severity is its two top bits
(OPC DA 3.0 §6.8). Two are ours, on codes the standard leaves free: ``RATE``, a jump that no physics explains, bad so that neither rule nor
mean nor meter takes it; and ``ABSENT``: the column is not part of this block, the last value stands.
"""

from collections import Counter
from enum import IntEnum, StrEnum


class Severity(StrEnum):
    GOOD = "good"
    UNCERTAIN = "uncertain"
    BAD = "bad"


class Quality(IntEnum):
    BAD = 0
    CONFIG_ERROR = 4
    NOT_CONNECTED = 8
    DEVICE_FAILURE = 12
    SENSOR_FAILURE = 16
    LAST_KNOWN = 20
    COMM_FAILURE = 24
    OUT_OF_SERVICE = 28
    NOT_YET_READ = 32
    RATE = 36
    UNCERTAIN = 64
    LAST_USABLE = 68
    INACCURATE = 80
    OUT_OF_RANGE = 84
    GOOD = 192
    LOCAL_OVERRIDE = 216
    ABSENT = 255

    @property
    def severity(self) -> Severity:
        """Good, uncertain or bad. ``ABSENT`` has no severity: it never reaches a reader."""
        return (Severity.BAD, Severity.UNCERTAIN, Severity.BAD, Severity.GOOD)[self >> 6]

    @property
    def reason(self) -> str:
        """The reason as it goes on the wire, ``comm_failure``; empty when plainly good."""
        return "" if self is Quality.GOOD else self.name.lower()


GOOD = int(Quality.GOOD)
ABSENT = int(Quality.ABSENT)
LAST_USABLE = int(Quality.LAST_USABLE)


def is_usable(code: int) -> bool:
    """Whether a value of this quality may raise or clear an alarm: good, or uncertain but within range of belief."""
    return code >= 64


def severity_counts(codes: bytes) -> Counter[Severity]:
    """How many of these quality codes are good, uncertain and bad."""
    counts: Counter[Severity] = Counter()
    for code in set(codes):
        counts[Quality(code).severity] += codes.count(code)
    return counts
