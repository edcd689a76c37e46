"""Short scenarios on a corner of the reference site, written in the tests themselves."""

from pathlib import Path

from guanjia.config.scenario_file import ScenarioFile, read_scenario
from guanjia.scenario.player import Played, play

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "talent-apartments"
HEAD = """scenario: test
name: {zh: 试, en: Test}
about: {zh: 试, en: Test}
site: site.yaml
start: 2026-01-14T10:00
warm_up: 2min
"""


def scenario(body: str) -> ScenarioFile:
    """``body`` has whatever is not in ``HEAD``."""
    return read_scenario(HEAD + body, "test.yaml", EXAMPLES)


def played(body: str) -> tuple[ScenarioFile, Played]:
    loaded = scenario(body)
    return loaded, play(loaded.scenario, loaded.site, loaded.rules)
