"""The shape of a scenario file as pydantic sees it: types and limits only, no look-ups."""

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from guanjia.config.scenario_times import Length, LocalStart, PositiveLength, Spanned, When
from guanjia.config.site_schema import Id, Strict, Words
from model.alarm import Priority
from model.clock import SECOND
from model.notice import NoticeKind
from model.scenario import AlarmPattern, ClockState, StoreKind
from model.ticket import Promise, TicketAct, TicketClass, TicketState

_STEP = 5 * SECOND
_WARM_UP = 600 * SECOND
_WITHIN = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(%|kWh|m3)?\s*")


def alarm_pattern(value: Any) -> AlarmPattern:
    rule, at, device = value.partition("@") if isinstance(value, str) else ("", "", "")
    if not (rule and at and device):
        raise ValueError("write an alarm as rule@device, such as pump.dry_run@pr2.pump1; wildcards are allowed")
    return AlarmPattern(rule.strip(), device.strip())


def tolerance(value: Any) -> tuple[float, bool]:
    """The figure and whether it is a share: ``2%`` is (0.02, True), ``0.5`` (0.5, False)."""
    found = _WITHIN.fullmatch(value if isinstance(value, str) else str(value)) if isinstance(value, str | int | float) else None
    if found is None:
        raise ValueError("write a share such as 2%, or an amount such as 0.5")
    return (float(found[1]) / 100, True) if found[2] == "%" else (float(found[1]), False)


Alarm = Annotated[Any, BeforeValidator(alarm_pattern)]
"""An ``AlarmPattern``."""


class ActFile(Strict):
    """One entry of the timeline; which keys go together is checked by ``scenario_acts``."""

    at: When
    device: str | None = None
    devices: list[str] | None = None
    gateway: str | None = None
    for_: PositiveLength | None = Field(None, alias="for")
    # the field
    fault: str | None = None
    mend: str | None = None
    network: str | None = None
    seconds: float | None = None
    share: float | None = None
    broker: Literal["down"] | None = None
    platform: Literal["crash"] | None = None
    store: StoreKind | None = None
    edge: Id | None = None
    onset: PositiveLength | None = None
    severity: float | None = Field(None, gt=0, le=1)
    # people
    by: str | None = None
    acknowledge: Alarm | None = None
    shelve: Alarm | None = None
    unshelve: Alarm | None = None
    reset: Alarm | None = None
    out_of_service: Alarm | None = None
    in_service: Alarm | None = None
    approved_by: str | None = None
    ticket: Alarm | None = None
    act: TicketAct | None = None
    comment: str | None = None
    """Words beside another act; by itself the alarm that ``text`` is noted on."""
    text: str | None = None
    reason: str | None = None
    owner: str | None = None
    refused: bool | None = None


class AlarmFile(Strict):
    alarm: Alarm
    count: int = Field(1, ge=1)
    raised: Spanned | None = None
    returned: Spanned | None = None
    ended: Spanned | None = None
    acknowledged: Spanned | None = None
    within: Length | None = None
    priority: Priority | None = None
    under: str | None = None


class TicketFile(Strict):
    alarm: Alarm = Field(alias="for")
    count: int = Field(1, ge=1)
    ticket_class: TicketClass | None = Field(None, alias="class")
    state: TicketState | None = None
    opened: Spanned | None = None
    closed: Spanned | None = None
    within: Length | None = None
    owner: str | None = None
    alarms: int | None = Field(None, ge=1)
    accept: ClockState | None = None
    arrive: ClockState | None = None
    finish: ClockState | None = None

    def clocks(self) -> dict[Promise, ClockState]:
        stated = {Promise.ACCEPT: self.accept, Promise.ARRIVE: self.arrive, Promise.FINISH: self.finish}
        return {promise: state for promise, state in stated.items() if state is not None}


class NoticeFile(Strict):
    alarm: Alarm = Field(alias="for")
    to: str
    kind: NoticeKind
    count: int = Field(1, ge=1)
    at: Spanned | None = None
    within: Length | None = None


class EnergyFile(Strict):
    point: str
    from_: When = Field(alias="from")
    to: When
    kwh: float | None = None
    m3: float | None = None
    within: Annotated[Any, BeforeValidator(tolerance)] = (0.02, True)


class HeadFile(Strict):
    """Everything but the lists."""

    scenario: Id
    name: Words
    about: Words
    site: str
    recording: str | None = None
    devices: list[str] = Field([], min_length=1)
    seed: int = 1
    start: LocalStart
    warm_up: Length = _WARM_UP
    length: PositiveLength
    step: PositiveLength = _STEP
    within: PositiveLength | None = None
    """Give or take, of every moment expected in the file that does not say its own."""


LISTS: dict[str, type[Strict]] = {
    "alarms": AlarmFile,
    "tickets": TicketFile,
    "notifications": NoticeFile,
    "energy": EnergyFile,
}
"""The lists under ``expect:``."""
