"""The journal: alarms, tickets, users and the audit trail in SQLite or PostgreSQL."""

from store.journal.errors import BadJournalUrl, DriverMissing, JournalError, JournalTooNew
from store.journal.journal import SqlJournal, open_journal

__all__ = ["BadJournalUrl", "DriverMissing", "JournalError", "JournalTooNew", "SqlJournal", "open_journal"]
