"""Both catalogues say the same things, and nothing is said that is not in them."""

import json
import re
from pathlib import Path

import pytest

import dashboards.console

SCRIPTS = Path(dashboards.console.__file__).parent / "static" / "js"
LANGUAGES = ("zh", "en")
USED = re.compile(r"""\bt\(\s*'([^']+)'""")
USED_EITHER = re.compile(r"""\bt\([^'()`]*\? '([^']+)' : '([^']+)'""")
USED_FAMILY = re.compile(r"""\bt\(\s*`([^`$]*)\$\{""")
MENTIONED_FAMILY = re.compile(r"""`((?:[a-z_]+\.)+)\$\{""")
PLACE = re.compile(r"\{(\w+)\}")
CHINESE = re.compile("[\u4e00-\u9fff]")


def catalogue(language: str) -> dict[str, str]:
    text = (SCRIPTS / "words" / f"{language}.js").read_text("utf-8")
    words: dict[str, str] = json.loads(text.removeprefix("export default "))
    return words


def scripts() -> list[Path]:
    return [path for path in SCRIPTS.rglob("*.js") if path.parent.name != "words"]


def test_both_languages_have_the_same_keys() -> None:
    assert catalogue("zh").keys() == catalogue("en").keys()


def test_a_phrase_has_the_same_places_in_both_languages() -> None:
    chinese, english = catalogue("zh"), catalogue("en")
    different = {key for key in chinese if set(PLACE.findall(chinese[key])) != set(PLACE.findall(english[key]))}
    assert not different


def test_no_phrase_is_empty_and_none_is_in_the_wrong_language() -> None:
    assert all(catalogue("zh").values())
    assert not [key for key, words in catalogue("en").items() if not words or CHINESE.search(words)]


@pytest.mark.parametrize("script", scripts(), ids=lambda path: path.relative_to(SCRIPTS).as_posix())
def test_every_phrase_a_script_uses_exists(script: Path) -> None:
    text = script.read_text("utf-8")
    known = catalogue("zh")
    used = set(USED.findall(text)) | {key for pair in USED_EITHER.findall(text) for key in pair}
    assert used <= known.keys()
    families = set(USED_FAMILY.findall(text))
    assert not [family for family in families if not any(key.startswith(family) for key in known)]


def test_every_phrase_is_used_by_some_script() -> None:
    texts = "".join(path.read_text("utf-8") for path in scripts())
    families = tuple(MENTIONED_FAMILY.findall(texts))
    assert not [key for key in catalogue("zh") if f"'{key}'" not in texts and not key.startswith(families)]


def test_no_script_carries_words_of_its_own() -> None:
    """Comments may; what is shown may not, but for the names of the languages themselves."""
    own = []
    for path in scripts():
        code = path.read_text("utf-8").replace("'中文'", "").replace("'元'", "")
        code = re.sub(r"/\*.*?\*/", "", code, flags=re.DOTALL)
        own += [f"{path.name}: {line.strip()}" for line in code.splitlines() if CHINESE.search(line.partition("// ")[0])]
    assert not own


IMPORT = re.compile(r"^import (?:\* as \w+|\{([^}]*)\}) from '([^']+)'", re.MULTILINE)


@pytest.mark.parametrize("script", scripts(), ids=lambda path: path.relative_to(SCRIPTS).as_posix())
def test_a_script_imports_what_exists_and_uses_what_it_imports(script: Path) -> None:
    text = script.read_text("utf-8")
    body = IMPORT.sub("", text)
    for names, path in IMPORT.findall(text):
        source = (script.parent / path).read_text("utf-8")
        for name in filter(None, (part.strip() for part in names.split(","))):
            original, _, alias = name.partition(" as ")
            assert re.search(rf"export (?:async )?(?:function|const) {original}\b", source), f"{path} has no {original}"
            assert re.search(rf"\b{alias or original}\b", body), f"{name} is imported and not used"
