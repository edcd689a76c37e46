"""The rule book, backtests and figures of the fake site: one rule to be edited, one run that is done, a month of figures."""

from typing import Any

from fastapi import APIRouter, HTTPException
from fastapi.responses import JSONResponse

from tests.console.situation import LIFE_SAFETY, Json, clock, phrase

PLAIN: Json = {
    "version": "7a1f00c2",
    "priority": "medium",
    "for": {"class": "sump"},
    "when": "level > high_m",
    "clear_when": None,
    "on_delay_s": 5.0,
    "off_delay_s": 30.0,
    "deadband": {"level": 0.1},
    "params": {"high_m": 1.2},
    "units": {"level": "m"},
    "latched": False,
    "realarm_s": None,
    "shelvable": True,
    "max_shelve_s": 3600.0,
    "suppressed_by": ["sump.overflow", "power.lost", "power.feeder_off"],
    "ticket": {"class": "small", "skill": "plumbing"},
    "origin": "library",
    "watches": 1,
    "levels": [],
    "first_out": None,
    "hold": True,
    "file": "sump.yaml",
    "line": 2,
}
RULE_NAMES = {"comms.lost": "离线", "power.lost": "失电"}
TEXT = "id: sump.high\nfor: {class: sump}\nwhen: level > high_m\non_delay: 5s\nparams: {high_m: 1.2}\n"
MISTAKE = {
    "file": "",
    "line": 3,
    "column": 7,
    "path": "when",
    "message": "'lvel' is no point of this device; did you mean 'level'?",
    "suggestion": "level",
}


def rule_shape(key: str, why: Json) -> Json:
    named = {"id": key, "text": phrase("{device} " + RULE_NAMES.get(key, key), "{device}: " + key)}
    return {**PLAIN, **named, "why": why, "life_safety": key in LIFE_SAFETY}


class FakeBook:
    """What has been written into the rule book, and what has been asked of history."""

    def __init__(self) -> None:
        self.yaml, self.version, self.comment = TEXT, "7a1f00c2", ""
        self.job = run()

    def versions(self) -> list[Json]:
        first = {"version": "7a1f00c2", "at": clock("08:00", 8), "by": "guanjia", "comment": "", "origin": "library", "yaml": TEXT}
        if self.version == first["version"]:
            return [{**first, "running": True}]
        edited = {"version": self.version, "at": clock("22:53"), "by": "manager", "comment": self.comment, "origin": "edited"}
        return [{**edited, "yaml": self.yaml, "running": True}, {**first, "running": False}]


def add_rules(api: APIRouter, book: FakeBook, why: Json) -> None:
    @api.get("/rules/mistakes")
    async def mistakes() -> Json:
        return {"items": [], "at": None}

    @api.post("/rules/check")
    async def check(text: Json) -> Json:
        wrong = "lvel" in text["yaml"]
        return {"rules": [] if wrong else [{"id": "sump.high", "version": "n", "watches": 1}], "mistakes": [MISTAKE] if wrong else []}

    @api.get("/rules/{key}")
    async def rule(key: str) -> Json:
        others = {"id": "b03.fire", "watched": False, "reason": "b03.fire has no point or parameter 'level'"}
        devices = [{"id": "garage.sump3", "watched": True, "reason": ""}, others]
        edited = book.version != PLAIN["version"]
        return {**rule_shape(key, why), "version": book.version, "origin": "edited" if edited else "library", "devices": devices}

    @api.get("/rules/{key}/text")
    async def text(key: str) -> Json:
        return {"rule": key, "yaml": book.yaml, "version": book.version, "origin": "library", "file": None, "aside": None}

    @api.get("/rules/{key}/versions")
    async def versions(key: str) -> Json:
        return {"items": book.versions(), "next_cursor": None}

    @api.get("/rules/{key}/versions/{version}")
    async def version(key: str, version: str, against: str = "") -> Json:
        found = next(item for item in book.versions() if item["version"] == version)
        return {**found, "diff": [{"mark": "-", "text": "on_delay: 5s"}, {"mark": "+", "text": "on_delay: 20s"}] if against else None}

    @api.put("/rules/{key}")
    async def change(key: str, wanted: Json) -> Any:
        if wanted["base_version"] != book.version:
            return JSONResponse({"title": "Conflict", "detail": "sunli changed it at 22:50"}, 409)
        book.yaml, book.version, book.comment = wanted["yaml"], "9e0b11d4", wanted["comment"]
        return {**rule_shape(key, why), "version": book.version, "changed": True, "moved": {"rule_changed": 1}}


def figures(annunciated: int, tickets: int, active_s: float) -> Json:
    per_day = annunciated / 30
    load = {"per_day": per_day, "per_hour": per_day / 24, "busiest_10min": 2 + annunciated // 30, "flood_share": annunciated / 12_000}
    return {"occurrences": annunciated + 6, "annunciated": annunciated, "active_s": active_s, "tickets": tickets, **load}


def _line(day: int, **more: Any) -> Json:
    at = {"raised_at": clock("14:05", day), "returned_at": clock("14:09", day), "active_s": 240.0}
    named = {"rule": "sump.high", "device": "garage.sump3", "text": phrase("高液位", "high"), "priority": "medium", "level": ""}
    return {**named, **at, "annunciated": True, "suppressed_by": None, "inputs": {}, "ticket": "small", **more}


def result(missed: int = 0) -> Json:
    """A month in which a longer delay leaves 83 of 143 alarms out."""
    stood = [
        [clock(f"{n % 24:02}:{n * 7 % 60:02}", 1 + n % 14), clock(f"{n % 24:02}:59", 1 + n % 14), "sump.high", "garage.sump3"]
        for n in range(143)
    ]
    incident = {
        "ticket": "t21",
        "number": "GD-260114-021",
        "title": phrase("车库B区 集水坑", "Garage zone B sump"),
        "device": "garage.sump3",
    }
    both = {"now": figures(143, 41, 60_000), "proposed": figures(60, 18, 47_000)}
    return {
        "question": {"rules": ["sump.high"], "removed": [], "everything": False, "compared": True},
        "period": {"start": clock("00:00", 1), "end": clock("22:53"), "days": 13.95},
        "devices": 12,
        "alarms": 12,
        "readings": 3_628_800,
        "took_s": 4.2,
        **both,
        "gone": [_line(1 + n % 13) for n in range(83)],
        "new": [],
        "changed": [{"now": _line(12), "proposed": _line(12, raised_at=clock("14:06", 12), active_s=180.0)}],
        "by_alarm": [{"rule": "sump.high", "device": "garage.sump3", **both}],
        "missed_incidents": [{**incident, "opened_at": clock("22:49", 9), "occurrence": "A-1"}] * missed,
        "not_judged": [{"rule": "sump.high", "device": "pump1.tank", "reason": "no reading of 'level' in this time"}],
        "assumptions": [phrase("有人在 5 分钟内确认", "Somebody acknowledges within 5 minutes")],
        "left_out": 0,
        "incidents": 4,
        "timeline": {"now": stood, "proposed": stood[::2]},
    }


def run(state: str = "done", **more: Any) -> Json:
    asked = {"rule": "sump.high", "yaml": TEXT.replace("5s", "20s"), "start": clock("22:53", 1), "end": clock("22:53")}
    times = {"asked_at": clock("22:50"), "started_at": clock("22:50"), "finished_at": clock("22:51") if state == "done" else None}
    summary = {"now": {"alarms": 143, "tickets": 41}, "proposed": {"alarms": 60, "tickets": 18}, "missed": 0}
    came = {"progress": 1.0 if state == "done" else 0.4, "eta_s": None if state == "done" else 14.0, "error": ""}
    found = {"id": "B-0007", "state": state, "by": "manager", "question": asked, **times, **came}
    return {**found, "summary": summary if state == "done" else None, "result": result() if state == "done" else None, **more}


def add_backtests(api: APIRouter, book: FakeBook) -> None:
    @api.get("/backtests")
    async def backtests() -> Json:
        return {"items": [{**book.job, "result": None}], "next_cursor": None}

    @api.post("/backtests", status_code=202)
    async def start(asked: Json) -> Json:
        book.job = run("running", question=asked)
        return book.job

    @api.get("/backtests/{key}")
    async def backtest(key: str) -> Json:
        if key != book.job["id"]:
            raise HTTPException(404, f"there is no backtest '{key}'")
        return book.job

    @api.delete("/backtests/{key}")
    async def cancel(key: str) -> Json:
        book.job = {**book.job, "state": "cancelled"}
        return book.job


_JUDGED = (("per_day", 47.3, 144, "met"), ("busy_hours_share", 0.004, 0.01, "met"), ("flood_share", 0.021, 0.01, "missed"),
           ("top_ten_share", 0.38, 0.05, "missed"), ("chattering", 1, 0, "missed"), ("priority_high", 0.07, 0.05, "tolerable"),
           ("stale_most", 2, 4, "met"), ("acknowledged_median_s", 95.0, None, "no_target"))  # fmt: skip


def kpis(start: str) -> Json:
    table = [{"name": n, "value": v, "target": to, "at_least": None, "verdict": said, "source": "ISA-18.2"} for n, v, to, said in _JUDGED]
    days = [{"start": clock("00:00", day), "count": 20 + day * 37 % 53, "stale": 1} for day in range(1, 15)]
    return {
        "start": start,
        "end": clock("22:53"),
        "recorded_from": clock("00:00", 1),
        "per_day": 47.3,
        "figures": table,
        "days": days,
        "hours": [],
        "by_rule": {"sump.high": 143},
        "unauthorised": [
            {"kind": "not_approved", "what": "rule_changed", "at": clock("14:05"), "rule": "sump.high", "device": "", "by": "guanjia"}
        ],
    }


def review() -> Json:
    actor = {"rule": "sump.high", "device": "garage.sump3", "count": 143, "share": 0.22, "kind": "chattering"}
    offline = {"rule": "comms.lost", "device": "gate.north.in", "count": 61, "share": 0.09, "kind": "frequent", "kinds": ["frequent"]}
    return {
        "period": {"start": clock("22:53", 1), "end": clock("22:53"), "days": 13.95},
        "bad_actors": [{**actor, "kinds": ["chattering", "frequent"], "can_suggest": True}, {**offline, "can_suggest": True}],
        "never_fired": [{"rule": "fire.alarm", "devices": 14, "life_safety": True}],
        "never_acted_on": [offline],
        "stale": [{"rule": "hvac.filter", "device": "podium.ahu2", "raised_at": clock("18:10", 12), "returned_at": None}],
        "priorities": {
            name: {"raised": raised, "raised_share": raised / 662, "configured": 20 * raised, "configured_share": raised / 662}
            for name, raised in (("critical", 4), ("high", 46), ("medium", 212), ("low", 400))
        },
    }


def add_figures(api: APIRouter, book: FakeBook) -> None:
    @api.get("/alarms/rationalisation")
    async def rationalisation() -> Json:
        return review()

    @api.post("/alarms/rationalisation/suggest", status_code=202)
    async def suggest(asked: Json) -> Json:
        proof = {"now": figures(143, 41, 60_000), "proposed": figures(60, 18, 47_000), "missed": 0, "incidents": 4}
        found = {"change": {"on_delay_s": 20.0}, "yaml": TEXT.replace("5s", "20s"), "version": "n", "proof": proof, "tried": []}
        book.job = run(question={"suggest": asked["rule"]}, result={"rule": asked["rule"], "suggestion": found, "reason": ""})
        return {**book.job, "state": "running", "progress": 0.5, "result": None}
