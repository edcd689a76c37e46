"""The condition language over columns: the same trees, bound by the same binder, answered for a whole stretch of time at once."""
