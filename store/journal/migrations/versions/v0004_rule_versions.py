"""The versions of every rule, word for word."""

import sqlalchemy as sa
from alembic import op

from store.journal.migrations.append_only import make_append_only

revision = "v0004"
down_revision = "v0003"


def upgrade() -> None:
    op.create_table(
        "rule_versions",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("rule", sa.String, nullable=False),
        sa.Column("version", sa.String, nullable=False),
        sa.Column("origin", sa.String, nullable=False),
        sa.Column("yaml", sa.Text, nullable=False),
        sa.Column("at_ns", sa.BigInteger, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("comment", sa.String, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("rule_versions_by_rule", "rule_versions", ["rule", "seq"])
    make_append_only("rule_versions")
