"""What the collectors count."""

import itertools
import threading

from collectors.counters import WINDOW_NS, Counters, Lateness
from collectors.mqtt.silence import Silence
from model.clock import SECOND
from model.reading import Fault


def test_lateness_speaks_of_the_last_minute_only() -> None:
    lateness = Lateness()
    lateness.record(0, 5 * SECOND)
    for at in range(1, 101):
        lateness.record(at * SECOND // 2, SECOND // 100 if at < 100 else SECOND)
    assert lateness.percentile_s(0.5, 51 * SECOND) == 0.01
    assert lateness.percentile_s(0.99, 61 * SECOND) == 1.0
    assert lateness.percentile_s(0.99, 1000 * SECOND) == 0


def test_a_poll_more_than_fifty_milliseconds_late_counts_as_late() -> None:
    counters = Counters()
    counters.started(0, SECOND // 100)
    counters.started(0, SECOND // 10)
    assert (counters.polls, counters.polls_late) == (2, 1)


def test_every_fault_has_its_metric() -> None:
    counters = Counters()
    counters.failures[Fault.TIMEOUT] += 3
    metrics = counters.metrics(0)
    assert metrics["guanjia_exchange_failures_timeout_total"] == 3
    assert all(f"guanjia_exchange_failures_{fault}_total" in metrics for fault in Fault)


def test_a_silent_device_is_told_once_until_heard_again() -> None:
    silence = Silence({"gate": 35 * SECOND}, 0)
    assert list(silence.fell_silent(34 * SECOND)) == []
    assert list(silence.fell_silent(35 * SECOND)) == ["gate"]
    assert list(silence.fell_silent(99 * SECOND)) == []
    silence.heard("gate", 100 * SECOND)
    silence.heard("charger", 100 * SECOND)
    assert list(silence.fell_silent(200 * SECOND)) == ["gate"]


def test_nobody_is_silent_while_the_broker_is_away() -> None:
    silence = Silence({"gate": 35 * SECOND}, 0)
    silence.suspend()
    assert list(silence.fell_silent(99 * SECOND)) == []
    silence.restart(100 * SECOND)
    assert list(silence.fell_silent(134 * SECOND)) == []
    assert list(silence.fell_silent(135 * SECOND)) == ["gate"]


def test_it_may_be_asked_from_another_thread_while_polls_start() -> None:
    lateness, over = Lateness(), threading.Event()

    def poll() -> None:
        for number in itertools.count():
            lateness.record(number * WINDOW_NS // 5_000, number)
            if over.is_set():
                break

    polling = threading.Thread(target=poll)
    polling.start()
    try:
        for _ in range(150):
            lateness.percentile_s(0.99, 0)
    finally:
        over.set()
        polling.join(10)
