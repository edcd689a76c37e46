"""A process of ours: its logs, its event loop, and how it is asked to stop."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import structlog


def use_logs(file: Path | None = None) -> None:
    """Constant event names with their variables: one JSON object a line to a file, readable lines to a terminal."""
    target = file.open("a", encoding="utf-8", buffering=1) if file else sys.stderr
    colors = sys.stderr.isatty() and "NO_COLOR" not in os.environ  # a file or a pipe wants words alone
    renderer: Any = structlog.processors.JSONRenderer(ensure_ascii=False) if file else structlog.dev.ConsoleRenderer(colors=colors)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            renderer,
        ],
        logger_factory=structlog.PrintLoggerFactory(target),
    )


def run_until_stopped(life: Callable[[asyncio.Event], Coroutine[Any, Any, None]]) -> None:
    """Run ``life`` on the fastest loop there is; Ctrl-C and a termination signal set its event instead of killing it."""

    async def whole() -> None:
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        for name in ("SIGINT", "SIGTERM"):
            try:
                loop.add_signal_handler(getattr(signal, name), stopping.set)
            except NotImplementedError:  # Windows: the loop has no signal handlers
                signal.signal(getattr(signal, name), lambda *_: loop.call_soon_threadsafe(stopping.set))
        await life(stopping)

    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(whole())


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
