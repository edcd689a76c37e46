"""The journal's tables as queries see them. The migrations create them; a test holds the two equal.

``alarms`` how each alarm stands now · ``occurrences`` one row per excursion · ``tickets`` one row per job ·
``notices`` one row per person told · ``judged`` how far the alarm events reach: these change.
``alarm_events``, ``ticket_events``, ``rule_versions``, ``audit``: append-only, the database refuses anything else.
Times are nanoseconds since 1970-01-01 UTC.
"""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from model.alarm import AlarmEventKind, AlarmState, Evidence, Hold, HoldKind, Occurrence, Priority, Removal, Shelving, Standing
from model.notice import Channel, NoticeKind
from model.people import Role
from model.rule_version import Origin
from model.text import Text
from model.ticket import PromiseClock, TicketClass, TicketState
from store.journal.columns import Json, Word

metadata = sa.MetaData()

Serial = sa.BigInteger().with_variant(sa.Integer, "sqlite")
"""SQLite counts up by itself only in a column called INTEGER."""


def _partial(name: str, where: sa.ColumnElement[bool], *columns: sa.Column[Any], unique: bool = False) -> sa.Index:
    """An index over the rows that satisfy ``where`` only."""
    return sa.Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)


alarms = sa.Table(
    "alarms",
    metadata,
    sa.Column("rule", sa.String, primary_key=True),
    sa.Column("device", sa.String, primary_key=True),
    sa.Column("state", Word(AlarmState), nullable=False),
    sa.Column("occurrence", sa.ForeignKey("occurrences.id")),
    sa.Column("shelving", Json(Shelving)),
    sa.Column("suppression", Json(Removal)),
    sa.Column("out_of_service", Json(Removal)),
    sa.Column("realarm_at_ns", sa.BigInteger),
    sa.Column("hold", Json(Hold)),
    sa.Column("recent_ns", Json(tuple[int, ...]), nullable=False, server_default="[]"),
    sa.Column("brief_ns", Json(tuple[int, ...]), nullable=False, server_default="[]"),
    sa.Column("request", Json(Removal)),
)

occurrences = sa.Table(
    "occurrences",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("rule", sa.String, nullable=False),
    sa.Column("rule_version", sa.String, nullable=False),
    sa.Column("device", sa.String, nullable=False),
    sa.Column("points", Json(tuple[str, ...]), nullable=False),
    sa.Column("priority", Word(Priority), nullable=False),
    sa.Column("state", Word(AlarmState), nullable=False),
    sa.Column("text", Json(Text), nullable=False),
    sa.Column("cause", sa.String, nullable=False),
    sa.Column("condition_since_ns", sa.BigInteger, nullable=False),
    sa.Column("raised_at_ns", sa.BigInteger, nullable=False),
    sa.Column("returned_at_ns", sa.BigInteger),
    sa.Column("acknowledged_at_ns", sa.BigInteger),
    sa.Column("acknowledged_by", sa.String),
    sa.Column("inputs", Json(Mapping[str, float | str | None]), nullable=False),
    sa.Column("suppressed_by", sa.String),
    sa.Column("annunciated", sa.Boolean, nullable=False),
    sa.Column("ended_at_ns", sa.BigInteger),
    sa.Column("superseded_by", sa.String),
    sa.Column("ticket", sa.ForeignKey("tickets.id")),
    sa.Column("evidence", Json(tuple[Evidence, ...]), nullable=False),
    sa.Column("level", sa.String, nullable=False, server_default=""),
    sa.Column("source_ns", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("group", sa.String, nullable=False, server_default=""),
    sa.Column("first_out", sa.Boolean),
    sa.Column("hold", Word(HoldKind)),
    sa.Column("flips", sa.Integer, nullable=False, server_default="0"),
    sa.Column("judged_by", sa.String, nullable=False, server_default=""),
    sa.Column("system", sa.String, nullable=False),
)
_NOT_ENDED = occurrences.c.ended_at_ns.is_(None)
_partial("one_open_occurrence", _NOT_ENDED, occurrences.c.rule, occurrences.c.device, unique=True)
_partial("open_occurrences", _NOT_ENDED, occurrences.c.raised_at_ns, occurrences.c.id)
sa.Index("occurrences_by_time", occurrences.c.raised_at_ns, occurrences.c.id)
sa.Index("occurrences_by_end", occurrences.c.ended_at_ns)
sa.Index("occurrences_by_device", occurrences.c.device, occurrences.c.raised_at_ns)
sa.Index("occurrences_by_system", occurrences.c.system, occurrences.c.raised_at_ns)

alarm_events = sa.Table(
    "alarm_events",
    metadata,
    sa.Column("seq", Serial, primary_key=True),
    sa.Column("kind", Word(AlarmEventKind), nullable=False),
    sa.Column("at_ns", sa.BigInteger, nullable=False),
    sa.Column("rule", sa.String, nullable=False),
    sa.Column("device", sa.String, nullable=False),
    sa.Column("occurrence", sa.ForeignKey("occurrences.id")),
    sa.Column("standing_then", Json(Standing), nullable=False),
    sa.Column("occurrence_then", Json(Occurrence)),
    sa.Column("by_name", sa.String, nullable=False),
    sa.Column("by_role", Word(Role), nullable=False),
    sa.Column("by_display", sa.String, nullable=False),
    sa.Column("comment", sa.String, nullable=False),
    sqlite_autoincrement=True,
)
sa.Index("alarm_events_by_occurrence", alarm_events.c.occurrence, alarm_events.c.seq)
sa.Index("alarm_events_by_time", alarm_events.c.at_ns)

tickets = sa.Table(
    "tickets",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("number", sa.String, nullable=False, unique=True),
    sa.Column("ticket_class", Word(TicketClass), nullable=False),
    sa.Column("state", Word(TicketState), nullable=False),
    sa.Column("title", Json(Text), nullable=False),
    sa.Column("area", sa.String, nullable=False),
    sa.Column("opened_at_ns", sa.BigInteger, nullable=False),
    sa.Column("opened_by", sa.String, nullable=False),
    sa.Column("device", sa.String, nullable=False),
    sa.Column("cause", sa.String, nullable=False),
    sa.Column("skill", sa.String, nullable=False),
    sa.Column("owner", sa.String),
    sa.Column("clocks", Json(tuple[PromiseClock, ...]), nullable=False),
    sa.Column("first_steps", Json(tuple[Text, ...]), nullable=False),
    sa.Column("hold_reason", sa.String),
    sa.Column("reworks", sa.Integer, nullable=False),
    sa.Column("result", sa.String, nullable=False),
    sa.Column("closed_at_ns", sa.BigInteger),
    sa.Column("system", sa.String, nullable=False),
    sa.CheckConstraint("(state in ('closed', 'cancelled')) = (closed_at_ns is not null)", name="closed_tickets_have_a_time"),
)
_NOT_CLOSED = tickets.c.closed_at_ns.is_(None)
# People may report several things about one device; they have no cause.
_partial(
    "one_open_ticket", sa.and_(_NOT_CLOSED, tickets.c.device != "", tickets.c.cause != ""), tickets.c.device, tickets.c.cause, unique=True
)
_partial("open_tickets", _NOT_CLOSED, tickets.c.opened_at_ns, tickets.c.id)
sa.Index("tickets_by_time", tickets.c.opened_at_ns, tickets.c.id)
sa.Index("tickets_by_device", tickets.c.device, tickets.c.opened_at_ns)

ticket_events = sa.Table(
    "ticket_events",
    metadata,
    sa.Column("seq", Serial, primary_key=True),
    sa.Column("ticket", sa.ForeignKey("tickets.id"), nullable=False),
    sa.Column("at_ns", sa.BigInteger, nullable=False),
    sa.Column("what", sa.String, nullable=False),
    sa.Column("by", sa.String, nullable=False),
    sa.Column("comment", sa.String, nullable=False),
    sa.Column("state", Word(TicketState)),
    sa.Column("owner", sa.String),
    sqlite_autoincrement=True,
)
sa.Index("ticket_events_by_ticket", ticket_events.c.ticket, ticket_events.c.seq)

ticket_occurrences = sa.Table(
    "ticket_occurrences",
    metadata,
    sa.Column("ticket", sa.ForeignKey("tickets.id"), primary_key=True),
    sa.Column("occurrence", sa.ForeignKey("occurrences.id"), primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
)

notices = sa.Table(
    "notices",
    metadata,
    sa.Column("number", Serial, primary_key=True),
    sa.Column("ticket", sa.ForeignKey("tickets.id"), nullable=False),
    sa.Column("recipient", sa.String, nullable=False),
    sa.Column("kind", Word(NoticeKind), nullable=False),
    sa.Column("cause", sa.String, nullable=False),
    sa.Column("text", Json(Text), nullable=False),
    sa.Column("created_at_ns", sa.BigInteger, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("told_at_ns", sa.BigInteger),
    sa.Column("channel", Word(Channel)),
    sa.Column("seen_at_ns", sa.BigInteger),
    sa.CheckConstraint("(told_at_ns is null) = (channel is null)", name="told_notices_have_a_channel"),
    sqlite_autoincrement=True,
)
sa.Index("one_notice", notices.c.ticket, notices.c.recipient, notices.c.cause, unique=True)
_partial("unseen_notices", notices.c.seen_at_ns.is_(None), notices.c.recipient, notices.c.created_at_ns, notices.c.number)
sa.Index("notices_by_recipient", notices.c.recipient, notices.c.created_at_ns, notices.c.number)
sa.Index("notices_by_time", notices.c.created_at_ns, notices.c.number)

users = sa.Table(
    "users",
    metadata,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("role", Word(Role), nullable=False),
    sa.Column("display", sa.String, nullable=False),
    sa.Column("password_hash", sa.String, nullable=False),
    sa.Column("disabled", sa.Boolean, nullable=False),
)

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("seq", Serial, primary_key=True),
    sa.Column("at_ns", sa.BigInteger, nullable=False),
    sa.Column("who", sa.String, nullable=False),
    sa.Column("what", sa.String, nullable=False),
    sa.Column("target", sa.String, nullable=False),
    sa.Column("detail", sa.String, nullable=False),
    sqlite_autoincrement=True,
)
sa.Index("audit_by_time", audit.c.at_ns)

rule_versions = sa.Table(
    "rule_versions",
    metadata,
    sa.Column("seq", Serial, primary_key=True),
    sa.Column("rule", sa.String, nullable=False),
    sa.Column("version", sa.String, nullable=False),
    sa.Column("origin", Word(Origin), nullable=False),
    sa.Column("yaml", sa.Text, nullable=False),
    sa.Column("at_ns", sa.BigInteger, nullable=False),
    sa.Column("by", sa.String, nullable=False),
    sa.Column("comment", sa.String, nullable=False),
    sa.Column("by_role", Word(Role)),
    sqlite_autoincrement=True,
)
sa.Index("rule_versions_by_rule", rule_versions.c.rule, rule_versions.c.seq)

numbers = sa.Table(
    "numbers",
    metadata,
    sa.Column("series", sa.String, primary_key=True),
    sa.Column("day", sa.String, primary_key=True),
    sa.Column("last", sa.Integer, nullable=False),
)

judged = sa.Table(
    "judged",
    metadata,
    sa.Column("spool", sa.String, primary_key=True),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Column("at_ns", sa.BigInteger, nullable=False),
)
