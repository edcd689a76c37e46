"""What people do about alarms: how soon they acknowledge, and which alarms nobody ever acts on."""

from dataclasses import dataclass

import numpy as np

from model.alarm_columns import NEVER, AlarmColumns, Marks
from model.clock import SECOND
from rules.kpis.limits import UNANSWERED_TIMES
from rules.kpis.nuisance import Offender, offenders, per_alarm


@dataclass(frozen=True, slots=True)
class Response:
    """How soon what was raised was acknowledged, in seconds; None when nothing was."""

    acknowledged: int
    unseen: int
    """Back to normal before anybody had acknowledged them."""
    median_s: float | None = None
    p90_s: float | None = None
    longest_s: float | None = None


def response(raised: AlarmColumns) -> Response:
    acknowledged = raised.acknowledged_ns < NEVER
    waits_s = (raised.acknowledged_ns - raised.raised_ns)[acknowledged] / SECOND
    unseen = int(np.count_nonzero(_unseen(raised)))
    if not len(waits_s):
        return Response(0, unseen)
    median, p90 = np.quantile(waits_s, (0.5, 0.9))
    return Response(len(waits_s), unseen, float(median), float(p90), float(waits_s.max()))


def _unseen(raised: AlarmColumns) -> Marks:
    return (raised.active_until_ns < NEVER) & (raised.acknowledged_ns >= raised.active_until_ns)


def never_acted_on(raised: AlarmColumns) -> tuple[Offender, ...]:
    """Alarms raised at least three times, each time back to normal before anybody acknowledged it, no ticket of them worked on."""
    left_alone = per_alarm(raised, _unseen(raised) & ~raised.worked)
    counts = per_alarm(raised)
    return offenders(raised, np.where((left_alone == counts) & (counts >= UNANSWERED_TIMES), counts, 0))
