"""Ports for the servers that tests start."""

import os
import random
import socket

HOST = "127.0.0.1"
_FIRST, _PER_WORKER, _WORKERS = 10_000, 2_700, 8


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on just now, and nobody takes before their server does.

    They lie below those the system gives to outgoing connections, and each test worker has a range of its own.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % _WORKERS
    first = _FIRST + worker * _PER_WORKER
    found: list[int] = []
    for port in random.SystemRandom().sample(range(first, first + _PER_WORKER), _PER_WORKER):
        with socket.socket() as probe:
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
        found.append(port)
        if len(found) == count:
            return found
    raise AssertionError(f"no {count} free ports on this machine")
