"""How many examples a property is tried with: few in everybody's run, many at night."""

import os

FACTOR = int(os.environ.get("GUANJIA_EXAMPLES", "1"))
"""``make nightly`` sets it."""


def examples(few: int) -> int:
    """``max_examples`` of a property, ``few`` in an ordinary run."""
    return few * FACTOR
