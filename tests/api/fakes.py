"""What the API asks of a platform, kept in memory."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeVar

from api.context import TicketDraft
from api.rulebook import Adopted, CheckedRule, Refused, RuleReading, RuleWords
from model.alarm import AlarmEvent, AlarmEventKind, AlarmState, Excursion, IllegalAct, Occurrence, Raise, Removal, Shelving, Standing
from model.alarm_columns import AlarmColumns, AlarmRow
from model.clock import DAY, MINUTE, SECOND
from model.mistake import Mistake
from model.notice import Channel, Notice
from model.people import Actor, User
from model.ports import AuditLine, Judged, NoticeFilter, OccurrenceFilter, TicketFilter
from model.quality import Quality
from model.reading import Aggregate, CounterInterval, Fault, LastValue, Link, Sample
from model.rule_version import NotChangeable, Origin, RulesRefused, RuleVersion
from model.site import Site
from model.ticket import Job, Ticket, TicketAct, TicketEvent, TicketState
from rules.book import Book
from rules.flood import Flood
from tests.api.place import NOW, RULES, a_site
from tickets.act import acted

T = TypeVar("T", Occurrence, Ticket)


@dataclass
class FakeClock:
    at_ns: int = NOW

    def now_ns(self) -> int:
        return self.at_ns

    def monotonic_ns(self) -> int:
        return self.at_ns

    async def sleep_until(self, monotonic_ns: int) -> None:
        self.at_ns = max(self.at_ns, monotonic_ns)


class FakeLive:
    """Last values that a test sets; a device without any has never been read."""

    def __init__(self) -> None:
        self.values: dict[tuple[str, int], LastValue] = {}
        self.links: dict[str, Link] = {}
        self.exchanges: dict[str, tuple[tuple[str, bytes], ...]] = {}

    def last(self, device: str, column: int) -> LastValue:
        return self.values.get((device, column), LastValue(None, Quality.NOT_YET_READ, 0, 0))

    def qualities(self, device: str) -> bytes:
        return bytes(self.last(device, column).quality for column in range(len(a_site().devices[device].points)))

    def raw(self, device: str) -> tuple[tuple[str, bytes], ...]:
        return self.exchanges.get(device, ())

    def link(self, device: str) -> Link:
        return self.links.get(device, Link(False, Fault.TIMEOUT, NOW - MINUTE, None))


class FakeHistory:
    """One reading a second that says its own second; by interval, the number of the interval."""

    def readings(self, point: str, start_ns: int, end_ns: int, limit: int) -> Sequence[Sample]:
        first = -(-start_ns // SECOND)
        seconds = range(first, min(first + limit, -(-end_ns // SECOND)))
        return [Sample(at * SECOND, float(at), Quality.GOOD) for at in seconds]

    def aggregate(self, point: str, edges_ns: Sequence[int], how: Aggregate) -> Sequence[float | None]:
        return [float(number) for number in range(len(edges_ns) - 1)]

    def counters(self, points: Sequence[str], edges_ns: Sequence[int]) -> Sequence[CounterInterval]:
        edges = list(pairwise(edges_ns))
        return [CounterInterval(point, a, a, 1000.0 * n, b, 1000.0 * n + 500, 0) for point in points for n, (a, b) in enumerate(edges)]


class FakeJournal:
    """Keeps everything in lists; lists the open first, as the journal does."""

    def __init__(self) -> None:
        self.kept_occurrences: dict[str, Occurrence] = {}
        self.kept_tickets: dict[str, Ticket] = {}
        self.kept_standings: dict[tuple[str, str], Standing] = {}
        self.events: list[AlarmEvent] = []
        self.lines: list[TicketEvent] = []
        self.audited: list[AuditLine] = []
        self.kept_users: dict[str, User] = {}
        self.kept_notices: dict[int, Notice] = {}
        self.kept_versions: list[RuleVersion] = []
        self.kept_judged: dict[str, Judged] = {}

    @contextmanager
    def write(self) -> Iterator["FakeJournal"]:
        yield self

    def record(self, event: AlarmEvent) -> None:
        self.events.append(event)
        self.kept_standings[event.standing.rule, event.standing.device] = event.standing
        if event.occurrence is not None:
            self.kept_occurrences[event.occurrence.id] = event.occurrence

    def attach(self, occurrence_id: str, ticket_id: str) -> None:
        self.kept_occurrences[occurrence_id] = replace(self.kept_occurrences[occurrence_id], ticket=ticket_id)

    def open_ticket(self, device: str, cause: str) -> Ticket | None:
        return next((t for t in self.kept_tickets.values() if t.state.is_open and (t.device, t.cause) == (device, cause)), None)

    def put_ticket(self, ticket: Ticket, event: TicketEvent) -> None:
        self.kept_tickets[ticket.id] = ticket
        self.lines.append(event)

    def put_notice(self, notice: Notice) -> Notice | None:
        kept = replace(notice, number=len(self.kept_notices) + 1)
        self.kept_notices[kept.number] = kept
        return kept

    def notice(self, number: int) -> Notice | None:
        return self.kept_notices.get(number)

    def mark_told(self, numbers: Sequence[int], channel: Channel, now_ns: int) -> None:
        self.kept_notices |= {number: self.kept_notices[number].delivered(channel, now_ns) for number in numbers}

    def mark_seen(self, number: int, now_ns: int) -> None:
        self.kept_notices[number] = replace(self.kept_notices[number], seen_at_ns=now_ns)

    def notices(self, where: NoticeFilter) -> Sequence[Notice]:
        unseen_first = sorted(self.kept_notices.values(), key=lambda n: (n.seen_at_ns is not None, -n.number))
        wanted = [n for n in unseen_first if where.recipient in (None, n.recipient) and where.ticket in (None, n.ticket)]
        numbers = [n.number for n in wanted]
        if where.before is not None:
            wanted = wanted[numbers.index(where.before) + 1 :] if where.before in numbers else []
        return wanted[: where.limit]

    def loads(self) -> Mapping[str, int]:
        return {}

    def next_number(self, series: str, day: str) -> int:
        return len(self.kept_tickets) + 1

    def excursions(self, device: str, cause: str, since_ns: int) -> Sequence[Excursion]:
        return []

    def jobs_of(self, device: str, cause: str, since_ns: int) -> Sequence[Job]:
        return []

    def annunciated(self, since_ns: int, but_of: str) -> Sequence[Raise]:
        raised = (o for o in self.kept_occurrences.values() if o.annunciated and o.raised_at_ns >= since_ns and o.device != but_of)
        return [Raise(o.id, o.raised_at_ns) for o in raised]

    def put_judged(self, judged: Judged) -> None:
        self.kept_judged[judged.spool] = judged

    def judged(self, spool: str) -> Judged | None:
        return self.kept_judged.get(spool)

    def recorded_from_ns(self) -> int | None:
        return min((one.raised_at_ns for one in self.kept_occurrences.values()), default=None)

    def newest_occurrence(self) -> str | None:
        return max(self.kept_occurrences, default=None)

    def keep_rule_versions(self, versions: Sequence[RuleVersion]) -> None:
        self.kept_versions += versions

    def rule_versions(self, rule: str | None = None) -> Sequence[RuleVersion]:
        return [version for version in self.kept_versions if rule in (None, version.rule)]

    def audit(self, line: AuditLine) -> None:
        self.audited.append(line)

    def standings(self) -> Sequence[tuple[Standing, Occurrence | None]]:
        return [(s, self.kept_occurrences.get(s.occurrence or "")) for s in self.kept_standings.values()]

    def occurrences(self, where: OccurrenceFilter) -> Sequence[Occurrence]:
        systems = {device.id: device.system for device in a_site().devices.values()}
        found = [
            o
            for o in sorted(self.kept_occurrences.values(), key=lambda o: (o.ended_at_ns is not None, -o.raised_at_ns))
            if (where.state is None or o.state.wire == where.state)
            and (where.system is None or systems.get(o.device) == where.system)
            and (where.device is None or o.device == where.device)
            and (where.priority is None or o.priority == where.priority)
            and (where.active is None or (o.ended_at_ns is None) == where.active)
        ]
        return _after(found, where.before)[: where.limit]

    def occurrence(self, occurrence_id: str) -> Occurrence | None:
        return self.kept_occurrences.get(occurrence_id)

    def standing_of(self, occurrence: Occurrence) -> Standing:
        return self.kept_standings.get((occurrence.rule, occurrence.device), Standing(occurrence.rule, occurrence.device))

    def alarm_events(self, occurrence_id: str) -> Sequence[AlarmEvent]:
        return [event for event in self.events if event.occurrence and event.occurrence.id == occurrence_id]

    def alarm_columns(self, start_ns: int, end_ns: int) -> AlarmColumns:
        kept = sorted(self.kept_occurrences.values(), key=lambda o: o.raised_at_ns)
        chosen = [o for o in kept if o.raised_at_ns < end_ns and (o.raised_at_ns >= start_ns or (o.ended_at_ns or end_ns) >= start_ns)]
        return AlarmColumns.of(self._row(o) for o in chosen)

    def _row(self, o: Occurrence) -> AlarmRow:
        system = a_site().devices[o.device].system
        times = o.raised_at_ns, o.returned_at_ns, o.acknowledged_at_ns, o.ended_at_ns
        worked = o.ticket in self.kept_tickets and self.kept_tickets[o.ticket].is_worked_on
        return AlarmRow(o.rule, o.device, system, o.priority, *times, o.annunciated, o.flips, worked)

    def alarm_events_of(self, kinds: Sequence[AlarmEventKind], start_ns: int, end_ns: int) -> Sequence[AlarmEvent]:
        return [event for event in self.events if event.kind in kinds and start_ns <= event.at_ns < end_ns]

    def tickets(self, where: TicketFilter) -> Sequence[Ticket]:
        found = [
            t
            for t in sorted(self.kept_tickets.values(), key=lambda t: (not t.state.is_open, -t.opened_at_ns))
            if (where.state is None or t.state == where.state)
            and (where.open is None or t.state.is_open == where.open)
            and (where.owner is None or t.owner == where.owner)
            and (where.device is None or t.device == where.device)
        ]
        return _after(found, where.before)[: where.limit]

    def ticket(self, ticket_id: str) -> Ticket | None:
        return self.kept_tickets.get(ticket_id)

    def ticket_events(self, ticket_id: str) -> Sequence[TicketEvent]:
        return [line for line in self.lines if line.ticket == ticket_id]

    def user(self, name: str) -> User | None:
        return self.kept_users.get(name)

    def users(self) -> Sequence[User]:
        return list(self.kept_users.values())

    def put_user(self, user: User) -> None:
        self.kept_users[user.name] = user

    def audit_lines(self, limit: int, before_ns: int | None = None) -> Sequence[AuditLine]:
        newest_first = sorted(self.audited, key=lambda line: -line.at_ns)
        return [line for line in newest_first if before_ns is None or line.at_ns < before_ns][:limit]


def _after(found: list[T], before: str | None) -> list[T]:
    if before is None:
        return found
    ids = [item.id for item in found]
    return found[ids.index(before) + 1 :] if before in ids else []


@dataclass
class FakeAlarms:
    """Acts as the alarm desk does, with the smallest possible table of states."""

    journal: FakeJournal
    clock: FakeClock
    flooding: Flood | None = None

    async def acknowledge(self, occurrence: str, by: Actor, comment: str) -> Occurrence:
        found = self._open(occurrence)
        if found.state is not AlarmState.ACTIVE_UNACKNOWLEDGED:
            raise IllegalAct(f"an alarm that is {found.state} can't be acknowledged; allowed: shelve, comment")
        now_ns = self.clock.now_ns()
        seen = replace(found, state=AlarmState.ACTIVE_ACKNOWLEDGED, acknowledged_at_ns=now_ns, acknowledged_by=by.name)
        return self._record(AlarmEventKind.ACKNOWLEDGED, seen, by, comment)

    async def shelve(self, occurrence: str, by: Actor, reason: str, duration_ns: int, one_shot: bool) -> Occurrence:
        shelving = Shelving(by.name, reason, self.clock.now_ns(), self.clock.now_ns() + duration_ns, one_shot)
        return self._record(AlarmEventKind.SHELVED, self._open(occurrence), by, reason, shelving)

    async def unshelve(self, occurrence: str, by: Actor) -> Occurrence:
        return self._record(AlarmEventKind.UNSHELVED, self._open(occurrence), by)

    async def reset(self, occurrence: str, by: Actor) -> Occurrence:
        self._open(occurrence)
        raise IllegalAct("only a latched alarm can be reset; allowed: acknowledge, shelve, comment")

    async def comment(self, occurrence: str, by: Actor, text: str) -> Occurrence:
        return self._record(AlarmEventKind.COMMENTED, self._open(occurrence), by, text)

    async def request_removal(self, rule: str, device: str, by: Actor, reason: str, until_ns: int | None) -> Standing:
        standing = replace(self.standing(rule, device), request=Removal(by.name, reason, self.clock.now_ns(), until_ns))
        self.journal.kept_standings[rule, device] = standing
        return standing

    async def approve_removal(self, rule: str, device: str, by: Actor) -> Standing:
        request = self.standing(rule, device).request
        if request is None or request.by == by.name:
            raise IllegalAct("another person than the one who asked must approve")
        standing = replace(self.standing(rule, device), request=None, out_of_service=replace(request, approved_by=by.name))
        self.journal.kept_standings[rule, device] = standing
        return standing

    async def refuse_removal(self, rule: str, device: str, by: Actor, reason: str) -> Standing:
        standing = replace(self.standing(rule, device), request=None)
        self.journal.kept_standings[rule, device] = standing
        return standing

    async def in_service(self, rule: str, device: str, by: Actor) -> Standing:
        standing = replace(self.standing(rule, device), out_of_service=None)
        self.journal.kept_standings[rule, device] = standing
        return standing

    def standing(self, rule: str, device: str) -> Standing:
        if rule not in {known.id for known in RULES}:
            raise KeyError(rule)
        return self.journal.kept_standings.get((rule, device), Standing(rule, device))

    def flagged(self) -> Sequence[Standing]:
        return [standing for standing in self.journal.kept_standings.values() if standing.is_silent or standing.request]

    def flood(self) -> Flood | None:
        return self.flooding

    def annunciated(self) -> int:
        return self.flooding.count if self.flooding else 3

    def _open(self, occurrence: str) -> Occurrence:
        return self.journal.kept_occurrences[occurrence]

    def _record(self, kind: AlarmEventKind, after: Occurrence, by: Actor, said: str = "", shelving: Shelving | None = None) -> Occurrence:
        standing = Standing(after.rule, after.device, after.state, after.id, shelving)
        self.journal.record(AlarmEvent(kind, self.clock.now_ns(), standing, after, by, said))
        return after


@dataclass
class FakeTickets:
    """Acts as the ticket desk does, by the desk's own table of states."""

    journal: FakeJournal
    clock: FakeClock

    async def open(self, draft: TicketDraft, by: Actor) -> Ticket:
        number = f"GD-260114-{len(self.journal.kept_tickets) + 1:03}"
        now_ns = self.clock.now_ns()
        ticket = Ticket(number, number, draft.ticket_class, TicketState.REGISTERED, draft.title, draft.area, now_ns, by.name, draft.device)
        self.journal.put_ticket(ticket, TicketEvent(number, now_ns, "opened", by.name, draft.note, ticket.state))
        return ticket

    async def act(self, ticket: str, act: TicketAct, by: Actor, comment: str = "", owner: str | None = None) -> Ticket:
        now_ns = self.clock.now_ns()
        after = acted(self.journal.kept_tickets[ticket], act, by, now_ns, comment, owner)
        self.journal.put_ticket(after, TicketEvent(ticket, now_ns, act.value, by.name, comment, after.state))
        return after


class FakeRuleBook:
    """The rules of the place as they stand; nothing that is sent to it is good enough."""

    def __init__(self, site: Site) -> None:
        self.book = Book(site, RULES)

    def origin(self, rule: str) -> Origin:
        return Origin.LIBRARY

    def versions(self, rule: str) -> Sequence[RuleVersion]:
        known = [kept for kept in self.book.rules if kept.id == rule]
        return [RuleVersion(kept.id, kept.version, Origin.LIBRARY, f"id: {kept.id}\n", NOW - DAY, "guanjia") for kept in known]

    def refusal(self) -> Refused | None:
        return None

    def read(self, rule: str) -> RuleReading:
        if not self.versions(rule):
            raise KeyError(rule)
        return RuleReading(RuleWords(f"id: {rule}\n", "v1", Origin.LIBRARY))

    def check(self, yaml: str) -> tuple[Sequence[CheckedRule], Sequence[Mistake]]:
        return [], [Mistake("", 1, "", "there is no rule in it")]

    async def change(self, rule: str, yaml: str, by: Actor, comment: str, base_version: str) -> Adopted:
        self.read(rule)
        raise RulesRefused([Mistake("", 1, "", "there is no rule in it")])

    async def create(self, yaml: str, by: Actor, comment: str) -> tuple[str, Adopted]:
        raise RulesRefused([Mistake("", 1, "", "there is no rule in it")])

    async def take_back(self, rule: str, by: Actor, comment: str, base_version: str = "") -> Adopted:
        self.read(rule)
        raise NotChangeable("there is no edit to take back")

    async def reload(self, by: Actor) -> Adopted:
        return Adopted()
