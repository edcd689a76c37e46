"""Run by Alembic; the connection and its transaction come from ``store.journal.migrate``."""

from alembic import context

from store.journal.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
