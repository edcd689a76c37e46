"""The clocks of the four threes (四三制): what is promised when a ticket opens, and what stops, moves or meets a promise. Pure.

| class     | accept | on site | finish |
|-----------|--------|---------|--------|
| emergency | at once, no figure of its own | 3 min | by event |
| small     | 15 min | 15 min  | 30 min |
| large     | 15 min | 15 min  | 3 h    |
| hard      | 15 min | –       | a complete answer in 3 days |

Source: the owner's service promises (四三制; technician on site within 15 minutes) and the dispatch practice built on them.
"""

from collections.abc import Callable
from dataclasses import replace

from model.clock import DAY, HOUR, MINUTE
from model.ticket import Promise, PromiseClock, TicketAct, TicketClass

Clocks = tuple[PromiseClock, ...]

PROMISES: dict[TicketClass, dict[Promise, int]] = {
    TicketClass.EMERGENCY: {Promise.ARRIVE: 3 * MINUTE},
    TicketClass.SMALL: {Promise.ACCEPT: 15 * MINUTE, Promise.ARRIVE: 15 * MINUTE, Promise.FINISH: 30 * MINUTE},
    TicketClass.LARGE: {Promise.ACCEPT: 15 * MINUTE, Promise.ARRIVE: 15 * MINUTE, Promise.FINISH: 3 * HOUR},
    TicketClass.HARD: {Promise.ACCEPT: 15 * MINUTE, Promise.FINISH: 3 * DAY},
}
"""Nanoseconds from the report to the moment each promise is due."""

MEETS: dict[TicketAct, tuple[Promise, ...]] = {
    TicketAct.ACCEPT: (Promise.ACCEPT,),
    TicketAct.ARRIVE: (Promise.ACCEPT, Promise.ARRIVE),
    TicketAct.RESUME: (Promise.ACCEPT, Promise.ARRIVE),
    TicketAct.FINISH: (Promise.ACCEPT, Promise.ARRIVE, Promise.FINISH),
}
"""Which promises an act meets. Whoever is on the spot has accepted; whoever goes on with the work or has finished it was there."""

PAUSING = frozenset({TicketAct.HOLD, TicketAct.CANCEL})
RESUMING = frozenset({TicketAct.RESUME, TicketAct.DISPATCH})


def started(ticket_class: TicketClass, now_ns: int) -> Clocks:
    """The clocks of a ticket reported now."""
    return tuple(PromiseClock(promise, now_ns + within) for promise, within in PROMISES[ticket_class].items())


def after(clocks: Clocks, act: TicketAct, ticket_class: TicketClass, now_ns: int) -> Clocks:
    """The clocks after an act: met, paused or moved on by the time they stood still.

    Rework gives a new promise beside the earlier ones, whose verdict stays. Cancelling stops for good what still ran.
    """
    if act is TicketAct.REWORK:
        return clocks + started(ticket_class, now_ns)
    if act in PAUSING:
        return _running(clocks, lambda clock: replace(clock, paused_at_ns=now_ns if clock.paused_at_ns is None else clock.paused_at_ns))
    if act in RESUMING:
        clocks = _running(clocks, lambda clock: _moved_on(clock, now_ns))
    met = MEETS.get(act, ())
    return _running(clocks, lambda clock: replace(clock, met_at_ns=now_ns) if clock.promise in met else clock)


def is_tighter(one: TicketClass, other: TicketClass) -> bool:
    """Whether the promises of the one are sooner due than those of the other."""
    classes = list(PROMISES)
    return classes.index(one) < classes.index(other)


def hastened(clocks: Clocks, ticket_class: TicketClass, now_ns: int) -> Clocks:
    """The clocks of a ticket that has come to a tighter class: what is not met yet is due within that class's time from now."""
    due_ns = {promise: now_ns + within for promise, within in PROMISES[ticket_class].items()}

    def sooner(clock: PromiseClock) -> PromiseClock:
        # One that stands still has stood still until now, and goes on standing: the time before does not lengthen what is promised now.
        moved = _moved_on(clock, now_ns)
        paused_ns = None if clock.paused_at_ns is None else max(now_ns, clock.paused_at_ns)
        return replace(moved, due_at_ns=min(moved.due_at_ns, due_ns.get(clock.promise, moved.due_at_ns)), paused_at_ns=paused_ns)

    promised = {clock.promise for clock in clocks}
    return _running(clocks, sooner) + tuple(PromiseClock(promise, at) for promise, at in due_ns.items() if promise not in promised)


def is_anybody_promised(clocks: Clocks) -> bool:
    """Whether a promise to be on the spot still waits to be kept."""
    return any(clock.promise is Promise.ARRIVE and clock.met_at_ns is None for clock in clocks)


def is_late(clocks: Clocks, now_ns: int) -> bool:
    """Whether the latest promise to be on the spot has run out unmet."""
    arrivals = [clock for clock in clocks if clock.promise is Promise.ARRIVE]
    return bool(arrivals) and arrivals[-1].met_at_ns is None and arrivals[-1].is_broken(now_ns)


def called_again(clocks: Clocks, now_ns: int) -> Clocks:
    """An emergency's own minutes beside those that ran out or were met, whose verdict stays."""
    return (*clocks, *started(TicketClass.EMERGENCY, now_ns))


def _running(clocks: Clocks, change: Callable[[PromiseClock], PromiseClock]) -> Clocks:
    return tuple(change(clock) if clock.met_at_ns is None else clock for clock in clocks)


def _moved_on(clock: PromiseClock, now_ns: int) -> PromiseClock:
    if clock.paused_at_ns is None:
        return clock
    # A wall clock set back during the pause must not make a promise due earlier.
    stood_still_ns = max(0, now_ns - clock.paused_at_ns)
    return replace(clock, due_at_ns=clock.due_at_ns + stood_still_ns, paused_at_ns=None)
