"""Column types that keep the model's own types: enums as their words, nested parts as JSON."""

from enum import StrEnum
from typing import Any

import msgspec
import sqlalchemy as sa


class Word(sa.TypeDecorator[Any]):
    """A ``StrEnum``, stored as its value so that a person reading the table sees the word."""

    impl = sa.String
    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> str | None:
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> Any:
        return None if value is None else self.words(value)


class Json(sa.TypeDecorator[Any]):
    """A dataclass, tuple or mapping, stored as JSON text and read back as the very type ``shape``."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, shape: Any) -> None:
        super().__init__()
        self.shape = shape
        self._decoder = msgspec.json.Decoder(shape)
        self._encoder = msgspec.json.Encoder()

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> str | None:
        return None if value is None else self._encoder.encode(value).decode()

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> Any:
        return None if value is None else self._decoder.decode(value)
