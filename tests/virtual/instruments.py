"""One simulated device as the collectors hear it: the simulators' encoder, real bytes, the production decoder."""

from collections.abc import Iterator
from typing import Protocol

from collectors.modbus.decode import compile_decoder
from collectors.modbus.plan import plan
from collectors.modbus.wire import FUNCTIONS, answer_data
from collectors.mqtt.payload import PayloadDecoder
from model.clock import SECOND
from model.quality import GOOD
from model.reading import Block
from model.site import Device, Mqtt
from simulators.machine import Machine
from simulators.mqtt_publisher import Speaker
from simulators.station import Station


class Instrument(Protocol):
    def hear(self, now_ns: int) -> Iterator[Block]:
        """What a collector hands on at this moment."""
        ...


def instrument(device: Device, machine: Machine) -> Instrument:
    return MqttInstrument(device, machine) if isinstance(device.connection, Mqtt) else ModbusInstrument(device, machine)


class ModbusInstrument:
    """A poll: the requests of the production plan, answered from the simulated registers."""

    def __init__(self, device: Device, machine: Machine) -> None:
        self._device = device
        self._station = Station(device, machine)
        requests = plan(device.profile)
        self._asked = [(r, bytes((FUNCTIONS[r.table], *r.address.to_bytes(2, "big"), *r.count.to_bytes(2, "big")))) for r in requests]
        self._decoder = compile_decoder(device.profile, requests)
        self._failures = [GOOD] * len(requests)

    def hear(self, now_ns: int) -> Iterator[Block]:
        self._station.stale = True
        answers = [answer_data(self._station.answer(pdu), request) for request, pdu in self._asked]
        values, qualities, texts = self._decoder.decode(answers, self._failures)
        yield Block(self._device.id, now_ns, now_ns, values, qualities, texts)


class MqttInstrument:
    """Whatever the device has to say by now, in its own payloads; nothing when there is no news."""

    def __init__(self, device: Device, machine: Machine) -> None:
        assert isinstance(device.connection, Mqtt)
        self._speaker = Speaker(device, machine)
        self._decoder = PayloadDecoder(device.id, device.profile, device.connection)

    def hear(self, now_ns: int) -> Iterator[Block]:
        now_s = now_ns / SECOND
        for _, topic in self._speaker.due(now_s):
            yield self._decoder.decode(topic.name, self._speaker.say(topic, now_s), now_ns)[0]
