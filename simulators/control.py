"""The control API of the simulators: whoever tests breaks and mends things here. Loopback only, without login."""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse

from simulators.control_devices import add_devices, add_wires
from simulators.control_site import add_gateways, add_site
from simulators.errors import SimulatorError, UnknownDevice, UnknownGateway, UnknownScenario
from simulators.simulation import Simulation

Describe = Callable[[dict[str, Any]], str]
_PROBLEM = "application/problem+json"


def control_app(simulation: Simulation, describe: Describe | None = None) -> FastAPI:
    """The API over one site. ``describe`` makes the page at ``/docs`` from the OpenAPI description."""
    app = FastAPI(title="Guanjia simulators", version="1", docs_url=None, redoc_url=None)
    if describe is not None:
        app.add_api_route("/docs", lambda: HTMLResponse(describe(app.openapi())), include_in_schema=False)
    for add in (add_devices, add_wires, add_gateways, add_site):
        add(app, simulation)
    app.add_exception_handler(SimulatorError, _refused)
    app.add_exception_handler(RequestValidationError, _malformed)
    return app


async def _refused(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, SimulatorError)
    status = 404 if isinstance(error, UnknownDevice | UnknownGateway | UnknownScenario) else 422
    errors = [{"field": error.field, "message": str(error)}] if error.field else []
    return _problem(type(error).__name__, status, str(error), errors, known=list(error.known))


async def _malformed(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    errors = [{"field": ".".join(str(part) for part in e["loc"][1:]), "message": e["msg"]} for e in error.errors()]
    return _problem("Malformed", 422, "; ".join(f"{e['field']}: {e['message']}" for e in errors), errors)


def _problem(title: str, status: int, detail: str, errors: list[dict[str, str]], **more: object) -> JSONResponse:
    """RFC 9457, with the fields that were wrong."""
    said = {"title": title, "status": status, "detail": detail, "errors": errors, **more}
    return JSONResponse(said, status, media_type=_PROBLEM)
