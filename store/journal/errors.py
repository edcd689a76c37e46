"""What can be wrong with a journal before it is open.

JournalError
├── BadJournalUrl        the configuration must change
├── DriverMissing        a package must be installed
└── JournalTooNew        a newer version of the software wrote it
"""


class JournalError(Exception):
    """The journal can't be opened; the message says what to do."""


class BadJournalUrl(JournalError):
    """The ``journal.url`` of the site names no database this software knows."""


class DriverMissing(JournalError):
    """The database is known, its driver is not installed."""


class JournalTooNew(JournalError):
    """The database was migrated by a later version; this one would misread it."""
