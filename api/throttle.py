"""How often a login may fail."""

from collections import OrderedDict, deque

from model.clock import MINUTE

Key = tuple[str, str]


class LoginThrottle:
    """Counts failed logins per key within a sliding window. Remembers a bounded number of keys; the longest untouched is forgotten."""

    def __init__(self, allowed: int = 5, window_ns: int = 5 * MINUTE, remembered: int = 10_000) -> None:
        self._allowed = allowed
        self._window_ns = window_ns
        self._remembered = remembered
        self._failures: OrderedDict[Key, deque[int]] = OrderedDict()

    def wait_ns(self, key: Key, now_ns: int) -> int:
        """How long this key must wait before it may try again; 0: it may."""
        failures = self._failures.get(key)
        if failures is None:
            return 0
        while failures and failures[0] <= now_ns - self._window_ns:
            failures.popleft()
        return failures[0] + self._window_ns - now_ns if len(failures) >= self._allowed else 0

    def failed(self, key: Key, now_ns: int) -> None:
        self._failures.setdefault(key, deque(maxlen=self._allowed)).append(now_ns)
        self._failures.move_to_end(key)
        if len(self._failures) > self._remembered:
            self._failures.popitem(last=False)

    def forget(self, key: Key) -> None:
        self._failures.pop(key, None)
