"""One edge node and the site's devices behind it, as a host has to understand what they say. Pure: bytes and times in, blocks out.

             NBIRTH                          NBIRTH: numbers begin again, every device has to be born anew
  unheard ────────────► alive ◄──────────────┐
     ▲                  │ │ └────────────────┘
     │ broker lost      │ │ NDEATH of this birth (bdSeq)
     └──────────────────┘ └─────────────► dead ── NBIRTH ──► alive

  a device   unborn ── DBIRTH ──► born ── DDEATH ──► gone ── DBIRTH ──► born        while the node is alive; with its death all are gone

Data of the unborn is not read: an alias means nothing before its birth. The node is then asked to say its births again (rebirth.py). A
death of another bdSeq is that of a connection which is over, and changes nothing (Eclipse Sparkplug 3.0.0 §5.5, §5.7, §6.4.19–26).
"""

from collections.abc import Iterable

from collectors.errors import PayloadError
from collectors.sparkplug.datatype import DataType, value_of
from collectors.sparkplug.device import NodeDevice
from collectors.sparkplug.message import Message
from collectors.sparkplug.outcome import Outcome, Remark
from collectors.sparkplug.payload import Payload, decode
from collectors.sparkplug.rebirth import Asking, Reason
from collectors.sparkplug.sequence import Sequence
from collectors.sparkplug.topics import Heading, Kind, NodePlace
from model.clock import SECOND
from model.reading import Fault

FIRST_BIRTH_NS = 30 * SECOND
"""From our connection until a device that has not been born counts as lost: births are asked for meanwhile."""
BIRTH_WITHIN_NS = 10 * SECOND
"""From its node's birth until a device that has not been born counts as lost."""
BD_SEQ = "bdSeq"


class EdgeNode:
    """``devices`` by the name their topic has; the empty name is the node itself. Times named ``now_ns`` are monotonic."""

    def __init__(self, place: NodePlace, devices: dict[str, NodeDevice], reorder_ns: int, asking: Asking) -> None:
        self.place, self.asking = place, asking
        self._devices = devices
        self._sequence = Sequence[Message](reorder_ns)
        self._is_alive = False
        self._bd_seq: int | None = None

    @property
    def devices(self) -> Iterable[NodeDevice]:
        return self._devices.values()

    # ── the broker ──

    def connected(self, now_ns: int, ask_at_ns: int) -> None:
        """We can hear the node from now on; what it said before is not kept for us."""
        for device in self.devices:
            device.forget(now_ns + FIRST_BIRTH_NS)
        self.asking.want(Reason.JUST_CONNECTED, ask_at_ns)

    def disconnected(self, at_ns: int) -> Outcome:
        """Nothing is known of anybody behind a lost broker."""
        outcome = Outcome()
        self._over(Fault.BROKER_LOST, at_ns, outcome)
        return outcome

    # ── what is said, and what is not ──

    def hear(self, heading: Heading, topic: str, payload: bytes, receive_ns: int, now_ns: int) -> Outcome:
        outcome = Outcome()
        try:
            message = Message(heading, topic, payload, decode(payload), receive_ns)
        except PayloadError as error:
            self._garbled(heading, receive_ns, str(error), outcome)
            return outcome
        if heading.kind is Kind.NODE_BIRTH:
            self._birth(message, now_ns, outcome)
        elif heading.kind is Kind.NODE_DEATH:
            self._death(message, outcome)
        elif not self._is_alive:
            self.asking.want(Reason.DATA_BEFORE_BIRTH)
        else:
            for ready in self._sequence.take(message.read.seq, message, now_ns):
                self._act(ready, now_ns, outcome)
        return outcome

    def watch(self, now_ns: int, at_ns: int) -> Outcome:
        """Let time pass: messages that never came, devices that say nothing."""
        outcome = Outcome()
        late = self._sequence.overdue(now_ns)
        if late:
            outcome.note(Remark.GAP, str(self.place))
            self.asking.want(Reason.LOST_MESSAGES)
        for message in late:
            self._act(message, now_ns, outcome)
        for device in self.devices:
            if device.deadline_ns is not None and device.deadline_ns <= now_ns:
                self._fell_silent(device, at_ns, outcome)
        return outcome

    def _birth(self, message: Message, now_ns: int, outcome: Outcome) -> None:
        outcome.note(Remark.NODE_BORN, str(self.place))
        self._is_alive, self._bd_seq = True, _bd_seq(message.read)
        self._sequence.begin(message.read.seq)
        self.asking.forget()
        for name, device in self._devices.items():
            device.forget(now_ns + BIRTH_WITHIN_NS)
            if not name:
                device.birth(message, now_ns, outcome)

    def _death(self, message: Message, outcome: Outcome) -> None:
        """A birth that names no bdSeq can't be told from another: then any death counts."""
        if not self._is_alive or self._bd_seq not in (None, _bd_seq(message.read)):
            outcome.note(Remark.OTHER_DEATH, str(self.place))
            return
        outcome.note(Remark.NODE_DIED, str(self.place))
        self._over(Fault.NODE_LOST, message.receive_ns, outcome)

    def _over(self, fault: Fault, at_ns: int, outcome: Outcome) -> None:
        self._is_alive = False
        self._sequence.begin(0)
        self.asking.forget()
        for device in self.devices:
            device.lose(fault, at_ns, outcome)

    def _fell_silent(self, device: NodeDevice, at_ns: int, outcome: Outcome) -> None:
        device.lose(Fault.SILENT if self._is_alive else Fault.NODE_LOST, at_ns, outcome)
        if self._is_alive:
            self.asking.want(Reason.SILENT)

    def _act(self, message: Message, now_ns: int, outcome: Outcome) -> None:
        """What a living node says in its turn. Devices that are none of the site's only count."""
        device = self._devices.get(message.heading.device)
        if device is None:
            return
        if message.heading.kind is Kind.DEVICE_DEATH:
            device.lose(Fault.LAST_WILL, message.receive_ns, outcome)
        elif message.heading.kind is Kind.DEVICE_BIRTH:
            device.birth(message, now_ns, outcome)
        elif not device.is_born:
            self.asking.want(Reason.DATA_BEFORE_BIRTH)
        elif not device.data(message, now_ns, outcome):
            outcome.note(Remark.UNKNOWN_METRIC, device.id)
            self.asking.want(Reason.UNKNOWN_METRIC)

    def _garbled(self, heading: Heading, at_ns: int, why: str, outcome: Outcome) -> None:
        """Whoever is not born yet is known for this now; a born one keeps what it said, and is asked to say it again."""
        outcome.note(Remark.BAD_PAYLOAD, str(self.place), why)
        if heading.kind is Kind.NODE_DEATH:
            return
        self.asking.want(Reason.BAD_PAYLOAD)
        for name, device in self._devices.items():
            if not device.is_born and (name == heading.device or heading.kind is Kind.NODE_BIRTH):
                device.lose(Fault.BAD_PAYLOAD, at_ns, outcome)


def _bd_seq(payload: Payload) -> int | None:
    for metric in payload.metrics:
        if metric.name == BD_SEQ:
            value = value_of(metric.datatype or DataType.UINT64, metric.held)
            return value if isinstance(value, int) else None
    return None
