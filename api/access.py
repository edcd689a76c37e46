"""What every handler may ask for: the platform, the wire's words, who is asking, and the right to do so."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, cast

from fastapi import Depends, Request
from fastapi.security import APIKeyCookie, APIKeyHeader, OAuth2PasswordBearer

from api.context import Platform
from api.doorkeeper import Doorkeeper
from api.problem import Problem
from api.security import BadToken
from api.words import Wire
from model.people import Actor, Right
from model.ports import AuditLine

SESSION_COOKIE = "guanjia_session"
OWN_PAGE = "guanjia"
"""What our own pages write in ``X-Requested-With``; a form on a foreign page can't, so the cookie alone changes nothing."""

_bearer = OAuth2PasswordBearer(tokenUrl="/api/v1/auth/token", auto_error=False)
_api_key = APIKeyHeader(name="X-API-Key", auto_error=False)
_cookie = APIKeyCookie(name=SESSION_COOKIE, auto_error=False)


def the_platform(request: Request) -> Platform:
    return cast(Platform, request.app.state.platform)


def the_wire(request: Request) -> Wire:
    return cast(Wire, request.app.state.wire)


def the_doorkeeper(request: Request) -> Doorkeeper:
    return cast(Doorkeeper, request.app.state.doorkeeper)


ThePlatform = Annotated[Platform, Depends(the_platform)]
TheWire = Annotated[Wire, Depends(the_wire)]
TheDoorkeeper = Annotated[Doorkeeper, Depends(the_doorkeeper)]


def unauthorized(detail: str) -> Problem:
    return Problem(401, detail, headers={"WWW-Authenticate": "Bearer"})


def require_own_page(request: Request) -> None:
    if request.headers.get("x-requested-with") != OWN_PAGE:
        raise Problem(403, f"a write with the session cookie needs the header 'X-Requested-With: {OWN_PAGE}'", "X-Requested-With")


def the_token(
    request: Request,
    key: Annotated[str | None, Depends(_api_key)],
    bearer: Annotated[str | None, Depends(_bearer)],
    cookie: Annotated[str | None, Depends(_cookie)],
) -> str:
    """The token of the question, from the header a program sends or the cookie a page sends."""
    token = key or bearer
    if token:
        return token
    if not cookie:
        raise unauthorized("log in first: send a bearer token, an X-API-Key or the session cookie")
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        require_own_page(request)
    return cookie


TheToken = Annotated[str, Depends(the_token)]


async def the_actor(token: TheToken, doorkeeper: TheDoorkeeper) -> Actor:
    try:
        return await doorkeeper.actor(token)
    except BadToken as error:
        raise unauthorized(str(error)) from error


TheActor = Annotated[Actor, Depends(the_actor)]


def check(actor: Actor, right: Right) -> None:
    if not actor.may(right):
        raise Problem(403, f"the role '{actor.role.value}' does not have the right '{right.value}'")


def holder_of(right: Right) -> Callable[[Actor], Awaitable[Actor]]:
    """A dependency: the actor, who has this right."""

    async def holder(actor: TheActor) -> Actor:
        check(actor, right)
        return actor

    return holder


Reader = Annotated[Actor, Depends(holder_of(Right.READ))]


async def record(platform: Platform, who: Actor, what: str, target: str, detail: str = "") -> None:
    """Put a write down in the audit trail; on disk when this returns."""

    def write() -> None:
        with platform.journal.write() as transaction:
            transaction.audit(AuditLine(platform.clock.now_ns(), who.name, what, target, detail))

    await asyncio.to_thread(write)
