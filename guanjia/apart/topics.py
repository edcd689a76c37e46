"""The topics of one edge below the link's prefix. Pure."""

from dataclasses import dataclass

LIVE, KEPT, STATE, REPLY = "live", "kept", "state", "reply"


@dataclass(frozen=True, slots=True)
class Topics:
    prefix: str
    edge: str

    @property
    def live(self) -> str:
        """Edge to core: blocks as they happen."""
        return f"{self.prefix}/{self.edge}/{LIVE}"

    @property
    def kept(self) -> str:
        """Edge to core: the rows of its spool."""
        return f"{self.prefix}/{self.edge}/{KEPT}"

    @property
    def state(self) -> str:
        """Edge to core: its heartbeat, and its last will."""
        return f"{self.prefix}/{self.edge}/{STATE}"

    @property
    def reply(self) -> str:
        """Core to edge: what is on the core's disk, and what it misses."""
        return f"{self.prefix}/{self.edge}/{REPLY}"


def edge_and_kind(topic: str, prefix: str) -> tuple[str, str]:
    """Which edge speaks, and on which of its topics; empty words for a topic of another shape."""
    parts = topic.removeprefix(f"{prefix}/").split("/")
    return (parts[0], parts[1]) if len(parts) == 2 else ("", "")
