"""A device examined whole: over loopback sockets on the simulators' own servers, and on a wire with the vices of real devices."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import pairwise

import pytest

from collectors.counters import Counters
from collectors.errors import Closed, DeviceException, ExchangeError, NotSunSpec, TimedOut
from collectors.modbus.device import wire_of
from guanjia.probe.asker import SLOW_PATIENCE, Asker, Spent
from guanjia.probe.examination import Examination, Stage
from guanjia.probe.judge import Verdict
from guanjia.probe.lines import is_as_expected, profile_changes
from guanjia.probe.strategy import End
from guanjia.probe.ways import Placement
from guanjia.system_clock import SystemClock
from model.clock import SECOND
from model.profile import Access, ModbusDefaults, Profile, RegisterRange, SunSpec, Table, WireType
from model.site import ModbusTcp
from simulators.bus import Bus
from simulators.modbus_server import ModbusPort
from simulators.network_fault import NetworkFault
from simulators.station import Station
from tests.collectors.support import HandClock, ScriptedWire, modbus_profile, point
from tests.probe.support import Registers, RegisterWire, float_words, legal, plain_words
from tests.simulators.fakes import FakeMachine, device

VOLTAGES = {f"voltage_l{n}": 228.0 + n for n in range(1, 4)}
METER = modbus_profile(
    *(point(name, 10 + 2 * n, WireType.F32, unit="V") for n, name in enumerate(VOLTAGES)),
    point("frequency", 30, WireType.F32, unit="Hz"),
    point("energy_import", 40, WireType.U32, unit="kWh", scale=0.01),
)
TRUTH: Mapping[str, float | str] = VOLTAGES | {"frequency": 50.01, "energy_import": 12_345.67}
WORDS = float_words({10 + 2 * n: value for n, value in enumerate(VOLTAGES.values())} | {30: 50.01}) | plain_words({40: 0x0012, 41: 0xD687})

SWAPPED = {(table, at): WORDS.get((table, at + 1 if at % 2 == 0 else at - 1), 0) for table, at in WORDS}


@asynccontextmanager
async def simulated(
    profile: Profile, fault: NetworkFault = NetworkFault.OK, amount: float = 0.0, timeout_s: float = 1.0
) -> AsyncIterator[Asker]:
    station = Station(device(replace(profile, device_class="power_meter")), FakeMachine(values=dict(TRUTH)), fault, amount)
    port = ModbusPort("127.0.0.1", 0, Bus({1: station}, answers_unknown_units=False))
    await port.open()
    wire = wire_of(device(profile, ModbusTcp("127.0.0.1", port.port, 1)), Counters())
    asker = Asker(wire, 1, timeout_s, 0, 500, SystemClock())
    try:
        await asker.connect()
        yield asker
    finally:
        asker.close()
        await port.close()


def on(device: Registers, *, most: int = 500, **vices: object) -> Asker:
    return Asker(RegisterWire(device, **vices), 1, 1.0, 0, most, SystemClock())  # type: ignore[arg-type]


async def examined(profile: Profile, asker: Asker) -> Examination:
    examination = Examination(profile, asker)
    await examination.run(lambda _: None)
    return examination


def moved(profile: Profile, by: int) -> Profile:
    return replace(profile, points=tuple(replace(p, wire=replace(p.wire, address=p.wire.address + by)) for p in profile.points))  # type: ignore[union-attr, arg-type]


async def test_a_device_that_is_as_its_profile_says_is_left_as_it_is() -> None:
    async with simulated(METER) as asker:
        findings = (await examined(METER, asker)).findings
    assert findings.judgement is not None
    assert findings.judgement.verdict is Verdict.AS_WRITTEN
    assert is_as_expected(findings)
    assert list(profile_changes(findings)) == []
    assert findings.done == [stage for stage in Stage if stage is not Stage.LOCATE]
    assert findings.timing is not None
    assert findings.timing.answers == 20


async def test_swapped_words_are_found_on_the_wire() -> None:
    async with simulated(METER, NetworkFault.WRONG_WORD_ORDER) as asker:
        findings = (await examined(METER, asker)).findings
    assert [(change.key, change.value) for change in profile_changes(findings)] == [("word_order", "lsw_first")]
    assert not is_as_expected(findings)


@pytest.mark.parametrize("by", [1, -1])
async def test_addresses_one_off_are_found_on_the_wire(by: int) -> None:
    async with simulated(moved(METER, by)) as asker:
        findings = (await examined(METER, asker)).findings
    assert findings.way.placement == Placement(shift=by)
    assert [(change.key, change.value) for change in profile_changes(findings)] == [("address_offset", by)]
    assert findings.illegal == ()


async def test_a_slow_device_is_given_time_once_and_measured() -> None:
    async with simulated(METER, NetworkFault.DELAY, 0.012, timeout_s=0.006) as asker:
        examination = Examination(METER, asker)
        await examination.run(lambda _: None, (Stage.READ, Stage.JUDGE, Stage.TIME))
    assert asker.timeout_s == pytest.approx(0.006 * SLOW_PATIENCE)
    assert examination.findings.timing is not None
    assert examination.findings.timing.least_ms > 10


async def test_a_dead_device_costs_one_patient_question() -> None:
    async with simulated(METER, NetworkFault.SILENT, timeout_s=0.01) as asker:
        with pytest.raises(TimedOut):
            await examined(METER, asker)
    assert asker.requests == 2


async def test_illegal_registers_of_the_profile_are_found_exactly() -> None:
    missing = {key: word for key, word in WORDS.items() if key[1] not in (12, 13)}
    asker = on(Registers(missing))
    findings = (await examined(METER, asker)).findings
    assert findings.illegal == (RegisterRange(Table.HOLDING, 12, 13),)
    assert findings.judgement is not None
    assert findings.judgement.verdict is Verdict.AS_WRITTEN


async def test_a_limit_below_the_profile_s_is_found_and_its_points_are_read_all_the_same() -> None:
    profile = modbus_profile(*(point(f"voltage_l{n}", 10 + n, unit="V") for n in range(40)))
    asker = on(Registers(plain_words({10 + n: 230 + n for n in range(80)}), most=16))
    findings = (await examined(profile, asker)).findings
    assert findings.illegal == ()
    assert [(change.key, change.value) for change in profile_changes(findings)] == [("max_registers_per_read", 16)]
    assert findings.block is not None
    assert findings.block.end is End.DEVICE


async def test_gaps_that_can_be_read_across_are_worth_a_line() -> None:
    asker = on(Registers(legal(range(200)) | WORDS))
    changes = list(profile_changes((await examined(METER, asker)).findings))
    assert [(change.key, change.value) for change in changes] == [("bridge_gaps", True)]
    assert "1 requests instead of 3" in changes[0].why


@pytest.mark.parametrize("words", [WORDS, {key: word ^ 0x5A5A for key, word in WORDS.items()}, SWAPPED], ids=["right", "noise", "swapped"])
@pytest.mark.parametrize("bridge_gaps", [True, False])
async def test_registers_that_are_only_written_or_illegal_are_never_read(words: dict[tuple[Table, int], int], bridge_gaps: bool) -> None:
    reset = point("reset", 42, access=Access.WRITE)
    fence = RegisterRange(Table.HOLDING, 20, 21)
    profile = replace(METER, write_only=(reset,), modbus=ModbusDefaults(bridge_gaps=bridge_gaps, illegal=(fence,)))
    device = Registers(legal(range(200)) | words)
    await examined(profile, on(device))
    forbidden = {20, 21, 42}
    assert [ask for ask in device.asked if ask[0] is Table.HOLDING and forbidden & set(range(ask[1], ask[1] + ask[2]))] == []


@pytest.mark.parametrize("error", [Closed("gone"), DeviceException(6)], ids=["connection lost", "busy"])
async def test_a_passing_trouble_is_outlived(error: ExchangeError) -> None:
    wire = RegisterWire(Registers(WORDS), trouble=lambda n: error if n == 2 else None)
    asker = Asker(wire, 1, 1.0, 0, 500, HandClock() if isinstance(error, Closed) else _NoWaiting())
    assert (await examined(METER, asker)).findings.refused == 0


class _NoWaiting(SystemClock):
    async def sleep_until(self, monotonic_ns: int) -> None:
        """Pauses are for devices."""


async def test_a_device_that_goes_silent_ends_it_with_what_was_found() -> None:
    asker = on(Registers(WORDS), trouble=lambda n: TimedOut("silence") if n > 3 else None)
    examination = Examination(METER, asker)
    with pytest.raises(TimedOut):
        await examination.run(lambda _: None)
    assert Stage.JUDGE in examination.findings.done
    assert asker.requests == 9


async def test_an_answer_lost_on_the_line_is_asked_for_again_and_counted() -> None:
    asker = on(Registers(WORDS), trouble=lambda n: TimedOut("lost") if n in (3, 20, 21) else None)
    findings = (await examined(METER, asker)).findings
    assert is_as_expected(findings)
    assert asker.repeated == 2


async def test_no_more_requests_are_made_than_allowed() -> None:
    asker = on(Registers({}), most=5)
    with pytest.raises(Spent):
        await examined(METER, asker)
    assert asker.requests == 5


async def test_the_device_rests_between_requests() -> None:
    clock = HandClock()
    wire = ScriptedWire(clock, lambda unit, request: bytes(2 * request.count), takes_s=0.0)
    asker = Asker(wire, 1, 1.0, SECOND // 4, 500, _Stepping(clock))
    for address in range(3):
        await asker.ask(Table.HOLDING, address, 1)
    times = [at_ns for at_ns, _ in wire.reads]
    assert [after - before for before, after in pairwise(times)] == [SECOND // 4] * 2


class _Stepping:
    """Whoever sleeps finds that the time has passed."""

    def __init__(self, clock: HandClock) -> None:
        self._clock = clock
        self.now_ns, self.monotonic_ns = clock.now_ns, clock.monotonic_ns

    async def sleep_until(self, monotonic_ns: int) -> None:
        await self._clock.advance(max(0, monotonic_ns - self._clock.monotonic_ns()) / SECOND)


async def test_a_sunspec_device_is_read_where_its_models_lie() -> None:
    def chain(base: int) -> dict[tuple[Table, int], int]:
        marker = {
            base: 0x5375,
            base + 1: 0x6E53,
            base + 2: 1,
            base + 3: 65,
            base + 69: 203,
            base + 70: 105,
            base + 176: 0xFFFF,
            base + 177: 0,
        }
        return plain_words(dict.fromkeys(range(base, base + 180), 0) | marker | {base + 71: 230})

    profile = modbus_profile(point("voltage_l1", 40072, unit="V"), sunspec=SunSpec((40000, 0), {203: 40070}))
    findings = (await examined(profile, on(Registers(chain(0))))).findings
    assert findings.chain is not None
    assert findings.chain.headers[203] == 69
    assert findings.profile.points[0].wire.address == 71  # type: ignore[union-attr]
    with pytest.raises(NotSunSpec):
        await examined(profile, on(Registers({})))
