"""Lists on the wire: ``{items, next_cursor}``, and the questions that lead to them."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import msgspec
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.problem import malformed

T = TypeVar("T")
_OPEN = "~"
_encode = msgspec.json.Encoder().encode


def answer(content: Any, status: int = 200) -> Response:
    """The content as JSON. The shapes are checked by the type checker, so nothing is validated again on the way out."""
    return Response(_encode(content), status, media_type="application/json")


class Question(BaseModel):
    """Query parameters. A parameter nobody knows is refused: a misspelt filter must not silently give everything."""

    model_config = ConfigDict(extra="forbid")


class PageQuestion(Question):
    cursor: str | None = Field(None, max_length=200, description="`next_cursor` of the page before.")
    limit: int = Field(100, ge=1, le=1000)


def page_after(items: Sequence[T], name: Callable[[T], str], cursor: str | None, limit: int) -> tuple[Sequence[T], str | None]:
    """The page that follows the item named by the cursor, and the cursor of the next. Raises a 422 for a cursor of another list."""
    start = 0
    if cursor is not None:
        start = 1 + next((index for index, item in enumerate(items) if name(item) == cursor), len(items))
        if start > len(items):
            raise malformed("cursor", "this cursor is not of this list; start again without one")
    page = items[start : start + limit]
    return page, name(page[-1]) if start + limit < len(items) else None


def cursor_at(name: str, is_open: bool) -> str:
    """In a list that shows what is open first: what the cursor names may be over by the next page, which begins behind its place here."""
    return name + _OPEN if is_open else name


def place_of(cursor: str | None) -> tuple[str | None, bool]:
    """What ``cursor_at`` was given."""
    return (None, False) if cursor is None else (cursor.removesuffix(_OPEN), cursor.endswith(_OPEN))


def page_of(items: Sequence[T], name: Callable[[T], str], limit: int) -> tuple[Sequence[T], str | None]:
    """One page out of a question that asked for one item more than the page holds."""
    return items[:limit], name(items[limit - 1]) if len(items) > limit else None
