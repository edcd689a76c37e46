"""A question that can't be taken as it is, in a person's words: which field, what is wrong with it, what to write instead."""

from collections.abc import Mapping
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError

from api.shapes import FieldMistake
from model.wording import beyond, fields_at, nearest, one_of, unknown

_KINDS = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "string": "text in quotes",
    "list": "a list, […]",
    "dict": 'an object, {"name": value}',
    "model": 'an object, {"name": value}',
    "model_attributes": 'an object, {"name": value}',
    "date": "a date such as 2026-01-14",
    "datetime": "an instant with its offset, such as 2026-01-14T08:00:00+08:00",
    "uuid": "an id",
}


def field_mistakes(request: Request, error: RequestValidationError) -> list[FieldMistake]:
    """One per mistake; a name that is missing only because it is misspelt is none."""
    found = [(tuple(detail["loc"]), detail) for detail in error.errors()]
    misspelt = {(at[:-1], _meant(request, at)) for at, detail in found if detail["type"] == "extra_forbidden"}
    return [
        {"field": _field(at, detail), "message": _message(request, at, detail, error.body)}
        for at, detail in found
        if detail["type"] != "missing" or (at[:-1], at[-1]) not in misspelt
    ]


def _field(at: tuple[str | int, ...], detail: Mapping[str, Any]) -> str:
    """The location without the leading ``query``, ``path`` or ``body``."""
    return "body" if detail["type"] == "json_invalid" else ".".join(map(str, at[1:] or at))


def _message(request: Request, at: tuple[str | int, ...], detail: Mapping[str, Any], body: object) -> str:
    kind, context, shown = detail["type"], detail.get("ctx", {}), detail.get("input")
    if at[0] == "body" and (kind == "json_invalid" or len(at) == 1):
        return _body(request, at, kind, context, body)
    if kind == "extra_forbidden":
        return unknown(str(at[-1]), _allowed(request, at))
    if kind == "missing":
        return f"'{at[-1]}' is missing"
    found = f" (found {shown!r})" if isinstance(shown, str | int | float) and len(str(shown)) <= 60 else ""
    if kind in ("literal_error", "enum"):
        return one_of(str(context["expected"]), shown) + found
    wanted = next((words for name, words in _KINDS.items() if kind.startswith(f"{name}_")), None)
    if wanted and kind.endswith(("_type", "_parsing")):
        return f"write {wanted}{found}"
    return (beyond(kind, context) or str(detail["msg"]).removeprefix("Value error, ")) + found


def _body(request: Request, at: tuple[str | int, ...], kind: str, context: Mapping[str, Any], body: object) -> str:
    """The body as a whole is not what was asked for."""
    if kind == "json_invalid":
        text = body if isinstance(body, str) else ""
        before = text[: int(at[1])] if len(at) > 1 else ""
        line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
        return f"not valid JSON at line {line}, column {column}: {context.get('error', 'it ends too early')}"
    told = request.headers.get("content-type", "")
    if body is not None and "json" not in told.partition(";")[0]:
        return f"send it as JSON, with the header 'Content-Type: application/json'{f', not {told!r}' if told else ''}"
    names = ", ".join(fields_at(shape, ())) if (shape := _shape(request, "body")) else ""
    return 'write a JSON object, {"name": value}' + (f"; known here: {names}" if names else "")


def _allowed(request: Request, at: tuple[str | int, ...]) -> list[str]:
    shape = _shape(request, str(at[0]))
    return fields_at(shape, at[1:-1]) if shape is not None else []


def _meant(request: Request, at: tuple[str | int, ...]) -> str | int | None:
    return nearest(str(at[-1]), _allowed(request, at))


def _shape(request: Request, part: str) -> Any:
    """The class that describes the query or the body of the route that was asked; None where it has none."""
    route = request.scope.get("route")
    body, asked = getattr(route, "body_field", None), getattr(route, "dependant", None)
    fields = [body] if part == "body" else [] if asked is None else asked.query_params
    kinds = (field.field_info.annotation for field in fields if field is not None)
    return next((kind for kind in kinds if hasattr(kind, "model_fields")), None)
