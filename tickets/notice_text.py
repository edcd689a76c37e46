"""The words of a notice: what, where, by when, and the ticket's number, in both languages; short enough for a telephone. Pure."""

from datetime import datetime
from zoneinfo import ZoneInfo

from model.clock import SECOND
from model.notice import NoticeKind
from model.site import Site
from model.text import Text
from model.ticket import Promise, PromiseClock, Ticket, TicketClass, TicketState

_HEADS = {
    NoticeKind.UNASSIGNED: Text("无人可派，请派单", "Nobody to send, please dispatch"),
    NoticeKind.MADE_EMERGENCY: Text("升级为突发事件", "Now an emergency"),
    NoticeKind.CALLED_AGAIN: Text("再次呼叫，还没有人到场", "Called again, nobody there yet"),
    NoticeKind.REWORK: Text("返工", "To be done again"),
    NoticeKind.REPEATED: Text("请查根本原因", "Find the root cause"),
    NoticeKind.ALARM_ROSE: Text("报警升级", "The alarm has become graver"),
    NoticeKind.DISPATCHED: Text("派给您", "Yours"),
    NoticeKind.EMERGENCY: Text("突发事件", "Emergency"),
    NoticeKind.HANDED_ON: Text("已转给他人", "No longer yours"),
    NoticeKind.CANCELLED: Text("已核销", "Written off"),
    NoticeKind.ARRIVE_LATE: Text("到场超时", "Nobody on site in time"),
    NoticeKind.FINISH_LATE: Text("完成超时", "Not finished in time"),
    NoticeKind.ACCEPT_LATE: Text("接单超时", "Not accepted in time"),
}
_URGENT = frozenset({NoticeKind.UNASSIGNED, NoticeKind.REWORK, NoticeKind.DISPATCHED})
"""Kinds whose head does not say itself that it is an emergency."""

_DUE = {
    Promise.ACCEPT: Text("应 {at} 前接单", "Accept by {at}"),
    Promise.ARRIVE: Text("应 {at} 前到场", "Be on site by {at}"),
    Promise.FINISH: Text("应 {at} 前完成", "Finish by {at}"),
}
_WAS_DUE = {
    Promise.ACCEPT: Text("应 {at} 前接单", "Acceptance was due {at}"),
    Promise.ARRIVE: Text("应 {at} 前到场", "Arrival was due {at}"),
    Promise.FINISH: Text("应 {at} 前完成", "The end was due {at}"),
}
_NOBODY = Text("还没有负责人", "nobody has it")
_UNANSWERED = Text("{who}未接单", "{who} has not accepted")
_WITH = Text("负责人{who}", "with {who}")
_NOW_WITH = Text("现由 {who} 负责", "now with {who}")
_EMERGENCY = Text("突发事件，", "Emergency, ")


def notice_text(kind: NoticeKind, ticket: Ticket, site: Site, at_ns: int) -> Text:
    """Of something that has happened to the ticket. ``at_ns``: when it is told; a day is named only when it is another one."""
    if kind is NoticeKind.HANDED_ON:
        return _whole(kind, ticket, site, _who(_NOW_WITH, ticket, site))
    if kind is NoticeKind.CANCELLED:
        reason = ticket.result.rstrip("。. ")
        return _whole(kind, ticket, site, Text(reason, reason))
    clock = _next(ticket)
    due = None if clock is None else _DUE[clock.promise].format(at=_when(clock.due_at_ns, at_ns, site.timezone))
    return _whole(kind, ticket, site, due)


def late_text(kind: NoticeKind, ticket: Ticket, clock: PromiseClock, site: Site, at_ns: int) -> Text:
    """Of a promise that has been broken: since when, and with whom it is."""
    due = _WAS_DUE[clock.promise].format(at=_when(clock.due_at_ns, at_ns, site.timezone))
    waits = ticket.state in (TicketState.REGISTERED, TicketState.DISPATCHED)
    whose = _who(_UNANSWERED if waits else _WITH, ticket, site)
    return _whole(kind, ticket, site, Text(f"{due.zh}，{whose.zh}", f"{due.en}, {whose.en}"))


def _whole(kind: NoticeKind, ticket: Ticket, site: Site, more: Text | None) -> Text:
    head = _HEADS[kind]
    if kind in _URGENT and ticket.ticket_class is TicketClass.EMERGENCY:
        head = Text(_EMERGENCY.zh + head.zh, _EMERGENCY.en + head.en[0].lower() + head.en[1:])
    area = site.areas.get(ticket.area)
    zh, en = (placed(area.name.zh, ticket.title.zh), placed(area.name.en, ticket.title.en)) if area else (ticket.title.zh, ticket.title.en)
    if more is None:
        return Text(f"{head.zh}：{zh}。{ticket.number}", f"{head.en}: {en}. {ticket.number}")
    return Text(f"{head.zh}：{zh}。{more.zh}。{ticket.number}", f"{head.en}: {en}. {more.en[:1].upper()}{more.en[1:]}. {ticket.number}")


def placed(place: str, title: str) -> str:
    """Place before device, neither named twice: 地下车库A区 and 车库A区1#集水坑 溢流 give 地下车库A区1#集水坑 溢流."""
    if place in title or (" " in place and place.split(" ")[0] == title.split(" ")[0]):
        return title
    shared = next((size for size in range(min(len(place), len(title)), 1, -1) if title.startswith(place[-size:])), 0)
    return place + title[shared:] if shared else f"{place} {title}"


def _next(ticket: Ticket) -> PromiseClock | None:
    """The promise that is due first; of two due at once the one that goes further: whoever is on the spot has accepted."""
    waiting = list({clock.promise: clock for clock in ticket.clocks if clock.met_at_ns is None}.values())
    return min(waiting, key=lambda clock: (clock.due_at_ns, -list(Promise).index(clock.promise)), default=None)


def _who(phrase: Text, ticket: Ticket, site: Site) -> Text:
    if ticket.owner is None:
        return _NOBODY
    name = next((person.name for person in site.people if person.id == ticket.owner), ticket.owner)
    return phrase.format(who=Text(name, name))


def _when(due_ns: int, at_ns: int, zone: ZoneInfo) -> Text:
    due, told = (datetime.fromtimestamp(ns // SECOND, zone) for ns in (due_ns, at_ns))
    clock = f"{due:%H:%M}"
    if due.date() == told.date():
        return Text(clock, clock)
    return Text(f"{due.month}月{due.day}日 {clock}", f"{due:%Y-%m-%d} {clock}")
