"""Rows of the spool taken apart into columns, whole batches at a time: no Python object per reading."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from model.quality import ABSENT, Quality
from model.reading import Sample
from store.history.layout import Place
from store.history.spool_file import Row

_TEXTS = msgspec.json.Decoder(dict[int, str])


@dataclass(frozen=True, slots=True)
class TextRow:
    series: int
    source_ns: int
    words: str


@dataclass(frozen=True, slots=True)
class Columns:
    """One entry per reading, in the order accepted; columns a block said nothing about are left out."""

    series: NDArray[np.int32]
    source_ns: NDArray[np.int64]
    value: NDArray[np.float64]
    quality: NDArray[np.uint8]
    texts: tuple[TextRow, ...]


def columns(rows: Sequence[Row], series_of: Callable[[int], NDArray[np.int32]]) -> Columns:
    """``series_of`` gives the series numbers of a layout's columns."""
    series = [series_of(row.layout) for row in rows]
    lengths = [len(numbers) for numbers in series]
    quality = np.frombuffer(b"".join([row.qualities for row in rows]), dtype=np.uint8)
    said = quality != ABSENT
    return Columns(
        series=np.concatenate(series)[said],
        source_ns=np.repeat(np.array([row.source_ns for row in rows], dtype=np.int64), lengths)[said],
        value=np.frombuffer(b"".join([row.numbers for row in rows]), dtype=np.float64)[said],
        quality=quality[said],
        texts=tuple(
            TextRow(int(numbers[column]), row.source_ns, words)
            for row, numbers in zip(rows, series, strict=True)
            if row.texts
            for column, words in texts_of(row).items()
        ),
    )


def texts_of(row: Row) -> dict[int, str]:
    """Column → words."""
    return _TEXTS.decode(row.texts) if row.texts else {}


def sample(row: Row, place: Place) -> Sample | None:
    """What the row says about one column; None when nothing."""
    code = row.qualities[place.column]
    if code == ABSENT:
        return None
    words = texts_of(row).get(place.column) if row.texts else None
    number = np.frombuffer(row.numbers, dtype=np.float64)[place.column]
    return Sample(row.source_ns, reading_value(float(number), words), Quality(code))


def reading_value(number: float | None, words: str | None) -> float | str | None:
    """The value as a reader sees it: words of a text point, a number, or None where there is neither."""
    if words is not None:
        return words
    return None if number is None or number != number else number
