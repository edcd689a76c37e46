"""Very many objects that stay, without the garbage collector stopping every thread to look through them again and again."""

import atexit
import gc
from collections.abc import Iterator
from contextlib import contextmanager

atexit.register(gc.unfreeze)
"""At the end everything goes as usual: extension modules complain of objects that are still there."""


YOUNG = 25_000
"""So many objects more than before, and the young are looked through: some megabytes. Python's own 700 is less than what 250 devices
replace in a second, and nearly all that is walked through for it will be let go of anyway: blocks name nobody that names them. Of 6,000
devices it held every thread for 20 to 60 ms about once a second, with 10,000 every ten (measured, Python 3.11)."""


def collect_seldom() -> None:
    """For a process through which readings flow as long as it lives."""
    gc.set_threshold(YOUNG, *gc.get_threshold()[1:])


def settle() -> None:
    """What is there now is not looked through any more: it stays, or is let go of piece by piece."""
    gc.freeze()


@contextmanager
def without_pauses() -> Iterator[None]:
    """No collection until it is done, and none of what it has made.

    On a site of 250 devices each full collection would hold the loop for a tenth of a second, and a rule book would bring on several.
    """
    with without_collections():
        yield
        settle()


@contextmanager
def without_collections() -> Iterator[None]:
    """For code and rule books as they are loaded: very much is made, and nothing of it is garbage yet."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
