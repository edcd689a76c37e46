"""What can go wrong between the spool and a store.

::

    HistoryUnavailable   model.ports: what a reader of the past is told
    └── StoreError
        ├── Unreachable   try again later: no connection, timeout, 5xx, too many requests
        └── Refused       will never work as it is: malformed batch, unknown bucket, no permission
"""

from model.ports import HistoryUnavailable


class StoreError(HistoryUnavailable):
    """A store did not do what was asked; the message says why."""


class Unreachable(StoreError):
    """The store is away or busy. The same batch may be sent again."""


class Refused(StoreError):
    """The store has judged the request and will not take it. ``is_malformed``: because of what is in it, not of who asks."""

    def __init__(self, message: str, *, is_malformed: bool) -> None:
        self.is_malformed = is_malformed
        super().__init__(message)
