"""What a scenario expects: alarms, tickets, notices and energy, each entry checked against the site it is played on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from guanjia.config.document import Document, Path
from guanjia.config.scenario_schema import AlarmFile, EnergyFile, NoticeFile, TicketFile, alarm_pattern
from guanjia.config.scenario_site import Stage
from guanjia.config.scenario_times import Calendar, Offset, Span, written
from guanjia.scenario.people import actor
from model.mistake import Mistake
from model.scenario import NEVER, AlarmPattern, Expectations, ExpectedAlarm, ExpectedEnergy, ExpectedNotice, ExpectedTicket, Moment
from model.units import conversion
from model.wording import near

NOTHING = "nothing"
"""``under: nothing``, ``owner: nobody``: known to be empty, against a key left out, which is not compared."""
NOBODY = "nobody"


@dataclass
class ExpectReader:
    """Turns what is written under ``expect:`` into expectations; what is wrong is added to ``mistakes``."""

    document: Document
    stage: Stage
    calendar: Calendar
    length_ns: int
    warm_up_ns: int
    within_ns: int
    """Give or take, where an entry does not say."""
    mistakes: list[Mistake] = field(default_factory=list)

    def wrong(self, at: Path, message: str) -> None:
        self.mistakes.append(self.document.mistake(at, message))

    def expectations(
        self, alarms: Mapping[int, AlarmFile], tickets: Mapping[int, TicketFile], energy: Mapping[int, EnergyFile]
    ) -> Expectations:
        return Expectations(
            tuple(self._alarm(("expect", "alarms", index), entry) for index, entry in alarms.items()),
            tuple(self._ticket(("expect", "tickets", index), entry) for index, entry in tickets.items()),
            tuple(_present(self._energy(("expect", "energy", index), entry) for index, entry in energy.items())),
        )

    def notices(self, written_notices: Mapping[int, NoticeFile]) -> tuple[ExpectedNotice, ...]:
        return tuple(self._notice(("expect", "notifications", index), entry) for index, entry in written_notices.items())

    def _alarm(self, at: Path, entry: AlarmFile) -> ExpectedAlarm:
        pattern: AlarmPattern = entry.alarm
        self._check((*at, "alarm"), pattern)
        moments = {
            name: self._moment((*at, name), getattr(entry, name), entry.within) for name in ("raised", "returned", "ended", "acknowledged")
        }
        under = self._under((*at, "under"), entry.under)
        return ExpectedAlarm(pattern, self.document.line(at), entry.count, **moments, priority=entry.priority, under=under)

    def _under(self, at: Path, value: str | None) -> str | None:
        if value is None or value == NOTHING:
            return None if value is None else ""
        try:
            self._check(at, alarm_pattern(value))
        except ValueError as error:
            self.wrong(at, str(error))
        return value

    def _ticket(self, at: Path, entry: TicketFile) -> ExpectedTicket:
        self._check((*at, "for"), entry.alarm)
        if entry.owner is not None and entry.owner != NOBODY and actor(self.stage.site, entry.owner) is None:
            self.wrong((*at, "owner"), self.stage.no_person(entry.owner))
        return ExpectedTicket(
            entry.alarm,
            self.document.line(at),
            entry.count,
            entry.ticket_class,
            entry.state,
            self._moment((*at, "opened"), entry.opened, entry.within),
            self._moment((*at, "closed"), entry.closed, entry.within),
            "" if entry.owner == NOBODY else entry.owner,
            entry.alarms,
            entry.clocks(),
        )

    def _notice(self, at: Path, entry: NoticeFile) -> ExpectedNotice:
        self._check((*at, "for"), entry.alarm)
        people = self.stage.people(entry.to)
        if not people:
            self.wrong((*at, "to"), self.stage.nobody_told(entry.to))
        moment = self._moment((*at, "at"), entry.at, entry.within)
        return ExpectedNotice(entry.alarm, self.document.line(at), entry.to, people, entry.kind, entry.count, moment)

    def _check(self, at: Path, pattern: AlarmPattern) -> None:
        missing = self.stage.no_alarm(pattern)
        if missing:
            self.wrong(at, missing)

    def _moment(self, at: Path, span: Span | None, within_ns: int | None) -> Moment | None:
        if span is None:
            return None
        if span.first is None:
            return NEVER
        first_ns = self._within_scenario(at, span.first)
        if span.last is None:
            give_ns = self.within_ns if within_ns is None else within_ns
            return Moment(first_ns - give_ns, first_ns + give_ns)
        last_ns = self._within_scenario(at, span.last)
        if last_ns < first_ns:
            self.wrong(at, f"a span runs from the earlier to the later moment; write {written(last_ns)}..{written(first_ns)}")
        return Moment(first_ns, last_ns)

    def _within_scenario(self, at: Path, when: Offset) -> int:
        at_ns = self.calendar.after_start_ns(when)
        if at_ns > self.length_ns:
            self.wrong(at, f"{written(at_ns)} lies after the end of the scenario (length {written(self.length_ns)})")
        elif at_ns < -self.warm_up_ns:
            self.wrong(at, f"{written(at_ns)} lies before the warm-up, which begins at -{written(self.warm_up_ns)}")
        return at_ns

    def _energy(self, at: Path, entry: EnergyFile) -> ExpectedEnergy | None:
        before = len(self.mistakes)
        if (entry.kwh is None) == (entry.m3 is None):
            self.wrong(at, "write exactly one of 'kwh' and 'm3'")
        amount, unit = (entry.m3, "m3") if entry.kwh is None else (entry.kwh, "kWh")
        self._check_counter((*at, "point"), entry.point, unit)
        from_ns, to_ns = (self._within_scenario((*at, key), value) for key, value in (("from", entry.from_), ("to", entry.to)))
        if to_ns <= from_ns:
            self.wrong((*at, "to"), f"'to' must be later than 'from' ({written(from_ns)})")
        if len(self.mistakes) > before or amount is None:
            return None
        figure, is_share = entry.within
        return ExpectedEnergy(
            entry.point, self.document.line(at), from_ns, to_ns, amount, unit, figure * abs(amount) if is_share else figure
        )

    def _check_counter(self, at: Path, point_id: str, unit: str) -> None:
        found = self.stage.site.point(point_id)
        if found is None:
            device = point_id.rpartition(".")[0]
            known = [f"{device}.{p.name}" for p in self.stage.site.devices[device].points] if device in self.stage.site.devices else []
            self.wrong(at, f"no point '{point_id}'{near(point_id, known)}" if known else self.stage.no_device(device or point_id))
        elif conversion(found[0].points[found[1]].unit, unit) is None:
            has = found[0].points[found[1]].unit or "no unit"
            self.wrong(at, f"'{point_id}' has {has} and can't be counted in {unit}")


def _present(found: Iterable[ExpectedEnergy | None]) -> Iterable[ExpectedEnergy]:
    return (one for one in found if one is not None)
