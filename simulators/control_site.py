"""Control API: gateways and broker, clock, counters, log and scenarios."""

from itertools import islice
from typing import Annotated, Any

from fastapi import FastAPI, Query, Response

from model.site import ModbusTcp
from simulators.act_log import KEPT, LoggedAct
from simulators.control_bodies import BrokerBody, ClockBody, NetworkBody, PlayBody
from simulators.control_devices import given
from simulators.control_shapes import log_shape, play_shape, trouble_shape
from simulators.simulation import Simulation
from simulators.wire_faults import amount_of

_NO_CONTENT = 204


def add_gateways(app: FastAPI, simulation: Simulation) -> None:
    network, zone = simulation.network, simulation.site.timezone

    def active(place: str) -> dict[str, Any] | None:
        trouble = network.trouble(place)
        return None if trouble is None else trouble_shape(trouble, zone)

    @app.get("/gateways")
    async def gateways() -> dict[str, Any]:
        """Everything that listens on a host and port, with the units behind it."""
        return {
            "items": [
                {
                    "address": address,
                    "units": [{"unit": unit, "device": station.device.id} for unit, station in bus.units.items()],
                    "network": bus.fault,
                    "active": active(address),
                }
                for address, bus in simulation.gateways.items()
            ]
        }

    @app.post("/gateways/{address}/network", status_code=_NO_CONTENT)
    async def misbehave(address: str, body: NetworkBody) -> Response:
        """Let all behind ``host:port`` misbehave at once: a gateway has died, its line is noisy."""
        amount = given(body, amount_of(body.kind, ModbusTcp("", 0, 0)))
        network.misbehave_gateway(address, body.kind, body.for_s, amount=amount, onset_s=body.onset_s, by=body.by)
        return Response(status_code=_NO_CONTENT)

    @app.get("/broker")
    async def broker() -> dict[str, Any]:
        """How the devices find their broker."""
        connections, standing = simulation.brokered
        return {"network": network.broker.fault, "devices": connections, "connected": standing, "active": active("")}

    @app.post("/broker", status_code=_NO_CONTENT)
    async def misbehave_broker(body: BrokerBody) -> Response:
        """The devices behave as if their broker were away or slow. The platform's own connection to it stays."""
        network.misbehave_broker(body.kind, body.for_s, amount=body.seconds, by=body.by)
        return Response(status_code=_NO_CONTENT)


def add_site(app: FastAPI, simulation: Simulation) -> None:
    desk, playbook, zone = simulation.desk, simulation.playbook, simulation.site.timezone

    @app.get("/clock")
    async def clock() -> dict[str, float]:
        return {"site_time": simulation.site_time_s, "speed": simulation.speed, "late_ticks": simulation.late_ticks}

    @app.post("/clock")
    async def set_clock(body: ClockBody) -> dict[str, float]:
        simulation.speed = body.speed
        desk.acts.write(desk.now_s, LoggedAct.CLOCK_SET, f"{body.speed:g}", by=body.by)
        return await clock()

    @app.get("/counters")
    async def counters() -> dict[str, int]:
        return {"requests": simulation.requests, "messages": simulation.published, "late_ticks": simulation.late_ticks}

    @app.get("/log")
    async def log(after: Annotated[int, Query(ge=0)] = 0, limit: Annotated[int, Query(ge=1, le=KEPT)] = KEPT) -> dict[str, Any]:
        """What was broken and mended after the entry of that id, when and by whom, oldest first. The last 2,000 acts are kept."""
        return {"items": [log_shape(entry, zone) for entry in islice(desk.acts.after(after), limit)]}

    @app.get("/scenarios")
    async def scenarios() -> dict[str, Any]:
        """What can be played: built in, and read from scenario files."""
        return {"items": [play_shape(playbook.named(name)) for name in playbook.names()]}

    @app.post("/scenarios/{name}", status_code=202)
    async def play(name: str, body: PlayBody | None = None) -> dict[str, Any]:
        """Begin it now; what devices and networks do follows in site time. People's acts and expectations are not played here."""
        return play_shape(playbook.play(name, body.by if body else ""))
