"""Which way of reading a device is the plausible one, with the reason in words. Pure.

Every way decodes the same registers; each value that can tell speaks for or against it (``beliefs``). A way is preferred when, over the
values on which two ways do not agree, it is clearly the likelier. What both read alike, such as zeros, speaks for neither.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from guanjia.probe.beliefs import Worth, belief, telling, worth
from guanjia.probe.heard import Heard, decoded
from guanjia.probe.ways import AS_WRITTEN, Placement, Way, orders, read_by, written_order
from model.profile import Point, Profile, Register
from model.quality import Quality
from model.units import display_unit

CLEAR = 0.25
"""Least mean advantage, on the values two ways disagree about, with which one is preferred. Full scale is 1."""
PLAUSIBLE = 0.5
"""Least mean worth of a way that is believed."""
MOST_WITNESSES = 120
"""Values asked for their opinion; more of them change no verdict, only the time it takes."""


_NOBODY = "the profile has no value that could tell"


class Verdict(StrEnum):
    AS_WRITTEN = "the profile is right"
    ANOTHER = "another way than the profile's is the plausible one"
    EQUAL = "several ways are equally plausible"
    NO_EVIDENCE = "no value tells one way from another"
    NONE_PLAUSIBLE = "no way gives plausible values"


@dataclass(frozen=True, slots=True)
class Vote:
    """One value, read one way."""

    point: Point
    value: float
    worth: Worth

    def __str__(self) -> str:
        unit = display_unit(self.point.unit)
        return f"{self.value:.5g}{' ' if unit else ''}{unit} ({self.worth})"


@dataclass(frozen=True, slots=True)
class Score:
    """A way and what every witness says of it. ``share`` is the mean worth, 0 to 1."""

    way: Way
    votes: tuple[Vote, ...]

    @property
    def share(self) -> float:
        return sum(vote.worth.weight for vote in self.votes) / len(self.votes) if self.votes else 0.0


@dataclass(frozen=True, slots=True)
class Judgement:
    """``scores``: the profile's own way first. ``way`` is the one to use: the profile's own unless another is clearly better."""

    verdict: Verdict
    way: Way
    scores: tuple[Score, ...]
    rivals: tuple[Way, ...]
    """Ways as plausible as the chosen one."""
    reason: str

    @property
    def share(self) -> float:
        """Mean worth of what the chosen way reads."""
        return next((score.share for score in self.scores if score.way == self.way), 0.0)


def judge(profile: Profile, heard: Heard, placements: Iterable[Placement] = (AS_WRITTEN,)) -> Judgement:
    """Compare the four orders at each of the placements whose registers were read."""
    cut = witnesses(profile)
    own = Way(AS_WRITTEN, written_order(profile))
    scores = [score for place in placements for order in orders(profile) if (score := _score(cut, heard, Way(place, order)))]
    if not scores:
        return Judgement(Verdict.NO_EVIDENCE, own, (), (), _NOBODY)
    first, best = scores[0], _best(scores)
    rivals = _rivals(first, best, scores)
    verdict = _verdict(first, best, rivals, scores)
    if verdict in (Verdict.NO_EVIDENCE, Verdict.NONE_PLAUSIBLE):
        return Judgement(verdict, first.way, tuple(scores), (), _silence(first) if verdict is Verdict.NO_EVIDENCE else _worst(first))
    chosen = first if first.way in rivals else best
    others = tuple(dict.fromkeys(way for way in (best.way, *rivals) if way != chosen.way))
    rejected = first if chosen is not first else max(scores[1:] or [first], key=lambda score: score.share)
    return Judgement(verdict, chosen.way, tuple(scores), others if verdict is Verdict.EQUAL else (), _examples(chosen, rejected))


def _verdict(first: Score, best: Score, rivals: tuple[Way, ...], scores: Sequence[Score]) -> Verdict:
    if not any(_differ(first, other) for other in _credible(first, scores[1:])) and best is first:
        return Verdict.NO_EVIDENCE
    if best.share < PLAUSIBLE:
        return Verdict.NONE_PLAUSIBLE
    if rivals:
        return Verdict.EQUAL
    return Verdict.AS_WRITTEN if best is first else Verdict.ANOTHER


def _rivals(first: Score, best: Score, scores: Sequence[Score]) -> tuple[Way, ...]:
    """Ways that read other values than the best one, and are not clearly the less likely.

    One with swapped bytes may be the best, but is not feared as an equal.
    """
    others = _credible(best, scores) if best.way.order.byte_order is first.way.order.byte_order else scores
    return tuple(other.way for other in others if other is not best and _differ(best, other) and not _is_clearer(best, other))


def _credible(chosen: Score, others: Sequence[Score]) -> Sequence[Score]:
    """Those that differ in more than the bytes of a register, which Modbus itself lays down, the high one first (V1.1b3 §4.2); else all."""
    return [other for other in others if other.way.order.byte_order is chosen.way.order.byte_order] or others


def witnesses(profile: Profile) -> Profile:
    """The profile cut down to the values that can tell, and those they depend on."""
    columns = list(telling(profile.points, profile.device_class))[:MOST_WITNESSES]
    wanted = {profile.points[column].name for column in columns}
    for column in columns:
        point = profile.points[column]
        wanted.update((*point.ratios, *filter(None, (point.unit_select,))))
    scales = {point.wire.scale_register for point in profile.points if isinstance(point.wire, Register) and point.name in wanted}
    return replace(profile, points=tuple(p for p in profile.points if p.name in wanted or _at(p) in scales))


def _at(point: Point) -> int | None:
    return point.wire.address if isinstance(point.wire, Register) else None


def _score(cut: Profile, heard: Heard, way: Way) -> Score | None:
    there = read_by(cut, way)
    if there is None or not there.points:
        return None
    found = decoded(there, heard)
    return Score(way, tuple(_votes(there, found.values, found.qualities)))


def _votes(profile: Profile, values: Sequence[float], qualities: bytes) -> Iterator[Vote]:
    for column in telling(profile.points, profile.device_class):
        point = profile.points[column]
        if qualities[column] == Quality.CONFIG_ERROR:
            yield Vote(point, values[column], Worth.REFUSED)
            continue
        yield Vote(point, values[column], worth(point, belief(point, profile.device_class), values[column]))


def _best(scores: Sequence[Score]) -> Score:
    """The first of those that no other beats clearly, the most worthy of them where there are several."""
    unbeaten = [score for score in scores if not any(_is_clearer(other, score) for other in scores)]
    return max(unbeaten or scores, key=lambda score: score.share)


def _is_clearer(better: Score, worse: Score) -> bool:
    """Whether one way is to be preferred, by the values on whose worth the two do not agree."""
    gains = [a.worth.weight - b.worth.weight for a, b in zip(better.votes, worse.votes, strict=True) if a.worth is not b.worth]
    return bool(gains) and sum(gains) / len(gains) >= CLEAR


def _differ(one: Score, other: Score) -> bool:
    """Whether the two read any value differently; nan is nan in both."""
    return any(a.value != b.value and not (a.value != a.value and b.value != b.value) for a, b in zip(one.votes, other.votes, strict=True))


def _examples(chosen: Score, rejected: Score) -> str:
    """Up to three values on which the two differ most: ``voltage_l1 is 230.1 V (usual), read ABCD 4.1e-21 V (impossible)``."""
    pairs = [(a, b) for a, b in zip(chosen.votes, rejected.votes, strict=True) if a.value != b.value]
    pairs.sort(key=lambda pair: abs(pair[0].worth.weight - pair[1].worth.weight), reverse=True)
    return "; ".join(f"{a.point.name} is {a}, with {rejected.way} {b}" for a, b in pairs[:3]) or "the same values"


def _worst(score: Score) -> str:
    """Up to three values that speak most against a way."""
    against = sorted((vote for vote in score.votes if vote.worth.weight < PLAUSIBLE), key=lambda vote: vote.worth.weight)
    return "; ".join(f"{vote.point.name} is {vote}" for vote in against[:3])


def _silence(score: Score) -> str:
    zeros = sum(vote.worth is Worth.ZERO for vote in score.votes)
    if zeros > len(score.votes) / 2:
        return f"{zeros} of {len(score.votes)} values are zero: let the machine run and ask again"
    return "every long value reads alike in both word orders: let the machine run and ask again"
