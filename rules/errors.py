"""What can be wrong with a rule.

RuleError
├── ConditionError   the condition's text is wrong, on any device: line and column within the text
└── DoesNotFit       the condition is well formed, but this device cannot answer it: a reason and what is missing
"""

from enum import StrEnum


class RuleError(Exception):
    """Anything wrong with a rule."""


class ConditionError(RuleError):
    """A condition that can't be read. ``line`` and ``column`` count from 1 within the condition's text."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


class Fit(StrEnum):
    """Why a rule does or does not apply to a device."""

    APPLIES = "applies"
    NAME_MISSING = "name_missing"
    """Neither a point of the device's profile nor a parameter: the device simply does not measure it."""
    FAR_POINT_MISSING = "far_point_missing"
    NO_MEMBER = "no_member"
    """A group that no device of the site belongs to, or none that measures what is asked."""
    UNIT_REFUSED = "unit_refused"
    WORDS_REFUSED = "words_refused"
    """A text point where a number is needed, or the other way round."""


class DoesNotFit(RuleError):
    """This device can't answer the condition."""

    def __init__(self, fit: Fit, detail: str, name: str = "") -> None:
        super().__init__(detail)
        self.fit = fit
        self.detail = detail
        self.name = name
