"""Every wrong file gets its message: all mistakes at once, each with file, line, path and what to write instead."""

from pathlib import Path

import pytest

from guanjia.config.profile_file import read_profile
from guanjia.config.site_file import read_site
from model.mistake import ConfigError

BAD = Path(__file__).parent / "bad"
FILES = sorted(file for file in BAD.glob("*.bad.yaml") if file.name.startswith(("site_", "profile_")))


def _read(name: str, text: str) -> object:
    return read_profile(text, "test", name) if name.startswith("profile") else read_site(text, name, BAD, environment={})


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.name)
def test_a_wrong_file_is_refused_with_every_mistake_named(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        _read(file.name, text)
    expected = file.with_name(file.name.replace(".bad.yaml", ".bad.txt")).read_text(encoding="utf-8")
    assert str(refused.value) + "\n" == expected


def test_every_expected_message_has_its_file() -> None:
    assert {f.stem for f in BAD.glob("*.bad.txt")} == {f.stem for f in BAD.glob("*.bad.yaml")}
