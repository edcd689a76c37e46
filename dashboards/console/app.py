"""The console's pages and files, as a router for the application to mount at ``/``."""

import json
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from fastapi import APIRouter, HTTPException
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader, select_autoescape

from dashboards.console.assets import Asset, Assets, read_assets

_HERE = Path(__file__).parent

PAGES = {
    "/": "home",
    "/wall": "wall",
    "/alarms": "alarms",
    "/tickets": "tickets",
    "/tickets/{id}": "ticket",
    "/devices": "devices",
    "/devices/{id}": "device",
    "/systems": "system",
    "/systems/{id}": "system",
    "/energy": "energy",
    "/rules": "rules",
    "/rules/{id}": "rule",
    "/rules/{id}/edit": "editor",
    "/new-rule": "editor",
    "/backtests": "backtests",
    "/backtests/{id}": "backtest",
    "/figures": "figures",
    "/testing": "testing",
    "/login": "login",
}
"""Address → name of the page: the entry module is ``js/<name>/page.js``."""

DEMO_USERS = ("engineer", "technician", "energy", "manager", "tester", "admin")
"""The logins of ``guanjia demo``, offered as buttons there and nowhere else."""

_PAGE_HEADERS = {
    # Nothing comes from another host and nothing runs from within a page: what a device name says can never become code.
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; frame-ancestors 'self'; base-uri 'none'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-cache",
}
_FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}


def console_router(*, demo: bool = False, languages: Sequence[str] = ("zh", "en")) -> APIRouter:
    """Every page of the console. ``languages``: those offered, the first is the default; ``demo`` offers the demo logins."""
    assets = read_assets(_HERE / "static")
    router = APIRouter(include_in_schema=False)
    shell = _Shell(assets, {"demo_users": DEMO_USERS if demo else (), "languages": tuple(languages)})
    for path, page in PAGES.items():
        router.add_api_route(path, shell.serve(page))
    _add_files(router, assets)
    return router


class _Shell:
    """The HTML every page starts from: which page, which address its files have, and the settings; no data of the site."""

    def __init__(self, assets: Assets, settings: dict[str, Sequence[str]]) -> None:
        pages = Environment(loader=FileSystemLoader(_HERE / "pages"), autoescape=select_autoescape(), trim_blocks=True, lstrip_blocks=True)
        self._template = pages.get_template("shell.html")
        self._base = f"/static/{assets.digest}"
        self._settings = settings

    def serve(self, page: str) -> Callable[[], Awaitable[HTMLResponse]]:
        settings = json.dumps(self._settings)
        html = self._template.render(page=page, base=self._base, settings=settings, language=self._settings["languages"][0])

        async def answer() -> HTMLResponse:
            return HTMLResponse(html, headers=_PAGE_HEADERS)

        return answer


def _add_files(router: APIRouter, assets: Assets) -> None:
    """Files live under their digest for ever; an older digest is gone, and the page that asks for it is due a reload."""

    async def file(digest: str, path: str) -> Response:
        if digest != assets.digest or path not in assets.files:
            raise HTTPException(404, "no such file in this version of the console")
        return _send(assets.files[path], _FOR_EVER)

    async def worker() -> Response:
        # A service worker governs the folder it is served from, so this one file stands at the root.
        return _send(_worker(assets), _PAGE_HEADERS)

    router.add_api_route("/static/{digest}/{path:path}", file)
    router.add_api_route("/worker.js", worker)


def _worker(assets: Assets) -> Asset:
    """The worker script with the version it keeps and the addresses of all its files."""
    script = assets.files["js/worker.js"]
    files = json.dumps([f"/static/{assets.digest}/{path}" for path in assets.files])
    body = script.body.replace(b"{{digest}}", assets.digest.encode()).replace(b"{{files}}", files.encode())
    return Asset(body, script.media_type)


def _send(asset: Asset, headers: dict[str, str]) -> Response:
    return Response(asset.body, media_type=asset.media_type, headers=headers)
