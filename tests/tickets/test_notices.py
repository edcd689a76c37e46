"""Who must learn what of a ticket, in which words: told once, told the gravest, nobody told what they did themselves."""

from collections.abc import Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from model.clock import HOUR, MINUTE
from model.notice import NoticeKind
from model.people import Post
from model.site import Area, Person, Site
from model.text import Text
from model.ticket import Ticket, TicketClass, TicketEvent, TicketState
from tests.tickets.house import DAY_NS
from tickets import clocks
from tickets.notice_text import notice_text, placed
from tickets.notices import notices
from tickets.roster import engineering_room, holders

LI = Person("li", "李工", "technician", ("plumbing",))
WANG = Person("wang", "王工", "technician", ("plumbing",))
ROOM = Person("engineer", "李强", "operator")
NIGHT = Person("night", "赵敏", "operator")
HEAD = Person("sun", "孙建国", "manager", post=Post.MAINTENANCE_HEAD)
SERVICE = Person("he", "何静", "manager", post=Post.SERVICE_MANAGER)
AREA = Person("wu", "吴海涛", "manager", post=Post.AREA_MANAGER)
EVERYBODY = (LI, WANG, ROOM, NIGHT, HEAD, SERVICE, AREA)


def site(people: Sequence[Person] = EVERYBODY) -> Site:
    b07 = Area("b07", Text("7号楼", "Block 7"))
    return Site("talent", Text("人才公寓", "Talent"), ZoneInfo("Asia/Shanghai"), {"b07": b07}, {}, people=tuple(people))


def job(ticket_class: TicketClass = TicketClass.LARGE, owner: str | None = "li", **parts: object) -> Ticket:
    title = Text("7号楼1#梯 困人", "Block 7 lift 1 passengers trapped")
    state = TicketState.DISPATCHED if owner else TicketState.REGISTERED
    number = "GD-260114-001"
    ticket = Ticket(
        number, number, ticket_class, state, title, "b07", DAY_NS, "guanjia", owner=owner, clocks=clocks.started(ticket_class, DAY_NS)
    )
    return replace(ticket, **parts)  # type: ignore[arg-type]


Told = set[tuple[str, str]]


def told(before: Ticket | None, *events: tuple[str, Ticket], by: str = "guanjia", people: Sequence[Person] = EVERYBODY) -> Told:
    """``(person, kind)`` of each notice."""
    changes = [(after, TicketEvent(after.id, DAY_NS, what, by, "", after.state, after.owner)) for what, after in events]
    return {(notice.recipient, notice.kind.value) for notice in notices(before, changes, site(people))}


EMERGENCY = job(TicketClass.EMERGENCY)


def test_a_ticket_that_is_dispatched_is_told_to_its_owner_alone() -> None:
    assert told(None, ("opened", job(owner=None)), ("dispatch", job())) == {("li", "dispatched")}


def test_an_emergency_is_told_to_the_room_and_the_head_too() -> None:
    came = told(None, ("opened", job(TicketClass.EMERGENCY, None)), ("dispatch", EMERGENCY))
    assert came == {("li", "dispatched"), ("engineer", "emergency"), ("night", "emergency"), ("sun", "emergency")}


def test_whoever_is_sent_from_the_room_is_told_that_and_not_the_same_thing_twice() -> None:
    mine = job(TicketClass.EMERGENCY, "engineer")
    came = told(None, ("opened", job(TicketClass.EMERGENCY, None)), ("dispatch", mine))
    assert came == {("engineer", "dispatched"), ("night", "emergency"), ("sun", "emergency")}


def test_where_nobody_can_be_sent_the_room_must_dispatch() -> None:
    assert told(None, ("opened", job(owner=None))) == {("engineer", "unassigned"), ("night", "unassigned")}
    graver = told(None, ("opened", job(TicketClass.EMERGENCY, None)))
    assert graver == {("engineer", "unassigned"), ("night", "unassigned"), ("sun", "emergency")}


CASES: dict[str, tuple[tuple[str, Ticket], str, Told]] = {
    "handed on by the room": (("dispatch", job(owner="wang")), "engineer", {("wang", "dispatched"), ("li", "handed_on")}),
    "handed on by its owner": (("dispatch", job(owner="wang")), "li", {("wang", "dispatched")}),
    "called once more by hand": (("dispatch", job()), "engineer", {("li", "dispatched")}),
    "taken over": (("accept", job(owner="wang")), "wang", {("li", "handed_on")}),
    "reached by another": (("arrive", job(owner="wang")), "wang", {("li", "handed_on")}),
    "sent back": (("rework", job()), "engineer", {("li", "rework")}),
    "written off": (("cancel", job(result="误报。")), "engineer", {("li", "cancelled")}),
    "written off by its owner": (("cancel", job(result="误报。")), "li", set()),
    "accepted": (("accept", job()), "li", set()),
    "finished": (("finish", job()), "li", set()),
    "attached": (("alarm_attached", job()), "guanjia", set()),
    "returned": (("alarm_returned", job()), "guanjia", set()),
}


@pytest.mark.parametrize(("event", "by", "expected"), CASES.values(), ids=CASES)
def test_each_event_is_told_to_those_it_concerns(event: tuple[str, Ticket], by: str, expected: Told) -> None:
    assert told(job(), event, by=by) == expected


def test_who_no_longer_has_it_is_told_who_does() -> None:
    text = notice_text(NoticeKind.HANDED_ON, job(owner="wang"), site(), DAY_NS)
    assert ("。现由 王工 负责。" in text.zh, ". Now with 王工. " in text.en) == (True, True)


def test_an_alarm_after_the_work_was_done_calls_the_room_again_when_it_is_an_emergency() -> None:
    room = {("engineer", "emergency"), ("night", "emergency"), ("sun", "emergency")}
    assert told(EMERGENCY, ("alarm_attached", EMERGENCY), ("rework", EMERGENCY)) == {("li", "rework"), *room}
    assert told(EMERGENCY, ("rework", EMERGENCY), by="engineer") == {("li", "rework")}


def test_of_what_happens_at_once_each_is_told_the_gravest() -> None:
    came = told(job(), ("alarm_attached", job()), ("made_emergency", EMERGENCY), ("called_again", EMERGENCY))
    assert came == {(person, "made_emergency") for person in ("li", "engineer", "night", "sun")}
    assert told(EMERGENCY, ("alarm_attached", EMERGENCY), ("called_again", EMERGENCY)) == {
        (person, "called_again") for person in ("li", "engineer", "night")
    }


def test_the_words_say_what_where_by_when_and_the_number() -> None:
    (text,) = [n.text for n in notices(None, [(job(), TicketEvent("t", DAY_NS, "dispatch", "guanjia"))], site())]
    assert text.zh == "派给您：7号楼1#梯 困人。应 08:15 前到场。GD-260114-001"
    assert text.en == "Yours: Block 7 lift 1 passengers trapped. Be on site by 08:15. GD-260114-001"


def test_a_promise_of_another_day_names_the_day() -> None:
    late = job(clocks=clocks.started(TicketClass.SMALL, DAY_NS + 16 * HOUR - 5 * MINUTE))
    (notice,) = notices(None, [(late, TicketEvent("t", DAY_NS, "dispatch", "guanjia"))], site())
    assert "应 1月15日 00:10 前到场" in notice.text.zh
    assert "by 2026-01-15 00:10" in notice.text.en


@pytest.mark.parametrize(
    ("place", "title", "whole"),
    [
        ("7号楼", "7号楼1#梯 困人", "7号楼1#梯 困人"),
        ("地下车库A区", "车库A区1#集水坑 溢流", "地下车库A区1#集水坑 溢流"),
        ("2#变电所", "消防联动柜 离线", "2#变电所 消防联动柜 离线"),
        ("Garage zone A", "Garage A sump 1 overflows", "Garage A sump 1 overflows"),
        ("North gate", "MQTT broker connection lost", "North gate MQTT broker connection lost"),
    ],
)
def test_place_and_device_are_named_once(place: str, title: str, whole: str) -> None:
    assert placed(place, title) == whole


@pytest.mark.parametrize(
    ("people", "post", "expected"),
    [
        (EVERYBODY, Post.SERVICE_MANAGER, ["he"]),
        ((LI, HEAD, AREA), Post.SERVICE_MANAGER, ["wu"]),
        ((LI, HEAD, SERVICE), Post.AREA_MANAGER, ["he"]),
        ((LI, ROOM, Person("boss", "老板", "manager")), Post.MAINTENANCE_HEAD, ["boss"]),
        ((LI, ROOM, NIGHT), Post.AREA_MANAGER, ["engineer", "night"]),
        ((LI,), Post.AREA_MANAGER, []),
    ],
    ids=["held", "the next above", "else below", "any manager", "the room", "nobody"],
)
def test_a_post_nobody_holds_falls_to_the_next(people: Sequence[Person], post: Post, expected: list[str]) -> None:
    assert holders(people, post) == expected


def test_without_operators_the_room_is_whoever_answers_for_maintenance() -> None:
    assert engineering_room((LI, HEAD)) == ["sun"]
    assert {kind for _, kind in told(None, ("opened", job(owner=None)), people=(LI, HEAD))} == {NoticeKind.UNASSIGNED}
