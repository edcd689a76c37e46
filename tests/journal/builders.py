"""Alarm events and tickets as the engine and the desk would hand them to the journal."""

from dataclasses import replace

from model.alarm import AlarmEvent, AlarmEventKind, AlarmState, Evidence, Occurrence, Priority, Standing
from model.people import PLATFORM, Actor, Role
from model.quality import Quality
from model.text import Text
from model.ticket import Promise, PromiseClock, Ticket, TicketClass, TicketEvent, TicketState

ENGINEER = Actor("engineer", Role.OPERATOR, "值班工程师")
TITLE = Text("1#泵干转", "Pump 1 runs dry")


def raised(id: str, rule: str = "pump.dry_run", device: str = "b01.pump1", at_ns: int = 1_000, **parts: object) -> AlarmEvent:
    """A new excursion, unacknowledged."""
    occurrence = Occurrence(
        id=id,
        rule=rule,
        rule_version="v1",
        device=device,
        points=(f"{device}.suction_pressure",),
        priority=Priority.HIGH,
        state=AlarmState.ACTIVE_UNACKNOWLEDGED,
        text=TITLE,
        cause=rule,
        condition_since_ns=at_ns - 10,
        raised_at_ns=at_ns,
        inputs={f"{device}.suction_pressure": 0.013, f"{device}.mode": "auto", f"{device}.flow": None},
        evidence=(_evidence(device, at_ns),),
    )
    occurrence = replace(occurrence, **parts)  # type: ignore[arg-type]
    return AlarmEvent(AlarmEventKind.RAISED, at_ns, Standing(rule, device, occurrence.state, id), occurrence, PLATFORM)


def _evidence(device: str, at_ns: int) -> Evidence:
    trusted = {f"{device}.suction_pressure": Quality.OUT_OF_RANGE, f"{device}.flow": Quality.SENSOR_FAILURE}
    return Evidence(device, "holding 16+2", "000dffff", 4, at_ns - 5, at_ns - 4, trusted)


def followed(
    event: AlarmEvent, kind: AlarmEventKind, state: AlarmState, at_ns: int, by: Actor = PLATFORM, comment: str = "", **parts: object
) -> AlarmEvent:
    """The next event of the same occurrence; going to normal ends it."""
    assert event.occurrence is not None
    over = state is AlarmState.NORMAL
    changed: dict[str, object] = {"state": state, "ended_at_ns": at_ns if over else None, **parts}
    occurrence = replace(event.occurrence, **changed)  # type: ignore[arg-type]
    standing = replace(event.standing, state=state, occurrence=None if over else occurrence.id)
    return AlarmEvent(kind, at_ns, standing, occurrence, by, comment)


def returned(event: AlarmEvent, at_ns: int) -> AlarmEvent:
    return followed(event, AlarmEventKind.RETURNED, AlarmState.RETURNED_UNACKNOWLEDGED, at_ns, returned_at_ns=at_ns)


def ended(event: AlarmEvent, at_ns: int) -> AlarmEvent:
    """Acknowledged after its return: over."""
    return followed(event, AlarmEventKind.ACKNOWLEDGED, AlarmState.NORMAL, at_ns, by=ENGINEER, acknowledged_by="engineer")


def ticket(id: str, **parts: object) -> Ticket:
    plain = Ticket(
        id=id,
        number=id,
        ticket_class=TicketClass.LARGE,
        state=TicketState.REGISTERED,
        title=TITLE,
        area="b01",
        opened_at_ns=1_000,
        opened_by="guanjia",
        device="b01.pump1",
        cause="pump.dry_run",
        skill="plumbing",
        clocks=(PromiseClock(Promise.ACCEPT, 5_000), PromiseClock(Promise.FINISH, 9_000, paused_at_ns=2_000)),
        first_steps=(Text("查进水阀", "Check the inlet valve"),),
    )
    return replace(plain, **parts)  # type: ignore[arg-type]


def opened(of: Ticket, what: str = "opened") -> TicketEvent:
    return TicketEvent(of.id, of.opened_at_ns, what, of.opened_by, "", of.state, of.owner)
