"""Passwords and tokens: pure functions over strings; who may log in is decided by the doorkeeper."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache

import jwt
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from jwt.types import Options

from model.clock import SECOND
from model.people import User

_ALGORITHM = "HS256"
_HASHER = PasswordHasher()
"""Argon2id with the library's defaults, the second recommended option of RFC 9106 §4: 3 passes over 64 MiB, 4 lanes."""


class BadToken(Exception):
    """The token is not one of ours, or its time is over."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says: for whom it was made, and the seal of the password they had then."""

    name: str
    seal: str
    expires_ns: int


def hash_password(password: str) -> str:
    return _HASHER.hash(password)


def password_matches(password_hash: str | None, password: str) -> bool:
    """Whether the password is the one hashed. An unknown user (None) costs as much time as a wrong password."""
    try:
        return _HASHER.verify(password_hash or _nobodys_hash(), password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    return _HASHER.hash("the password of nobody")


def seal(user: User) -> str:
    """Changes with the password, so that a new password ends every session and API key given out under the old one."""
    return hashlib.sha256(user.password_hash.encode()).hexdigest()[:16]


def issue_token(user: User, secret: str, now_ns: int, lifetime_ns: int) -> str:
    """A bearer token; with a lifetime of months it serves as an API key."""
    claims = {"sub": user.name, "seal": seal(user), "iat": now_ns // SECOND, "exp": (now_ns + lifetime_ns) // SECOND}
    return jwt.encode(claims, _key(secret), algorithm=_ALGORITHM)


def read_token(token: str, secret: str, now_ns: int) -> Claims:
    """The claims of a token that is ours and still good at ``now_ns``. Raises BadToken."""
    unjudged: Options = {"verify_exp": False, "verify_iat": False, "require": ["sub", "seal", "exp"]}
    try:
        claims = jwt.decode(token, _key(secret), algorithms=[_ALGORITHM], options=unjudged)
        read = Claims(str(claims["sub"]), str(claims["seal"]), int(claims["exp"]) * SECOND)
    except (jwt.InvalidTokenError, ValueError, TypeError) as error:
        raise BadToken("not a token of this site") from error
    if read.expires_ns <= now_ns:
        raise BadToken("the token has expired")
    return read


def _key(secret: str) -> bytes:
    """HS256 wants at least 256 bits (RFC 7518 §3.2), whatever length the secret was given in."""
    return hashlib.sha256(secret.encode()).digest()
