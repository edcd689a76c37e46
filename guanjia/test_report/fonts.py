"""A font for Chinese on this machine: embedded in the report, so that it reads the same in thirty years and on paper."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from api.bench import NoFont

_FOLDERS = {
    "win32": ("C:/Windows/Fonts",),
    "darwin": ("/System/Library/Fonts", "/System/Library/Fonts/Supplemental", "/Library/Fonts", "~/Library/Fonts"),
}
_ELSEWHERE = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")
_FAMILIES = (
    # regular, bold, place of the simplified Chinese face in a collection; best first
    ("NotoSansSC-Regular.*", "NotoSansSC-Bold.*", 0),
    ("SourceHanSansSC-Regular.*", "SourceHanSansSC-Bold.*", 0),
    ("NotoSansCJKsc-Regular.otf", "NotoSansCJKsc-Bold.otf", 0),
    ("NotoSansCJK-Regular.ttc", "NotoSansCJK-Bold.ttc", 2),
    ("msyh.ttc", "msyhbd.ttc", 0),
    ("Hiragino Sans GB.ttc", "Hiragino Sans GB.ttc", 0),
    ("wqy-microhei.ttc", "wqy-microhei.ttc", 0),
    ("wqy-zenhei.ttc", "wqy-zenhei.ttc", 0),
    ("simhei.ttf", "simhei.ttf", 0),
    ("DroidSansFallback*.ttf", "DroidSansFallback*.ttf", 0),
)


@dataclass(frozen=True, slots=True)
class Font:
    """Two files of one family; ``face`` is the place within a collection."""

    regular: Path
    bold: Path
    face: int = 0


@cache
def chinese_font() -> Font:
    """The best there is. Raises NoFont."""
    files = {file.name: file for file in _files()}
    for regular, bold, face in _FAMILIES:
        found = [_match(files, pattern) for pattern in (regular, bold)]
        if found[0] is not None:
            return Font(found[0], found[1] or found[0], face)
    raise NoFont("no font for Chinese was found on this machine; install Noto Sans CJK (on Debian: apt install fonts-noto-cjk)")


def _files() -> Iterator[Path]:
    for folder in _FOLDERS.get(sys.platform, _ELSEWHERE):
        yield from Path(folder).expanduser().rglob("*.[ot]t[fc]")


def _match(files: dict[str, Path], pattern: str) -> Path | None:
    return next((file for file in files.values() if file.match(pattern)), None)
