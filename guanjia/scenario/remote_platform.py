"""A running platform behind its API: what came there since a moment, and the acts of people upon it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx

from guanjia.scenario.outcome import CameAlarm, CameNotice, CameTicket
from model.alarm import Priority
from model.clock import SECOND
from model.notice import NoticeKind
from model.scenario import ClockState
from model.ticket import Promise, TicketClass, TicketState

_TIMEOUT_S = 10.0
_PAGE = 500
_UNAUTHORIZED = 401


class RemoteRefused(Exception):
    """A running platform or its simulators refused, or did not answer; the message is for a person."""


@dataclass(frozen=True, slots=True)
class Login:
    user: str
    password: str = field(repr=False)


class RemotePlatform:
    """Blocking. ``login`` reads; each person of a scenario acts under a login of their own name with the same password, if there is one."""

    def __init__(self, url: str, login: Login, transport: httpx.BaseTransport | None = None) -> None:
        self.url = url.rstrip("/")
        self._login = login
        self._http = httpx.Client(base_url=f"{self.url}/api/v1", timeout=_TIMEOUT_S, transport=transport, trust_env=False)
        self._tokens: dict[str, str] = {}
        token = self._token(login.user)
        if token is None:
            raise RemoteRefused(f"{self.url} does not let '{login.user}' in: name a login with --user and --password")

    def close(self) -> None:
        self._http.close()

    def get(self, path: str, **asked: str | int) -> Any:
        return self._asked("GET", path, self._login.user, params=asked)

    def act(self, path: str, by: str, words: Mapping[str, Any]) -> None:
        """RemoteRefused with the platform's own reason."""
        self._asked("POST", path, by, json={key: value for key, value in words.items() if value is not None})

    def alarms(self, since_ns: int) -> Iterator[dict[str, Any]]:
        """Occurrences raised since then, and those that stand; each part newest first."""
        for item in self._pages("/alarms"):
            if item["ended_at"] is not None and nanoseconds(item["raised_at"]) < since_ns:
                return
            yield item

    def tickets(self, since_ns: int) -> Iterator[dict[str, Any]]:
        """Tickets opened since then, and all that are open."""
        for item in self._pages("/tickets"):
            if item["closed_at"] is not None and nanoseconds(item["opened_at"]) < since_ns:
                return
            yield item

    def notices(self, since_ns: int) -> Iterator[dict[str, Any]]:
        """Everybody's notices since then, and all that are not seen."""
        for item in self._pages("/notices", mine="false"):
            if item["seen_at"] is not None and nanoseconds(item["created_at"]) < since_ns:
                return
            yield item

    def _pages(self, path: str, **filters: str) -> Iterator[dict[str, Any]]:
        cursor: str | None = None
        while True:
            asked: dict[str, str | int] = {"limit": _PAGE} | filters | ({"cursor": cursor} if cursor else {})
            page = self.get(path, **asked)
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def _asked(self, method: str, path: str, user: str, **more: Any) -> Any:
        token = self._token(user) or self._token(self._login.user)
        answer = self._sent(method, path, headers={"Authorization": f"Bearer {token}"}, **more)
        if answer.is_error:
            raise RemoteRefused(_reason(answer))
        return answer.json()

    def _token(self, user: str) -> str | None:
        """None for somebody without a login here."""
        if user not in self._tokens:
            answer = self._sent("POST", "/auth/token", data={"username": user, "password": self._login.password})
            if answer.is_error and answer.status_code != _UNAUTHORIZED:
                raise RemoteRefused(_reason(answer))
            self._tokens[user] = "" if answer.is_error else answer.json()["access_token"]
        return self._tokens[user] or None

    def _sent(self, method: str, path: str, **more: Any) -> httpx.Response:
        try:
            return self._http.request(method, path, **more)
        except httpx.HTTPError as error:
            raise RemoteRefused(f"no platform answers on {self.url}: {error or type(error).__name__}") from error


def _reason(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return f"HTTP {answer.status_code}"


def nanoseconds(written: str) -> int:
    moment = datetime.fromisoformat(written)
    return int(moment.timestamp()) * SECOND + moment.microsecond * 1000


def came_alarm(item: Mapping[str, Any], start_ns: int, under: str) -> CameAlarm:
    """``under``: what it is or was folded under, as far as was seen."""

    def after(key: str) -> int | None:
        return None if item[key] is None else nanoseconds(item[key]) - start_ns

    raised_ns = nanoseconds(item["raised_at"]) - start_ns
    moments = (after("returned_at"), after("ended_at"), after("acknowledged_at"))
    return CameAlarm(item["id"], item["rule"], item["device"], Priority(item["priority"]), raised_ns, *moments, under)


def came_ticket(item: Mapping[str, Any], start_ns: int, names: Mapping[str, str]) -> CameTicket:
    """``names`` is the id of an occurrence → ``rule@device``; occurrences from before are left out."""
    return CameTicket(
        item["number"],
        tuple(names[alarm] for alarm in item["alarms"] if alarm in names),
        TicketClass(item["class"]),
        TicketState(item["state"]),
        nanoseconds(item["opened_at"]) - start_ns,
        None if item["closed_at"] is None else nanoseconds(item["closed_at"]) - start_ns,
        item["owner"] or "",
        {Promise(clock["promise"]): _clock_state(clock) for clock in item["clocks"]},
    )


def came_notice(item: Mapping[str, Any], start_ns: int, alarms: tuple[str, ...]) -> CameNotice:
    """``alarms``: what is on its ticket, ``rule@device`` each."""
    return CameNotice(item["ticket"], alarms, item["to"], NoticeKind(item["kind"]), nanoseconds(item["created_at"]) - start_ns)


def _clock_state(clock: Mapping[str, Any]) -> ClockState:
    if clock["broken"]:
        return ClockState.BROKEN
    if clock["met_at"] is not None:
        return ClockState.MET
    return ClockState.RUNNING if clock["paused_at"] is None else ClockState.PAUSED
