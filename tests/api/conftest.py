"""A house, and clients of each role at its door."""

from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from fastapi import FastAPI

from api.app import attach, create_app
from api.security import issue_token
from model.clock import DAY
from model.people import Role
from tests.api.house import House

ClientOf = Callable[[Role | None], httpx.AsyncClient]


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture(scope="package")
def one_app() -> FastAPI:
    """Made once: the routes are the same for every house."""
    return create_app(House().platform)


@pytest.fixture
def app(house: House, one_app: FastAPI) -> FastAPI:
    attach(one_app, house.platform)
    return one_app


def client_of(house: House, app: FastAPI, role: Role | None) -> httpx.AsyncClient:
    """A client with a token of that role; None: a stranger."""
    headers = {}
    if role is not None:
        user = house.journal.kept_users[role.value]
        headers["Authorization"] = f"Bearer {issue_token(user, house.platform.token_secret, house.clock.now_ns(), DAY)}"
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://guanjia", headers=headers)


@pytest.fixture
async def stranger(house: House, app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(house, app, None) as client:
        yield client


@pytest.fixture
async def operator(house: House, app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(house, app, Role.OPERATOR) as client:
        yield client


@pytest.fixture
async def manager(house: House, app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(house, app, Role.MANAGER) as client:
        yield client


@pytest.fixture
async def admin(house: House, app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(house, app, Role.ADMIN) as client:
        yield client
