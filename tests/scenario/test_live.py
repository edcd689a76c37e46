"""A scenario against a running site: what is sent to the simulators and the platform, and when; here both are played by the test."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from guanjia.config.scenario_file import ScenarioFile
from guanjia.scenario.comparison import compare
from guanjia.scenario.live import LivePlayer, Simulators, objections, widened
from guanjia.scenario.remote_platform import Login, RemotePlatform, RemoteRefused
from guanjia.scenario.watch import Watch
from model.clock import MINUTE, SECOND
from model.scenario import NEVER, AlarmPattern, Expectations, ExpectedAlarm, Moment
from tests.scenario.ground import scenario

START_NS = 1_768_356_000 * SECOND
ALARM = "pump.dry_run@pr2.pump1"
PLAYED = f"""
devices: [pr2.pump1, pr2.tank]
length: 60s
timeline:
  - {{at: 2s, device: pr2.pump1, fault: dry_run, for: 20s}}
  - {{at: 5s, device: pr2.tank, network: delay, seconds: 0.4, for: 10s}}
  - {{at: 25s, by: engineer, acknowledge: {ALARM}, comment: 看到了}}
  - {{at: 26s, by: engineer, shelve: {ALARM}, for: 20min, reason: 检修}}
  - {{at: 27s, by: technician, ticket: {ALARM}, act: accept}}
expect:
  alarms: [{{alarm: {ALARM}, raised: 12s, within: 2s, acknowledged: 25s}}]
  tickets: [{{for: {ALARM}, class: large, accept: met}}]
  notifications: [{{for: {ALARM}, to: technician, kind: dispatched, at: 12s, within: 2s}}]
"""


class RunningSite:
    """Simulators and platform as far as a scenario sees them: an alarm ten seconds after a fault, a ticket with it."""

    def __init__(self) -> None:
        self.now_ns = START_NS
        self.said: list[tuple[float, str, str, Any]] = []
        self.alarms: dict[str, dict[str, Any]] = {}
        self.speed = 1.0
        self.refuses = ""

    def sleep(self, seconds: float) -> None:
        self.now_ns += round(seconds * SECOND)

    def simulators(self, request: httpx.Request) -> httpx.Response:
        path, body = request.url.path, json.loads(request.content or b"null")
        if path == "/clock":
            return httpx.Response(200, json={"speed": self.speed})
        if request.method == "GET":
            return httpx.Response(200, json={"items": [{"id": "pr2.pump1"}, {"id": "pr2.tank"}]})
        self._note(request.method, path, body)
        if path == "/devices/pr2.pump1/faults":
            self.raise_alarm(self.now_ns + 10 * SECOND)
        return httpx.Response(204)

    def platform(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/api/v1")
        if path == "/auth/token":
            known = b"username=engineer" in request.content
            return httpx.Response(200 if known else 401, json={"access_token": "engineer", "detail": "wrong"})
        if request.method == "GET":
            items = {"/alarms": self._alarms, "/tickets": self._tickets, "/notices": self._notices}[path]()
            return httpx.Response(200, json={"items": list(items), "next_cursor": None})
        self._note(request.method, path, json.loads(request.content))
        if path == self.refuses:
            return httpx.Response(409, json={"detail": "not now"})
        if path.endswith("/acknowledge"):
            self.alarms["A1"]["acknowledged_at"] = _written(self.now_ns)
        return httpx.Response(200, json={})

    def _note(self, method: str, path: str, body: object) -> None:
        self.said.append(((self.now_ns - START_NS) / SECOND, method, path, body))

    def raise_alarm(self, at_ns: int) -> None:
        never = {"returned_at": None, "acknowledged_at": None, "ended_at": None, "suppressed_by": None}
        self.alarms["A1"] = {
            "id": "A1",
            "rule": "pump.dry_run",
            "device": "pr2.pump1",
            "priority": "high",
            "raised_at": _written(at_ns),
        } | never

    def _alarms(self) -> Iterator[dict[str, Any]]:
        return (alarm for alarm in self.alarms.values() if datetime.fromisoformat(alarm["raised_at"]) <= _moment(self.now_ns))

    def _tickets(self) -> Iterator[dict[str, Any]]:
        for alarm in self._alarms():
            clock = {"promise": "accept", "broken": False, "met_at": _written(self.now_ns), "paused_at": None}
            about = {"id": "T1", "number": "GD-1", "class": "large", "state": "accepted", "owner": "technician"}
            yield about | {"alarms": [alarm["id"]], "opened_at": alarm["raised_at"], "closed_at": None, "clocks": [clock]}

    def _notices(self) -> Iterator[dict[str, Any]]:
        """Everybody's: one of this ticket, one of another."""
        told = {"to": "technician", "kind": "dispatched", "created_at": _written(START_NS + 12 * SECOND), "seen_at": None}
        return ({"id": f"N-{ticket}", "ticket": ticket, **told} for ticket in ("T1", "T2"))


def _moment(at_ns: int) -> datetime:
    return datetime.fromtimestamp(at_ns / SECOND, UTC)


def _written(at_ns: int) -> str:
    return _moment(at_ns).isoformat()


@pytest.fixture
def site() -> RunningSite:
    return RunningSite()


def _player(site: RunningSite, loaded: ScenarioFile) -> LivePlayer:
    platform = RemotePlatform("http://platform", Login("engineer", "secret"), httpx.MockTransport(site.platform))
    simulators = Simulators("http://simulators", httpx.MockTransport(site.simulators))
    watch = Watch(platform, frozenset(loaded.site.devices), START_NS)
    return LivePlayer(loaded.scenario, simulators, watch, lambda: site.now_ns, site.sleep)


def test_the_timeline_goes_to_simulators_and_platform_at_its_moments(site: RunningSite) -> None:
    _player(site, scenario(PLAYED)).play(lambda _: None)
    assert site.said == [
        (2.0, "POST", "/devices/pr2.pump1/faults", {"kind": "dry_run"}),
        (5.0, "POST", "/network", {"devices": ["pr2.tank"], "kind": "delay", "seconds": 0.4}),
        (15.0, "POST", "/network", {"devices": ["pr2.tank"], "kind": "ok"}),
        (22.0, "DELETE", "/devices/pr2.pump1/faults/dry_run", None),
        (25.0, "POST", "/alarms/A1/acknowledge", {"comment": "看到了"}),
        (26.0, "POST", "/alarms/A1/shelve", {"reason": "检修", "minutes": 20}),
        (27.0, "POST", "/tickets/T1/accept", {"comment": ""}),
        (60.0, "DELETE", "/devices/pr2.pump1/faults/dry_run", None),
        (60.0, "POST", "/network", {"devices": ["pr2.tank"], "kind": "ok"}),
    ], "and at the end whatever was broken is mended once more"


def test_what_came_is_compared_as_in_virtual_time(site: RunningSite) -> None:
    loaded = scenario(PLAYED)
    assert compare(loaded.scenario, _player(site, loaded).play(lambda _: None)) == ()


def test_what_stood_before_the_start_is_a_difference(site: RunningSite) -> None:
    site.raise_alarm(START_NS - MINUTE)
    outcome = _player(site, scenario(PLAYED.replace("fault: dry_run", "fault: seal_leak"))).play(lambda _: None)
    assert f"{ALARM} stood already before the start" in outcome.troubles


def test_an_act_that_the_platform_refuses_is_told_with_its_reason(site: RunningSite) -> None:
    site.refuses = "/alarms/A1/acknowledge"
    outcome = _player(site, scenario(PLAYED)).play(lambda _: None)
    assert outcome.troubles == (f"at 25s engineer: acknowledge {ALARM}: refused: not now",)


def test_alarms_elsewhere_on_the_site_do_not_count(site: RunningSite) -> None:
    loaded = scenario("devices: [pr2.tank]\nlength: 60s\ntimeline: []\n")
    site.raise_alarm(START_NS + SECOND)
    assert _player(site, loaded).play(lambda _: None).alarms == ()


def test_a_scenario_is_not_played_where_it_can_not_be(site: RunningSite) -> None:
    body = PLAYED.replace("{at: 5s, device: pr2.tank, network: delay, seconds: 0.4, for: 10s}", "{at: 5s, platform: crash, for: 10s}")
    simulators = Simulators("http://simulators", httpx.MockTransport(site.simulators))
    site.speed = 60.0
    crash, speed = objections(scenario(body).scenario, simulators)
    assert "virtual time only" in crash
    assert "60 times" in speed


def test_a_wrong_login_is_refused_with_what_to_do(site: RunningSite) -> None:
    with pytest.raises(RemoteRefused, match="--user and --password"):
        RemotePlatform("http://platform", Login("nobody", "secret"), httpx.MockTransport(site.platform))


def test_slack_widens_moments_and_nothing_else() -> None:
    entry = ExpectedAlarm(AlarmPattern("a", "b"), 1, raised=Moment(10 * SECOND, 20 * SECOND), returned=NEVER)
    (wide,) = widened(Expectations(alarms=(entry,)), 5 * SECOND).alarms
    assert (wide.raised, wide.returned, wide.acknowledged) == (Moment(5 * SECOND, 25 * SECOND), NEVER, None)
