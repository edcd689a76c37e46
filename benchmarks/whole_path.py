"""The whole platform on a hundred devices of sixty registers at 1 Hz: from a register to the event stream, with history and journal on.

usage: python -m benchmarks.whole_path [--seconds 30] [--minutes 0] [--alarms 200] [--fleet-port 20000 --control-port 19999]

Six limits a device, 600 alarms in all. Prints the share of polls, CPU of the platform's process, its memory (a line a minute with
--minutes), and two latencies over the event stream: from the moment a register is set, and from the moment the reading was received.
The fleet is our own (benchmarks.register_fleet) unless one with the same control is listening at --fleet-port already.
Baseline, in the same run: a naive pymodbus script that reads the same blocks and keeps nothing.
"""

import argparse
import json
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from api.security import hash_password
from benchmarks.first_light import cpu_s, cpu_share, memory_mib, say
from benchmarks.register_fleet import CALM, HOST, REGISTERS
from model.people import Role, User
from store.journal.journal import open_journal
from tests.ports import free_ports

DEVICES, WARM_S = 100, 15.0
PASSWORD = "a long enough password"


def write_site(folder: Path, first_port: int) -> Path:
    """Site, profile and rules, as somebody would write them."""
    points = "".join(
        f"- {{name: r{n}, label_zh: 量{n}, address: {n}, table: holding, type: u16, words: 1, scale: 1, unit: ''}}\n"
        for n in range(REGISTERS)
    )
    (folder / "sixty.yaml").write_text(
        "manufacturer: nobody\nmodel: sixty registers\nclass: sixty\nprotocol: modbus_tcp\n"
        f"defaults: {{byte_order: big, word_order: msw_first, read_function: 3}}\npoints:\n{points}",
        encoding="utf-8",
    )
    rules = "".join(
        f"- id: limit.r{n}\n  for: {{class: sixty}}\n  when: r{n} > 900\n  priority: low\n  text: too high\n"
        "  why: {cause: none, consequence: none, action: none, respond_within: 1h}\n  source: practice\n"
        for n in range(CALM)
    )
    (folder / "rules.yaml").write_text(rules, encoding="utf-8")
    devices = "".join(
        f"- {{id: d{n}, name: {{zh: 表{n}, en: d{n}}}, system: power, area: hall, profile: ./sixty.yaml, every: 1s, "
        f"modbus: {{host: {HOST}, port: {first_port + n}, unit: 1}}}}\n"
        for n in range(DEVICES)
    )
    site = folder / "site.yaml"
    site.write_text(
        "site: {id: fleet, name: {zh: 队, en: Fleet}, timezone: UTC}\nareas:\n- {id: hall, name: {zh: 厅, en: Hall}}\n"
        f"devices:\n{devices}rules: [rules.yaml]\n",
        encoding="utf-8",
    )
    return site


class Stream(threading.Thread):
    """Listens to the event stream; keeps when each alarm was told as raised."""

    def __init__(self, port: int, token: str) -> None:
        super().__init__(daemon=True)
        self._url = f"http://{HOST}:{port}/api/v1/stream?readings=none&notices=none"
        self._headers = {"Authorization": f"Bearer {token}"}
        self.told: dict[tuple[str, str], tuple[float, float]] = {}
        """(device, rule) → when it was told and when its reading was received, in seconds."""

    def run(self) -> None:
        with httpx.stream("GET", self._url, headers=self._headers, timeout=None) as reply:
            kind = ""
            for line in reply.iter_lines():
                if line.startswith("event:"):
                    kind = line[6:].strip()
                elif line.startswith("data:") and kind == "alarm":
                    self._hear(json.loads(line[5:]))

    def _hear(self, news: Mapping[str, Any]) -> None:
        now_s, alarm = time.time(), news["occurrence"]
        if alarm is not None:
            self.told.setdefault((alarm["device"], alarm["rule"]), (now_s, datetime.fromisoformat(alarm["raised_at"]).timestamp()))


class Bench:
    """The processes of one run, each stopped by its own id."""

    def __init__(self, folder: Path, fleet_port: int | None, control_port: int) -> None:
        self._processes: list[subprocess.Popen[bytes]] = []
        self._folder = folder
        self.port, *own = free_ports(2)
        self.control_port = control_port if fleet_port else own[0]
        if not fleet_port:
            fleet_port = 20_400
            self.start("-m", "benchmarks.register_fleet", str(fleet_port), str(self.control_port))
            time.sleep(2)
        self.site, self.data = write_site(folder, fleet_port), folder / "data"
        self.http = httpx.Client(base_url=f"http://{HOST}:{self.port}", timeout=20)

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        with (self._folder / "said").open("ab") as out:
            process = subprocess.Popen([sys.executable, *words], stdout=out, stderr=out)
        self._processes.append(process)
        return process

    def start_platform(self) -> subprocess.Popen[bytes]:
        self.data.mkdir()
        journal = open_journal("sqlite", self.data, {})
        journal.put_user(User("engineer", Role.OPERATOR, "engineer", hash_password(PASSWORD)))
        journal.close()
        words = ("--site", str(self.site), "--data", str(self.data), "--port", str(self.port))
        process = self.start("-m", "guanjia", "run", *words)
        for _ in range(400):
            try:
                if self.http.get("/readyz").status_code == 200:
                    return process
            except httpx.TransportError:
                pass
            time.sleep(0.1)
        raise SystemExit("the platform did not get ready: " + (self._folder / "said").read_text(encoding="utf-8")[-2000:])

    def token(self) -> str:
        return str(self.http.post("/api/v1/auth/token", data={"username": "engineer", "password": PASSWORD}).json()["access_token"])

    def points(self) -> float:
        lines = self.http.get("/metrics").text.splitlines()
        return next(float(line.split()[-1]) for line in lines if line.startswith("guanjia_points_total "))

    def control(self, text: str) -> str:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
            wire.settimeout(5)
            wire.sendto(text.encode(), (HOST, self.control_port))
            return wire.recv(65_535).decode()

    def close(self) -> None:
        self.http.close()
        for process in reversed(self._processes):
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)


def cost(bench: Bench, process: subprocess.Popen[bytes], seconds: float) -> float:
    points, used, begun = bench.points(), cpu_s(process.pid), time.monotonic()
    time.sleep(seconds)
    points, used, span = bench.points() - points, cpu_s(process.pid) - used, time.monotonic() - begun
    say("share of polls", f"{points / (DEVICES * REGISTERS * span):.1%}", "100 %")
    say("platform, CPU-s per 1,000 points", f"{used / points * 1000:.4f}", "at most 0.010")
    say("platform, share of one core", f"{used / span:.1%}")
    return used / span


def memory(process: subprocess.Popen[bytes], minutes: int) -> None:
    for minute in range(minutes + 1):
        say(f"platform, resident memory after {minute} min", f"{memory_mib(process.pid):.0f} MiB")
        if minute < minutes:
            time.sleep(60)


def latency(bench: Bench, stream: Stream, alarms: int) -> None:
    dice = random.Random()
    chosen = dice.sample([(device, register) for device in range(DEVICES) for register in range(CALM)], alarms)
    stream.told.clear()
    set_s: dict[tuple[str, str], float] = {}
    for device, register in chosen:
        time.sleep(dice.uniform(0, 0.1))
        set_s[f"d{device}", f"limit.r{register}"] = int(bench.control(f"set {device} {register} {901 + register}")) / 1e6
    time.sleep(4)
    for device, register in chosen:
        bench.control(f"unset {device} {register}")
    told = {key: stream.told[key] for key in set_s if key in stream.told}
    say("alarms told", f"{len(told)} of {alarms}", "all")
    if not told:
        return
    tell("register set → told on the stream", [told[key][0] - set_s[key] for key in told], "p95 at most 1,050 ms")
    tell("reading received → committed and told", [told_s - received_s for told_s, received_s in told.values()], "p99 at most 50 ms")


def tell(what: str, seconds: Sequence[float], bound: str) -> None:
    ordered = sorted(1000 * one for one in seconds)
    p95, p99 = (ordered[min(len(ordered) - 1, int(len(ordered) * share))] for share in (0.95, 0.99))
    say(what, f"median {statistics.median(ordered):.0f}, p95 {p95:.0f}, p99 {p99:.0f} ms", bound)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--minutes", type=int, default=0)
    parser.add_argument("--alarms", type=int, default=200)
    parser.add_argument("--fleet-port", type=int)
    parser.add_argument("--control-port", type=int, default=19_999)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), asked.fleet_port, asked.control_port)
        try:
            process = bench.start_platform()
            stream = Stream(bench.port, bench.token())
            stream.start()
            time.sleep(WARM_S)
            ours = cost(bench, process, asked.seconds)
            latency(bench, stream, asked.alarms)
            memory(process, asked.minutes)
            naive = bench.start("-m", "benchmarks.naive_reader", str(bench.site))
            time.sleep(5)
            theirs = cpu_share(naive.pid, asked.seconds)
            say("baseline: naive pymodbus, same blocks, nothing kept", f"{theirs:.1%}")
            say("platform / baseline", f"{ours / theirs:.2f}")
        finally:
            bench.close()


if __name__ == "__main__":
    main()
