"""The HTTP API as one application over a running platform."""

from importlib.metadata import version

from fastapi import APIRouter, Depends, FastAPI

from api import problem, reference
from api.context import Platform
from api.doorkeeper import Doorkeeper
from api.frames import Frames
from api.headers import SafeHeaders
from api.plain_text import plain_text
from api.routes import (
    alarms,
    auth,
    backtests,
    energy,
    equipment,
    figures,
    health,
    notices,
    people,
    readings,
    removals,
    rules,
    sittings,
    stream,
    testing,
    tickets,
)
from api.shapes import ProblemShape
from api.words import Wire

_DESCRIPTION = """Every answer is JSON. Times are RFC 3339 with the site's offset. Lists are {items, next_cursor}: ask again with
cursor=next_cursor for the following page. Errors are RFC 9457 problem details (application/problem+json) that name the field.

Log in at POST /api/v1/auth/token and send the token as a bearer, or send an API key in X-API-Key. Pages of the console use a session
cookie; a write with it also needs the header X-Requested-With: guanjia."""
_LARGEST_BODY = 1_000_000
"""Bytes; the longest comment is a few kilobytes."""


def create_app(platform: Platform) -> FastAPI:
    """The application; the console's pages may be mounted beside it. The platform is started and stopped by whoever made it."""
    app = FastAPI(
        title=f"Guanjia · {platform.site.name.en}",
        version=version("guanjia"),
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        max_body_size=_LARGEST_BODY,
        responses={"4XX": {"model": ProblemShape, "content": {problem.PROBLEM_JSON: {}}}},
    )
    attach(app, platform)
    app.add_middleware(SafeHeaders)
    problem.install(app)
    app.include_router(health.router)
    app.include_router(reference.router)
    app.include_router(_version_one())
    return app


def attach(app: FastAPI, platform: Platform) -> None:
    """Put the application in front of this platform."""
    app.state.platform = platform
    app.state.wire = Wire(platform.site)
    app.state.doorkeeper = Doorkeeper(platform.journal, platform.token_secret, platform.clock)
    app.state.frames = Frames()


def _version_one() -> APIRouter:
    router = APIRouter(prefix="/api/v1", dependencies=[Depends(plain_text)])
    for part in (
        auth,
        equipment,
        readings,
        stream,
        figures,
        alarms,
        rules,
        removals,
        tickets,
        notices,
        energy,
        people,
        backtests,
        testing,
        sittings,
    ):
        router.include_router(part.router)
    return router
