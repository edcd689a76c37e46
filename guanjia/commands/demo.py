"""``guanjia demo``: the reference site, all of it, on this machine."""

import asyncio
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from api.security import hash_password
from guanjia.commands.run import as_written_or_as_it_ran, owning
from guanjia.commands.serving import serve
from guanjia.commands.words import out, refuse
from guanjia.platform import SitePlatform
from guanjia.ports import trouble
from guanjia.process import use_logs
from guanjia.system_clock import SystemClock
from guanjia.yesterday import SIMULATE, Yesterday
from model.people import Role, User
from model.ports import Journal
from model.site import Site
from simulators.reference_site import FIRST_PORT, ports_needed, reference_site

HOST = "127.0.0.1"
CONTROL_PORT = 8090
RULES = "rules/site.yaml"
"""The site's own rules, below the data folder, to be changed while the demo runs."""
WRITTEN_ANEW = """\
# 演示每次启动都重新生成本文件，改动不会保留；rules/*.yaml 不会动。要自己改现场：另存一份，用 guanjia run --site 启动。
# Written anew at every start of the demo: changes here are lost, those in rules/*.yaml stay. For a site of your own save a copy elsewhere
# and start it with guanjia run --site.

"""
FIRST_RULES = Path(__file__).parents[1] / "demo_rules.yaml"
PASSWORD = "demo"
"""The demo's logins are public, and served on loopback only."""
LOGINS = {
    "engineer": (Role.OPERATOR, "工程部 李强"),
    "technician": (Role.TECHNICIAN, "维修技工 刘洋"),
    "energy": (Role.ENERGY, "能源管理员 周婷"),
    "manager": (Role.MANAGER, "维修中心主管 孙建国"),
    "tester": (Role.TESTER, "测试"),
    "admin": (Role.ADMIN, "系统管理员"),
}


class FleetSize(StrEnum):
    SMALL = "small"
    REFERENCE = "reference"
    LARGE = "large"


def demo(
    fleet: Annotated[FleetSize, typer.Option("--fleet", help="About 40, 250 or 1,000 devices.")] = FleetSize.REFERENCE,
    seed: Annotated[int, typer.Option("--seed", help="The same seed, the same day.")] = 1,
    speed: Annotated[float, typer.Option("--speed", min=0.1, max=600, help="Site seconds per second in the simulators.")] = 1.0,
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port of the console.")] = 8080,
    control_port: Annotated[
        int, typer.Option("--control-port", min=0, max=65535, help="Port of the simulators' control API.")
    ] = CONTROL_PORT,
    data: Annotated[Path, typer.Option("--data", help="Everything the demo keeps lives in this folder.")] = Path("data/demo"),
) -> None:
    """Bring up the reference site: simulated devices, collectors, history, alarms, tickets, console. Example: guanjia demo --fleet small"""
    with owning(data):
        site, control_port = _site_file(fleet, port, control_port, data)
    use_logs(data / "platform.log")
    found = as_written_or_as_it_ran(site, data)
    with owning(data):
        _welcome(port, control_port, data)
        simulators = _Simulators(found.site, site, data, seed, speed, control_port)
        serve(found, data, HOST, port, demo=True, beside=simulators, simulators=f"http://{HOST}:{control_port}")


def _site_file(fleet: FleetSize, port: int, control_port: int, data: Path) -> tuple[Path, int]:
    """The site on ports that are free, and the port of the control API."""
    wanted = {"--port": port, "--control-port": control_port}
    taken = {option: number for option, number in wanted.items() if number and trouble(HOST, number)}
    if taken:
        raise refuse("\n".join(f"port {number} is taken; choose another with {option}" for option, number in taken.items()))
    control_port = control_port or _free_run(1, CONTROL_PORT)
    site = data / "site.yaml"
    first = _free_run(ports_needed(fleet.value), FIRST_PORT)
    _write_rules(data / RULES)
    text = reference_site(fleet.value, HOST, first, broker_port=_free_run(1, 18830))
    site.write_text(_whole(text), encoding="utf-8")
    return site, control_port


def _whole(fleet: str) -> str:
    return f"{WRITTEN_ANEW}{fleet}\nrules: [rules/*.yaml]\n"


def _write_rules(file: Path) -> None:
    """Once: what somebody has tried in it stays."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(FIRST_RULES.read_text(encoding="utf-8"), encoding="utf-8")


def _welcome(port: int, control_port: int, data: Path) -> None:
    out.print(f"\n[bold]管家 Guanjia[/]  http://{HOST}:{port}\n")
    for name, (role, display) in LOGINS.items():
        out.print(f"  {name:<11} {display}  ({role})")
    out.print(f"\n  password: {PASSWORD}   control API of the simulators: http://{HOST}:{control_port}/docs")
    out.print(f"  logs and data: {data}   stop with Ctrl-C", markup=False)
    out.print(f"  rules to try: change {data / RULES} while it runs\n", markup=False)


class _Simulators:
    """The simulated fleet, a process of its own so that its cost is not the platform's. It ends when this process does, however it ends."""

    def __init__(self, site: Site, file: Path, data: Path, seed: int, speed: float, control_port: int) -> None:
        same = ["--site", str(file), "--seed", str(seed)]
        self._yesterday = Yesterday(site, same, SystemClock())
        self._words = [*same, *self._yesterday.past_words, "--speed", str(speed), "--control-port", str(control_port)]
        self._words += ["--incidents", "--log-file", str(data / "simulators.log"), "--until-input-ends"]
        self._process: asyncio.subprocess.Process | None = None
        self._past: asyncio.Task[None] | None = None

    async def start(self, platform: SitePlatform) -> None:
        """Returns once every simulated device listens, so that no device begins its day as lost."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", SIMULATE, *self._words, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        await asyncio.to_thread(_add_logins, platform.journal)
        assert self._process.stdout is not None
        await self._process.stdout.readline()  # printed once every socket is open, or nothing when it could not start
        self._past = asyncio.create_task(self._yesterday.make(platform.context.history, platform.store.accept))

    async def ended(self) -> None:
        assert self._process is not None
        await self._process.wait()

    async def stop(self) -> None:
        if self._past is not None:
            self._past.cancel()
            await asyncio.wait({self._past})
        if self._process is not None and self._process.returncode is None:
            assert self._process.stdin is not None
            self._process.stdin.close()
            await self._process.wait()


def _add_logins(journal: Journal) -> None:
    known = {user.name for user in journal.users()}
    for name, (role, display) in LOGINS.items():
        if name not in known:
            journal.put_user(User(name, role, display, hash_password(PASSWORD)))


def _free_run(length: int, first: int) -> int:
    """The first port of a run of free ones, at or after ``first``."""
    start = first
    for port in range(first, 60_000):
        if trouble(HOST, port):
            start = port + 1
        elif port - start + 1 == length:
            return start
    raise refuse(f"there are no {length} free ports in a row on this machine")
