"""What people do to an alarm. Each act is one event, or an IllegalAct that says why not and changes nothing."""

from dataclasses import replace

from model.alarm import AlarmEvent, AlarmEventKind, IllegalAct, Removal, Shelving
from model.people import Actor
from rules.alarm import Alarm
from rules.alarm_state import Flag, FlagAct, Happening, ServiceAct, after, flagged, served
from rules.authority import judge_approval, judge_shelving, removal_asked_for


def acknowledge(alarm: Alarm, by: Actor, at_ns: int, comment: str) -> AlarmEvent:
    return alarm.move(
        Happening.ACKNOWLEDGE, AlarmEventKind.ACKNOWLEDGED, at_ns, by, comment, acknowledged_at_ns=at_ns, acknowledged_by=by.name
    )


def reset(alarm: Alarm, by: Actor, at_ns: int) -> AlarmEvent:
    if alarm.truth and not alarm.is_active:
        after(alarm.standing.state, Happening.RESET)
        raise IllegalAct("the condition is true again; an alarm is reset once its condition is clear")
    return alarm.move(Happening.RESET, AlarmEventKind.RESET, at_ns, by)


def shelve(alarm: Alarm, shelving: Shelving, by: Actor) -> AlarmEvent:
    judge_shelving(alarm.rule, shelving)
    flagged(alarm.standing.shelving is not None, Flag.SHELVED, FlagAct.SET)
    alarm.standing = replace(alarm.standing, shelving=shelving)
    return alarm.event(AlarmEventKind.SHELVED, shelving.at_ns, by, shelving.reason)


def request_removal(alarm: Alarm, by: Actor, reason: str, at_ns: int, until_ns: int | None) -> AlarmEvent:
    served(alarm.service, ServiceAct.REQUEST)
    alarm.standing = replace(alarm.standing, request=removal_asked_for(alarm.rule, by.name, reason, at_ns, until_ns))
    return alarm.event(AlarmEventKind.REMOVAL_REQUESTED, at_ns, by, reason)


def approve_removal(alarm: Alarm, by: Actor, at_ns: int) -> AlarmEvent:
    request = _request(alarm, ServiceAct.APPROVE)
    judge_approval(request, by.name, at_ns)
    # The rule may have become another since it was asked for.
    removal_asked_for(alarm.rule, request.by, request.reason, request.at_ns, request.until_ns)
    alarm.standing = replace(alarm.standing, request=None, out_of_service=replace(request, approved_by=by.name))
    return alarm.event(AlarmEventKind.OUT_OF_SERVICE, at_ns, by, request.reason)


def refuse_removal(alarm: Alarm, by: Actor, reason: str, at_ns: int) -> AlarmEvent:
    _request(alarm, ServiceAct.REFUSE)
    alarm.standing = replace(alarm.standing, request=None)
    return alarm.event(AlarmEventKind.REMOVAL_REFUSED, at_ns, by, reason)


def comment(alarm: Alarm, by: Actor, text: str, at_ns: int) -> AlarmEvent:
    return alarm.event(AlarmEventKind.COMMENTED, at_ns, by, text)


def _request(alarm: Alarm, act: ServiceAct) -> Removal:
    served(alarm.service, act)
    assert alarm.standing.request is not None, "the table allows it only where somebody has asked"
    return alarm.standing.request
