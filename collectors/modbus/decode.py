"""One fast decoder per device profile: bytes of its block reads → columns of values and qualities. Pure.

The decoder is Python source written for the profile and compiled once: a struct takes the raw values out, then a line or two per column
scale and judge them. That is an order of magnitude cheaper per block than interpreting the profile value by value at every poll. What the
profile asks for and nothing here can do is a ProfileError at compile time, never a surprise at a poll.
"""

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import inf, isfinite, nan
from struct import Struct

from collectors.modbus.encodings import ENCODINGS, SCALE_MODES, shifted, text, words_reversed
from collectors.modbus.plan import Request
from collectors.modbus.source import decoder_source
from model.profile import Profile
from model.quality import GOOD

_Fill = Callable[[Sequence[bytes | None], Sequence[int], "array[float]", bytearray, dict[int, str]], None]


@dataclass(frozen=True, slots=True)
class Decoder:
    """Turns the answers to a profile's requests into columns. ``source`` is the code it runs, for whoever wants to follow a value."""

    source: str
    width: int
    _fill: _Fill

    def decode(self, answers: Sequence[bytes | None], failures: Sequence[int]) -> tuple["array[float]", bytes, dict[int, str]]:
        """Values, qualities and texts from one answer per request; where it is None the request's columns get its quality in ``failures``.

        Every answer must have its request's full length.
        """
        values = array("d", [nan]) * self.width
        qualities = bytearray([GOOD]) * self.width
        texts: dict[int, str] = {}
        self._fill(answers, failures, values, qualities, texts)
        return values, bytes(qualities), texts


def compile_decoder(profile: Profile, requests: Sequence[Request]) -> Decoder:
    """The decoder for answers to exactly these requests. ProfileError when a point asks for what can't be decoded."""
    source = decoder_source(profile, requests)
    return Decoder(source, len(profile.points), _compiled(source))


@lru_cache(maxsize=1024)
def _compiled(source: str) -> _Fill:
    """Devices of one profile share their decoder: the same source is compiled once."""
    names: dict[str, object] = {
        "Struct": Struct,
        "inf": inf,
        "isfinite": isfinite,
        "nan": nan,
        "encodings": ENCODINGS,
        "modes": SCALE_MODES,
        "shifted": shifted,
        "text": text,
        "words_reversed": words_reversed,
        "swap": _swapped,
    }
    exec(compile(source, "<decoder>", "exec"), names)
    return names["fill"]  # type: ignore[return-value]


def _swapped(block: bytes) -> bytes:
    """The block with the two bytes of every word exchanged."""
    words = array("H", block)
    words.byteswap()
    return words.tobytes()
