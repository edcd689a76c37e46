"""Counters as they stand whenever somebody looks."""

from collections.abc import Callable, Iterator, Mapping


class LiveCounters(Mapping[str, float]):
    """``count`` gives all of them at one look."""

    def __init__(self, count: Callable[[], Mapping[str, float]]) -> None:
        self._count = count

    def __getitem__(self, name: str) -> float:
        return self._count()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._count())

    def __len__(self) -> int:
        return len(self._count())

    def items(self):  # type: ignore[no-untyped-def] # one look for all of them
        return self._count().items()
