"""Headers on every answer: what browsers may do with it."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_EVERYWHERE = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "X-Frame-Options": "SAMEORIGIN"}
_ON_DATA = {"Cache-Control": "no-store", "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'"}
_DATA_PATHS = ("/api/", "/healthz", "/readyz", "/metrics", "/openapi.json")


class SafeHeaders:
    """ASGI middleware. Pages mounted beside the API say for themselves how long they keep; data is never kept. No CORS: one origin."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        wanted = _EVERYWHERE | _ON_DATA if scope["path"].startswith(_DATA_PATHS) else _EVERYWHERE

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in wanted.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_safely)
