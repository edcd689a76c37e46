"""Some hours in the life of a simulated site, as blocks: machine → wire by the simulators' encoder → values by the collectors' decoder."""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from collectors.modbus.decode import Decoder, compile_decoder
from collectors.modbus.plan import Request, plan
from collectors.modbus.wire import FUNCTIONS, answer_data
from collectors.mqtt.payload import PayloadDecoder
from model.quality import GOOD
from model.reading import Block, Fault, failed_block
from model.site import Device, Mqtt, Site
from simulators.machine import Machine
from simulators.payload import Topic, topics
from simulators.physics.site_physics import build_machines
from simulators.station import Station

STEP_S = 60
SEED = 7


@dataclass(frozen=True, slots=True)
class _ModbusPoll:
    station: Station
    requests: tuple[Request, ...]
    decoder: Decoder

    def blocks(self, at_ns: int) -> Iterator[Block]:
        self.station.stale = True
        answers = [answer_data(self._ask(request), request) for request in self.requests]
        values, qualities, texts = self.decoder.decode(answers, [GOOD] * len(answers))
        yield Block(self.station.device.id, at_ns, at_ns, values, qualities, texts)

    def _ask(self, request: Request) -> bytes:
        return self.station.answer(struct.pack(">BHH", FUNCTIONS[request.table], request.address, request.count))


@dataclass(frozen=True, slots=True)
class _MqttMessages:
    machine: Machine
    topics: tuple[Topic, ...]
    decoder: PayloadDecoder

    def blocks(self, at_ns: int) -> Iterator[Block]:
        for index, topic in enumerate(self.topics):
            block, _ = self.decoder.decode(topic.name, topic.payload(self.machine.truth(), at_ns / 1e9), at_ns + index)
            yield block


class LivedSite:
    """The site's machines and whoever reads them. ``silent`` devices do not answer."""

    def __init__(self, site: Site, start_ns: int) -> None:
        self.site = site
        self.at_ns = start_ns
        self.physics = build_machines(site, SEED, start_ns)
        self._readers = {device.id: _reader(device, self.physics.machines[device.id]) for device in site.devices.values()}
        self.silent: set[str] = set()

    @property
    def machines(self) -> Mapping[str, Machine]:
        return self.physics.machines

    def live(self, minutes: int, poll_every: int = 1) -> Iterator[Block]:
        """Let minutes pass, in steps of a minute; all devices are read every so many of them and at the end."""
        for minute in range(1, minutes + 1):
            self.physics.step(STEP_S)
            self.at_ns += STEP_S * 1_000_000_000
            if minute % poll_every == 0 or minute == minutes:
                yield from self.poll()

    def poll(self) -> Iterator[Block]:
        for device_id, reader in self._readers.items():
            if device_id in self.silent:
                yield failed_block(device_id, len(self.site.devices[device_id].points), self.at_ns, Fault.TIMEOUT)
            else:
                yield from reader.blocks(self.at_ns)


def _reader(device: Device, machine: Machine) -> _ModbusPoll | _MqttMessages:
    if isinstance(device.connection, Mqtt):
        spoken = topics(device, machine.units, machine.truth())
        return _MqttMessages(machine, spoken, PayloadDecoder(device.id, device.profile, device.connection))
    requests = plan(device.profile)
    return _ModbusPoll(Station(device, machine), requests, compile_decoder(device.profile, requests))
