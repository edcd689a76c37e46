"""The console's static files, read once and addressed by the hash of their content."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

_MEDIA_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".webmanifest": "application/manifest+json"}


@dataclass(frozen=True, slots=True)
class Asset:
    body: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Assets:
    """Every file below one folder by its relative path. ``digest`` changes when any of them does.

    Modules import each other by relative path, so one digest in the first address renews them all together.
    """

    files: Mapping[str, Asset]
    digest: str


def read_assets(folder: Path) -> Assets:
    """Read all files below ``folder``; a file of a kind we do not serve raises KeyError at start, not at the first request."""
    files: dict[str, Asset] = {}
    content = sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = path.relative_to(folder).as_posix()
        files[name] = Asset(path.read_bytes(), _MEDIA_TYPES[path.suffix])
        content.update(name.encode() + b"\0" + files[name].body)
    return Assets(files, content.hexdigest()[:12])
