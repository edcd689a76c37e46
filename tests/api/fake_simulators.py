"""The simulators' control API as far as the testing page needs it: it remembers what was asked, and breaks what it is told to break."""

import json
from dataclasses import dataclass, field
from typing import Any

import httpx

from model.clock import SECOND
from tests.api.fakes import FakeClock

Json = dict[str, Any]
METER = "sub1.incomer1"


@dataclass
class FakeSimulators:
    """Site time is the platform's. ``away``: nobody answers."""

    clock: FakeClock
    away: bool = False
    speed: float = 1.0
    asked: list[tuple[str, str, Json]] = field(default_factory=list)
    log: list[Json] = field(default_factory=list)

    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self._answer)

    @property
    def site_s(self) -> float:
        return self.clock.at_ns / SECOND

    def line(self, act: str, **more: Any) -> None:
        told = {"device": METER, "gateway": None, "broker": False, "kind": "", "severity": None, "amount": None, "onset": 0.0, "for": None}
        self.log.append({"id": len(self.log) + 1, "site_time": self.site_s, "act": act, "by": "", "scenario": None, **told, **more})

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if self.away:
            raise httpx.ConnectError("connection refused", request=request)
        body = json.loads(request.content) if request.content else {}
        path = request.url.path
        if request.method != "GET":
            self.asked.append((request.method, request.url.raw_path.decode(), body))
            return self._act(path, body)
        return httpx.Response(200, json=self._told(path, request))

    def _act(self, path: str, body: Json) -> httpx.Response:
        if body.get("kind") == "impossible":
            detail = f"'{METER}' has no fault 'impossible'; known: overvoltage"
            problem = {"detail": detail, "errors": [{"field": "kind", "message": detail}]}
            return httpx.Response(422, json=problem)
        if path.endswith("/faults"):
            self.line("fault_injected", **{key: body.get(key) for key in ("kind", "severity", "for", "by")}, onset=body.get("onset") or 0.0)
        elif path.startswith("/scenarios/"):
            return httpx.Response(202, json={"name": path.rpartition("/")[2]})
        return httpx.Response(204)

    def _told(self, path: str, request: httpx.Request) -> Json:
        active = {"kind": "overvoltage", "network": False, "severity": 1.0, "ends": "2026-01-14T09:01:00+08:00", "by": "tester"}
        device = {"id": METER, "active": [active], "network": "ok", "address": "10.0.0.11:502 unit 1", "gateway": "10.0.0.11:502"}
        match path:
            case "/clock":
                return {"site_time": self.site_s, "speed": self.speed}
            case "/log":
                after = int(request.url.params["after"])
                return {"items": [line for line in self.log if line["id"] > after]}
            case "/devices":
                return {"items": [device]}
            case "/gateways":
                gone = {"kind": "silent", "network": True, "severity": None, "ends": None, "by": "tester"}
                return {
                    "items": [{"address": "10.0.0.11:502", "units": [{"unit": 1, "device": METER}], "network": "silent", "active": gone}]
                }
            case "/broker":
                return {"network": "ok", "devices": 1, "connected": 1, "active": None}
            case "/scenarios":
                return {"items": [{"name": "smoke"}]}
        fault = {"kind": "overvoltage", "effect": "All phases rise to 113 %.", "grows": True, "severity": None}
        kinds = [{"kind": "silent", "effect": {"zh": "无应答", "en": "Says nothing"}, "takes": None}]
        state = {"phantom": 3.0, "voltage": 230.0, "state": 1.0}
        return {**device, "state": state, "units": {"voltage": "V"}, "faults": [fault], "network_fault_kinds": kinds}
