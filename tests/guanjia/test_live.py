"""Last values in memory."""

import math
from array import array
from pathlib import Path

from guanjia.config.site_file import read_site
from guanjia.live import LiveTable
from model.quality import ABSENT, Quality
from model.reading import Block, Fault, failed_block
from model.site import Site

TEXT = """
site: {id: s, name: {zh: 站, en: Site}, timezone: Asia/Shanghai}
areas: [{id: a, name: {zh: 区, en: Area}}]
devices:
  - {id: m1, name: {zh: 表, en: Meter}, system: power, area: a, profile: acrel_adw300, modbus: {host: 127.0.0.1}, points: ["voltage_l?"]}
"""


def _site() -> Site:
    return read_site(TEXT, "site.yaml", Path())


def _block(at_ns: int, values: list[float], qualities: list[int]) -> Block:
    return Block("m1", at_ns, at_ns + 1, array("d", values), bytes(qualities))


def test_before_the_first_reading_there_is_no_number() -> None:
    last = LiveTable(_site()).last("m1", 0)
    assert last.value is None
    assert last.quality is Quality.NOT_YET_READ


def test_a_partial_block_leaves_the_other_columns_and_their_times_alone() -> None:
    live = LiveTable(_site())
    live.take(_block(10, [220.0, 221.0, 222.0], [192, 192, 192]))
    live.take(_block(20, [math.nan, 231.0, math.nan], [ABSENT, 192, ABSENT]))
    assert [(live.last("m1", c).value, live.last("m1", c).source_ns) for c in range(3)] == [(220.0, 10), (231.0, 20), (222.0, 10)]


def test_a_failed_exchange_shows_no_number_and_tells_once() -> None:
    live = LiveTable(_site())
    came = live.take(_block(10, [1.0, 2.0, 3.0], [192, 192, 192]))
    gone = live.take(failed_block("m1", 3, 30, Fault.TIMEOUT))
    still = live.take(failed_block("m1", 3, 40, Fault.TIMEOUT))
    back = live.take(_block(50, [1.0, 2.0, 3.0], [192, 192, 84]))
    assert came is not None
    assert came.connected
    assert gone is not None
    assert (gone.connected, gone.fault, gone.since_ns) == (False, Fault.TIMEOUT, 30)
    assert still is None
    assert back is not None
    assert (back.connected, back.since_ns) == (True, 51)
    assert live.last("m1", 2).quality is Quality.OUT_OF_RANGE
    assert live.last("m1", 2).value == 3.0
    assert live.quality_counts() == {"good": 2, "uncertain": 1, "bad": 0}


def test_a_failed_value_is_bad_with_its_reason() -> None:
    live = LiveTable(_site())
    live.take(_block(10, [1.0, 2.0, 3.0], [192, 192, 192]))
    live.take(failed_block("m1", 3, 30, Fault.TIMEOUT))
    last = live.last("m1", 0)
    assert (last.value, last.quality.severity, last.quality.reason) == (None, "bad", "comm_failure")


def test_all_qualities_of_a_device_come_at_one_look() -> None:
    live = LiveTable(_site())
    assert live.qualities("m1") == bytes([Quality.NOT_YET_READ] * 3)
    live.take(_block(10, [220.0, 221.0, 222.0], [192, 84, 192]))
    live.take(_block(20, [math.nan, math.nan, math.nan], [ABSENT, ABSENT, 16]))
    assert live.qualities("m1") == bytes([192, 84, 16])


def test_the_bytes_of_the_newest_exchange_are_at_hand_until_one_fails() -> None:
    live = LiveTable(_site())
    assert live.raw("m1") == ()
    block = _block(10, [220.0, 221.0, 222.0], [192, 192, 192])
    block.raw = (("holding 0+6", bytes(12)),)
    live.take(block)
    assert live.raw("m1") == (("holding 0+6", bytes(12)),)
    live.take(failed_block("m1", 3, 30, Fault.TIMEOUT))
    assert live.raw("m1") == ()
