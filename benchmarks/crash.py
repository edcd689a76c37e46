"""kill -9 at random instants in a storm, and again and again: do the same alarms and tickets come out as without?

usage: python -m benchmarks.crash [--kills 200] [--seed 1] [--keep FOLDER]        about 15 minutes for 200

A real ``guanjia run`` on a site of wires that speak over MQTT at QoS 1 and meters polled over Modbus. Readings come twice, late and out of
order, the devices' clocks are set; the platform is killed at any moment, while it starts and while it commits, and started again. Then the
same story is told once more, ten times as fast, to a platform that nobody kills, and the journals are compared: every alarm with its
occurrences, every cause with its tickets. The broker is Mosquitto where there is one. Exit code 1 when they differ.
"""

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import sqlalchemy as sa

from benchmarks.storm_field import Field, broker, free_port, meters
from benchmarks.storm_site import StormSite
from store.journal import schema
from store.journal.database import FILE

STEP_S, FAST_STEP_S = 0.25, 0.025
QUIET_S = 6.0
"""So long nothing may change in the journal at the end: longer than any delay of the rules."""
Account = dict[tuple[str, str], tuple[object, ...]]


class Life:
    """The platform's process, started again and again on one data folder."""

    def __init__(self, folder: Path, site: Path) -> None:
        self.data = folder / "data"
        self._folder, self._site, self._port = folder, site, free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._begun = self._stopped = 0.0
        self.starts: list[float] = []
        self.gaps: list[float] = []

    def start(self) -> None:
        words = (
            "run",
            "--site",
            str(self._site),
            "--data",
            str(self.data),
            "--port",
            str(self._port),
            "--log-file",
            str(self._folder / "log"),
        )
        self._begun = time.monotonic()
        with (self._folder / "output").open("ab") as out:
            self._process = subprocess.Popen([sys.executable, "-m", "guanjia", *words], stdout=out, stderr=out)

    def is_live(self) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self._port}/healthz", timeout=1).status_code == 200
        except httpx.HTTPError:
            return False

    def wait_live(self, until_s: float = 30.0) -> None:
        """Returns when the API answers or the time is over."""
        end = time.monotonic() + until_s
        while time.monotonic() < end:
            if self.is_live():
                self.starts.append(time.monotonic() - self._begun)
                if self._stopped:
                    self.gaps.append(time.monotonic() - self._stopped)
                return
            time.sleep(0.05)

    def end(self, how: signal.Signals) -> None:
        assert self._process is not None
        assert self._process.poll() is None, f"the platform ended by itself; see {self._folder}/output"
        self._process.send_signal(how)
        self._process.wait(30)
        self._stopped = time.monotonic()


class Pace:
    """Lets the field go on while something else is waited for."""

    def __init__(self, field: Field, step_s: float) -> None:
        self._field, self._step_s = field, step_s
        self._due = time.monotonic()

    def pass_time(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if self._due <= time.monotonic():
                self._field.step()
                self._due = max(self._due + self._step_s, time.monotonic() - 1)
            time.sleep(max(0.0, min(left, self._due - time.monotonic())))


def account(data: Path) -> Account:
    """(rule, device) → how many occurrences, how they stand, how often each was told as raised, its tickets with their alarms."""
    engine = sa.create_engine(f"sqlite:///{data / FILE}")
    occurrences, tickets, events = schema.occurrences.c, schema.tickets.c, schema.alarm_events.c
    with engine.connect() as connection:
        found = connection.execute(
            sa.select(occurrences.id, occurrences.rule, occurrences.device, occurrences.state, occurrences.ended_at_ns).order_by(
                occurrences.id
            )
        ).all()
        raised = Counter(connection.execute(sa.select(events.occurrence).where(events.kind == "raised")).scalars())
        opened = connection.execute(sa.select(tickets.id, tickets.cause, tickets.device)).all()
        attached = Counter(connection.execute(sa.select(schema.ticket_occurrences.c.ticket)).scalars())
    engine.dispose()
    alarms: dict[tuple[str, str], list[tuple[str, bool, int]]] = {}
    for row in found:
        alarms.setdefault((row.rule, row.device), []).append((str(row.state), row.ended_at_ns is None, raised[row.id]))
    causes: dict[tuple[str, str], list[int]] = {}
    for ticket in opened:
        causes.setdefault((ticket.cause, ticket.device), []).append(attached[ticket.id])
    return {key: (len(stood), tuple(Counter(stood).items()), tuple(causes.get(key, ()))) for key, stood in alarms.items()}


def quiet(data: Path) -> Account:
    """The account once nothing has changed for a while."""
    before, since = account(data), time.monotonic()
    while time.monotonic() - since < QUIET_S:
        time.sleep(0.5)
        now = account(data)
        if now != before:
            before, since = now, time.monotonic()
    return before


@contextmanager
def world(folder: Path, seed: int) -> Iterator[tuple[Life, Field, str]]:
    folder.mkdir(parents=True)
    with broker(folder) as (port, name), meters() as served:
        plan = StormSite(60, 20, 20, broker=port, meters_at=served.port, every="250ms")
        life, field = Life(folder, plan.write(folder)), Field(plan, seed, port, served)
        life.start()
        life.wait_live()
        time.sleep(1.0)
        yield life, field, name
        field.close()


def killed(folder: Path, seed: int, kills: int) -> tuple[Account, int, Life]:
    """The story with kills in it: what came of it, and how many steps it had."""
    dice = random.Random(seed + 1)
    with world(folder, seed) as (life, field, name):
        print(f"broker: {name}; {kills} kills", flush=True)
        pace = Pace(field, STEP_S)
        for number in range(1, kills + 1):
            if dice.random() < 0.25:
                pace.pass_time(dice.uniform(0.0, 2.0))
            else:
                pace.pass_time(1.0)
                life.wait_live()
                pace.pass_time(dice.uniform(0.0, 3.5))
            life.end(signal.SIGKILL)
            pace.pass_time(dice.choice((0.0, 0.0, 0.5, 1.5)))
            life.start()
            if number % 20 == 0:
                print(f"  {number} kills, {field.steps} steps, {field.messages} messages", flush=True)
        pace.pass_time(1.0)
        life.wait_live()
        pace.pass_time(20.0)
        field.settled()
        found, steps = quiet(life.data), field.steps
        life.end(signal.SIGTERM)
    return found, steps, life


def spared(folder: Path, seed: int, steps: int) -> Account:
    """The same story, nobody killed."""
    with world(folder, seed) as (life, field, _):
        due = time.monotonic()
        while field.steps < steps:
            field.step()
            due += FAST_STEP_S
            time.sleep(max(0.0, due - time.monotonic()))
        field.settled()
        found = quiet(life.data)
        life.end(signal.SIGTERM)
    return found


def verdict(crashed: Account, whole: Account) -> list[str]:
    """What differs, in words."""
    lines = []
    for key in sorted(crashed.keys() | whole.keys()):
        if crashed.get(key) != whole.get(key):
            lines.append(f"{key[0]} on {key[1]}\n    with kills:    {crashed.get(key)}\n    without:       {whole.get(key)}")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="a new folder for both data folders and logs, instead of one that is thrown away")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = asked.keep or Path(scratch)
        begun = time.monotonic()
        crashed, steps, life = killed(folder / "killed", asked.seed, asked.kills)
        whole = spared(folder / "whole", asked.seed, steps)
        differences = verdict(crashed, whole)
    starts, gaps = sorted(life.starts), sorted(life.gaps)
    occurrences = sum(int(str(entry[0])) for entry in whole.values())
    print(f"{asked.kills} kills, {time.monotonic() - begun:.0f} s; {len(whole)} alarms, {occurrences} occurrences without kills")
    print(f"start to first answer: median {starts[len(starts) // 2]:.2f} s, longest {starts[-1]:.2f} s; longest time away {gaps[-1]:.1f} s")
    print("\n".join(differences) or "the same occurrences and tickets: none missing, none twice")
    sys.exit(1 if differences else 0)


if __name__ == "__main__":
    main()
