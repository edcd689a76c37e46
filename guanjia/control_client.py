"""The simulators' control API, asked over HTTP."""

from collections.abc import Mapping
from typing import Any

import httpx

from api.bench import Reply, SimulatorsAway

_TIMEOUT_S = 5.0
_AT_ONCE = 4
_LARGEST_ANSWER = 16_000_000
"""Bytes; a list of a thousand devices is a tenth of it."""


class ControlClient:
    """A few questions at a time, each bounded in time and size."""

    def __init__(self, url: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        limits = httpx.Limits(max_connections=_AT_ONCE)
        self.url = url.rstrip("/")
        self._http = httpx.AsyncClient(base_url=self.url, timeout=_TIMEOUT_S, limits=limits, transport=transport, trust_env=False)

    async def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Reply:
        """Raises SimulatorsAway when there is no answer, or none that is theirs."""
        try:
            answer = await self._http.request(method, path, json=body)
            if len(answer.content) > _LARGEST_ANSWER:
                raise SimulatorsAway(f"the answer of {self.url} to {path} is too long")
            return Reply(answer.status_code, answer.json() if answer.content else None)
        except (httpx.TransportError, ValueError) as error:
            raise SimulatorsAway(f"the simulators at {self.url} do not answer: {error or type(error).__name__}") from error

    async def close(self) -> None:
        await self._http.aclose()
