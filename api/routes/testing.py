"""The tester's hand on the simulated site: break, mend, play. A thin way to the simulators' control API; every act is on record."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.access import ThePlatform, holder_of, record
from api.bench import Bench, SimulatorsAway, Wish
from api.context import Platform
from api.paging import answer
from api.problem import Problem
from api.routes.equipment import device_of
from api.simulated import board, breakable, content
from model.people import Actor, Right

router = APIRouter(prefix="/testing", tags=["testing"])
Tester = Annotated[Actor, Depends(holder_of(Right.TEST))]
Kind = Annotated[str, Field(pattern="^[a-z][a-z0-9_]{0,60}$")]
Named = Annotated[str, Path(pattern="^[A-Za-z0-9][A-Za-z0-9_.:-]{0,200}$")]
_LONGEST_S = 7 * 86_400


class _Act(BaseModel):
    model_config = ConfigDict(extra="forbid", validate_by_name=True, validate_by_alias=True)

    kind: Kind
    for_s: float | None = Field(None, alias="for", gt=0, le=_LONGEST_S, description="Seconds of site time; without it until mended.")
    onset: float | None = Field(None, ge=0, le=_LONGEST_S, description="Seconds of site time until it has grown.")
    expect: list[Annotated[str, Field(max_length=100)]] | None = Field(
        None, max_length=50, description="Rules expected to alarm; empty expects silence, without it the rule book decides."
    )

    def body(self) -> dict[str, Any]:
        return self.model_dump(by_alias=True, exclude_none=True, exclude={"expect"})

    def said(self) -> str:
        return " ".join(f"{name}={value}" for name, value in self.body().items())


class Fault(_Act):
    severity: float | None = Field(None, gt=0, le=1)


class NetworkFault(_Act):
    seconds: float | None = Field(None, ge=-1e9, le=1e9)
    share: float | None = Field(None, ge=0, le=1)


class ManyNetworkFaults(NetworkFault):
    devices: list[Annotated[str, Field(max_length=200)]] = Field(min_length=1, max_length=2000)


class Speed(BaseModel):
    model_config = ConfigDict(extra="forbid")

    speed: float = Field(ge=0, le=600, description="Site seconds per second; 0 stands still.")


def the_bench(platform: ThePlatform, tester: Tester) -> Bench:
    """Of a platform with simulators; a real site can't be broken from here."""
    if platform.bench is None:
        raise Problem(404, "this platform runs without simulators; start it with 'guanjia run --simulators URL', or try 'guanjia demo'")
    return platform.bench


TheBench = Annotated[Bench, Depends(the_bench)]


def away(error: SimulatorsAway) -> Problem:
    return Problem(503, str(error), headers={"Retry-After": "5"})


async def _told(bench: Bench, path: str) -> Any:
    try:
        return content(await bench.ask(path))
    except SimulatorsAway as error:
        raise away(error) from error


async def _do(platform: Platform, bench: Bench, by: Actor, what: str, target: str, wish: Wish, detail: str = "") -> Response:
    """Done and on record; a refusal is the simulators' own, in their words."""
    try:
        said = content(await bench.do(wish))
    except SimulatorsAway as error:
        raise away(error) from error
    await record(platform, by, f"testing.{what}", target, detail)
    return answer(said) if said is not None else Response(status_code=204)


@router.get("", summary="The clock of the simulated site, and everything that is broken now")
async def the_board(platform: ThePlatform, bench: TheBench) -> Response:
    try:
        return answer(await board(bench, platform.site))
    except SimulatorsAway as error:
        raise away(error) from error


@router.get("/devices", summary="Every simulated device with its faults")
async def devices(bench: TheBench) -> Response:
    return answer(await _told(bench, "/devices"))


@router.get("/devices/{device_id}", summary="A device's physical state, how it can break, and what the rule book promises for it")
async def device(device_id: str, platform: ThePlatform, bench: TheBench) -> Response:
    placed = device_of(platform.site, device_id)
    return answer(breakable(bench, placed, await _told(bench, f"/devices/{quote(device_id, safe='')}")))


@router.post("/devices/{device_id}/faults", summary="Break it")
async def break_it(device_id: str, act: Fault, platform: ThePlatform, bench: TheBench, by: Tester) -> Response:
    device_of(platform.site, device_id)
    wish = Wish("POST", f"/devices/{quote(device_id, safe='')}/faults", act.body(), by.name, _expect(act))
    return await _do(platform, bench, by, "fault", device_id, wish, act.said())


@router.delete("/devices/{device_id}/faults/{kind}", summary="Mend it")
async def mend(
    device_id: str, kind: Annotated[str, Path(pattern="^[a-z][a-z0-9_]{0,60}$")], platform: ThePlatform, bench: TheBench, by: Tester
) -> Response:
    device_of(platform.site, device_id)
    wish = Wish("DELETE", f"/devices/{quote(device_id, safe='')}/faults/{kind}?by={quote(by.name, safe='')}", {}, by.name)
    return await _do(platform, bench, by, "mend", device_id, wish, kind)


@router.post("/devices/{device_id}/network", summary="Let it misbehave on the wire; 'ok' ends it")
async def network(device_id: str, act: NetworkFault, platform: ThePlatform, bench: TheBench, by: Tester) -> Response:
    device_of(platform.site, device_id)
    wish = Wish("POST", f"/devices/{quote(device_id, safe='')}/network", act.body(), by.name, _expect(act))
    return await _do(platform, bench, by, "network", device_id, wish, act.said())


@router.post("/network", summary="The same for many devices at once: all or none")
async def many(act: ManyNetworkFaults, platform: ThePlatform, bench: TheBench, by: Tester) -> Response:
    wish = Wish("POST", "/network", act.body(), by.name, _expect(act))
    return await _do(platform, bench, by, "network", f"{len(act.devices)} devices", wish, act.said())


@router.get("/gateways", summary="Gateways with the devices behind them")
async def gateways(bench: TheBench) -> Response:
    return answer(await _told(bench, "/gateways"))


@router.post("/gateways/{address}/network", summary="Let a whole gateway misbehave; 'ok' ends it")
async def gateway(address: Named, act: NetworkFault, platform: ThePlatform, bench: TheBench, by: Tester) -> Response:
    wish = Wish("POST", f"/gateways/{quote(address, safe=':')}/network", act.body(), by.name, _expect(act))
    return await _do(platform, bench, by, "gateway", address, wish, act.said())


@router.post("/broker", summary="The devices' way to the broker: down, restart, slow; 'ok' ends it")
async def broker(act: NetworkFault, platform: ThePlatform, bench: TheBench, by: Tester) -> Response:
    return await _do(platform, bench, by, "broker", "broker", Wish("POST", "/broker", act.body(), by.name, _expect(act)), act.said())


@router.post("/clock", summary="How fast the simulated site lives")
async def clock(act: Speed, platform: ThePlatform, bench: TheBench, by: Tester) -> Response:
    return await _do(platform, bench, by, "clock", "clock", Wish("POST", "/clock", {"speed": act.speed}, by.name), f"{act.speed:g}")


@router.get("/scenarios", summary="What can be played")
async def scenarios(bench: TheBench) -> Response:
    return answer(await _told(bench, "/scenarios"))


@router.post("/scenarios/{name}", summary="Play one now")
async def play(name: Named, platform: ThePlatform, bench: TheBench, by: Tester) -> Response:
    return await _do(platform, bench, by, "scenario", name, Wish("POST", f"/scenarios/{quote(name, safe='')}", {}, by.name))


def _expect(act: _Act) -> tuple[str, ...] | None:
    return None if act.expect is None else tuple(act.expect)
