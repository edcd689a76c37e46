"""A small site and rule book, and the journal a desk writes to."""

from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from model.alarm import Priority
from model.people import Actor, Role
from model.profile import Profile
from model.rule import Rationale, Rule, Scope, TicketOrder
from model.site import Area, Device, ModbusTcp, Person, Site, System
from model.text import Text
from model.ticket import TicketClass
from store.journal import SqlJournal, open_journal

ENGINEER = Actor("engineer", Role.OPERATOR, "值班工程师")
LI = Actor("li", Role.TECHNICIAN, "李工")
WANG = Actor("wang", Role.TECHNICIAN, "王工")

PEOPLE = (
    Person("li", "李工", "technician", ("plumbing", "electric")),
    Person("wang", "王工", "technician", ("plumbing",)),
    Person("zhao", "赵工", "technician", ("elevator",)),
)

DAY_NS = 1_768_348_800_000_000_000
"""2026-01-14 00:00 UTC, 08:00 on site."""

STEP = Text("查进水阀", "Check the inlet valve")
ACTION = Text("到泵房查看", "Go and look")


def device(id: str, system: System, area: str, profile: Profile) -> Device:
    return Device(id, Text(id, id), system, area, profile, ModbusTcp("127.0.0.1", 502, 1), 1_000_000_000)


def site(people: Sequence[Person] = PEOPLE) -> Site:
    profile = Profile(id="pump", device_class="pump", manufacturer="typical", model="pump", points=())
    devices = (
        device("b01.pump1", System.WATER, "b01", profile),
        device("b01.pump2", System.WATER, "b01", profile),
        device("b02.lift1", System.ELEVATOR, "b02", profile),
    )
    return Site(
        id="talent",
        name=Text("人才公寓", "Talent Apartments"),
        timezone=ZoneInfo("Asia/Shanghai"),
        areas={id: Area(id, Text(id, id)) for id in ("b01", "b02")},
        devices={one.id: one for one in devices},
        people=tuple(people),
    )


def rule(id: str, order: TicketOrder | None, steps: tuple[Text, ...] = ()) -> Rule:
    why = Rationale(Text("因", "cause"), Text("果", "consequence"), ACTION, 900, steps)
    return Rule(id, Scope(), "running", Text("干转", "dry"), why, Priority.HIGH, "v1", ticket=order)


RULES = (
    rule("pump.dry_run", TicketOrder(TicketClass.LARGE, "plumbing"), (STEP,)),
    rule("pump.suction_low", TicketOrder(TicketClass.LARGE, "plumbing", cause="pump.dry_run")),
    rule("pump.seal_leak", TicketOrder(TicketClass.SMALL, "plumbing")),
    rule("lift.entrapment", TicketOrder(TicketClass.EMERGENCY, "elevator")),
    rule("pump.flood", TicketOrder(TicketClass.EMERGENCY, "plumbing", cause="pump.seal_leak")),
    rule("pump.gas", TicketOrder(TicketClass.SMALL, "gas")),
    rule("pump.any", TicketOrder(TicketClass.HARD)),
    rule("pump.note", None),
)


def journal_in(directory: Path) -> SqlJournal:
    at = site()
    return open_journal("sqlite", directory, {id: one.system for id, one in at.devices.items()})
