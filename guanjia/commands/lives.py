"""A process of ours that lives until it is stopped, and what is said when it could not."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, NoReturn

import structlog

from guanjia.commands.words import refuse
from guanjia.process import run_until_stopped

log = structlog.get_logger()


def live(life: Callable[[asyncio.Event], Coroutine[Any, Any, None]]) -> None:
    """Run it until Ctrl-C, a termination signal or its own end; exit with 2 when something it needs is taken."""
    try:
        run_until_stopped(life)
    except (OSError, BaseExceptionGroup) as error:
        _refuse_taken(error)


def _refuse_taken(error: BaseException) -> NoReturn:
    """Exit with 2 for a port that was free when we looked. Whatever went down with it is in the log; anything else is raised again."""
    parts = list(_leaves(error))
    taken = [part for part in parts if isinstance(part, OSError)]
    if not taken:
        raise error
    for part in parts:
        log.error("part_failed", error=repr(part))
    why = "; ".join(map(str, taken))
    raise refuse(f"{why}; start again, or choose other ports: --port, and in the site file mqtt: {{port: …}}")


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for part in error.exceptions:
            yield from _leaves(part)
    else:
        yield error
