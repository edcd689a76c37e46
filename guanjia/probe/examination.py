"""One device examined against its profile, step by step; what was found stays when a step fails or is broken off.

(SunSpec: locate) ──► read ──► judge ──► refused registers ──► largest block ──► response time
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from collectors.modbus.plan import Request, plan
from collectors.modbus.sunspec import Chain, relocated, search
from guanjia.probe.asker import Asker
from guanjia.probe.heard import BIT_TABLES
from guanjia.probe.judge import PLAUSIBLE, Judgement, Verdict, judge, witnesses
from guanjia.probe.strategy import PROTOCOL_LIMIT, Block, Strategy, atoms, largest_block, refusals
from guanjia.probe.timing import Timing, timing
from guanjia.probe.ways import AS_WRITTEN, OTHER_TABLE, SHIFTED, Placement, Way, read_by, written_order
from model.profile import Profile, Register, RegisterRange, Table

TIMED_READS = 20
_SAMPLES = 8
SURE = 0.9
"""A way of reading this plausible, with nothing refused, needs no comparison with shifted addresses."""


class Stage(StrEnum):
    LOCATE = "walking the SunSpec models"
    READ = "reading the profile's points"
    JUDGE = "judging orders and addresses"
    REFUSED = "looking for refused registers"
    BLOCK = "growing the largest block"
    TIME = "measuring response times"


@dataclass
class Findings:
    """What is known so far. ``done``: the stages that came to their end."""

    profile: Profile
    done: list[Stage] = field(default_factory=list)
    chain: Chain | None = None
    """The SunSpec models of the device, where it has such; ``profile`` then stands where they do."""
    planned: int = 0
    refused: int = 0
    """Of the planned requests, those not answered as a whole."""
    judgement: Judgement | None = None
    illegal: tuple[RegisterRange, ...] = ()
    too_long: int = 0
    """Shortest block refused although its parts are answered; 0: none was."""
    block: Block | None = None
    bridged: int = 0
    """Unlisted registers that the largest block was read across."""
    timing: Timing | None = None

    @property
    def way(self) -> Way:
        """How the device is to be read, as far as that is known."""
        return self.judgement.way if self.judgement else Way(AS_WRITTEN, written_order(self.profile))


class Examination:
    """``findings`` may be looked at whenever ``run`` has returned, raised or been cancelled. ProfileError for what can't be planned."""

    def __init__(self, profile: Profile, asker: Asker) -> None:
        self.findings = Findings(profile, planned=len(plan(profile)))
        self._asker = asker
        self._forbidden = _forbidden(profile)

    async def run(self, enter: Callable[[Stage], None], stages: tuple[Stage, ...] = tuple(Stage)) -> None:
        """Raises ExchangeError when the device is lost, Spent when too many requests were needed."""
        steps = {
            Stage.LOCATE: self._locate,
            Stage.READ: self._read,
            Stage.JUDGE: self._judge,
            Stage.REFUSED: self._find_refused,
            Stage.BLOCK: self._grow,
            Stage.TIME: self._time,
        }
        for stage in stages:
            if stage is Stage.LOCATE and not _has_models(self.findings.profile):
                continue
            enter(stage)
            await steps[stage]()
            self.findings.done.append(stage)

    async def _locate(self) -> None:
        sunspec = self.findings.profile.modbus.sunspec if self.findings.profile.modbus else None
        if sunspec is not None:
            self.findings.chain = await self._asker.follow(_walk(sunspec.bases))
            self.findings.profile = relocated(self.findings.profile, sunspec, self.findings.chain)

    async def _read(self) -> None:
        requests = plan(self.findings.profile)
        self.findings.planned = len(requests)
        for request in requests:
            self.findings.refused += await self._ask(request) is None
        if not self._asker.answered:
            await self._ask_small(requests)

    async def _ask_small(self, requests: tuple[Request, ...]) -> None:
        """A device that refuses every block may only find them too long: one value of each will tell."""
        for request in requests[:_SAMPLES]:
            address, count = atoms(self.findings.profile, request.table, request.address, request.end)[0]
            await self._asker.ask(request.table, address, count)

    async def _judge(self) -> None:
        found, profile = self.findings, self.findings.profile
        found.judgement = judge(profile, self._asker.heard)
        if found.judgement.share >= SURE and not found.refused:
            return
        tried = [AS_WRITTEN]
        for placement in (*SHIFTED, OTHER_TABLE):
            if placement is OTHER_TABLE and found.judgement.share >= PLAUSIBLE:
                return
            if await self._read_displaced(placement):
                tried.append(placement)
                found.judgement = judge(profile, self._asker.heard, tried)

    async def _read_displaced(self, placement: Placement) -> bool:
        """Whether anything answers there."""
        there = read_by(witnesses(self.findings.profile), Way(placement, written_order(self.findings.profile)))
        answers = False
        for request in self._allowed(there) if there else ():
            answers |= await self._ask(request) is not None
        return answers

    async def _find_refused(self) -> None:
        found = self.findings
        there = read_by(found.profile, found.way)
        if not self._asker.answered or there is None:
            return
        for request in self._allowed(there):
            if not self._asker.is_answered(request.table, request.address, request.count) and await self._ask(request) is None:
                result = await self._asker.follow(refusals(request.table, atoms(there, request.table, request.address, request.end)))
                found.illegal += result.ranges
                found.too_long = min(found.too_long or result.too_long, result.too_long) if result.too_long else found.too_long
        if found.too_long <= max((count for (table, _), count in self._asker.answered.items() if table not in BIT_TABLES), default=0):
            found.too_long = 0  # longer ones were answered: something else was wrong
        if found.judgement and found.judgement.verdict is not Verdict.AS_WRITTEN:
            found.judgement = judge(found.profile, self._asker.heard, {way.way.placement: None for way in found.judgement.scores})

    async def _grow(self) -> None:
        known = {(table, at): count for (table, at), count in self._asker.answered.items() if table not in BIT_TABLES}
        if not known:
            return
        (table, address), count = max(known.items(), key=lambda entry: entry[1])
        ceiling = next((n for n in range(count, PROTOCOL_LIMIT) if self._is_forbidden(table, address + n, 1)), PROTOCOL_LIMIT)
        block = await self._asker.follow(largest_block(table, address, count, ceiling))
        listed = {at for r in plan(read_by(self.findings.profile, self.findings.way) or self.findings.profile) for at in _within(r, table)}
        self.findings.block = block
        self.findings.bridged = len(set(range(address, address + block.count)) - listed)

    async def _time(self) -> None:
        there = read_by(self.findings.profile, self.findings.way) or self.findings.profile
        answered = [r for r in self._allowed(there) if self._asker.is_answered(r.table, r.address, r.count)]
        before = len(self._asker.took_ns)
        for turn in range(TIMED_READS if answered else 0):
            await self._ask(answered[turn % len(answered)])
        self.findings.timing = timing(self._asker.took_ns[before:] or self._asker.took_ns)

    async def _ask(self, request: Request) -> bytes | None:
        return await self._asker.ask(request.table, request.address, request.count)

    def _allowed(self, profile: Profile) -> list[Request]:
        """The profile's requests that touch nothing which the device, as far as is known, must not be asked for."""
        return [request for request in plan(profile) if not self._is_forbidden(request.table, request.address, request.count)]

    def _is_forbidden(self, table: Table, address: int, count: int) -> bool:
        return any((table, at) in self._forbidden or at > 0xFFFF for at in range(address, address + count))


def _has_models(profile: Profile) -> bool:
    return profile.modbus is not None and profile.modbus.sunspec is not None


def _walk(bases: tuple[int, ...]) -> Strategy[Chain]:
    """The walk along the chain as a strategy."""
    steps = search(bases)
    request = next(steps)
    while True:
        answer = yield request.table, request.address, request.count
        try:
            request = steps.send(answer)
        except StopIteration as found:
            chain: Chain = found.value
            return chain


def _within(request: Request, table: Table) -> range:
    return range(request.address, request.end) if request.table is table else range(0)


def _forbidden(profile: Profile) -> frozenset[tuple[Table, int]]:
    """Registers whose mere reading fails or acts: those only written, and those the profile calls illegal."""
    spans = [(p.wire.table, p.wire.address, p.wire.address + p.wire.words) for p in profile.write_only if isinstance(p.wire, Register)]
    spans += [(r.table, r.first, r.last + 1) for r in profile.modbus.illegal] if profile.modbus else []
    return frozenset((table, at) for table, first, end in spans for at in range(first, end))
