"""Logging in and out, and who one is."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.security import OAuth2PasswordRequestForm
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.access import SESSION_COOKIE, TheActor, TheDoorkeeper, require_own_page, unauthorized
from api.doorkeeper import SESSION_LIFETIME_NS, TOKEN_LIFETIME_NS, Doorkeeper, LoginRefused, TooManyFailures
from api.paging import answer
from api.problem import Problem
from model.clock import SECOND
from model.people import ROLE_RIGHTS, Actor, User

router = APIRouter(tags=["login"])


class Login(BaseModel):
    model_config = ConfigDict(extra="forbid")

    username: str = Field(max_length=100)
    password: str = Field(max_length=1000)


async def _log_in(request: Request, doorkeeper: Doorkeeper, username: str, password: str) -> User:
    address = request.client.host if request.client else ""
    try:
        return await doorkeeper.login(username, password, address)
    except LoginRefused as error:
        raise unauthorized(str(error)) from error
    except TooManyFailures as error:
        raise Problem(429, str(error), headers={"Retry-After": str(error.wait_s)}) from error


def _me(actor: Actor) -> dict[str, object]:
    return {
        "name": actor.name,
        "display": actor.display or actor.name,
        "role": actor.role.value,
        "rights": sorted(right.value for right in ROLE_RIGHTS[actor.role]),
    }


@router.post("/auth/token", summary="OAuth2 password grant: a bearer token for programs")
async def token(request: Request, form: Annotated[OAuth2PasswordRequestForm, Depends()], doorkeeper: TheDoorkeeper) -> Response:
    user = await _log_in(request, doorkeeper, form.username, form.password)
    return answer({"access_token": doorkeeper.token(user), "token_type": "bearer", "expires_in": TOKEN_LIFETIME_NS // SECOND})


@router.post("/auth/session", summary="Log a browser in: sets the session cookie")
async def open_session(request: Request, login: Login, doorkeeper: TheDoorkeeper) -> Response:
    user = await _log_in(request, doorkeeper, login.username, login.password)
    response = answer(_me(Actor(user.name, user.role, user.display)))
    response.set_cookie(
        SESSION_COOKIE,
        doorkeeper.token(user, SESSION_LIFETIME_NS),
        max_age=SESSION_LIFETIME_NS // SECOND,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return response


@router.delete("/auth/session", summary="Log a browser out: clears the session cookie", status_code=204)
async def close_session(request: Request) -> Response:
    require_own_page(request)
    response = Response(status_code=204)
    response.delete_cookie(SESSION_COOKIE, httponly=True, samesite="strict", secure=request.url.scheme == "https")
    return response


@router.get("/me", summary="Name, role and rights of whoever asks")
async def me(actor: TheActor) -> Response:
    return answer(_me(actor))
