"""The whole path on real sockets: simulated fleet and platform as two processes, and a person at the API."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx

from api.security import hash_password
from model.people import Role, User
from simulators.reference_site import Size, ports_needed, reference_site
from store.journal.journal import open_journal
from tests.ports import HOST, free_ports

PASSWORD = "a long enough password"
USERS = {"engineer": "operator", "technician": "technician", "energy": "energy", "manager": "manager", "tester": "tester", "admin": "admin"}
T = TypeVar("T")


def until(what: str, ask: Callable[[], T | None], seconds: float) -> T:
    """Ask again until there is an answer. AssertionError naming what did not come in time."""
    end = time.monotonic() + seconds
    while (answer := ask()) is None:
        assert time.monotonic() < end, f"{what} did not come within {seconds} s"
        time.sleep(0.05)
    return answer


class Rig:
    """A site in a folder, its simulators, its platform. Processes are stopped by the ids they were started with."""

    def __init__(self, folder: Path, size: Size = "small", broker: str = "embedded") -> None:
        self.folder, self.data = folder, folder / "data"
        self.site = folder / "site.yaml"
        count = ports_needed(size)
        *ports, broker_port, self.port, self.control_port = free_ports(count + 3)
        self.site.write_text(reference_site(size, HOST, ports, broker=broker, broker_port=broker_port), encoding="utf-8")
        self.simulators: subprocess.Popen[bytes] | None = None
        self.platform: subprocess.Popen[bytes] | None = None
        self.control = httpx.Client(base_url=f"http://{HOST}:{self.control_port}", timeout=60)
        self._tokens: dict[str, str] = {}
        self._http = httpx.Client(base_url=f"http://{HOST}:{self.port}", timeout=60)

    # --- processes ---

    def guanjia(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run([sys.executable, "-m", "guanjia", *words], capture_output=True, text=True, check=check, timeout=100)

    def _start(self, log: str, *words: str) -> subprocess.Popen[bytes]:
        with (self.folder / log).open("ab") as out:
            return subprocess.Popen([sys.executable, "-m", "guanjia", *words], stdout=out, stderr=out)

    def _await(self, what: str, process: subprocess.Popen[bytes], ask: Callable[[], bool | None]) -> None:
        """Until a process just started answers. AssertionError with its log when it ends instead."""

        def answers() -> bool | None:
            logs = (self.folder / name for name in ("simulators.log", "platform.log"))
            assert process.poll() is None, "\n".join(log.read_text(encoding="utf-8")[-3000:] for log in logs if log.exists())
            return ask()

        until(what, answers, 60)

    def start_simulators(self, *more: str) -> None:
        words = ("--site", str(self.site), "--control-port", str(self.control_port), *more)
        self.simulators = self._start("simulators.log", "simulate", *words)
        self._await("the control API", self.simulators, lambda: _answers(self.control, "/devices"))

    def start_platform(self) -> float:
        """Returns how many seconds it took until the API answered."""
        begun = time.monotonic()
        words = ("--site", str(self.site), "--data", str(self.data), "--port", str(self.port))
        self.platform = self._start("platform.log", "run", *words, "--simulators", f"http://{HOST}:{self.control_port}")
        self._await("the API", self.platform, lambda: _answers(self._http, "/healthz"))
        return time.monotonic() - begun

    def add_users(self) -> None:
        """As ``guanjia user add`` does, without a process for each."""
        self.data.mkdir(parents=True, exist_ok=True)
        journal = open_journal("sqlite", self.data, {})
        secret = hash_password(PASSWORD)
        for name, role in USERS.items():
            journal.put_user(User(name, Role(role), name, secret))
        journal.close()

    def kill_platform(self) -> None:
        """As a power switch would."""
        assert self.platform is not None
        os.kill(self.platform.pid, signal.SIGKILL)
        self.platform.wait(60)

    def stop_platform(self) -> float:
        """Ask it to stop. Returns the seconds it took; AssertionError when it did not end well."""
        assert self.platform is not None
        begun = time.monotonic()
        self.platform.send_signal(signal.SIGINT)
        code = self.platform.wait(60)
        assert code == 0, (self.folder / "platform.log").read_text(encoding="utf-8")[-3000:]
        return time.monotonic() - begun

    def close(self) -> None:
        for process in (self.platform, self.simulators):
            if process is not None and process.poll() is None:
                process.terminate()
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait(10)
        self.control.close()
        self._http.close()

    # --- people ---

    def _token(self, user: str) -> str:
        if user not in self._tokens:
            reply = self._http.post("/api/v1/auth/token", data={"username": user, "password": PASSWORD})
            assert reply.status_code == 200, reply.text
            self._tokens[user] = reply.json()["access_token"]
        return self._tokens[user]

    def ask(self, method: str, path: str, user: str = "engineer", **more: Any) -> httpx.Response:
        return self._http.request(method, f"/api/v1{path}", headers={"Authorization": f"Bearer {self._token(user)}"}, **more)

    def get(self, path: str, user: str = "engineer", **params: Any) -> Any:
        reply = self.ask("GET", path, user, params=params)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def act(self, path: str, user: str = "engineer", **body: Any) -> Any:
        reply = self.ask("POST", path, user, json=body)
        assert reply.status_code in (200, 201), reply.text
        return reply.json()

    # --- what people look for ---

    def ready(self) -> bool:
        return self._http.get("/readyz").status_code == 200

    def metrics(self) -> dict[str, float]:
        """Every sample of /metrics: name with labels → value."""
        lines = self._http.get("/metrics").text.splitlines()
        return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in lines if line and not line.startswith("#")}

    def share_good(self) -> float:
        counts = {q: self.metrics().get(f'guanjia_points{{quality="{q}"}}', 0.0) for q in ("good", "uncertain", "bad")}
        return counts["good"] / max(1.0, sum(counts.values()))

    def alarm(self, rule: str, device: str, **where: Any) -> dict[str, Any] | None:
        """The newest occurrence of the rule on the device, or None."""
        items = self.get("/alarms", device=device, limit=200, **where)["items"]
        return next((item for item in items if item["rule"] == rule), None)

    def inject(self, device: str, kind: str, **body: Any) -> None:
        reply = self.control.post(f"/devices/{device}/faults", json={"kind": kind, **body})
        assert reply.status_code < 300, reply.text

    def heal(self, device: str, kind: str) -> None:
        reply = self.control.delete(f"/devices/{device}/faults/{kind}")
        assert reply.status_code < 300, reply.text

    def network(self, devices: list[str], kind: str) -> None:
        reply = self.control.post("/network", json={"devices": devices, "kind": kind})
        assert reply.status_code < 300, reply.text


@contextmanager
def running(folder: Path, size: Size = "small", **more: Any) -> Iterator[Rig]:
    """Fleet and platform up, people known, most points good."""
    rig = Rig(folder, size, **more)
    try:
        rig.add_users()
        rig.start_simulators()
        rig.start_platform()
        until("95 % of points good", lambda: rig.share_good() >= 0.95 or None, 60)
        yield rig
    finally:
        rig.close()


def _answers(client: httpx.Client, path: str) -> bool | None:
    try:
        return client.get(path).status_code == 200 or None
    except (httpx.TransportError, json.JSONDecodeError):
        return None
