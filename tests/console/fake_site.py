"""A small stand-in for the API: it says what the situation says, takes the operator's acts, and streams what happens."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any

from fastapi import APIRouter, FastAPI, HTTPException, Request, Response
from fastapi.responses import StreamingResponse

from dashboards.console import console_router
from tests.console.fake_bench import FakeBench
from tests.console.fake_rules import FakeBook, add_backtests, add_figures, add_rules, rule_shape
from tests.console.fake_rules import kpis as figures_of_the_month
from tests.console.situation import ACTIONS, EVENING, SHANGHAI, Json, Situation, clock, load_at, phrase

COOKIE = "guanjia_session"
NEXT_STATE = {"accept": "accepted", "arrive": "on_site", "start": "in_work", "finish": "finished", "hold": "held", "resume": "in_work"}


ENGINEER = {
    "name": "engineer",
    "display": "李强",
    "role": "operator",
    "rights": ["alarm_act", "read", "ticket_close", "ticket_dispatch", "ticket_open", "ticket_work"],
}


ROSTER: tuple[tuple[str, str, list[str], int], ...] = (
    ("刘洋", "technician", ["plumbing"], 1),
    ("张伟", "technician", ["electrical", "elevator"], 2),
    ("陈刚", "technician", ["plumbing", "hvac"], 3),
    ("赵敏", "operator", ["fire"], 0),
    ("周婷", "energy", [], 0),
)
"""Who works there: name, role, skills, open tickets."""


class FakeSite:
    """Holds the situation and everyone who listens to it."""

    def __init__(self, situation: Situation) -> None:
        self.situation = situation
        self.who: Json = ENGINEER
        self.bench: FakeBench | None = None
        self.started = datetime.now(SHANGHAI)
        self.acts: list[tuple[str, str, Json]] = []
        self.notices: dict[str, Json] = {}
        self.book = FakeBook()
        self._listeners: list[asyncio.Queue[tuple[int, str, Json]]] = []
        self._count = 0

    def now(self) -> datetime:
        """The situation's evening, going on at the pace of the real clock."""
        return EVENING + (datetime.now(SHANGHAI) - self.started)

    def publish(self, kind: str, data: Json) -> None:
        self._count += 1
        for listener in self._listeners:
            listener.put_nowait((self._count, kind, data))

    @property
    def is_heard(self) -> bool:
        """Whether any page listens to the stream."""
        return bool(self._listeners)

    async def listen(self) -> AsyncIterator[str]:
        queue: asyncio.Queue[tuple[int, str, Json]] = asyncio.Queue()
        self._listeners.append(queue)
        try:
            yield _frame(self._count, "hello", {"time": self.now().isoformat(), "resumed": False, "resync": False})
            while True:
                try:
                    number, kind, data = await asyncio.wait_for(queue.get(), 1.0)
                except TimeoutError:
                    yield _frame(self._count, "readings", self.readings())
                else:
                    yield _frame(number, kind, data)
        finally:
            self._listeners.remove(queue)

    def readings(self) -> Json:
        answered = {d["id"]: self.now().isoformat() for d in self.situation.devices if d["connection"]["state"] == "connected"}
        return {"items": [], "devices": answered}

    def raise_alarm(self, alarm: Json) -> None:
        """From any thread but the server's: call through its loop."""
        self.situation.alarms.append(alarm)
        self.publish("alarm", {"what": "raised", "occurrence": alarm, "standing": None})

    def notify(self, key: str, ticket: str, kind: str, words: tuple[str, str], at: str) -> None:
        """The person at the page is told this."""
        about = {"id": key, "ticket": ticket, "to": self.who["name"], "kind": kind, "text": phrase(*words)}
        told = {"state": "told", "created_at": clock(at), "attempts": 1, "told_at": clock(at), "channel": "console", "seen_at": None}
        self.notices[key] = {**about, **told}
        self.publish("notice", self.notices[key])


def _frame(number: int, kind: str, data: Json) -> str:
    return f"id: {number}\nevent: {kind}\ndata: {json.dumps(data)}\n\n"


def page(items: list[Any]) -> Json:
    return {"items": items, "next_cursor": None}


def found(items: list[Json], key: str) -> Json:
    for item in items:
        if item["id"] == key:
            return item
    raise HTTPException(404, f"nothing is called {key}")


def fake_app(situation: Situation | None = None, *, demo: bool = True) -> FastAPI:
    """The console with a fake API behind it. Whoever holds the cookie may do everything."""
    site = FakeSite(situation or Situation())
    app = FastAPI()
    app.state.site = site
    api = APIRouter(prefix="/api/v1")
    add_figures(api, site.book)
    for add in (_add_login, _add_equipment, _add_history, _add_alarms, _add_tickets, _add_notices, _add_energy, _add_bench):
        add(api, site)
    add_rules(api, site.book, ACTIONS["sump.high"])
    add_backtests(api, site.book)
    app.include_router(api)
    app.include_router(console_router(demo=demo))

    @app.middleware("http")
    async def check(request: Request, call_next: Callable[[Request], Any]) -> Response:
        path = request.url.path
        if path.startswith("/api/v1") and not path.endswith("/auth/session") and COOKIE not in request.cookies:
            return Response('{"title": "Unauthorized", "detail": "log in first"}', 401, media_type="application/problem+json")
        response: Response = await call_next(request)
        response.headers["Date"] = format_datetime(site.now())
        return response

    @app.get("/healthz")
    async def alive() -> Json:
        return {"ok": True}

    return app


def _add_login(api: APIRouter, site: FakeSite) -> None:
    @api.post("/auth/session")
    async def log_in(login: Json, response: Response) -> Json:
        if login["password"] != "demo":
            raise HTTPException(401, "wrong name or password")
        response.set_cookie(COOKIE, login["username"])
        return site.who

    @api.delete("/auth/session", status_code=204)
    async def log_out(response: Response) -> None:
        response.delete_cookie(COOKIE)

    @api.get("/me")
    async def me() -> Json:
        return site.who

    @api.get("/roster")
    async def roster() -> Json:
        keys = ("id", "name", "role", "skills", "open_tickets")
        return page([dict(zip(keys, (person[0], *person), strict=True), phone="") for person in ROSTER])


LEVEL = {
    "asked": "input 8+6",
    "hex": "00 00 00 00 3F B5 C2 8F 00 01 00 02",
    "size": 12,
    "at": "2026-01-14T22:48:55.231+08:00",
    "offset": 4,
    "length": 4,
    "bit": None,
}
"""The answer in which the sump's level of 1.42 m came."""


def on_the_wire(point: Json) -> Json:
    """Barriers speak MQTT, everything else has registers."""
    key, name = point["device"], point["name"]
    profile = {"id": "sump_pit", "file": "profiles/sump_pit.yaml", "line": 14}
    decode = {"type": "f32", "scale": 1.0, "offset": 0.0, "encoding": None}
    if key.startswith("gate."):
        written = f'{{"{name}": {point["value"]}}}'.encode()
        raw = {"asked": f"parking/{key}", "offset": 0, "length": len(written), "bit": None, "hex": written.hex(" ")}
        return {"profile": profile, "decode": decode, "wire": {"topic": f"parking/{key}", "path": f"$.{name}"}, "raw": raw}
    wire = {"table": "input", "register": 10, "words": 2, "byte_order": "little", "word_order": "lsw_first"}
    return {"profile": profile, "decode": decode, "wire": wire, "raw": {**LEVEL, "hex": "3F B5 C2 8F"}}


def _add_equipment(api: APIRouter, site: FakeSite) -> None:
    @api.get("/site")
    async def the_site() -> Json:
        return site.situation.site()

    @api.get("/devices")
    async def devices() -> Json:
        return page(site.situation.devices)

    @api.get("/devices/{key}")
    async def device(key: str) -> Json:
        one = found(site.situation.devices, key)
        points = [{**p, **on_the_wire(p)} for p in site.situation.points if p["device"] == key]
        return {**one, "points": points, "raw": [{"asked": p["raw"]["asked"], "hex": p["raw"]["hex"], "size": 4} for p in points[:1]]}

    @api.get("/points")
    async def points(request: Request) -> Json:
        asked, by_id = request.query_params, site.situation.by_id
        wanted = {key: asked[key] for key in ("class", "system", "area") if key in asked}
        return page(
            [
                p
                for p in site.situation.points
                if asked.get("q", "") in p["id"] and all(by_id[p["device"]][key] == value for key, value in wanted.items())
            ]
        )

    @api.get("/points/{key}")
    async def point(key: str) -> Json:
        return found(site.situation.points, key)

    @api.get("/stream")
    async def stream() -> StreamingResponse:
        return StreamingResponse(site.listen(), media_type="text/event-stream")


def _add_history(api: APIRouter, site: FakeSite) -> None:
    @api.get("/points/{key}/readings")
    async def readings(key: str, start: str, end: str) -> Json:
        """A slow saw tooth that climbs at the end, one value in 240 parts, nothing for a stretch in the middle; currents a hundredfold."""
        begun, ended = datetime.fromisoformat(start), datetime.fromisoformat(end)
        if key in site.situation.said:
            return page([{"start": start, "value": site.situation.said[key]}, {"start": end, "value": None}])
        step = (ended - begun) / 240
        scale = 100 if ".current_" in key else 1
        level = [scale * (0.55 + 0.18 * ((n % 75) / 75) + max(0, n - 200) * 0.017) for n in range(240)]
        return page([{"start": (begun + step * n).isoformat(), "value": None if 90 < n < 104 else level[n]} for n in range(240)])


def _add_alarms(api: APIRouter, site: FakeSite) -> None:
    @api.get("/rules")
    async def rules() -> Json:
        return page([rule_shape(key, why) for key, why in ACTIONS.items()])

    @api.get("/alarms")
    async def alarms(active: bool | None = None) -> Json:
        return page(site.situation.past if active is False else site.situation.alarms)

    @api.get("/alarms/kpis")
    async def kpis(start: str) -> Json:
        return {**figures_of_the_month(start), "total": 9 if not site.situation.alarms else 41}

    @api.get("/alarms/flags")
    async def flags() -> Json:
        return page(site.situation.flags)

    @api.get("/alarms/flood")
    async def flood() -> Json:
        return site.situation.flood

    @api.get("/alarms/{key}")
    async def alarm(key: str) -> Json:
        one = found(site.situation.alarms, key)
        story = [{"at": one["raised_at"], "what": "raised", "by": "guanjia", "comment": "", "state": one["state"], "flags": []}]
        return {**one, "story": story, "why": ACTIONS.get(one["rule"]), "standing": None}

    @api.get("/alarms/{key}/trace")
    async def trace(key: str) -> Json:
        one = found(site.situation.alarms, key)
        decode = {"type": "f32", "scale": 1.0, "offset": 0.0, "encoding": None}
        wire = {"table": "input", "register": 10, "words": 2, "byte_order": "big", "word_order": "msw_first"}
        source = {
            "present": True,
            "unit": "m",
            "label": phrase("水位", "Level"),
            "profile": {"id": "sump_pit", "file": "profiles/sump_pit.yaml", "line": 14},
            "meaning": None,
            "quality": "good",
            "reason": "",
            "source_time": "2026-01-14T22:48:55.204+08:00",
            "receive_time": "2026-01-14T22:48:55.231+08:00",
            "limits": [{"value": 1.2, "above": True}],
            "raw": LEVEL,
            "scale_raw": None,
        }
        inputs = [
            {"point": name, "value": value, **source, "decode": decode, "wire": wire, "address": "tcp://10.0.0.31:502 unit 3"}
            for name, value in one["inputs"].items()
        ]
        rule = {
            "id": one["rule"],
            "version": "7",
            "present": True,
            "same_version": True,
            "when": "level > high_m",
            "on_delay_s": 5,
            "params": {"high_m": 1.2},
            "values": {"high_m": 1.2},
            "source": "practice",
            "file": "rules/library/sump.yaml",
            "line": 2,
        }
        ticket = next((t for t in site.situation.tickets if t["id"] == one["ticket"]), None)
        at = {"at": one["raised_at"], "by": "guanjia", "comment": "", "state": one["state"], "flags": [], "owner": None}
        sent = [{**at, "what": "opened"}, {**at, "what": "dispatch", "comment": "least_loaded", "owner": "刘洋"}]
        due = [{"what": "acknowledge", "at": None, "overdue": False, "paused": False}]
        for one_due in ticket["clocks"] if ticket else ():
            due.append({"what": one_due["promise"], "at": one_due["due_at"], "overdue": False, "paused": bool(one_due["paused_at"])})
        return {
            "occurrence": key,
            "condition_since": one["condition_since"],
            "raised_at": one["raised_at"],
            "rule": rule,
            "inputs": inputs,
            "story": [
                {**at, "what": "raised", "priority": "medium" if one.get("level") else one["priority"], "level": ""},
                *([{**at, "what": "rose", "priority": one["priority"], "level": one["level"]}] if one.get("level") else ()),
                {**at, "what": "commented", "by": "engineer", "comment": "去看泵"},
            ],
            "ticket": {**ticket, "story": sent, "notices": list(site.notices.values())} if ticket else None,
            "next": due,
        }

    @api.post("/alarms/{key}/{act}")
    async def act(key: str, act: str, request: Request) -> Json:
        one = found(site.situation.alarms, key)
        _note(site, request, act, key, await request.json())
        if act == "acknowledge":
            one.update(state="active_acknowledged", acknowledged_at=site.now().isoformat(), acknowledged_by="engineer")
        if act == "shelve":
            one["flags"] = ["shelved"]
        site.publish("alarm", {"what": act, "occurrence": one, "standing": None})
        return one

    @api.post("/rules/{rule}/devices/{device}/out-of-service/{answer}")
    async def answer_request(rule: str, device: str, answer: str, request: Request) -> Json:
        _note(site, request, answer, f"{rule}@{device}", await request.json())
        standing = next(one for one in site.situation.flags if one["rule"] == rule and one["device"] == device)
        standing.update(request=None, out_of_service=standing["request"], flags=["out_of_service"])
        return standing


def _add_tickets(api: APIRouter, site: FakeSite) -> None:
    @api.get("/tickets")
    async def tickets() -> Json:
        return page(site.situation.tickets)

    @api.post("/tickets", status_code=201)
    async def open_ticket(draft: Json) -> Json:
        made = {
            **site.situation.tickets[0],
            **draft,
            "id": "t99",
            "number": "GD-260114-099",
            "state": "registered",
            "opened_at": site.now().isoformat(),
            "owner": None,
            "alarms": [],
        }
        made["title"] = phrase(draft["title"], draft["title"])
        site.situation.tickets.append(made)
        site.publish("ticket", {"what": "opened", "ticket": made})
        return made

    @api.get("/tickets/{key}")
    async def ticket(key: str) -> Json:
        one = found(site.situation.tickets, key)
        past = [
            {
                **one,
                "id": "t2",
                "number": "GD-251103-004",
                "opened_at": "2025-11-03T09:00:00+08:00",
                "title": phrase("换 2#泵浮球", "Float of pump 2 changed"),
                "owner": "赵敏",
                "state": "closed",
            },
            {
                **one,
                "id": "t1",
                "number": "GD-251021-011",
                "opened_at": "2025-10-21T09:00:00+08:00",
                "title": phrase("高液位，杂物堵泵", "High level, pump clogged"),
                "owner": "陈刚",
                "state": "closed",
            },
        ]
        story = one.get("story") or [{"at": one["opened_at"], "what": "opened", "by": "guanjia", "comment": "", "state": "registered"}]
        alarms = [a for a in site.situation.alarms if a["id"] in one["alarms"]]
        notices = [n for n in site.notices.values() if n["ticket"] == key]
        return {**one, "story": story, "notices": notices, "occurrences": alarms, "history": past}

    @api.post("/tickets/{key}/{act}")
    async def act(key: str, act: str, request: Request) -> Json:
        one = found(site.situation.tickets, key)
        _note(site, request, act, key, await request.json())
        one["state"] = NEXT_STATE.get(act, one["state"])
        for running in one["clocks"]:
            if running["promise"] == act:
                running["met_at"] = site.now().isoformat()
        site.publish("ticket", {"what": act, "ticket": one})
        return one


def _add_notices(api: APIRouter, site: FakeSite) -> None:
    @api.get("/notices")
    async def notices() -> Json:
        return page(list(site.notices.values()))

    @api.post("/notices/{key}/seen")
    async def seen(key: str) -> Json:
        site.notices[key] |= {"state": "seen", "seen_at": site.now().isoformat()}
        return site.notices[key]


def _note(site: FakeSite, request: Request, act: str, key: str, body: Json) -> None:
    if request.headers.get("X-Requested-With") != "guanjia":
        raise HTTPException(403, "a write from a page names itself")
    site.acts.append((act, key, body))


def _add_bench(api: APIRouter, site: FakeSite) -> None:
    """A real site unless a test hands it a bench."""

    @api.api_route("/testing{path:path}", methods=["GET", "POST", "DELETE"])
    async def testing(path: str, request: Request) -> Any:
        if site.bench is None:
            raise HTTPException(404, "this platform runs without simulators")
        body = json.loads(await request.body() or b"{}")
        return site.bench.answer(request.method, path, body, site.now())


USES = {
    "A1": ("照明与插座", "Lighting, sockets", 0.21),
    "B1": ("空调", "HVAC", 0.1),
    "C1": ("电梯", "Lifts", 0.09),
    "D6": ("充电", "Charging", 0.32),
    "C2": ("水泵", "Pumps", 0.06),
}


METERS = {
    "sub2.incomer1": ("3#进线柜", "Incomer 3", 0.6),
    "sub2.2d2": ("2D2 5号楼居民", "2D2 Block 5 homes", 0.2),
    "sub2.2d5": ("2D5", "2D5", 0.1),
    "b07.light": ("7号楼 公共照明", "Block 7 lighting", 0.05),
}
"""An incomer, two feeders of it, and a meter below one of these."""


def _add_energy(api: APIRouter, site: FakeSite) -> None:
    @api.get("/energy/demand")
    async def demand(start: str = "2026-01-14T00:00:00+08:00") -> Json:
        begun = datetime.fromisoformat(start).astimezone(SHANGHAI)
        ended = min(begun + timedelta(days=1), site.now())
        items: list[Json] = []
        share = 1.0 if begun.day == EVENING.day else 0.93
        while begun + timedelta(minutes=15) <= ended:
            hour = begun.hour + begun.minute / 60
            items.append({"start": begun.isoformat(), "kw": load_at(hour) * share + 9 * ((begun.minute * 7 + begun.hour * 5) % 13 - 6) / 3})
            begun += timedelta(minutes=15)
        return {
            **page(items),
            "maximum": max(items, key=lambda slot: float(slot["kw"])),
            "current_kw": items[-1]["kw"],
            "declared_kw": 1900,
        }

    @api.get("/energy/today")
    async def today() -> Json:
        known = {
            name: {"value": value, "completeness": 1.0}
            for name, value in (("today", 21_840), ("yesterday_so_far", 20_310), ("yesterday", 21_400))
        }
        return {"unit": "kWh", **known, "change": 0.075}

    @api.get("/energy/consumption")
    async def consumption(start: str, end: str, interval: str, group_by: str) -> Json:
        begun, ended = datetime.fromisoformat(start), datetime.fromisoformat(end)
        step = {"1h": timedelta(hours=1), "1d": timedelta(days=1), "1mo": timedelta(days=30)}[interval]
        starts = []
        while begun < ended:
            starts.append(begun)
            begun += step
        shares = {"site": {"site": ("全场", "Site", 1.0)}, "meter": METERS}.get(group_by, USES)
        return page([_consumed(key, zh, en, share, starts, site.situation.known) for key, (zh, en, share) in shares.items()])


def _consumed(key: str, zh: str, en: str, share: float, starts: list[datetime], known: dict[str, float]) -> Json:
    """``known``: how much of the data of an hour or day there is, where it is not all, by when that begins."""
    values = [load_at(at.astimezone(SHANGHAI).hour) * share for at in starts]
    items = [
        {"start": at.isoformat(), "value": value, "completeness": known.get(f"{at.astimezone(SHANGHAI):%m-%d}", 1.0)}
        for at, value in zip(starts, values, strict=True)
    ]
    return {
        "key": key,
        "label": phrase(zh, en),
        "energy": "electricity",
        "unit": "kWh",
        "total": {"value": sum(values), "completeness": 0.97},
        "items": items,
        "corrections": [],
    }
