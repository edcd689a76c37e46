"""``python -m guanjia``."""

from guanjia.cli import app

app()
