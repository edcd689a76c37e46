"""Levels, first-out, holds, requests to go out of service, and the version that judges an occurrence."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "v0003"
down_revision = "v0002"


def upgrade() -> None:
    column: sa.Column[Any]
    for column in (
        sa.Column("hold", sa.Text),
        sa.Column("recent_ns", sa.Text, nullable=False, server_default="[]"),
        sa.Column("brief_ns", sa.Text, nullable=False, server_default="[]"),
        sa.Column("request", sa.Text),
    ):
        op.add_column("alarms", column)
    for column in (
        sa.Column("level", sa.String, nullable=False, server_default=""),
        sa.Column("source_ns", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("group", sa.String, nullable=False, server_default=""),
        sa.Column("first_out", sa.Boolean),
        sa.Column("hold", sa.String),
        sa.Column("flips", sa.Integer, nullable=False, server_default="0"),
        sa.Column("judged_by", sa.String, nullable=False, server_default=""),
    ):
        op.add_column("occurrences", column)
    op.create_index("occurrences_by_end", "occurrences", ["ended_at_ns"])
