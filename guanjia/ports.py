"""Ports this process is about to listen on: can it, and if not, why."""

import errno
import os
import socket


def trouble(host: str, port: int) -> str:
    """What is in the way of listening there, to follow 'the port is'; empty when nothing is."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        return "taken" if error.errno == errno.EADDRINUSE else f"not to be had: {os.strerror(error.errno or 0)}"
    return ""
