"""A simulated site for the testing page: it breaks what it is told to break, and answers with the alarm the rule book promises."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.console.situation import Json, clock, occurrence, phrase

TESTER = {"name": "tester", "display": "王工", "role": "tester", "rights": ["alarm_act", "read", "test", "ticket_open"]}
PROMISE = {"rule": "pump.no_start", "device": "pump1.p2", "priority": "medium", "on_delay_s": 5.0, "due_s": 72.0, "ticket": "large"}
COUNTS = {"passed": 0, "failed": 0, "open": 0, "noted": 0}


def fault(kind: str, zh: str, en: str, **more: object) -> Json:
    effect = phrase(f"{zh}的样子", f"What a {en} does")
    return {
        "kind": kind,
        "name": phrase(zh, en),
        "effect": effect,
        "grows": False,
        "severity": None,
        "grave": False,
        "expected": [],
        **more,
    }


FAULTS = [
    fault("start_failure", "启动失败", "Start failure", expected=[PROMISE]),
    fault("dry_run", "干转", "Dry run", grows=True, severity={"quantity": "suction lost", "unit": "%", "none": 0.0, "full": 100.0}),
    fault("blackout", "全楼失电", "Blackout", grave=True, expected=None),
]
STATE = [
    {"name": "running", "label": phrase("运行", "Running"), "value": 1.0, "unit": "", "meaning": phrase("是", "yes")},
    {"name": "pressure", "label": phrase("出口压力", "Pressure"), "value": 0.58, "unit": "MPa", "meaning": None},
]
SCENARIO = {
    "name": "smoke",
    "title": phrase("烟感报警", "Smoke"),
    "about_text": phrase("一栋楼的烟感报警", "A detector of one block is in alarm"),
    "incidents": 1,
    "length": 300,
}


@dataclass
class FakeBench:
    """``acts``: what pages asked for, as (method, path, body)."""

    acts: list[tuple[str, str, Json]] = field(default_factory=list)
    active: list[Json] = field(default_factory=list)
    account: Json | None = None
    past: list[Json] = field(default_factory=list)
    refuse: str = ""

    def answer(self, method: str, path: str, body: Json, now: datetime) -> object:
        if method != "GET":
            self.acts.append((method, path, body))
            return self._act(method, path.split("/")[1:], body, now)
        if path.startswith("/devices/"):
            return self._device(path.rpartition("/")[2])
        told = {
            "": {"clock": {"site_time": now.timestamp(), "speed": 1.0}, "broker": {"devices": 4, "network": "ok"}, "active": self.active},
            "/gateways": {"items": [{"address": "10.0.0.5:502", "units": [{"unit": n, "device": f"pump1.p{n}"} for n in (1, 2)]}]},
            "/scenarios": {"items": [SCENARIO]},
            "/sessions/current": {"account": self.account},
            "/sessions": {"items": self.past},
        }
        return told[path]

    def _device(self, key: str) -> Json:
        own = [active for active in self.active if active["device"] == key]
        wire = [
            {"kind": kind, "name": phrase(zh, kind), "effect": phrase(zh, kind), "takes": takes, "usual": usual, "least": 0, "most": 9}
            for kind, zh, takes, usual in (
                ("ok", "正常", None, None),
                ("silent", "无应答", None, None),
                ("slow", "应答超时", "seconds", 2.5),
            )
        ]
        return {
            "id": key,
            "address": "10.0.0.5:502 unit 2",
            "active": own,
            "network": "ok",
            "feeds": 7,
            "state": STATE,
            "faults": FAULTS,
            "network_faults": wire,
        }

    def _act(self, method: str, path: list[str], body: Json, now: datetime) -> object:
        if method == "DELETE":
            self.active = [active for active in self.active if active["kind"] != path[-1]]
        elif path[0] == "devices":
            self._break(path[1], path[2] == "network", body, now)
        elif path == ["sessions"]:
            self.account = {
                "number": 3,
                "title": body["title"],
                "started_at": now.isoformat(),
                "started_by": "王工",
                "stopped_at": None,
                "verdicts": dict(COUNTS),
                "items": [],
                "others": [],
            }
            return self.account
        elif path[-1] == "stop" and self.account is not None:
            self.account["stopped_at"] = now.isoformat()
            return self.account
        return {}

    def _break(self, device: str, network: bool, body: Json, now: datetime) -> None:
        if body["kind"] == "ok":
            self.active = [active for active in self.active if not active["network"]]
            return
        name = next((fault["name"] for fault in FAULTS if fault["kind"] == body["kind"]), phrase("无应答", "silent"))
        seconds = body.get("for")
        self.active.append(
            {
                "device": device,
                "gateway": None,
                "broker": False,
                "kind": body["kind"],
                "network": network,
                "name": name,
                "severity": body.get("severity"),
                "for": seconds,
                "left_s": seconds,
                "by": "tester",
            }
        )
        if self.account is not None:
            self.account["verdicts"]["open"] += 1
            self.account["items"].append(
                {
                    "id": len(self.acts),
                    "at": now.isoformat(),
                    "kind": body["kind"],
                    "name": name,
                    "network": network,
                    "device": device,
                    "gateway": None,
                    "broker": False,
                    "by": "tester",
                    "mended_at": None,
                    "verdict": "open",
                    "shortfalls": [],
                    "expected": [PROMISE],
                    "came": [],
                    "missing": [PROMISE],
                }
            )

    def rings(self, of: Json, after_s: float) -> None:
        """The alarm promised for the newest injection has come, with its ticket."""
        assert self.account is not None
        injection = self.account["items"][-1]
        raised = (datetime.fromisoformat(injection["at"]) + timedelta(seconds=after_s)).strftime("%H:%M:%S")
        alarm = occurrence("n1", "pump.no_start", of, "medium", ("启动失败", "no start"), raised)
        ticket = {"id": "t9", "number": "GD-260114-009", "owner": "刘洋", "opened_at": clock(raised)}
        came = {"alarm": alarm, "after_s": after_s, "expected": PROMISE, "shortfalls": [], "folded": False, "ticket": ticket}
        injection |= {"verdict": "passed", "came": [came], "missing": []}
        self.account["verdicts"] |= {"open": 0, "passed": 1}
