"""The control API of the simulators on its own loopback port: whoever tests breaks and mends things here."""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from simulators.errors import SimulatorError, UnknownDevice, UnknownScenario
from simulators.incidents import Script

if TYPE_CHECKING:
    from simulators.fleet import Fleet

Describe = Callable[[dict[str, Any]], str]
_PROBLEM = "application/problem+json"
_READY_WITHIN_S = 10.0


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class FaultBody(_Body):
    kind: str
    for_s: float | None = Field(None, alias="for", gt=0, description="seconds of site time; without it until taken back")


class BulkBody(FaultBody):
    devices: list[str] = Field(min_length=1)


class ClockBody(_Body):
    speed: float = Field(ge=0, le=600, description="site seconds per second; 0 stands still")


def control_app(fleet: "Fleet", describe: Describe | None = None) -> FastAPI:
    """The API over one fleet. ``describe`` makes the page at ``/docs`` from the OpenAPI description."""
    app = FastAPI(title="Guanjia simulators", version="1", docs_url=None, redoc_url=None)
    if describe is not None:
        app.add_api_route("/docs", lambda: HTMLResponse(describe(app.openapi())), include_in_schema=False)
    _devices(app, fleet)
    _acts(app, fleet)
    _site(app, fleet)
    app.add_exception_handler(SimulatorError, _refused)
    app.add_exception_handler(RequestValidationError, _malformed)
    return app


def _devices(app: FastAPI, fleet: "Fleet") -> None:
    desk = fleet.desk

    def summary(device: str) -> dict[str, Any]:
        placed, machine = fleet.site.devices[device], desk.machine(device)
        wired = desk.network_faults(device)
        return {
            "id": device,
            "name": {"zh": placed.name.zh, "en": placed.name.en},
            "class": placed.device_class,
            "system": placed.system,
            "active_faults": sorted(machine.active_faults()),
            "network": desk.network_fault(device) if wired else None,
        }

    @app.get("/devices")
    async def devices() -> dict[str, Any]:
        return {"items": [summary(device) for device in fleet.site.devices]}

    @app.get("/devices/{device}")
    async def device_state(device: str) -> dict[str, Any]:
        """The physical state, in the units of ``units``, and how the device can break."""
        machine = desk.machine(device)
        state = {name: None if value != value else value for name, value in machine.truth().items()}
        faults = [{"kind": fault.kind, "effect": fault.effect} for fault in machine.faults.values()]
        more = {"state": state, "units": dict(machine.units), "faults": faults, "network_faults": desk.network_faults(device)}
        return summary(device) | more


def _acts(app: FastAPI, fleet: "Fleet") -> None:
    desk = fleet.desk

    @app.post("/devices/{device}/faults", status_code=204)
    async def inject(device: str, body: FaultBody) -> Response:
        desk.inject(device, body.kind, body.for_s)
        return Response(status_code=204)

    @app.delete("/devices/{device}/faults/{kind}", status_code=204)
    async def heal(device: str, kind: str) -> Response:
        desk.heal(device, kind)
        return Response(status_code=204)

    @app.post("/devices/{device}/network", status_code=204)
    async def network(device: str, body: FaultBody) -> Response:
        desk.misbehave(device, body.kind, body.for_s)
        return Response(status_code=204)

    @app.post("/network", status_code=204)
    async def bulk_network(body: BulkBody) -> Response:
        """All of the devices or, when one of them can't, none."""
        for device in body.devices:
            desk.require_wire(device, body.kind)
        for device in body.devices:
            desk.misbehave(device, body.kind, body.for_s)
        return Response(status_code=204)


def _site(app: FastAPI, fleet: "Fleet") -> None:
    @app.get("/clock")
    async def clock() -> dict[str, float]:
        return {"site_time": fleet.site_time_s, "speed": fleet.speed, "late_ticks": fleet.late_ticks}

    @app.post("/clock")
    async def set_clock(body: ClockBody) -> dict[str, float]:
        fleet.speed = body.speed
        return await clock()

    @app.get("/counters")
    async def counters() -> dict[str, int]:
        return {"requests": fleet.requests, "messages": fleet.published, "late_ticks": fleet.late_ticks}

    @app.get("/scenarios")
    async def scenarios() -> dict[str, Any]:
        return {"items": [_told(script) for script in fleet.desk.scripts.values()]}

    @app.post("/scenarios/{name}", status_code=202)
    async def play(name: str) -> dict[str, Any]:
        return _told(fleet.desk.play(name))


def _told(script: Script) -> dict[str, Any]:
    first = script.incidents[0] if script.incidents else None
    return {
        "name": script.name,
        "about": script.about,
        "incidents": len(script.incidents),
        "first": None if first is None else {"at": first.at_s, "device": first.device, "kind": first.kind, "for": first.for_s},
    }


async def _refused(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, SimulatorError)
    status = 404 if isinstance(error, UnknownDevice | UnknownScenario) else 422
    title = type(error).__name__
    return JSONResponse({"title": title, "status": status, "detail": str(error), "known": list(error.known)}, status, media_type=_PROBLEM)


async def _malformed(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    errors = [{"field": ".".join(str(part) for part in e["loc"][1:]), "message": e["msg"]} for e in error.errors()]
    detail = "; ".join(f"{e['field']}: {e['message']}" for e in errors)
    return JSONResponse({"title": "Malformed", "status": 422, "detail": detail, "errors": errors}, 422, media_type=_PROBLEM)


class _Server(uvicorn.Server):
    """Uvicorn without its signal handlers: who runs the fleet decides when it ends."""

    def __init__(self, app: FastAPI) -> None:
        super().__init__(uvicorn.Config(app, lifespan="off", log_config=None, access_log=False, timeout_graceful_shutdown=1))
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


class ControlServer:
    """Serves the API on a socket of its own; port 0 takes a free one."""

    def __init__(self, fleet: "Fleet", host: str, port: int, describe: Describe | None = None) -> None:
        self.host, self.port = host, port
        self._server = _Server(control_app(fleet, describe))
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Returns once it answers. Raises OSError when the port is taken."""
        listening = socket.create_server((self.host, self.port))
        self.port = listening.getsockname()[1]
        self._task = asyncio.get_running_loop().create_task(self._server.serve(sockets=[listening]))
        async with asyncio.timeout(_READY_WITHIN_S):
            await self._server.ready.wait()

    async def close(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            self._server.should_exit = True
            await task
