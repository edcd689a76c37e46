"""What is asked of the control API, as FastAPI checks and describes it."""

from pydantic import BaseModel, ConfigDict, Field

_SECONDS = "seconds of site time"


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class _Named(_Body):
    by: str = Field("", max_length=80, description="who does it, for the log")


class _Lasting(_Named):
    kind: str
    for_s: float | None = Field(None, alias="for", gt=0, description=f"{_SECONDS}; without it until taken back")


class FaultBody(_Lasting):
    """A fault of the machine."""

    severity: float | None = Field(None, gt=0, le=1, description="where the fault comes in degrees; 1, as bad as it gets, unless told")
    onset_s: float = Field(0.0, alias="onset", ge=0, description=f"{_SECONDS} in which it grows to its severity; 0: it is there at once")


class NetworkBody(_Lasting):
    """A fault of the wire. ``seconds`` go with slow, delay, jitter and clock_error, ``share`` with lossy."""

    seconds: float | None = Field(None, description="how late, or how far ahead the device's clock is; the kind's usual unless told")
    share: float | None = Field(None, ge=0, le=1, description="part of the answers that never leave; the kind's usual unless told")
    onset_s: float = Field(0.0, alias="onset", ge=0, description=f"{_SECONDS} in which seconds or share grow from 0")


class BulkBody(NetworkBody):
    devices: list[str] = Field(min_length=1)


class BrokerBody(_Lasting):
    """``ok``, ``down``, ``restart`` (``seconds`` away) or ``slow`` (messages ``seconds`` late)."""

    seconds: float | None = Field(None, ge=0)


class ClockBody(_Named):
    speed: float = Field(ge=0, le=600, description="site seconds per second; 0 stands still")


class PlayBody(_Named):
    pass
