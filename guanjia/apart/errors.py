"""What can be wrong with bytes that came from another machine."""

from enum import StrEnum

import msgspec

UNREADABLE = (msgspec.DecodeError, ValueError)
"""What decoding foreign bytes may raise: words that are no UTF-8 are a ValueError."""


class Trouble(StrEnum):
    """Why a frame was not taken."""

    NOT_ZLIB = "not_zlib"
    TOO_LARGE = "too_large"
    MALFORMED = "malformed"
    OTHER_VERSION = "other_version"


class BadFrame(Exception):
    """Bytes that are no frame of ours."""

    def __init__(self, trouble: Trouble, detail: str = "") -> None:
        super().__init__(f"{trouble.value}: {detail}" if detail else trouble.value)
        self.trouble = trouble
