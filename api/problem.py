"""Errors as other programs see them: RFC 9457 problem details that name the field.

::

    Exception
    ├── Problem            status, what is wrong, and where: raised by handlers
    ├── IllegalAct         model.alarm   → 409
    ├── IllegalTicketAct   model.ticket  → 409
    │   └── DetailMissing  tickets       → 422, naming the field
    ├── RuleBookError      model.rule_version → 409: somebody was quicker, or there is nothing to change
    ├── ConfigError        model.mistake  → 422, naming every mistake of a text; RulesRefused is one
    ├── JournalUnavailable model.ports   → 503: nothing was kept, try again
    └── HistoryUnavailable model.ports   → 503: the past can't be read just now
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus

import msgspec
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api.lost import lost_page
from api.rule_words import mistake_shape
from api.shapes import FieldMistake, MistakeShape, ProblemShape
from api.wording import field_mistakes
from model.alarm import IllegalAct
from model.mistake import ConfigError
from model.ports import HistoryUnavailable, JournalUnavailable
from model.rule_version import RuleBookError, RulesRefused
from model.ticket import IllegalTicketAct
from tickets.errors import DetailMissing

PROBLEM_JSON = "application/problem+json"


class Problem(Exception):
    """What goes back instead of an answer. ``field`` names the part of the question that is wrong."""

    def __init__(self, status: int, detail: str, field: str | None = None, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors: list[FieldMistake] = [{"field": field, "message": detail}] if field else []
        self.headers = headers


def unknown(what: str, name: str) -> Problem:
    return Problem(404, f"there is no {what} '{name}'")


def malformed(field: str, message: str) -> Problem:
    return Problem(422, message, field)


@contextmanager
def known(what: str, name: str) -> Iterator[None]:
    """The desks raise KeyError for what they do not know; that is a 404."""
    try:
        yield
    except KeyError as error:
        raise unknown(what, name) from error


def problem_response(
    request: Request,
    status: int,
    detail: str,
    errors: list[FieldMistake] | None = None,
    headers: Mapping[str, str] | None = None,
    mistakes: list[MistakeShape] | None = None,
) -> Response:
    body: ProblemShape = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": request.url.path,
    }
    if errors:
        body["errors"] = errors
    if mistakes:
        body["mistakes"] = mistakes
    return Response(msgspec.json.encode(body), status, headers, PROBLEM_JSON)


def install(app: FastAPI) -> None:
    """Make every error of the application a problem document."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(IllegalAct, _illegal)
    app.add_exception_handler(IllegalTicketAct, _illegal)
    app.add_exception_handler(DetailMissing, _detail_missing)
    app.add_exception_handler(ConfigError, _refused)
    app.add_exception_handler(RulesRefused, _refused)
    app.add_exception_handler(RuleBookError, _illegal)
    app.add_exception_handler(JournalUnavailable, _unavailable)
    app.add_exception_handler(HistoryUnavailable, _past_unavailable)
    app.add_exception_handler(Exception, _unexpected)


def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return problem_response(request, error.status, error.detail, error.errors, error.headers)


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = field_mistakes(request, error)
    detail = "; ".join(f"{e['field']}: {e['message']}" for e in errors)
    return problem_response(request, 422, detail, errors)


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return lost_page(request, error.status_code) or problem_response(request, error.status_code, error.detail, headers=error.headers)


def _illegal(request: Request, error: Exception) -> Response:
    return problem_response(request, 409, str(error))


def _detail_missing(request: Request, error: Exception) -> Response:
    assert isinstance(error, DetailMissing)
    return problem_response(request, 422, str(error), [{"field": error.field, "message": str(error)}])


def _placed(mistake: MistakeShape) -> str:
    """In the text that was sent: ``line 8, column 10``; in a file as compilers say it."""
    line, column = mistake["line"], mistake["column"]
    if mistake["file"]:
        return f"{mistake['file']}:{line}:{column}: {mistake['message']}" if column else f"{mistake['file']}:{line}: {mistake['message']}"
    return f"line {line}, column {column}: {mistake['message']}" if column else f"line {line}: {mistake['message']}"


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, ConfigError)
    mistakes = [mistake_shape(mistake) for mistake in error.mistakes]
    said = "; ".join(map(_placed, mistakes))
    return problem_response(request, 422, f"nothing was changed: {said}", mistakes=mistakes)


def _unavailable(request: Request, error: Exception) -> Response:
    detail = f"the journal can't be written just now, nothing was changed: {error}"
    return problem_response(request, 503, detail, headers={"Retry-After": "5"})


def _past_unavailable(request: Request, error: Exception) -> Response:
    """Why is on /readyz; here it would tell everybody where the store is."""
    detail = "the history store does not answer just now; readings go on being kept, ask again in a while"
    return problem_response(request, 503, detail, headers={"Retry-After": "10"})


def _unexpected(request: Request, error: Exception) -> Response:
    """The server logs the traceback; the client learns nothing of our inside."""
    return problem_response(request, 500, "this is our mistake; the log has the details")
