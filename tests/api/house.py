"""A small house with a whole platform in memory, and the handles a test turns."""

import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from api.context import Platform
from api.security import hash_password
from api.streams import EventStream
from model.alarm import AlarmEvent, AlarmEventKind, AlarmState, Evidence, Occurrence, Priority, Standing
from model.clock import MINUTE, SECOND
from model.people import Actor, Role, User
from model.ports import PartHealth
from model.quality import ABSENT, Quality
from model.reading import Block, LastValue, Link
from model.site import Site
from model.text import Text
from model.ticket import Promise, PromiseClock, Ticket, TicketClass, TicketEvent, TicketState
from tests.api.fakes import FakeAlarms, FakeClock, FakeHistory, FakeJournal, FakeLive, FakeRuleBook, FakeTickets
from tests.api.place import NOW, RULES, a_site

PASSWORD = "demo"


@dataclass
class House:
    """The platform and the handles a test turns."""

    site: Site = field(default_factory=a_site)
    clock: FakeClock = field(default_factory=FakeClock)
    live: FakeLive = field(default_factory=FakeLive)
    journal: FakeJournal = field(default_factory=FakeJournal)
    health: list[PartHealth] = field(default_factory=lambda: [PartHealth("store", True)])
    counters: dict[str, float] = field(default_factory=lambda: {"guanjia_blocks_total": 7.0})

    def __post_init__(self) -> None:
        for role in Role:
            self.journal.put_user(User(role.value, role, role.value.title(), demo_hash()))
        self.alarms = FakeAlarms(self.journal, self.clock)
        self.stream = EventStream(self.site, self.live, self.clock, period_s=3600)
        self.platform = Platform(
            self.site,
            RULES,
            self.live,
            FakeHistory(),
            self.journal,
            self.alarms,
            FakeTickets(self.journal, self.clock),
            self.stream,
            self.clock,
            lambda: self.health,
            "secret of the test",
            self.counters,
            rulebook=FakeRuleBook(self.site),
        )

    def says(self, device: str, column: int, value: float | str | None, quality: Quality = Quality.GOOD) -> None:
        """The device says this now, of one point; its block goes to the stream as the hub would send it."""
        now_ns = self.clock.now_ns()
        self.live.values[device, column] = LastValue(value, quality, now_ns, now_ns)
        self.live.links[device] = Link(True, None, now_ns, now_ns)
        columns = len(self.site.devices[device].points)
        qualities = bytearray([ABSENT]) * columns
        qualities[column] = quality
        values = array("d", [math.nan]) * columns
        if isinstance(value, float | int):
            values[column] = value
        texts = {column: value} if isinstance(value, str) else {}
        self.stream.accept(Block(device, now_ns, now_ns, values, bytes(qualities), texts))

    def block(self, device: str, value: float) -> Block:
        """A whole block in which every point has this value."""
        columns = len(self.site.devices[device].points)
        return Block(device, self.clock.at_ns, self.clock.at_ns, array("d", [value]) * columns, bytes([Quality.GOOD]) * columns)

    def raise_alarm(
        self, alarm_id: str = "a1", raised_at_ns: int = NOW - MINUTE, ended_at_ns: int | None = None, evidence: Sequence[Evidence] = ()
    ) -> Occurrence:
        state = AlarmState.ACTIVE_UNACKNOWLEDGED if ended_at_ns is None else AlarmState.NORMAL
        occurrence = Occurrence(
            alarm_id,
            "power.voltage_high",
            "v1",
            "sub1.incomer1",
            ("sub1.incomer1.voltage",),
            Priority.HIGH,
            state,
            Text("1#进线柜 电压高", "Incomer 1 voltage high"),
            "power.voltage_high",
            raised_at_ns - 10 * SECOND,
            raised_at_ns,
            inputs={"sub1.incomer1.voltage": 240.5},
            returned_at_ns=ended_at_ns,
            ended_at_ns=ended_at_ns,
            evidence=tuple(evidence),
        )
        standing = Standing(occurrence.rule, occurrence.device, state, None if ended_at_ns else alarm_id)
        self.journal.record(AlarmEvent(AlarmEventKind.RAISED, raised_at_ns, standing, occurrence, Actor("guanjia", Role.ADMIN)))
        return occurrence

    def open_ticket(self, number: str = "GD-260114-001", state: TicketState = TicketState.REGISTERED) -> Ticket:
        clock = PromiseClock(Promise.ACCEPT, NOW - MINUTE)
        title = Text("1#进线柜 电压高", "Incomer 1 voltage high")
        ticket = Ticket(
            number,
            number,
            TicketClass.LARGE,
            state,
            title,
            "sub1",
            NOW - 20 * MINUTE,
            "guanjia",
            "sub1.incomer1",
            clocks=(clock,),
            alarms=("a1",),
        )
        self.journal.put_ticket(ticket, TicketEvent(number, ticket.opened_at_ns, "opened", "guanjia", state=state))
        return ticket


@cache
def demo_hash() -> str:
    return hash_password(PASSWORD)
