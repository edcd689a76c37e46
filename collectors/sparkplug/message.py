"""A message of the field as it came, and what it says."""

from dataclasses import dataclass

from collectors.sparkplug.payload import Payload
from collectors.sparkplug.topics import Heading


@dataclass(frozen=True, slots=True)
class Message:
    heading: Heading
    topic: str
    raw: bytes
    read: Payload
    receive_ns: int
