"""The rules in force, for those who ask again and again."""

from collections.abc import Callable, Iterator, Sequence
from typing import overload

from model.rule import Rule
from rules.book import Book


class LiveRules(Sequence[Rule]):
    """The rules in force at the moment of each question."""

    def __init__(self, book: Callable[[], Book]) -> None:
        self._book = book

    @overload
    def __getitem__(self, index: int) -> Rule: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Rule]: ...

    def __getitem__(self, index: int | slice) -> Rule | Sequence[Rule]:
        return self._book().rules[index]

    def __len__(self) -> int:
        return len(self._book().rules)

    def __iter__(self) -> Iterator[Rule]:
        return iter(self._book().rules)
