"""A reading as conditions see it."""

Value = float | str | None
"""A number in the point's own unit, words of a text point, or None: bad, stale or never read."""
