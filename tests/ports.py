"""Ports for the servers that tests start."""

import os
import random
import socket

HOST = "127.0.0.1"
_FIRST, _PER_WORKER, _WORKERS = 10_000, 2_700, 8
_given: set[int] = set()


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on just now, and nobody takes before their server does.

    They lie below those the system gives to outgoing connections, each test worker has a range of its own, and none is given twice: whoever
    asked before may not have started his server yet.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % _WORKERS
    first = _FIRST + worker * _PER_WORKER
    found: list[int] = []
    for port in random.SystemRandom().sample(sorted(set(range(first, first + _PER_WORKER)) - _given), _PER_WORKER - len(_given)):
        with socket.socket() as probe:
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
        found.append(port)
        if len(found) == count:
            _given.update(found)
            return found
    raise AssertionError(f"no {count} free ports on this machine")
