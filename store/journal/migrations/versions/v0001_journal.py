"""The journal: alarms, tickets, users, audit.

Migrations state the schema as it was then and import nothing of today's tables.
"""

import sqlalchemy as sa
from alembic import op

from store.journal.migrations.append_only import make_append_only

revision = "v0001"
down_revision = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    _tickets()
    _occurrences()
    _alarms()
    _users_and_audit()
    for table in ("alarm_events", "ticket_events", "audit"):
        make_append_only(table)


def _tickets() -> None:
    op.create_table(
        "tickets",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("number", sa.String, nullable=False, unique=True),
        sa.Column("ticket_class", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("area", sa.String, nullable=False),
        sa.Column("opened_at_ns", sa.BigInteger, nullable=False),
        sa.Column("opened_by", sa.String, nullable=False),
        sa.Column("device", sa.String, nullable=False),
        sa.Column("cause", sa.String, nullable=False),
        sa.Column("skill", sa.String, nullable=False),
        sa.Column("owner", sa.String),
        sa.Column("clocks", sa.Text, nullable=False),
        sa.Column("first_steps", sa.Text, nullable=False),
        sa.Column("hold_reason", sa.String),
        sa.Column("reworks", sa.Integer, nullable=False),
        sa.Column("result", sa.String, nullable=False),
        sa.Column("closed_at_ns", sa.BigInteger),
        sa.Column("system", sa.String, nullable=False),
        sa.CheckConstraint("(state in ('closed', 'cancelled')) = (closed_at_ns is not null)", name="closed_tickets_have_a_time"),
    )
    not_closed = "closed_at_ns IS NULL"
    _partial("one_open_ticket", "tickets", ["device", "cause"], f"{not_closed} AND device <> '' AND cause <> ''", unique=True)
    _partial("open_tickets", "tickets", ["opened_at_ns", "id"], not_closed)
    op.create_index("tickets_by_time", "tickets", ["opened_at_ns", "id"])
    op.create_index("tickets_by_device", "tickets", ["device", "opened_at_ns"])
    op.create_table(
        "ticket_events",
        sa.Column("seq", _SERIAL, primary_key=True),
        sa.Column("ticket", sa.String, sa.ForeignKey("tickets.id"), nullable=False),
        sa.Column("at_ns", sa.BigInteger, nullable=False),
        sa.Column("what", sa.String, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("comment", sa.String, nullable=False),
        sa.Column("state", sa.String),
        sa.Column("owner", sa.String),
        sqlite_autoincrement=True,
    )
    op.create_index("ticket_events_by_ticket", "ticket_events", ["ticket", "seq"])


def _occurrences() -> None:
    op.create_table(
        "occurrences",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("rule", sa.String, nullable=False),
        sa.Column("rule_version", sa.String, nullable=False),
        sa.Column("device", sa.String, nullable=False),
        sa.Column("points", sa.Text, nullable=False),
        sa.Column("priority", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("cause", sa.String, nullable=False),
        sa.Column("condition_since_ns", sa.BigInteger, nullable=False),
        sa.Column("raised_at_ns", sa.BigInteger, nullable=False),
        sa.Column("returned_at_ns", sa.BigInteger),
        sa.Column("acknowledged_at_ns", sa.BigInteger),
        sa.Column("acknowledged_by", sa.String),
        sa.Column("inputs", sa.Text, nullable=False),
        sa.Column("suppressed_by", sa.String),
        sa.Column("annunciated", sa.Boolean, nullable=False),
        sa.Column("ended_at_ns", sa.BigInteger),
        sa.Column("superseded_by", sa.String),
        sa.Column("ticket", sa.String, sa.ForeignKey("tickets.id")),
        sa.Column("evidence", sa.Text, nullable=False),
        sa.Column("system", sa.String, nullable=False),
    )
    not_ended = "ended_at_ns IS NULL"
    _partial("one_open_occurrence", "occurrences", ["rule", "device"], not_ended, unique=True)
    _partial("open_occurrences", "occurrences", ["raised_at_ns", "id"], not_ended)
    op.create_index("occurrences_by_time", "occurrences", ["raised_at_ns", "id"])
    op.create_index("occurrences_by_device", "occurrences", ["device", "raised_at_ns"])
    op.create_index("occurrences_by_system", "occurrences", ["system", "raised_at_ns"])
    op.create_table(
        "ticket_occurrences",
        sa.Column("ticket", sa.String, sa.ForeignKey("tickets.id"), primary_key=True),
        sa.Column("occurrence", sa.String, sa.ForeignKey("occurrences.id"), primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
    )


def _alarms() -> None:
    op.create_table(
        "alarms",
        sa.Column("rule", sa.String, primary_key=True),
        sa.Column("device", sa.String, primary_key=True),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("occurrence", sa.String, sa.ForeignKey("occurrences.id")),
        sa.Column("shelving", sa.Text),
        sa.Column("suppression", sa.Text),
        sa.Column("out_of_service", sa.Text),
        sa.Column("realarm_at_ns", sa.BigInteger),
    )
    op.create_table(
        "alarm_events",
        sa.Column("seq", _SERIAL, primary_key=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("at_ns", sa.BigInteger, nullable=False),
        sa.Column("rule", sa.String, nullable=False),
        sa.Column("device", sa.String, nullable=False),
        sa.Column("occurrence", sa.String, sa.ForeignKey("occurrences.id")),
        sa.Column("standing_then", sa.Text, nullable=False),
        sa.Column("occurrence_then", sa.Text),
        sa.Column("by_name", sa.String, nullable=False),
        sa.Column("by_role", sa.String, nullable=False),
        sa.Column("by_display", sa.String, nullable=False),
        sa.Column("comment", sa.String, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("alarm_events_by_occurrence", "alarm_events", ["occurrence", "seq"])
    op.create_index("alarm_events_by_time", "alarm_events", ["at_ns"])


def _users_and_audit() -> None:
    op.create_table(
        "users",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("display", sa.String, nullable=False),
        sa.Column("password_hash", sa.String, nullable=False),
        sa.Column("disabled", sa.Boolean, nullable=False),
    )
    op.create_table(
        "audit",
        sa.Column("seq", _SERIAL, primary_key=True),
        sa.Column("at_ns", sa.BigInteger, nullable=False),
        sa.Column("who", sa.String, nullable=False),
        sa.Column("what", sa.String, nullable=False),
        sa.Column("target", sa.String, nullable=False),
        sa.Column("detail", sa.String, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("audit_by_time", "audit", ["at_ns"])
    op.create_table(
        "numbers",
        sa.Column("series", sa.String, primary_key=True),
        sa.Column("day", sa.String, primary_key=True),
        sa.Column("last", sa.Integer, nullable=False),
    )


def _partial(name: str, table: str, columns: list[str], where: str, unique: bool = False) -> None:
    op.create_index(name, table, columns, unique=unique, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
