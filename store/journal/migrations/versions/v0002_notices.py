"""The outbox: what people are told of tickets."""

import sqlalchemy as sa
from alembic import op

revision = "v0002"
down_revision = "v0001"


def upgrade() -> None:
    op.create_table(
        "notices",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("ticket", sa.String, sa.ForeignKey("tickets.id"), nullable=False),
        sa.Column("recipient", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("cause", sa.String, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("created_at_ns", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("told_at_ns", sa.BigInteger),
        sa.Column("channel", sa.String),
        sa.Column("seen_at_ns", sa.BigInteger),
        sa.CheckConstraint("(told_at_ns is null) = (channel is null)", name="told_notices_have_a_channel"),
        sqlite_autoincrement=True,
    )
    op.create_index("one_notice", "notices", ["ticket", "recipient", "cause"], unique=True)
    unseen = sa.text("seen_at_ns IS NULL")
    op.create_index("unseen_notices", "notices", ["recipient", "created_at_ns", "number"], sqlite_where=unseen, postgresql_where=unseen)
    op.create_index("notices_by_recipient", "notices", ["recipient", "created_at_ns", "number"])
    op.create_index("notices_by_time", "notices", ["created_at_ns", "number"])
