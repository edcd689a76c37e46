"""A made past on its way into what keeps it: straight into the embedded history's files, or into one recording.

MadePast ──a day of stretches──► BulkWriter, a commit a day ──► DIR/history/2026-01.duckdb
                             └─► RecordingWriter ──► FILE
its events ──► truth.yaml
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import yaml

from guanjia.recording.columns import Columns, unanswered
from guanjia.recording.fit import header_of
from guanjia.recording.writer import RecordingWriter
from model.clock import SECOND
from model.site import Site
from simulators.past_log import Stretch
from simulators.past_made import MadePast
from store.history.bulk import BulkWriter, is_empty_between, opened_months

Tell = Callable[[int], None]
"""Called now and then with how many steps have been lived since the last time."""


class NotEmpty(Exception):
    """The folder has readings of that time already."""


def make_into(past: MadePast, data: Path, tell: Tell) -> None:
    """Fill the history of a platform's data folder. Raises NotEmpty, HistoryUnavailable."""
    with opened_months(data) as months:
        if not is_empty_between(months, past.span.start_ns, past.span.end_ns + 1):
            raise NotEmpty(f"{data} already has readings of that time")
        writer = BulkWriter(months)
        for day in past.days(tell):
            for said in day:
                writer.add([f"{said.device.id}.{point.name}" for point in said.device.points], *_bulk(said))
            writer.commit()


def make_file(past: MadePast, site: Site, stream: BinaryIO, tell: Tell) -> None:
    """Write a recording."""
    header = header_of(site, past.span.start_ns, past.span.end_ns + 1, "made")
    with RecordingWriter(stream, header) as writer:
        for day in past.days(tell):
            writer.add({said.device.id: _columns(said) for said in day})


def _bulk(said: Stretch) -> tuple[Any, ...]:
    return said.at_ns, said.values, said.qualities, said.texts


def _columns(said: Stretch) -> Columns:
    texts = {
        (place, column): word
        for column, words in said.texts.items()
        for place, (word, code) in enumerate(zip(words, said.qualities[column].tolist(), strict=True))
        if code >= 64
    }
    return Columns(said.at_ns, said.at_ns, said.values, said.qualities, texts, unanswered(said.qualities))


def write_truth(file: Path, site: Site, seed: int, past: MadePast) -> None:
    """What was planted, for whoever is to find it."""
    truth = {
        "site": site.id,
        "seed": seed,
        "start": _written(past.span.start_ns, site),
        "end": _written(past.span.end_ns, site),
        "step_s": past.span.step_ns / SECOND,
        "events": list(_events(past, site)),
    }
    file.write_text(yaml.safe_dump(truth, allow_unicode=True, sort_keys=False, width=200), encoding="utf-8")


def _events(past: MadePast, site: Site) -> Iterator[dict[str, Any]]:
    for event in past.events:
        told: dict[str, Any] = {"device": event.device, "class": site.devices[event.device].device_class}
        told["network" if event.network else "fault"] = event.kind
        told |= {"start": _written(event.start_ns, site), "end": _written(event.end_ns, site)}
        severity = None if event.network else past.fault(event).severity
        if severity is not None:
            told |= {"severity": event.severity, "onset_s": event.onset_s}
            told["at_severity"] = f"{severity.quantity}: {severity.at(event.severity):g} {severity.unit}".rstrip()
        yield told


def _written(at_ns: int, site: Site) -> str:
    return datetime.fromtimestamp(at_ns // SECOND, site.timezone).isoformat()
