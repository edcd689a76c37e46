"""Floods: begin above ten within ten minutes, end below five, in the engine's own time and through a restart."""

from model.alarm import Raise
from model.clock import MINUTE
from rules.engine import Engine
from rules.flood import Flood, FloodGauge
from tests.rules.workshop import OPERATOR, at, block, device, engine, out_of_service, point, rule, site

PUMPS = tuple(device(f"p{n:02}", [point("level", "m")]) for n in range(14))
SITE = site(*PUMPS)


def _raise(trial: Engine, numbers: range, every_s: float = 1.0) -> None:
    for n in numbers:
        trial.observe(block(PUMPS[n], n * every_s, level=3.0))


def test_a_flood_begins_with_the_eleventh_alarm_and_remembers_its_peak() -> None:
    trial = engine(SITE, rule())
    _raise(trial, range(10))
    assert (trial.flood(at(9)), trial.annunciated(at(9))) == (None, 10)
    _raise(trial, range(10, 14))
    assert trial.flood(at(14)) == Flood(at(10), 14, 14)
    assert trial.flood(at(600 + 8)) == Flood(at(10), 5, 14)
    assert (trial.flood(at(600 + 9)), trial.annunciated(at(600 + 9))) == (None, 4)


def test_ten_minutes_slide() -> None:
    trial = engine(SITE, rule())
    _raise(trial, range(14), every_s=61.0)
    assert trial.flood(at(14 * 61.0)) is None


def test_what_is_not_shouted_is_not_counted_until_it_is() -> None:
    trial = engine(SITE, rule())
    out_of_service(trial, "level.high", "p10", 0)
    _raise(trial, range(11))
    assert trial.flood(at(11)) is None
    trial.in_service("level.high", "p10", OPERATOR, at(12))
    assert trial.flood(at(12)) == Flood(at(12), 11, 11)


def test_the_journal_brings_a_flood_back_and_counts_nothing_twice() -> None:
    trial = engine(SITE, rule())
    past = [Raise(f"A{n}", at(n)) for n in range(12)] + [Raise(f"B{n}", at(500 + n * 20)) for n in range(6)]
    trial.count_raises(past)
    trial.count_raises(past)
    assert trial.flood(at(900)) == Flood(at(10), 6, 17)


def test_an_adopted_rule_book_goes_on_with_the_flood() -> None:
    trial = engine(SITE, rule())
    _raise(trial, range(12))
    trial.adopt(engine(SITE, rule(version="v2")), at(13))
    assert trial.flood(at(13)) == Flood(at(10), 12, 12)


def test_a_clock_that_is_set_does_not_keep_a_flood_alive() -> None:
    gauge = FloodGauge()
    for n in range(12):
        gauge.count(Raise(f"A{n}", at(n)), at(n))
    gauge.shift(-60 * MINUTE)
    assert gauge.within(at(-3600 + 609)) == 2
