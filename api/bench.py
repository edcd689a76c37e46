"""What the testing page needs: the simulated site's control API, and the book of test sessions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from model.people import Actor
from model.testing import Account, Expected, Session
from model.text import Text


@dataclass(frozen=True, slots=True)
class Reply:
    """What the simulators answered: an HTTP status and the JSON with it."""

    status: int
    content: Any = None


@dataclass(frozen=True, slots=True)
class Wish:
    """Something to be done to the simulated site. ``expect``: rules the tester expects of it; None leaves it to the rule book."""

    method: str
    path: str
    body: Mapping[str, Any]
    by: str
    expect: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class FaultWords:
    """A fault's name and what then changes, for a tester."""

    name: Text
    effect: Text
    grave: bool = False
    """Whether it darkens or empties a building."""


class SimulatorsAway(Exception):
    """The simulators do not answer."""


class NoFont(Exception):
    """The machine has no font that a Chinese report can be set in; the message says what to install."""


class Bench(Protocol):
    """Of a platform that runs with simulators.

    Raises SimulatorsAway where the simulators have to be asked, SessionConflict when a session runs or none does, KeyError for one
    nobody knows.
    """

    async def ask(self, path: str) -> Reply:
        """A question that changes nothing."""
        ...

    async def do(self, wish: Wish) -> Reply:
        """Done, and in the running session's book when this returns."""
        ...

    async def start(self, title: str, by: Actor) -> Account: ...

    async def stop(self, by: Actor) -> Account: ...

    async def sessions(self) -> Sequence[Session]:
        """Newest first."""
        ...

    async def account(self, number: int | None = None) -> Account:
        """How a session stands; of the one that runs when no number is given."""
        ...

    async def draft(self, number: int) -> str:
        """The session as a scenario file, for review."""
        ...

    async def report(self, number: int) -> bytes:
        """The session as a PDF. Raises NoFont."""
        ...

    def expected(self, device: str, fault: str) -> Sequence[Expected] | None:
        """What the rule book promises for a fault at its full severity; None when nobody knows."""
        ...

    def words(self, device_class: str, fault: str, effect: str) -> FaultWords: ...

    def network_words(self, fault: str) -> Text: ...
