"""Control API: devices, and what is broken and mended at them."""

from typing import Annotated, Any

from fastapi import FastAPI, Query, Response

from simulators.control_bodies import BulkBody, FaultBody, NetworkBody
from simulators.control_shapes import detail, summary
from simulators.errors import Unfit
from simulators.simulation import Simulation
from simulators.wire_faults import amount_of

By = Annotated[str, Query(max_length=80, description="who does it, for the log")]
_NO_CONTENT = 204


def add_devices(app: FastAPI, simulation: Simulation) -> None:
    desk, devices = simulation.desk, simulation.site.devices

    @app.get("/devices")
    async def list_devices() -> dict[str, Any]:
        """Every device with its wire and what is the matter with it just now."""
        return {"items": [summary(simulation, device) for device in devices.values()]}

    @app.get("/devices/{device}")
    async def device_state(device: str) -> dict[str, Any]:
        """The physical state, in the units of ``units``, and how the device can break."""
        desk.machine(device)
        return detail(simulation, devices[device])

    @app.post("/devices/{device}/faults", status_code=_NO_CONTENT)
    async def inject(device: str, body: FaultBody) -> Response:
        """Break the machine: at once, or growing within ``onset`` to ``severity``."""
        desk.inject(device, body.kind, body.for_s, severity=body.severity, onset_s=body.onset_s, by=body.by)
        return Response(status_code=_NO_CONTENT)

    @app.delete("/devices/{device}/faults/{kind}", status_code=_NO_CONTENT)
    async def heal(device: str, kind: str, by: By = "") -> Response:
        """Mend the machine; mending what is whole changes nothing."""
        desk.heal(device, kind, by)
        return Response(status_code=_NO_CONTENT)


def add_wires(app: FastAPI, simulation: Simulation) -> None:
    network, devices = simulation.network, simulation.site.devices

    def amount(device: str, body: NetworkBody) -> float | None:
        return given(body, amount_of(body.kind, devices[device].connection)) if device in devices else None

    @app.post("/devices/{device}/network", status_code=_NO_CONTENT)
    async def misbehave(device: str, body: NetworkBody) -> Response:
        """Let the device misbehave on its wire; ``ok`` ends it."""
        network.misbehave(device, body.kind, body.for_s, amount=amount(device, body), onset_s=body.onset_s, by=body.by)
        return Response(status_code=_NO_CONTENT)

    @app.post("/network", status_code=_NO_CONTENT)
    async def misbehave_together(body: BulkBody) -> Response:
        """All of the devices or, when one of them can't, none."""
        for device in body.devices:
            network.require(device, body.kind, body.for_s, amount(device, body), body.onset_s)
        for device in body.devices:
            network.misbehave(device, body.kind, body.for_s, amount=amount(device, body), onset_s=body.onset_s, by=body.by)
        return Response(status_code=_NO_CONTENT)


def given(body: NetworkBody, takes: object) -> float | None:
    """The number of the field that the kind takes. Unfit when the other one was given."""
    wanted = getattr(takes, "field", "")
    for name, value in (("seconds", body.seconds), ("share", body.share)):
        if value is not None and name != wanted:
            raise Unfit(name, f"'{body.kind}' takes {'no ' + name if not wanted else wanted + ', not ' + name}")
    return body.seconds if wanted == "seconds" else body.share
