"""One scenario's verdict: as expected, different, or a file that can't be played; and the reports made of many."""

import xml.etree.ElementTree as xml
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from guanjia.config.scenario_file import load_scenario
from guanjia.scenario.comparison import Difference, compare
from guanjia.scenario.event_lines import compared, events_file, read
from guanjia.scenario.player import OnProgress, play
from model.clock import SECOND
from model.mistake import ConfigError, Mistake


class Result(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    REFUSED = "refused"
    """The file is wrong."""


@dataclass(frozen=True, slots=True)
class Verdict:
    file: str
    result: Result
    id: str = ""
    site_s: float = 0.0
    """Seconds of site time played, warm-up included."""
    took_s: float = 0.0
    differences: tuple[Difference, ...] = ()
    mistakes: tuple[Mistake, ...] = ()

    @property
    def speed_up(self) -> float:
        return self.site_s / self.took_s if self.took_s else 0.0

    def lines(self) -> list[str]:
        """What is to be read when it did not pass."""
        found = [f"{self.file}:{d.line}: {d}" if d.line else f"{self.file}: {d}" for d in self.differences]
        return [*found, *map(str, self.mistakes)]


def judge(file: Path, on_progress: OnProgress = lambda _: None) -> Verdict:
    """Load, play and compare one scenario; event by event where the whole stream is written down beside it."""
    try:
        loaded = load_scenario(file)
    except ConfigError as error:
        return Verdict(str(file), Result.REFUSED, file.stem, mistakes=tuple(error.mistakes))
    scenario = loaded.scenario
    played = play(scenario, loaded.site, loaded.rules, on_progress)
    differences = compare(scenario, played.outcome)
    if (stream := events_file(file)).is_file():
        differences += compared(read(stream), played.events)
    result = Result.FAILED if differences else Result.PASSED
    return Verdict(str(file), result, scenario.id, (scenario.warm_up_ns + scenario.length_ns) / SECOND, played.took_s, differences)


def junit(verdicts: Sequence[Verdict]) -> bytes:
    """The verdicts as JUnit XML, as build servers read it."""
    suite = xml.Element("testsuite", name="guanjia.scenarios", tests=str(len(verdicts)), time=f"{sum(v.took_s for v in verdicts):.3f}")
    suite.set("failures", _count(verdicts, Result.FAILED))
    suite.set("errors", _count(verdicts, Result.REFUSED))
    for verdict in verdicts:
        case = xml.SubElement(suite, "testcase", classname="scenario", name=verdict.id, file=verdict.file, time=f"{verdict.took_s:.3f}")
        if verdict.result is not Result.PASSED:
            lines = verdict.lines()
            tag = "failure" if verdict.result is Result.FAILED else "error"
            xml.SubElement(case, tag, message=lines[0], type=verdict.result).text = "\n".join(lines)
    root = xml.Element("testsuites")
    root.append(suite)
    xml.indent(root)
    written: bytes = xml.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _count(verdicts: Iterable[Verdict], result: Result) -> str:
    return str(sum(verdict.result is result for verdict in verdicts))
