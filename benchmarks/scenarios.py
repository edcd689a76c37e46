"""Scenarios in virtual time: how many hours of site time go into one of ours, and what leaving out unchanged work is worth.

Baselines, measured in the same run: the wall clock, against which virtual time is a ratio; and the same step with every poll taken the
whole way over the line (request, answer, check, decode), whether anything has changed or not. Seconds are those of one processor core,
so that other work on the machine does not count; on an idle machine they are the clock's.

    python -m benchmarks.scenarios [--steps 120]
"""

import argparse
import gc
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

import structlog

from guanjia.config.scenario_file import ScenarioFile, read_scenario
from guanjia.scenario.player import play
from guanjia.scenario.virtual_platform import VirtualPlatform
from guanjia.scenario.virtual_site import VirtualSite
from model.clock import HOUR, SECOND

EXAMPLES = Path(__file__).resolve().parents[1] / "examples" / "talent-apartments"
STEP_S = 10.0
ROUND = 10
"""Steps of one measurement; the two ways take turns, so that a busy machine is busy for both."""
DAY_S = 86_400.0
ONE_SYSTEM = """
scenario: one-hour
name: {zh: 一小时, en: One hour}
about: {zh: 一小时, en: One hour}
site: site.yaml
devices: ["pr2.*"]
start: 2026-01-14T10:00
warm_up: 0s
length: 1h
timeline:
  - {at: 5min, device: pr2.pump1, fault: dry_run, for: 10min}
  - {at: 7min, by: engineer, acknowledge: pump.dry_run@pr2.pump1}
  - {at: 30min, device: pr2.tank, network: silent, for: 3min}
"""
WHOLE_SITE = ONE_SYSTEM.replace('devices: ["pr2.*"]\n', "").replace("10:00", "08:00")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--steps", type=int, default=120, help="steps of 10 s on the reference site")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger("error"))
    _one_hour()
    _a_day(read_scenario(WHOLE_SITE, "whole.yaml", EXAMPLES), asked.parse_args().steps)


def _one_hour() -> None:
    loaded = read_scenario(ONE_SYSTEM, "one.yaml", EXAMPLES)
    took_s = min(_played_s(loaded) for _ in range(3))
    print(f"one hour of one system ({len(loaded.site.devices)} devices, 5 s steps, journal and tickets): ", end="")
    print(f"{took_s:.2f} s, {HOUR / SECOND / took_s:,.0f} times the wall clock")


def _played_s(loaded: ScenarioFile) -> float:
    began_s = process_time()
    play(loaded.scenario, loaded.site, loaded.rules)
    return process_time() - began_s


def _a_day(loaded: ScenarioFile, steps: int) -> None:
    """A day's cost out of a stretch of the morning rush, on a journal, with tickets."""
    took = {"quick": 0.0, "whole way": 0.0}
    best = dict.fromkeys(took, float("inf"))
    with TemporaryDirectory() as quick, TemporaryDirectory() as whole:
        platforms = {"quick": _platform(loaded, Path(quick), False), "whole way": _platform(loaded, Path(whole), True)}
        for platform in platforms.values():
            _steps(platform, ROUND)
        gc.collect()
        gc.freeze()
        for _ in range(max(1, steps // ROUND)):
            for name, platform in platforms.items():
                round_s = _steps(platform, ROUND)
                took[name] += round_s
                best[name] = min(best[name], round_s)
        for platform in platforms.values():
            platform.close()
    rounds = max(1, steps // ROUND)
    print(f"reference site, {len(loaded.site.devices)} devices, 10 s steps, engine, journal and tickets:")
    for name in took:
        mean_s, best_s = (seconds / ROUND * DAY_S / STEP_S for seconds in (took[name] / rounds, best[name]))
        print(f"  {name:>9}: a virtual day in {mean_s:.0f} s (best round {best_s:.0f} s), {DAY_S / mean_s:,.0f} times the wall clock")
    print(f"  leaving out unchanged work: {took['whole way'] / took['quick']:.2f} times as fast as the whole way")


def _platform(loaded: ScenarioFile, folder: Path, whole_way: bool) -> VirtualPlatform:
    scenario = replace(loaded.scenario, timeline=())
    site = VirtualSite(loaded.site, scenario.seed, scenario.start_ns, whole_way=whole_way)
    return VirtualPlatform(site, loaded.rules, folder, lambda _: None)


def _steps(platform: VirtualPlatform, count: int) -> float:
    began_s = process_time()
    for _ in range(count):
        platform.step(STEP_S)
    return process_time() - began_s


if __name__ == "__main__":
    main()
