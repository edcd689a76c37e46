"""Brings a journal to this version's schema: a new one from nothing, an old one step by step, both in one transaction."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from store.journal.errors import JournalTooNew

_SCRIPTS = Path(__file__).parent / "migrations"


def migrate(writer: sa.Engine) -> None:
    """Apply what is missing. Raises JournalTooNew for a journal this version does not know."""
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    with writer.begin() as connection:
        _refuse_the_future(connection, config)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _refuse_the_future(connection: sa.Connection, config: Config) -> None:
    present = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if present is not None and present not in known:
        raise JournalTooNew(f"the journal was written by a newer version (schema '{present}'); start that version, or restore a backup")
