"""The page a browser gets where there is none: what is wrong in both languages, and a way back. Programs get the problem document."""

from html import escape

from fastapi import Request
from starlette.responses import HTMLResponse, Response

_HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'", "Cache-Control": "no-store"}
_STYLE = """:root{color-scheme:light dark}body{font:18px/1.6 'Noto Sans SC',sans-serif;max-width:640px;margin:15vh auto;padding:0 24px}
a{color:#0b5cad}code{overflow-wrap:anywhere}@media(prefers-color-scheme:dark){a{color:#8cc4ff}}"""


def lost_page(request: Request, status: int) -> Response | None:
    """None for whoever did not ask for a page, and below ``/api``, where nobody looks for one."""
    wants_page = request.method in ("GET", "HEAD") and "text/html" in request.headers.get("accept", "")
    if status != 404 or not wants_page or request.url.path.startswith("/api/"):
        return None
    path = escape(request.url.path[:200])
    body = (
        f"<h1>没有这个页面 · no such page</h1><p><code>{path}</code></p>"
        "<p><a href=/>返回首页 · back to the start</a> · <a href=/alarms>报警 · alarms</a> · <a href=/tickets>工单 · tickets</a></p>"
    )
    head = "<!doctype html><html lang=zh><meta charset=utf-8><meta name=viewport content='width=device-width'><title>404 · 管家</title>"
    return HTMLResponse(f"{head}<style>{_STYLE}</style>{body}</html>", status, _HEADERS)
