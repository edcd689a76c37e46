"""The live stream inside the process: memory, queues, batches."""

import asyncio
from typing import Any

import pytest

from api.frames import Frames
from api.streams import Client, EventStream
from model.clock import SECOND
from model.ports import StreamEvent
from model.quality import Quality
from model.reading import Fault, failed_block
from tests.api.house import House
from tests.api.place import NOW


async def heard(client: Client) -> list[StreamEvent]:
    """Everything that waits, after which the client is let go."""
    client.close()
    return [event async for event in client]


def numbers(events: list[StreamEvent]) -> list[Any]:
    return [event.data.get("n", event.kind) for event in events]


async def test_every_client_hears_every_event_in_order(house: House) -> None:
    clients = [house.stream.subscribe(None) for _ in range(3)]
    for number in range(5):
        house.stream.publish("alarm", {"n": number})
    for client in clients:
        assert numbers(await heard(client)) == [0, 1, 2, 3, 4]


async def test_a_client_waits_until_something_happens(house: House) -> None:
    client = house.stream.subscribe(None)
    waiting = asyncio.ensure_future(anext(client))
    await asyncio.sleep(0)
    assert not waiting.done()
    house.stream.publish("ticket", {"n": 1})
    assert (await waiting).kind == "ticket"


async def test_a_client_that_was_away_gets_what_it_missed(house: House) -> None:
    client = house.stream.subscribe(None)
    for number in range(5):
        house.stream.publish("alarm", {"n": number})
    last_heard = (await heard(client))[1].id
    again = house.stream.subscribe(last_heard)
    assert again.resumed
    assert numbers(await heard(again)) == [2, 3, 4]


async def test_a_client_that_missed_nothing_resumes_with_nothing(house: House) -> None:
    house.stream.publish("alarm", {"n": 1})
    again = house.stream.subscribe(house.stream.last_id)
    assert again.resumed
    assert await heard(again) == []


async def test_a_client_of_the_process_before_or_of_long_ago_is_told_so(house: House) -> None:
    before = house.stream.last_id - 1
    after = house.stream.last_id + 1
    assert not house.stream.subscribe(before).resumed
    assert not house.stream.subscribe(after).resumed
    first = house.stream.last_id
    for number in range(5000):
        house.stream.publish("alarm", {"n": number})
    assert not house.stream.subscribe(first).resumed
    assert house.stream.subscribe(house.stream.last_id - 4095).resumed
    assert not house.stream.subscribe(house.stream.last_id - 4096).resumed


async def test_ids_go_on_rising_over_a_restart(house: House) -> None:
    house.stream.publish("alarm", {})
    house.clock.at_ns = NOW + 10_000_000
    later = EventStream(house.site, house.live, house.clock)
    assert later.last_id > house.stream.last_id


async def test_a_batch_holds_only_what_changed_since_the_last(house: House) -> None:
    client = house.stream.subscribe(None)
    house.says("sub1.incomer1", 0, 230.0)
    house.says("sub1.incomer1", 2, 1.0)
    house.says("sub1.incomer1", 3, "Incomer")
    house.stream.flush()
    house.says("sub1.incomer1", 0, 231.0)
    house.says("sub1.incomer1", 2, 1.0)
    house.says("sub1.incomer1", 3, "Incomer 1")
    house.says("sub1.incomer1", 0, 232.0)
    house.stream.flush()
    first, second = await heard(client)
    assert [item["value"] for item in first.data["items"]] == [230.0, 1.0, "Incomer"]
    assert [(item["id"], item["value"]) for item in second.data["items"]] == [
        ("sub1.incomer1.voltage", 232.0),
        ("sub1.incomer1.name", "Incomer 1"),
    ]
    assert second.data["devices"] == {"sub1.incomer1": "2026-01-14T09:00:00.000+08:00"}


async def test_a_device_that_says_the_same_again_is_only_named_with_its_time(house: House) -> None:
    house.stream.subscribe(None)
    client = house.stream.subscribe(None)
    for second in range(2):
        house.clock.at_ns = NOW + second * SECOND
        house.stream.accept(house.block("sub1.incomer1", 5.0))
        house.stream.flush()
    first, second_batch = await heard(client)
    assert len(first.data["items"]) == 5
    assert second_batch.data == {"items": [], "devices": {"sub1.incomer1": "2026-01-14T09:00:01.000+08:00"}}


async def test_a_value_that_turns_bad_is_a_change_and_one_that_stays_bad_is_none(house: House) -> None:
    client = house.stream.subscribe(None)
    house.says("gate.north", 0, 0.0)
    house.stream.flush()
    house.says("gate.north", 0, None, Quality.COMM_FAILURE)
    house.stream.flush()
    house.says("gate.north", 0, None, Quality.COMM_FAILURE)
    house.stream.flush()
    _, bad, still_bad = await heard(client)
    (item,) = bad.data["items"]
    assert (item["value"], item["quality"], item["reason"]) == (None, "bad", "comm_failure")
    assert still_bad.data["items"] == []


async def test_a_failed_exchange_is_no_answer(house: House) -> None:
    client = house.stream.subscribe(None)
    house.stream.accept(failed_block("gate.north", 1, NOW, Fault.TIMEOUT))
    house.stream.flush()
    (batch,) = await heard(client)
    assert [item["quality"] for item in batch.data["items"]] == ["bad"]
    assert batch.data["devices"] == {}


async def test_the_first_client_after_a_while_alone_misses_no_change_back_to_what_was_sent_before(house: House) -> None:
    first = house.stream.subscribe(None)
    house.says("gate.north", 0, 0.0)
    house.stream.flush()
    first.close()
    house.says("gate.north", 0, 1.0)
    client = house.stream.subscribe(None)
    house.says("gate.north", 0, 0.0)
    house.stream.flush()
    (batch,) = await heard(client)
    assert [item["value"] for item in batch.data["items"]] == [0.0]


async def test_batches_come_by_themselves_while_someone_listens(house: House) -> None:
    stream = EventStream(house.site, house.live, house.clock, period_s=0)
    stream.accept(house.block("gate.north", 0.0))
    client = stream.subscribe(None)
    stream.accept(house.block("gate.north", 1.0))
    event = await anext(client)
    assert [item["value"] for item in event.data["items"]] == [1.0]


async def test_silence_sends_no_batch(house: House) -> None:
    client = house.stream.subscribe(None)
    house.stream.flush()
    assert await heard(client) == []


async def test_a_slow_client_loses_readings_first_and_is_told_to_resync(house: House) -> None:
    client = house.stream.subscribe(None)
    for number in range(6):
        house.stream.publish("alarm", {"n": number})
        house.says("gate.north", 0, float(number))
        house.stream.flush()
    kinds = [event.kind for event in await heard(client)]
    assert kinds.count("alarm") == 6
    assert kinds.count("resync") == 1
    assert kinds.count("readings") < 6


async def test_a_client_that_reads_nothing_is_let_go_and_can_resume_without_loss(house: House) -> None:
    client = house.stream.subscribe(None)
    for number in range(3000):
        house.stream.publish("alarm", {"n": number})
    got = [event async for event in client]
    again = house.stream.subscribe(got[-1].id)
    assert again.resumed
    assert numbers(got + await heard(again)) == list(range(3000))


async def test_closing_the_stream_lets_every_client_go_after_what_waits(house: House) -> None:
    client = house.stream.subscribe(None)
    house.stream.publish("alarm", {"n": 1})
    house.stream.close()
    assert numbers([event async for event in client]) == [1]
    assert [event async for event in house.stream.subscribe(None)] == []


class TestFrames:
    @pytest.fixture
    def batch(self) -> StreamEvent:
        items = [{"id": "a.x", "device": "a", "value": 1}, {"id": "b.x", "device": "b", "value": 2}]
        return StreamEvent(7, "readings", {"items": items, "devices": {"a": None, "b": None}})

    def test_clients_that_want_the_same_share_the_same_bytes(self, batch: StreamEvent) -> None:
        frames = Frames()
        assert frames.of(batch, None) is frames.of(batch, None)
        assert frames.of(batch, frozenset("a")) is frames.of(batch, frozenset("a"))

    def test_readings_are_filtered_by_device_and_alarms_are_not(self, batch: StreamEvent) -> None:
        frames = Frames()
        assert frames.of(batch, frozenset("a")) == (
            b'id: 7\nevent: readings\ndata: {"items":[{"id":"a.x","device":"a","value":1}],"devices":{"a":null}}\n\n'
        )
        assert frames.of(batch, frozenset()) == b""
        assert frames.of(StreamEvent(8, "alarm", {"n": "\n"}), frozenset()) == b'id: 8\nevent: alarm\ndata: {"n":"\\n"}\n\n'

    def test_only_the_newest_frames_are_remembered(self, batch: StreamEvent) -> None:
        frames = Frames()
        first = frames.of(batch, None)
        for number in range(100):
            frames.of(StreamEvent(number + 10, "alarm", {}), None)
        assert frames.of(batch, None) is not first
