"""The pages as served: shells without data, files under their digest, nothing from outside."""

import re
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from dashboards.console import console_router
from dashboards.console.app import PAGES


def visitor(**settings: Any) -> AsyncClient:
    app = FastAPI()
    app.include_router(console_router(**settings))
    return AsyncClient(transport=ASGITransport(app), base_url="http://console")


@pytest.fixture
def client() -> AsyncClient:
    return visitor(demo=True)


@pytest.mark.parametrize("path", PAGES)
async def test_every_page_names_only_files_that_exist(client: AsyncClient, path: str) -> None:
    page = await client.get(path.replace("{id}", "x"))
    assert page.status_code == 200
    files = re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)
    assert len(files) >= 6
    for file in files:
        answer = await client.get(file)
        assert answer.status_code == 200, file
        assert "immutable" in answer.headers["Cache-Control"]


async def test_every_page_has_its_module_and_its_style(client: AsyncClient) -> None:
    base = re.search(r'data-base="([^"]+)"', (await client.get("/wall")).text)
    assert base
    for page in PAGES.values():
        assert (await client.get(f"{base[1]}/js/{page}/page.js")).status_code == 200
        assert (await client.get(f"{base[1]}/css/{page}.css")).status_code == 200


async def test_a_page_allows_nothing_from_another_host(client: AsyncClient) -> None:
    page = await client.get("/wall")
    assert page.headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert not re.search(r"https?://", page.text)


async def test_the_demo_logins_are_offered_in_a_demo_only(client: AsyncClient) -> None:
    assert "technician" in (await client.get("/login")).text
    assert "technician" not in (await visitor(demo=False).get("/login")).text


async def test_the_first_language_is_the_default() -> None:
    assert '<html lang="en"' in (await visitor(languages=("en", "zh")).get("/wall")).text


async def test_a_file_of_another_version_is_gone(client: AsyncClient) -> None:
    assert (await client.get("/static/000000000000/js/start.js")).status_code == 404


async def test_no_file_outside_the_static_folder_is_served(client: AsyncClient) -> None:
    base = re.search(r'data-base="([^"]+)"', (await client.get("/wall")).text)
    assert base
    for path in ("../app.py", "%2e%2e/app.py", "js/../../app.py", "/etc/hostname"):
        assert (await client.get(f"{base[1]}/{path}", follow_redirects=True)).status_code == 404


async def test_the_worker_knows_the_version_it_keeps(client: AsyncClient) -> None:
    worker = (await client.get("/worker.js")).text
    assert "{{" not in worker
    assert "/css/tokens.css" in worker
    assert re.search(r"guanjia-[0-9a-f]{12}", worker)
