"""A test session on the reference site, with what came of it: the ground on which accounts, drafts and reports are tested."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from guanjia.config.configuration import load_configuration
from guanjia.test_report.account import account
from guanjia.test_report.expectations import Promises
from model.alarm import AlarmState, Occurrence
from model.clock import MINUTE, SECOND
from model.testing import Account, Act, ActKind, Session
from model.ticket import Ticket, TicketClass, TicketState
from rules.book import Book

SITE = Path(__file__).parents[2] / "examples" / "talent-apartments" / "site.yaml"
START = 1_768_356_000 * SECOND
"""2026-01-14T10:00:00+08:00."""
PUMP, LIFT, METER = "pr2.pump1", "b07.lift1", "sub2.d5"


@cache
def promises() -> Promises:
    found = load_configuration(SITE)
    return Promises.of(Book(found.site, found.rules))


def at(seconds: float) -> int:
    """That many seconds after the session began."""
    return START + round(seconds * SECOND)


def broke(device: str, fault: str, after_s: float, number: int = 1, **more: Any) -> Act:
    return Act(number, at(after_s), more.pop("kind", ActKind.FAULT_INJECTED), fault, device, by="tester", **more)


def mended(device: str, fault: str, after_s: float, number: int = 100, kind: ActKind = ActKind.FAULT_HEALED) -> Act:
    return Act(number, at(after_s), kind, fault, device, by="tester")


def rang(rule: str, device: str, after_s: float, **more: Any) -> Occurrence:
    """An alarm as the rule book wants it, unless told otherwise; ``returned_s`` after the session began."""
    known = promises()
    book = known.rules[rule]
    placed = known.site.devices[device]
    priority = more.pop("priority", book.priority_by_class.get(placed.device_class, book.priority))
    returned_s = more.pop("returned_s", None)
    return Occurrence(
        more.pop("id", f"A-260114-{round(after_s):03}"),
        rule,
        "v1",
        device,
        (),
        priority,
        AlarmState.ACTIVE_UNACKNOWLEDGED,
        known.rules[rule].text,
        rule,
        at(after_s) - book.on_delay_ns,
        at(after_s),
        None if returned_s is None else at(returned_s),
        **{"ticket": f"t-{device}", **more},
    )


def ticket_of(alarm: Occurrence, number: int = 1, owner: str | None = "technician") -> Ticket:
    return Ticket(
        alarm.ticket or "",
        f"GD-260114-{number:03}",
        TicketClass.LARGE,
        TicketState.DISPATCHED,
        alarm.text,
        "pr2",
        alarm.raised_at_ns,
        "guanjia",
        alarm.device,
        alarm.cause,
        owner=owner,
        alarms=(alarm.id,),
    )


def told(acts: Sequence[Act], alarms: Sequence[Occurrence] = (), *, stopped_s: float | None = 600, tickets: bool = True) -> Account:
    """The account of a session with these acts, in which these alarms came, each with its ticket."""
    stopped_ns = None if stopped_s is None else at(stopped_s)
    session = Session(7, "二号变电所验收", START, "测试 王工", stopped_ns, tuple(acts))
    opened = {alarm.ticket: ticket_of(alarm, number) for number, alarm in enumerate(alarms, 1) if alarm.ticket} if tickets else {}
    return account(session, alarms, {name: ticket for name, ticket in opened.items() if name}, promises(), stopped_ns or at(10) + MINUTE)
