"""From an engine's parts to its memory, and back into the parts of another engine, perhaps of another rule book."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from rules.alarm import Alarm
from rules.book import Book
from rules.device_notes import DeviceNotes
from rules.flood import Tide
from rules.inputs import Carried
from rules.memory import AlarmMemory, DeviceMemory, LevelMemory, Memory, WindowMemory
from rules.rungs import Rung
from rules.suppression import AlarmKey
from rules.windows import State

_AT_A_STRETCH = 100
"""Devices, for half a millisecond."""


@dataclass(frozen=True, slots=True)
class Noted:
    """What an engine knows at one instant, noted between two blocks; ``memory`` puts it into words later, in any thread."""

    now_ns: int
    devices: DeviceNotes
    alarms: Sequence[tuple[Any, ...]]
    """Of each the fields of its ``AlarmMemory``, in their order."""
    windows: tuple[WindowMemory, ...]
    tide: Tide

    def memory(self, give_way: Callable[[], object] = lambda: None) -> Memory:
        """``give_way`` is called now and then, for others that have something to do meanwhile."""
        devices: list[DeviceMemory] = []
        for device in self.devices.words():
            devices.append(device)
            if len(devices) % _AT_A_STRETCH == 0:
                give_way()
        alarms = tuple([AlarmMemory(*fields) for fields in self.alarms])
        return Memory(self.now_ns, tuple(devices), alarms, self.windows, self.tide)


def device_notes(book: Book) -> DeviceNotes:
    """Of devices that have never been heard there is nothing."""
    notes, carried = DeviceNotes(), _carried(book)
    for id, inputs in book.inputs.items():
        if inputs.heard_ns is not None or inputs.first_chance_ns is not None:
            inputs.note(notes, tuple(sorted(carried[id].failed)) if id in carried else ())
    return notes


def recall_devices(book: Book, memories: Iterable[DeviceMemory]) -> None:
    carried = _carried(book)
    for memory in memories:
        inputs = book.inputs.get(memory.device)
        if inputs is not None:
            inputs.recall(memory)
        if memory.device in carried:
            carried[memory.device].failed = {device for device in memory.failed if device in book.inputs}


def alarm_notes(alarms: Iterable[Alarm]) -> Iterator[tuple[Any, ...]]:
    """Those whose truth and delays do not follow from readings and standing alone."""
    return (_alarm_note(alarm) for alarm in alarms if not _is_at_rest(alarm))


def recall_alarms(alarms: Mapping[AlarmKey, Alarm], memories: Iterable[AlarmMemory]) -> frozenset[AlarmKey]:
    """Alarms that stand already as they are restored. Returns those for which there was something to recall that still holds."""
    known: set[AlarmKey] = set()
    for memory in memories:
        alarm = alarms.get((memory.rule, memory.device))
        if alarm is not None and memory.condition == alarm.condition.identity and memory.active is alarm.is_active:
            _recall_alarm(alarm, memory)
            known.add((memory.rule, memory.device))
    return frozenset(known)


def window_memories(alarms: Iterable[Alarm]) -> Iterator[WindowMemory]:
    for alarm in alarms:
        for watched in alarm.condition.windows:
            if state := watched.window.state():
                yield WindowMemory(alarm.rule.id, alarm.device.id, watched.text, state)


def recall_windows(alarms: Iterable[Alarm], memories: Iterable[WindowMemory], now_ns: int) -> None:
    """And look at each once, so that its value is there before the next reading."""
    states: dict[tuple[AlarmKey, str], State] = {((memory.rule, memory.device), memory.text): memory.state for memory in memories}
    for alarm in alarms:
        for watched in alarm.condition.windows:
            state = states.get(((alarm.rule.id, alarm.device.id), watched.text))
            if state is not None:
                with suppress(ValueError, TypeError):  # As another version of this program wrote it: it begins anew.
                    watched.window.recall(state)
            watched.window.observe(now_ns, reading=False)
        if alarm.condition.is_timed:
            alarm.look_ns = alarm.condition.next_change_ns


def _carried(book: Book) -> dict[str, Carried]:
    return {carried.inputs.device.id: carried for inputs in book.inputs.values() for carried in inputs.carried}


def _is_at_rest(alarm: Alarm) -> bool:
    """Judging it once more brings all of it back. Asked of every alarm there is at once: what most say no to comes first."""
    if alarm.delay.began_ns is not None or (alarm.truth is not None and not alarm.fresh) or alarm.held is not alarm.is_active:
        return False
    is_idle = alarm.patience_ns is None and alarm.calm.began_ns is None and not alarm.flips
    return is_idle and not (alarm.rungs and not all(map(_rung_is_at_rest, alarm.rungs)))


def _rung_is_at_rest(rung: Rung) -> bool:
    return not rung.held and not rung.reached and rung.delay.began_ns is None


def _alarm_note(alarm: Alarm) -> tuple[Any, ...]:
    """As ``AlarmMemory`` has them: after a storm there are thousands at once, and the loop waits."""
    return (
        alarm.rule.id,
        alarm.device.id,
        alarm.condition.identity,
        alarm.truth,
        alarm.held,
        alarm.is_active,
        alarm.delay.remembered(),
        alarm.patience_ns,
        alarm.source_ns,
        alarm.calm.remembered(),
        alarm.flips,
        tuple([_level_memory(rung) for rung in alarm.rungs]) if alarm.rungs else (),
        alarm.said,
    )


def _recall_alarm(alarm: Alarm, memory: AlarmMemory) -> None:
    alarm.truth, alarm.said, alarm.held = memory.truth, memory.said, memory.held
    alarm.patience_ns, alarm.source_ns, alarm.flips = memory.patience_ns, memory.source_ns, memory.flips
    alarm.delay.recall(memory.delay)
    alarm.calm.recall(memory.calm)
    levels = {(level.id, level.condition): level for level in memory.levels}
    for rung in alarm.rungs:
        _recall_rung(rung, levels.get((rung.level.id, rung.level.when)))


def _level_memory(rung: Rung) -> LevelMemory:
    return LevelMemory(rung.level.id, rung.level.when, rung.truth, rung.held, rung.reached, rung.delay.remembered())


def _recall_rung(rung: Rung, memory: LevelMemory | None) -> None:
    if memory is not None:
        rung.truth, rung.held, rung.reached = memory.truth, memory.held, memory.reached
        rung.delay.recall(memory.delay)
