"""Every wrong scenario gets its message: all mistakes at once, each with file, line, path and what to write instead."""

import contextlib
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from guanjia.config.scenario_file import load_scenario, read_scenario
from guanjia.config.scenario_schema import ActFile, AlarmFile, EnergyFile, HeadFile, NoticeFile, TicketFile
from model.mistake import ConfigError
from tests.examples import examples

BAD = Path(__file__).parent / "bad"
FILES = sorted(BAD.glob("*.bad.yaml"))
HEAD = {
    "scenario": "fuzzed",
    "name": {"zh": "乱", "en": "Fuzzed"},
    "about": {"zh": "乱", "en": "Fuzzed"},
    "site": "site.yaml",
    "start": "2026-01-14T10:00",
    "length": "20min",
}


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.name)
def test_a_wrong_scenario_is_refused_with_every_mistake_named(file: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        read_scenario(file.read_text(encoding="utf-8"), file.name, BAD)
    expected = file.with_name(file.name.replace(".bad.yaml", ".bad.txt")).read_text(encoding="utf-8")
    assert str(refused.value) + "\n" == expected


def test_every_expected_message_has_its_file() -> None:
    assert {f.name.removesuffix(".bad.txt") for f in BAD.glob("*.bad.txt")} == {f.name.removesuffix(".bad.yaml") for f in FILES}


def test_a_scenario_that_is_not_there_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="name an existing scenario file"):
        load_scenario(tmp_path / "none.yaml")


def test_mistakes_of_the_site_are_told_with_the_sites_own_lines(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text("site: {id: x}\nareas: []\ndevices: []\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"site\.yaml:1: site\.name: 'name' is missing"):
        read_scenario(yaml.safe_dump(HEAD), "s.yaml", tmp_path)


def _keys(*models: type) -> st.SearchStrategy[str]:
    return st.sampled_from(sorted({f.alias or name for model in models for name, f in model.model_fields.items()}))  # type: ignore[attr-defined]


_WORDS = (
    "5min 25min -1min 02:15 5min..7min never pump1 barrier pump* dry_run arm_off silent delay down crash engineer liuyang "
    "pump.dry_run@pump1 *@* @ accept small met 2% 127.0.0.1:5021 feeder.energy_import"
)
_words = st.sampled_from(_WORDS.split())
_scalars = st.one_of(_words, st.none(), st.booleans(), st.integers(-5, 900), st.floats(), st.text(max_size=5))
_values = st.one_of(_scalars, st.lists(_scalars, max_size=2), st.dictionaries(st.text(max_size=3), _scalars, max_size=2))


def _entries(*models: type) -> st.SearchStrategy[object]:
    return st.one_of(st.lists(st.dictionaries(_keys(*models), _values, max_size=6), max_size=3), _values)


@settings(max_examples=examples(80), deadline=None)
@given(
    head=st.dictionaries(_keys(HeadFile), _values, max_size=2),
    timeline=_entries(ActFile),
    alarms=_entries(AlarmFile),
    tickets=_entries(TicketFile),
    notifications=_entries(NoticeFile),
    energy=_entries(EnergyFile),
)
def test_whatever_is_written_is_read_or_refused_with_lines(
    head: dict[str, object], timeline: object, alarms: object, tickets: object, notifications: object, energy: object
) -> None:
    expect = {"alarms": alarms, "tickets": tickets, "notifications": notifications, "energy": energy}
    text = yaml.safe_dump(HEAD | head | {"site": "site.yaml", "timeline": timeline, "expect": expect}, allow_unicode=True)
    with contextlib.suppress(ConfigError):
        read_scenario(text, "fuzzed.yaml", BAD)


@settings(max_examples=examples(60), deadline=None)
@given(place=st.integers(0, 400), noise=st.text(alphabet="{}[]:,-#&*!|>'\"%@`\n\t 0aé中", max_size=4))
def test_noise_in_a_right_file_is_read_or_refused(place: int, noise: str) -> None:
    text = (BAD / "unknown_alarms.bad.yaml").read_text(encoding="utf-8")
    with contextlib.suppress(ConfigError):
        read_scenario(text[:place] + noise + text[place:], "noisy.yaml", BAD)
