"""What the collectors have done, in numbers; read by metrics and by tests."""

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from collectors.sparkplug.outcome import COUNTED, REBIRTHS
from model.clock import MINUTE, SECOND
from model.reading import Fault

WINDOW_NS = MINUTE
LATE_NS = SECOND // 20
"""A poll that starts more than 50 ms after its due time counts as late."""


class Lateness:
    """How late the polls of the last minute started. Memory grows with the poll rate only: one pair of numbers per poll.

    Polls are recorded in the event loop; ``/metrics`` may ask from any thread meanwhile.
    """

    def __init__(self) -> None:
        self._starts: deque[tuple[int, int]] = deque()

    def record(self, monotonic_ns: int, late_ns: int) -> None:
        self._starts.append((monotonic_ns, late_ns))
        while self._starts[0][0] <= monotonic_ns - WINDOW_NS:
            self._starts.popleft()

    def percentile_s(self, share: float, monotonic_ns: int) -> float:
        """Lateness in seconds that ``share`` (0–1) of the starts within the last minute did not exceed; 0 when there were none."""
        starts = tuple(self._starts)  # at once: other threads stand still
        ordered = sorted(late for at_ns, late in starts if at_ns > monotonic_ns - WINDOW_NS)
        return ordered[min(int(share * len(ordered)), len(ordered) - 1)] / SECOND if ordered else 0.0


@dataclass(slots=True)
class Counters:
    """Counts since the start; only ever grow."""

    polls: int = 0
    polls_late: int = 0
    polls_skipped: int = 0
    """Due times that passed while the poll before them was still going on."""
    polls_paused: int = 0
    """Due times left out because the device was silent."""
    failures: Counter[Fault] = field(default_factory=Counter)
    frames_garbage: int = 0
    """Modbus frames that answered nothing we had asked."""
    device_exceptions: int = 0
    connects: int = 0
    messages: int = 0
    messages_dropped: int = 0
    """MQTT messages of QoS 0 thrown away because the loop did not keep up."""
    payloads_bad: int = 0
    payloads_oversize: int = 0
    """MQTT messages longer than the broker's ``max_payload``, not looked at."""
    jumps: int = 0
    """Values that had moved further than they can have."""
    sparkplug: Counter[str] = field(default_factory=Counter)
    """What happened to edge nodes."""
    clocks_implausible: int = 0
    """Answers and messages whose own time was not believed."""
    restarts: int = 0
    """Links started again, devices and messages given up for once, after a mistake of our own."""
    lateness: Lateness = field(default_factory=Lateness)

    def started(self, due_ns: int, now_ns: int) -> None:
        """A poll due at ``due_ns`` starts now (both monotonic)."""
        late_ns = max(0, now_ns - due_ns)
        self.polls += 1
        self.polls_late += late_ns > LATE_NS
        self.lateness.record(now_ns, late_ns)

    def metrics(self, monotonic_ns: int) -> Mapping[str, float]:
        """Metric name → value, the names as they stand in ``/metrics``."""
        plain = {
            "guanjia_polls_total": self.polls,
            "guanjia_polls_late_total": self.polls_late,
            "guanjia_polls_skipped_total": self.polls_skipped,
            "guanjia_polls_paused_total": self.polls_paused,
            "guanjia_modbus_frames_garbage_total": self.frames_garbage,
            "guanjia_modbus_exceptions_total": self.device_exceptions,
            "guanjia_modbus_connects_total": self.connects,
            "guanjia_mqtt_messages_total": self.messages,
            "guanjia_mqtt_messages_dropped_total": self.messages_dropped,
            "guanjia_mqtt_payloads_bad_total": self.payloads_bad,
            "guanjia_mqtt_payloads_oversize_total": self.payloads_oversize,
            "guanjia_mqtt_clocks_implausible_total": self.clocks_implausible,
            "guanjia_values_jumped_total": self.jumps,
            "guanjia_link_restarts_total": self.restarts,
            "guanjia_poll_lateness_p99_seconds": self.lateness.percentile_s(0.99, monotonic_ns),
        }
        plain |= {f"guanjia_sparkplug_{name}_total": self.sparkplug[name] for name in (*COUNTED.values(), REBIRTHS)}
        return plain | {f"guanjia_exchange_failures_{fault}_total": self.failures[fault] for fault in Fault}
