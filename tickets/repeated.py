"""When a fault keeps coming back, and the ticket that looks for its root cause. Pure.

| pattern  | when                                                                                              |
|----------|---------------------------------------------------------------------------------------------------|
| a day    | the same cause on the same device for the third time within 24 h                                    |
| running  | it comes for the third time within 30 days, having been mended each time before                      |

Source: the owner's rule for contractors (an issue seen 3 times in a day, or 3 small failures in a row on one point, is a serious failure:
repeated alarms on one point count the same way) and the dispatch practice built on it. Both figures are the site's to change.

A time is a time of its own only when the fault was gone for five minutes before it: what chatters, is held, or is told by two rules of one
cause counts once. Being sent back to be done again counts as mended and come again; a ticket that was written off counts for nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from model.alarm import Excursion, Occurrence
from model.clock import DAY, HOUR, MINUTE
from model.people import PLATFORM
from model.site import Repeats
from model.text import Text
from model.ticket import ROOT_CAUSE, Job, Ticket, TicketAct, TicketClass, TicketState
from tickets import clocks
from tickets.act import acted
from tickets.joined import DONE

APART_NS = 5 * MINUTE
"""How long a fault must have been gone to come as another: what is held as chattering must be calm for so long (rules/nuisance.py)."""
_NOT_GONE_NS = 1 << 63
_STEPS = (
    Text(
        "查看所列报警和工单：每次处理了什么，隔了多久又发生",
        "Read the alarms and tickets listed: what was done each time, and how soon it came back",
    ),
    Text(
        "到现场与处理人一起查根本原因，不再只做复位",
        "Look for the root cause on the spot with those who mended it; resetting it again is no answer",
    ),
    Text("三日内答复：原因、整改措施、完成时间", "Answer within three days: the cause, what will be done, and by when"),
)


@dataclass(frozen=True, slots=True)
class Repeat:
    """Why a fault is serious: how often within which time, and the ids that prove it."""

    times: int
    within_ns: int
    occurrences: tuple[str, ...] = ()
    tickets: tuple[str, ...] = ()

    @property
    def comment(self) -> str:
        """For the ticket's story; in no language."""
        days, hours = self.within_ns / DAY, self.within_ns / HOUR
        span = f"{hours:g} h" if hours <= 24 else f"{days:g} d"
        return f"{self.times}× / {span}: {', '.join(self.tickets or self.occurrences)}"


def repeated(excursions: Sequence[Excursion], jobs: Sequence[Job], repeats: Repeats, now_ns: int) -> Repeat | None:
    """What of the fault's past makes it serious now. Both oldest first, of one device and cause, with what has just come; ``jobs`` with
    those of its root cause: the count begins afresh where one of them was closed.
    """
    settled_ns = max((job.closed_ns or 0 for job in jobs if job.cause.startswith(ROOT_CAUSE)), default=0)
    recent = [one for one in excursions if one.raised_ns >= max(now_ns - repeats.within_ns, settled_ns)]
    times = _times(recent)
    if times >= repeats.times:
        return Repeat(times, repeats.within_ns, occurrences=tuple(one.id for one in recent))
    since_ns = max(now_ns - repeats.running_within_ns, settled_ns)
    runs = [
        job for job in jobs if job.opened_ns >= since_ns and job.state is not TicketState.CANCELLED and not job.cause.startswith(ROOT_CAUSE)
    ]
    times = sum(1 + job.reworks for job in runs)
    if times >= repeats.running:
        return Repeat(times, repeats.running_within_ns, tickets=tuple(job.number for job in runs))
    return None


def _times(excursions: Sequence[Excursion]) -> int:
    """How often the fault came, having been gone before."""
    times, gone_ns = 0, -APART_NS
    for one in excursions:
        times += one.raised_ns - gone_ns >= APART_NS
        gone_ns = max(gone_ns, _NOT_GONE_NS if one.over_ns is None else one.over_ns)
    return times


def root_cause_ticket(number: str, fault: Ticket, occurrence: Occurrence, repeat: Repeat, now_ns: int) -> Ticket:
    """A hard one: a complete answer in three days."""
    return Ticket(
        id=number,
        number=number,
        ticket_class=TicketClass.HARD,
        state=TicketState.REGISTERED,
        title=Text(f"{occurrence.text.zh}（反复发生）", f"{occurrence.text.en} (keeps coming back)"),
        area=fault.area,
        opened_at_ns=now_ns,
        opened_by=PLATFORM.name,
        device=fault.device,
        cause=ROOT_CAUSE + fault.cause,
        skill=fault.skill,
        clocks=clocks.started(TicketClass.HARD, now_ns),
        alarms=repeat.occurrences or (occurrence.id,),
        first_steps=_STEPS,
    )


def come_again(root: Ticket, occurrence: Occurrence, now_ns: int) -> Iterator[tuple[Ticket, str, str]]:
    """The fault comes while its root cause is looked for, line by line; once the cause was said to be found, it was not."""
    root = replace(root, alarms=(*root.alarms, occurrence.id))
    yield root, "alarm_attached", occurrence.id
    if root.state in DONE:
        yield acted(root, TicketAct.REWORK, PLATFORM, now_ns, "", None), TicketAct.REWORK, ""
