"""From rules as people write them to the question of a backtest."""

from collections.abc import Sequence

from guanjia.backtest.question import Question
from guanjia.rulebook.in_force import SENT, InForce, with_text
from model.mistake import ConfigError


def question_of(text: str, book: InForce, start_ns: int, end_ns: int, *, only: Sequence[str] = (), everything: bool = False) -> Question:
    """With rules written as in a rule file laid over those in force. Raises ConfigError with every mistake."""
    bound = with_text(book, text)
    if bound.mistakes:
        raise ConfigError(sorted(bound.mistakes))
    said = tuple(id for id, one in bound.written.items() if one.source.file == SENT)
    return Question(start_ns, end_ns, tuple(bound.book.rules), only=tuple(only) or said, everything=everything)
