"""The judge on devices of the reference site, whose physics knows nothing of its beliefs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from guanjia.config.site_file import load_site
from guanjia.probe.judge import Verdict, judge
from guanjia.probe.ways import has_long_values
from model.clock import SECOND
from model.profile import Register, Table, WireType, WordOrder
from model.site import Device, Mqtt
from simulators.physics.site_physics import build_machines
from simulators.register_image import RegisterImage, is_bits, register_image

SMALL = Path(__file__).parents[2] / "examples" / "talent-apartments" / "small.yaml"
Words = dict[tuple[Table, int], int]


def first_of_each_kind() -> Iterator[tuple[Device, Words]]:
    """One device per profile, after a minute of its life, and all its registers."""
    site = load_site(SMALL)
    machines = build_machines(site, 3, 1_770_000_000 * SECOND)
    kinds = {device.profile.id: device for device in site.devices.values() if not isinstance(device.connection, Mqtt)}
    for device in kinds.values():
        machine = machines.machines[device.id]
        for _ in range(60):
            machine.step(1.0)
        yield device, dict(_words(register_image(device, machine.truth(), machine.units)))


def _words(image: RegisterImage) -> Iterator[tuple[tuple[Table, int], int]]:
    for table, segments in image.tables.items():
        width = 1 if is_bits(table) else 2
        for segment in segments:
            for at in range(0, len(segment.cells), width):
                yield (table, segment.start + at // width), int.from_bytes(segment.cells[at : at + width], "big")


def swapped(device: Device, heard: Words) -> Words:
    """The same with the words of every long value in the other order."""
    found = dict(heard)
    for point in device.points:
        register = point.wire
        if isinstance(register, Register) and register.words in (2, 4) and point.type is not WireType.STRING:
            places = [(register.table, register.address + word) for word in range(register.words)]
            found |= dict(zip(places, (heard[place] for place in reversed(places)), strict=True))
    return found


@pytest.fixture(scope="module")
def kinds() -> list[tuple[Device, Words]]:
    return list(first_of_each_kind())


def test_no_device_of_the_library_is_taken_for_something_else(kinds: list[tuple[Device, Words]]) -> None:
    found = {device.profile.id: judge(device.profile, heard) for device, heard in kinds}
    assert [name for name, judgement in found.items() if judgement.verdict in (Verdict.ANOTHER, Verdict.NONE_PLAUSIBLE)] == []
    assert [judgement.verdict for judgement in found.values()].count(Verdict.AS_WRITTEN) > 15


def test_swapped_words_are_noticed_on_every_device_that_says_anything_long(kinds: list[tuple[Device, Words]]) -> None:
    for device, heard in kinds:
        own = judge(device.profile, heard)
        if own.verdict is Verdict.AS_WRITTEN and has_long_values(device.profile):
            found = judge(device.profile, swapped(device, heard))
            assert found.verdict is Verdict.ANOTHER, device.profile.id
            assert found.way.order.word_order is not own.way.order.word_order, device.profile.id
    assert WordOrder.LSW_FIRST in {judge(device.profile, heard).way.order.word_order for device, heard in kinds}
