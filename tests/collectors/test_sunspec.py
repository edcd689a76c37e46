"""A SunSpec device is found where it has its models, not where a map says that most have them."""

from pathlib import Path

import pytest

from collectors.errors import NotSunSpec
from collectors.modbus.decode import compile_decoder
from collectors.modbus.plan import Request, plan
from collectors.modbus.sunspec import located
from guanjia.config.profile_file import load_profile
from model.quality import Quality
from tests.collectors.support import good

METER = load_profile(Path(__file__).resolve().parents[2] / "profiles" / "sunspec_203.yaml")
END = [0xFFFF, 0]


class Registers:
    """A device with registers from one address on, and nothing else; remembers what it was asked."""

    def __init__(self, base: int, words: list[int]) -> None:
        self.words = {base + n: word for n, word in enumerate(words)}
        self.asked: list[int] = []

    async def __call__(self, request: Request) -> bytes | None:
        self.asked.append(request.address)
        addresses = range(request.address, request.end)
        if not all(address in self.words for address in addresses):
            return None
        return b"".join(self.words[address].to_bytes(2, "big") for address in addresses)


def model(number: int, length: int, **at: int) -> list[int]:
    words = [number, length, *[0] * length]
    for place, word in at.items():
        words[int(place.removeprefix("_"))] = word
    return words


def device(base: int, *models: list[int]) -> Registers:
    return Registers(base, [0x5375, 0x6E53, *(word for each in models for word in each), *END])


async def read(registers: Registers) -> dict[str, float]:
    """The device through its profile, moved to where its models are."""
    profile = await located(METER, registers)
    requests = plan(profile)
    answers = [b"".join(registers.words[a].to_bytes(2, "big") for a in range(r.address, r.end)) for r in requests]
    values, qualities, _ = compile_decoder(profile, requests).decode(answers, good(len(requests)))
    return {p.name: v for p, v, q in zip(profile.points, values, qualities, strict=True) if q == Quality.GOOD}


WYE = model(203, 105, _2=1234, _6=0xFFFE, _7=2301, _15=0xFFFF)
"""Sum of currents 1234 × 10^-2, mean voltage 2301 × 10^-1."""


@pytest.mark.parametrize("base", [40_000, 0, 50_000])
@pytest.mark.parametrize("common", [66, 65])
async def test_the_meter_is_found_at_each_base_behind_a_common_model_of_either_length(base: int, common: int) -> None:
    found = await read(device(base, model(1, common), WYE))
    assert (found["current_sum"], found["voltage_ln_avg"]) == (12.34, 230.1)
    assert (found["model_id"], found["model_length"], found["common_length"]) == (203, 105, common)


async def test_models_in_between_are_stepped_over() -> None:
    registers = device(40_000, model(1, 66), model(12, 98), model(64_001, 7), WYE)
    assert (await read(registers))["current_sum"] == 12.34
    assert registers.asked == [40_000, 40_002, 40_070, 40_170, 40_179, 40_286]


async def test_a_device_that_is_where_the_map_says_keeps_its_profile() -> None:
    assert await located(METER, device(40_000, model(1, 66), WYE)) is METER


@pytest.mark.parametrize(
    ("registers", "words"),
    [
        (Registers(0, [1, 2, 3, 4]), "no 'SunS' at 40000, 0, 50000"),
        (device(40_000, model(1, 66), model(103, 50)), "no model 203 in the chain from 40000, which has 1, 103"),
        (Registers(40_000, [0x5375, 0x6E53, 1, 66]), "breaks off at 40070, after models 1"),
        (Registers(40_000, [0x5375, 0x6E53, *[0] * 200]), "has no end after 64 models"),
    ],
    ids=["nothing", "an inverter", "broken off", "endless"],
)
async def test_what_is_no_such_meter_says_what_it_is(registers: Registers, words: str) -> None:
    with pytest.raises(NotSunSpec, match=words):
        await located(METER, registers)
