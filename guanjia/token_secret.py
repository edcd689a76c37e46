"""The secret that signs logins: made once, kept with the data, readable by its owner only."""

import secrets
from pathlib import Path


def token_secret(data: Path) -> str:
    """The installation's secret; made at the first start. Deleting the file logs everybody out."""
    file = data / "token.secret"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(48), encoding="utf-8")
    return file.read_text(encoding="utf-8").strip()
