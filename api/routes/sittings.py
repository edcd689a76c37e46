"""Test sessions: what was broken and what came of it, to be read, played again and printed."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.access import ThePlatform, TheWire, record
from api.bench import NoFont
from api.paging import answer
from api.problem import Problem, known
from api.routes.testing import Tester, TheBench
from api.told import account_shape, session_shape
from model.testing import SessionConflict

router = APIRouter(prefix="/testing/sessions", tags=["testing"])
Number = Annotated[int, Path(ge=1, le=1_000_000)]


class NewSession(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: str = Field("", max_length=200)


@router.get("", summary="Every session, newest first")
async def sessions(bench: TheBench, wire: TheWire) -> Response:
    return answer({"items": [session_shape(session, wire) for session in await bench.sessions()], "next_cursor": None})


@router.post("", summary="Start one; from now on everything that is broken is written down", status_code=201)
async def start(new: NewSession, platform: ThePlatform, bench: TheBench, wire: TheWire, by: Tester) -> Response:
    try:
        account = await bench.start(new.title.strip(), by)
    except SessionConflict as error:
        raise Problem(409, str(error)) from error
    await record(platform, by, "testing.session_started", str(account.session.number), account.session.title)
    return answer(account_shape(account, wire, bench, platform.site), 201)


@router.get("/current", summary="The one that runs, as it stands now; null when none does")
async def current(platform: ThePlatform, bench: TheBench, wire: TheWire) -> Response:
    try:
        return answer({"account": account_shape(await bench.account(), wire, bench, platform.site)})
    except KeyError:
        return answer({"account": None})


@router.post("/current/stop", summary="Stop the one that runs")
async def stop(platform: ThePlatform, bench: TheBench, wire: TheWire, by: Tester) -> Response:
    try:
        account = await bench.stop(by)
    except SessionConflict as error:
        raise Problem(409, str(error)) from error
    await record(platform, by, "testing.session_stopped", str(account.session.number))
    return answer(account_shape(account, wire, bench, platform.site))


@router.get("/{number}", summary="One session: what was broken, what was promised, what came, the verdict")
async def session(number: Number, platform: ThePlatform, bench: TheBench, wire: TheWire) -> Response:
    with known("test session", str(number)):
        return answer(account_shape(await bench.account(number), wire, bench, platform.site))


@router.get("/{number}/scenario", summary="The session as a scenario file, for review")
async def scenario(number: Number, bench: TheBench) -> Response:
    with known("test session", str(number)):
        text = await bench.draft(number)
    return Response(text, media_type="application/yaml", headers=_named(f"test-session-{number}.yaml"))


@router.get("/{number}/report", summary="The session as a PDF for the hand-over file")
async def report(number: Number, bench: TheBench) -> Response:
    try:
        with known("test session", str(number)):
            pdf = await bench.report(number)
    except NoFont as error:
        raise Problem(503, str(error)) from error
    return Response(pdf, media_type="application/pdf", headers=_named(f"test-session-{number}.pdf"))


def _named(file: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{file}"'}
