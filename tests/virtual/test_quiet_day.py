"""A day on which nothing breaks raises nothing."""

from collections.abc import Sequence

import pytest

from model.alarm import AlarmEvent
from model.own_state import PLATFORM
from tests.virtual.site import VirtualSite, moment_ns
from tests.virtual.specimens import collection

pytestmark = pytest.mark.timeout(600)
"""Half a minute of work; a busy machine may take minutes over it."""
_WINDOWS_FILL_S = 480
"""Half the longest window of a rate, after which it is known."""
_STEP_S = 30.0
"""Lifts and barriers are looked at every 4 s all the same. A whole site at finer steps is what ``python -m tests.virtual.quiet`` runs."""


@pytest.mark.parametrize(("begin", "hours"), [("23:30", 1), ("07:00", 1), ("18:00", 1)], ids=["night", "rush", "evening"])
def test_a_quiet_weekday_raises_no_alarm(begin: str, hours: int) -> None:
    """One of every kind of device: turn of the day and charging night, morning rush, evening peak. All 24 hours of the whole site are the
    scenario ``quiet-day``."""
    site = VirtualSite(collection(), seed=11, start_ns=moment_ns(collection(), f"2026-03-11T{begin}"))
    assert _told(site.run(hours * 3600, _STEP_S)) == []


def test_everything_the_rules_ask_for_is_read_well() -> None:
    """Silence would prove nothing if the readings never arrived."""
    site = VirtualSite(collection(), seed=11, start_ns=moment_ns(collection(), "2026-03-11T08:00"))
    site.run(_WINDOWS_FILL_S, _STEP_S)
    unknown = [
        (verdict.rule.id, verdict.device.id)
        for verdict in site.engine.book.applying()
        if verdict.device.id != PLATFORM and site.engine.evaluation(verdict.rule.id, verdict.device.id).value is None
    ]
    assert unknown == []


def _told(events: Sequence[AlarmEvent]) -> list[str]:
    return [f"{event.kind} {event.standing.rule}@{event.standing.device} at {event.at_ns}" for event in events]
