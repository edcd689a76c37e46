"""Certificates for a connection that proves who its ends are."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """Paths of PEM files. Without ``ca`` the system's authorities are asked; ``cert`` and ``key`` are who we are."""

    ca: str = ""
    cert: str = ""
    key: str = ""
    server_name: str = ""
    """The name in the peer's certificate where it is not the host we connect to."""
