"""Mistakes in what people write: every one is collected before anything is refused."""

from dataclasses import dataclass

from model.wording import proposed


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One mistake in a file: where it stands and what to write instead."""

    file: str
    line: int
    path: str
    message: str
    column: int = 0
    """Within the line, from 1; 0: all of it."""

    @property
    def suggestion(self) -> str:
        """The word to write instead, where the message proposes one; else empty."""
        return proposed(self.message)

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}" if self.column else f"{self.file}:{self.line}"
        return f"{where}: {self.path}: {self.message}" if self.path else f"{where}: {self.message}"


class ConfigError(Exception):
    """A site, profile or rule file is wrong. Carries every mistake found, in file order."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        self.mistakes = sorted(set(mistakes))
        super().__init__("\n".join(map(str, self.mistakes)))
