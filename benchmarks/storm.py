"""Two thousand alarms within a second; a restart with five thousand standing; how long one alarm takes in a busy hour.

usage: python -m benchmarks.storm [--alarms 2000] [--standing 5000] [--seconds 20]

The platform is a process of its own (benchmarks/storm_platform.py) with journal, spool, rules, tickets, API and event stream as in
``guanjia run``; only its devices are a fast source inside it, driven over its standard input: ``break 2000``, ``mend 1``. Figures
beside a baseline of the same run: the storm against one transaction per event, the latency against the bare commit of a line on the
same disk.
"""

import argparse
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from array import array
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

import httpx

from benchmarks.storm_field import free_port
from benchmarks.storm_site import PASSWORD, USER, StormSite, add_user
from guanjia.commands.words import configuration
from guanjia.journal_record import JournalRecord
from guanjia.numbering import OccurrenceNumbers
from model.quality import ABSENT, GOOD
from model.reading import Block
from rules.engine import Engine
from store.journal.journal import open_journal
from tickets.desk import Desk

ALARMS_EACH = 20
"""Alarms of one device in the restart: 250 devices with 5,000 alarms, as many devices as the reference site has."""


class Child:
    """The platform's process and the way to it."""

    def __init__(self, folder: Path, broken: int = 0) -> None:
        """``broken``: how many of its devices are when it starts."""
        self._folder, self.port = folder, free_port()
        self.begun = time.monotonic()
        command = [sys.executable, "-m", "benchmarks.storm_platform", str(folder), str(self.port), str(broken)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, text=True)
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=30)
        while not self._is_up():
            time.sleep(0.02)
        token = self.http.post("/api/v1/auth/token", data={"username": USER, "password": PASSWORD}).json()["access_token"]
        self.http.headers["Authorization"] = f"Bearer {token}"

    def _is_up(self) -> bool:
        assert self.process.poll() is None, f"the platform ended by itself; see {self._folder}/log"
        try:
            return self.http.get("/healthz").status_code == 200
        except httpx.HTTPError:
            return False

    def say(self, word: str, count: int) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{word} {count}\n")
        self.process.stdin.flush()

    def active(self) -> int:
        return sum(1 for _ in self._pages())

    def _pages(self) -> Iterator[str]:
        cursor = ""
        while True:
            page = self.http.get("/api/v1/alarms", params={"active": True, "limit": 200, **({"cursor": cursor} if cursor else {})}).json()
            yield from (item["id"] for item in page["items"])
            cursor = page["next_cursor"]
            if not cursor:
                return

    @contextmanager
    def listening(self) -> Iterator[list[tuple[float, str, str]]]:
        """(when it came, rule, device) of every alarm raised on the event stream."""
        heard: list[tuple[float, str, str]] = []
        opened = threading.Event()

        def listen() -> None:
            # A client of its own, and no more than silence when the platform is killed.
            with suppress(httpx.HTTPError), self._stream() as answer:
                opened.set()
                for line in answer.iter_lines():
                    if line.startswith("data:") and '"raised"' in line and (alarm := json.loads(line[5:]).get("occurrence")):
                        heard.append((time.monotonic(), alarm["rule"], alarm["device"]))

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        opened.wait(10)
        time.sleep(0.3)
        yield heard

    def _stream(self) -> AbstractContextManager[httpx.Response]:
        return httpx.stream("GET", f"http://127.0.0.1:{self.port}/api/v1/stream", headers=self.http.headers, timeout=None)

    def kill(self) -> None:
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait(10)


def storm(folder: Path, alarms: int) -> None:
    """From the moment at which all conditions become true to the last event on the stream, with the wall looked at meanwhile."""
    child = Child(folder)
    time.sleep(2)
    waits: list[float] = []
    with child.listening() as heard:
        begun = time.monotonic()
        child.say("break", alarms)
        while len(heard) < alarms and time.monotonic() - begun < 60:
            asked = time.monotonic()
            child.http.get("/api/v1/alarms", params={"active": True, "limit": 100})
            waits.append(time.monotonic() - asked)
            time.sleep(0.05)
        took = heard[-1][0] - begun
    raised = [(rule, device) for _, rule, device in heard]
    waits.sort()
    print(f"storm: {len(heard)} alarms with tickets committed and on the stream in {took:.2f} s; {len(raised) - len(set(raised))} twice")
    print(f"       the list of alarms answered meanwhile in {1e3 * waits[len(waits) // 2]:.0f} ms, at worst {1e3 * waits[-1]:.0f} ms")
    child.kill()


def one_by_one(folder: Path, alarms: int) -> None:
    """The baseline: as many events, each in a transaction of its own."""
    found = configuration(folder / "site.yaml")
    for together in (1, 100):
        with tempfile.TemporaryDirectory() as scratch:
            journal = open_journal("sqlite", Path(scratch), {})
            engine = Engine(found.site, found.rules, OccurrenceNumbers.after(journal, found.site.timezone))
            desk, now_ns = Desk(found.site, found.rules), time.time_ns()
            record = JournalRecord(journal, lambda tx, event, desk=desk, at=now_ns: desk.on_alarm(tx, event, at))
            said = (Block(id, now_ns, now_ns, array("d", [1.0, 0.0]), bytes([GOOD, ABSENT])) for id in list(found.site.devices)[:alarms])
            events = [event for block in said for event in engine.observe(block)]
            begun, cpu = time.perf_counter(), time.process_time()
            for start in range(0, len(events), together):
                record.events(events[start : start + together])
            took, cpu = time.perf_counter() - begun, time.process_time() - cpu
            journal.close()
        print(f"       journal alone, {together:3} in a transaction: {took:.2f} s, {1e3 * cpu / len(events):.2f} ms CPU an event")


def restart(folder: Path, standing: int) -> None:
    """Every wire breaks, and each makes ``ALARMS_EACH`` alarms; killed; and until they are all listed and the stream is open again.

    Meanwhile the wires stay broken.
    """
    broken = standing // ALARMS_EACH
    child = Child(folder)
    child.say("break", broken)
    while child.active() < standing:
        time.sleep(0.2)
    time.sleep(6)
    child.kill()
    child = Child(folder, broken)
    up = time.monotonic() - child.begun
    found = child.active()
    listed = time.monotonic() - child.begun
    with child.listening():
        live = time.monotonic() - child.begun - 0.3
    print(f"restart with {standing} standing: answers after {up:.2f} s, all {found} listed {listed:.2f} s, stream open {live:.2f} s")
    child.kill()


def latency(folder: Path, devices: int, seconds: float) -> None:
    """One alarm at a time beside the rest of the devices: from the reading to the event on the stream."""
    child = Child(folder)
    time.sleep(6)
    waits = []
    with child.listening() as heard:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            before, begun = len(heard), time.monotonic()
            child.say("break", 1)
            while len(heard) == before and time.monotonic() - begun < 5:
                time.sleep(0.0005)
            waits.append(heard[-1][0] - begun if len(heard) > before else 5.0)
            time.sleep(0.05)
            child.say("mend", 1)
            time.sleep(0.05)
    child.kill()
    waits.sort()
    bare = bare_commits(folder)
    p50, p99 = waits[len(waits) // 2], waits[int(len(waits) * 0.99)]
    print(f"latency at {devices} points/s, {len(waits)} alarms: reading to stream p50 {1e3 * p50:.1f} ms, p99 {1e3 * p99:.1f} ms")
    print(f"       a bare commit of one line on this disk: p50 {1e3 * bare:.2f} ms, so {p50 / bare:.1f} of them")


def bare_commits(folder: Path) -> float:
    connection = sqlite3.connect(folder / "bare.sqlite", isolation_level=None)
    connection.executescript("pragma journal_mode = wal; pragma synchronous = full; create table line (words text)")
    waits = []
    for _ in range(200):
        begun = time.perf_counter()
        connection.execute("insert into line values ('x')")
        waits.append(time.perf_counter() - begun)
    connection.close()
    return sorted(waits)[100]


@contextmanager
def site_of(devices: int, copies: int = 1) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        StormSite(devices, copies=copies).write(folder)
        add_user(folder / "data")
        yield folder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--alarms", type=int, default=2000)
    parser.add_argument("--standing", type=int, default=5000)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--points", type=int, default=6000)
    asked = parser.parse_args()
    with site_of(asked.alarms) as folder:
        storm(folder, asked.alarms)
        one_by_one(folder, asked.alarms)
    with site_of(asked.points) as folder:
        latency(folder, asked.points, asked.seconds)
    with site_of(asked.standing // ALARMS_EACH, ALARMS_EACH) as folder:
        restart(folder, asked.standing)


if __name__ == "__main__":
    main()
