"""Who is at the door: logins, tokens, and the users behind them."""

import asyncio
from dataclasses import dataclass

from api.security import BadToken, Claims, issue_token, password_matches, read_token, seal
from api.throttle import LoginThrottle
from model.clock import DAY, HOUR, SECOND, Clock
from model.people import Actor, User
from model.ports import AuditLine, Journal

TOKEN_LIFETIME_NS = 13 * HOUR
"""A desk shift is 12.5 hours (08:00 to 20:30); a bearer token outlives it by a little."""
SESSION_LIFETIME_NS = 7 * DAY
"""A wall is not to ask for a password in the middle of a night."""
_USER_REMEMBERED_NS = 5 * SECOND
"""How long a disabled user may still come in on an old token."""


class LoginRefused(Exception):
    """Unknown user, wrong password, or disabled: the three are not told apart."""


class TooManyFailures(Exception):
    """This user at this address has to wait."""

    def __init__(self, wait_s: int) -> None:
        super().__init__(f"too many failed logins; try again in {wait_s} s")
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True)
class _Remembered:
    user: User | None
    until_ns: int


def _as_actor(user: User) -> Actor:
    return Actor(user.name, user.role, user.display)


class Doorkeeper:
    """Turns names with passwords into tokens, and tokens into actors."""

    def __init__(self, journal: Journal, secret: str, clock: Clock) -> None:
        self._journal = journal
        self._secret = secret
        self._clock = clock
        self._pairs = LoginThrottle()
        self._addresses = LoginThrottle(allowed=50)
        self._hashing = asyncio.Semaphore(2)
        self._remembered: dict[str, _Remembered] = {}

    async def login(self, name: str, password: str, address: str) -> User:
        """The user with that password. Raises LoginRefused or TooManyFailures; either way leaves an audit line.

        Two logins are judged at a time: each takes 64 MiB for its hash, so a crowd at the door waits instead of filling the memory.
        """
        async with self._hashing:
            self._refuse_hasty(name, address)
            user = await asyncio.to_thread(self._judge, name, password)
            now_ns = self._clock.monotonic_ns()
            if user is None:
                self._pairs.failed((name, address), now_ns)
                self._addresses.failed(("", address), now_ns)
            else:
                self._pairs.forget((name, address))
        await asyncio.to_thread(self._record, name, address, "login" if user else "login_refused")
        if user is None:
            raise LoginRefused("user or password is wrong")
        return user

    def _refuse_hasty(self, name: str, address: str) -> None:
        now_ns = self._clock.monotonic_ns()
        wait_ns = max(self._pairs.wait_ns((name, address), now_ns), self._addresses.wait_ns(("", address), now_ns))
        if wait_ns > 0:
            raise TooManyFailures(-(-wait_ns // SECOND))

    def _judge(self, name: str, password: str) -> User | None:
        user = self._journal.user(name)
        matches = password_matches(user.password_hash if user else None, password)
        return user if user and matches and not user.disabled else None

    def _record(self, name: str, address: str, what: str) -> None:
        with self._journal.write() as write:
            write.audit(AuditLine(self._clock.now_ns(), name, what, address))

    def token(self, user: User, lifetime_ns: int = TOKEN_LIFETIME_NS) -> str:
        return issue_token(user, self._secret, self._clock.now_ns(), lifetime_ns)

    async def actor(self, token: str) -> Actor:
        """Who holds the token, with the role they have *now*. Raises BadToken."""
        claims = read_token(token, self._secret, self._clock.now_ns())
        user = await self._user(claims)
        if user is None or user.disabled or seal(user) != claims.seal:
            raise BadToken("the token's user has been disabled or has a new password")
        return _as_actor(user)

    async def _user(self, claims: Claims) -> User | None:
        now_ns = self._clock.monotonic_ns()
        remembered = self._remembered.get(claims.name)
        if remembered is None or remembered.until_ns <= now_ns:
            user = await asyncio.to_thread(self._journal.user, claims.name)
            remembered = self._remembered[claims.name] = _Remembered(user, now_ns + _USER_REMEMBERED_NS)
        return remembered.user
