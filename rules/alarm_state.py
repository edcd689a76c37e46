"""The life of one alarm (ISA-18.2 / IEC 62682), as one table. Everything that decides an alarm's state lives in this file.

A pair that is not in the table is illegal: ``after`` raises and nothing changes. Shelving, suppression by design and out of service are
orthogonal flags: they never move the state, they only withhold annunciation and tickets. When the last of them is lifted the state is
taken afresh from the live condition (``RELEASE``). Out of service has a life of its own, since one person asks for it and another lets it
be. The picture in ``docs/alarm-states.md`` is drawn from these tables.
"""

from collections.abc import Iterator
from enum import StrEnum

from model.alarm import AlarmState, IllegalAct


class Happening(StrEnum):
    """What can befall an alarm. Whether a cleared condition returns or latches is the rule's choice."""

    RAISE = "raise"
    """The condition was true for the whole on-delay. Always opens a new occurrence; one that is still open is superseded."""
    RETURN = "return"
    """The condition was false, deadband passed, for the whole off-delay."""
    LATCH = "latch"
    """As RETURN, of a rule that latches."""
    ACKNOWLEDGE = "acknowledge"
    RESET = "reset"
    REALARM = "realarm"
    RISE = "rise"
    """A graver level of the same trouble has held for its on-delay: whoever had acknowledged it must hear of it again."""
    EASE = "ease"
    """The graver level's condition has ceased for the whole off-delay; the trouble itself has not."""
    RELEASE = "release"
    """The last flag was lifted: seen afresh."""
    WITHDRAW = "withdraw"
    """Rule or device has left the configuration."""


class Flag(StrEnum):
    """The three ways to withhold an alarm's annunciation."""

    SHELVED = "shelved"
    SUPPRESSED = "suppressed"
    OUT_OF_SERVICE = "out_of_service"


class FlagAct(StrEnum):
    SET = "set"
    LIFT = "lift"


class Service(StrEnum):
    """How an alarm stands between service and maintenance."""

    IN_SERVICE = "in_service"
    REQUESTED = "requested"
    OUT_OF_SERVICE = "out_of_service"


class ServiceAct(StrEnum):
    REQUEST = "request"
    APPROVE = "approve"
    """By another person than the one who asked."""
    REFUSE = "refuse"
    """Also taken back by whoever asked, or lapsed at its own end."""
    RETURN = "return"
    """Back in service, by a person or at its end."""


_S = AlarmState
_H = Happening

TABLE: dict[tuple[AlarmState, Happening], AlarmState] = {
    (_S.NORMAL, _H.RAISE): _S.ACTIVE_UNACKNOWLEDGED,
    (_S.NORMAL, _H.RELEASE): _S.NORMAL,
    (_S.ACTIVE_UNACKNOWLEDGED, _H.ACKNOWLEDGE): _S.ACTIVE_ACKNOWLEDGED,
    (_S.ACTIVE_UNACKNOWLEDGED, _H.RETURN): _S.RETURNED_UNACKNOWLEDGED,
    (_S.ACTIVE_UNACKNOWLEDGED, _H.LATCH): _S.LATCHED_UNACKNOWLEDGED,
    (_S.ACTIVE_UNACKNOWLEDGED, _H.RISE): _S.ACTIVE_UNACKNOWLEDGED,
    (_S.ACTIVE_UNACKNOWLEDGED, _H.EASE): _S.ACTIVE_UNACKNOWLEDGED,
    (_S.ACTIVE_UNACKNOWLEDGED, _H.RELEASE): _S.ACTIVE_UNACKNOWLEDGED,
    (_S.ACTIVE_UNACKNOWLEDGED, _H.WITHDRAW): _S.NORMAL,
    (_S.ACTIVE_ACKNOWLEDGED, _H.RETURN): _S.NORMAL,
    (_S.ACTIVE_ACKNOWLEDGED, _H.LATCH): _S.LATCHED_ACKNOWLEDGED,
    (_S.ACTIVE_ACKNOWLEDGED, _H.REALARM): _S.ACTIVE_UNACKNOWLEDGED,
    (_S.ACTIVE_ACKNOWLEDGED, _H.RISE): _S.ACTIVE_UNACKNOWLEDGED,
    (_S.ACTIVE_ACKNOWLEDGED, _H.EASE): _S.ACTIVE_ACKNOWLEDGED,
    (_S.ACTIVE_ACKNOWLEDGED, _H.RELEASE): _S.ACTIVE_UNACKNOWLEDGED,
    (_S.ACTIVE_ACKNOWLEDGED, _H.WITHDRAW): _S.NORMAL,
    (_S.RETURNED_UNACKNOWLEDGED, _H.ACKNOWLEDGE): _S.NORMAL,
    (_S.RETURNED_UNACKNOWLEDGED, _H.RAISE): _S.ACTIVE_UNACKNOWLEDGED,
    (_S.RETURNED_UNACKNOWLEDGED, _H.RELEASE): _S.NORMAL,
    (_S.RETURNED_UNACKNOWLEDGED, _H.WITHDRAW): _S.NORMAL,
    (_S.LATCHED_UNACKNOWLEDGED, _H.ACKNOWLEDGE): _S.LATCHED_ACKNOWLEDGED,
    (_S.LATCHED_UNACKNOWLEDGED, _H.RAISE): _S.ACTIVE_UNACKNOWLEDGED,
    (_S.LATCHED_UNACKNOWLEDGED, _H.RELEASE): _S.LATCHED_UNACKNOWLEDGED,
    (_S.LATCHED_UNACKNOWLEDGED, _H.WITHDRAW): _S.NORMAL,
    (_S.LATCHED_ACKNOWLEDGED, _H.RESET): _S.NORMAL,
    (_S.LATCHED_ACKNOWLEDGED, _H.RAISE): _S.ACTIVE_UNACKNOWLEDGED,
    (_S.LATCHED_ACKNOWLEDGED, _H.RELEASE): _S.LATCHED_ACKNOWLEDGED,
    (_S.LATCHED_ACKNOWLEDGED, _H.WITHDRAW): _S.NORMAL,
}

FLAG_TABLE: dict[tuple[bool, FlagAct], bool] = {
    (False, FlagAct.SET): True,
    (True, FlagAct.LIFT): False,
}

SERVICE_TABLE: dict[tuple[Service, ServiceAct], Service] = {
    (Service.IN_SERVICE, ServiceAct.REQUEST): Service.REQUESTED,
    (Service.REQUESTED, ServiceAct.APPROVE): Service.OUT_OF_SERVICE,
    (Service.REQUESTED, ServiceAct.REFUSE): Service.IN_SERVICE,
    (Service.OUT_OF_SERVICE, ServiceAct.RETURN): Service.IN_SERVICE,
}

_OF_PEOPLE = frozenset({Happening.ACKNOWLEDGE, Happening.RESET})
ACTIVE = frozenset({_S.ACTIVE_UNACKNOWLEDGED, _S.ACTIVE_ACKNOWLEDGED})


def after(state: AlarmState, happening: Happening) -> AlarmState:
    """The state that follows. Raises IllegalAct, naming what is possible, for a pair that is not in the table."""
    try:
        return TABLE[state, happening]
    except KeyError:
        possible = ", ".join(h for s, h in TABLE if s is state and h in _OF_PEOPLE) or "nothing"
        raise IllegalAct(f"an alarm that is {_words(state)} can't {happening}; possible now: {possible}") from None


def flagged(is_set: bool, flag: Flag, act: FlagAct) -> bool:
    """Whether the flag is set afterwards. Raises IllegalAct when it is already as wished."""
    try:
        return FLAG_TABLE[is_set, act]
    except KeyError:
        raise IllegalAct(f"the alarm is {'already' if is_set else 'not'} {_words(flag)}") from None


def served(service: Service, act: ServiceAct) -> Service:
    """What follows between service and maintenance. Raises IllegalAct, naming what is possible, for a pair that is not in the table."""
    try:
        return SERVICE_TABLE[service, act]
    except KeyError:
        possible = ", ".join(a for s, a in SERVICE_TABLE if s is service)
        raise IllegalAct(f"out of service: can't {act} for an alarm that is {_words(service)}; possible now: {possible}") from None


def transitions() -> Iterator[tuple[AlarmState, Happening, AlarmState]]:
    """Every legal transition, in the table's order."""
    for (state, happening), following in TABLE.items():
        yield state, happening, following


def mermaid() -> str:
    """The state diagram of the documentation; the three flags run beside the state."""
    lines = ["stateDiagram-v2", "    state Alarm {", f"        [*] --> {AlarmState.NORMAL}"]
    lines += [f"        {state} --> {following}: {happening}" for state, happening, following in transitions()]
    for flag in (Flag.SHELVED, Flag.SUPPRESSED):
        lines += ["        --", f"        [*] --> not_{flag}"]
        lines += [f"        {_region(flag, is_set)} --> {_region(flag, follows)}: {act}" for (is_set, act), follows in FLAG_TABLE.items()]
    lines += ["        --", f"        [*] --> {Service.IN_SERVICE}"]
    lines += [f"        {service} --> {follows}: {act}" for (service, act), follows in SERVICE_TABLE.items()]
    return "\n".join([*lines, "    }"])


def _region(flag: Flag, is_set: bool) -> str:
    return flag.value if is_set else f"not_{flag}"


def _words(name: StrEnum) -> str:
    return name.value.replace("_", " ")
