"""InfluxDB line protocol, built by hand: one line per device per poll.

    power_meter,area=sub1,device=sub1.incomer1,site=talent-apartments,system=power u1=229.8,i1=0.0,i1_q=24i 1768377600000000000
    └ device class └ tags, in order of name                                        └ fields: point names, quality beside  └ ns

Numbers are always floats and words stand in ``<point>_text``, so that a field never changes its type: one charger's serial number is a
number, another's is words, and the server refuses the whole line of whoever comes second. A value that is not good carries ``<point>_q``,
the OPC DA quality code, as an integer; a bad one has only that. Columns a block says nothing about leave no trace.
"""

import math
from array import array
from dataclasses import dataclass

from model.quality import ABSENT, GOOD
from model.site import Site
from store.history.columns import texts_of
from store.history.layout import Layout
from store.history.spool_file import Row

RETIRED = "retired"
"""Measurement of what is still in the spool of a device that has left the site's configuration."""

_KEY_ESCAPES = str.maketrans({",": r"\,", "=": r"\=", " ": r"\ ", "\\": "/", "\n": r"\ ", "\r": r"\ "})
_NAME_ESCAPES = str.maketrans({",": r"\,", " ": r"\ ", "\\": "/", "\n": r"\ ", "\r": r"\ "})
_WORD_ESCAPES = str.maketrans({'"': r"\"", "\\": r"\\"})


def key(text: str) -> str:
    """A tag or field key or a tag value. The protocol can't write a backslash or a line break in one: they become ``/`` and a space."""
    return text.translate(_KEY_ESCAPES)


def measurement(text: str) -> str:
    return text.translate(_NAME_ESCAPES)


def words(text: str) -> str:
    """A string field."""
    return f'"{text.translate(_WORD_ESCAPES)}"'


def quality_field(point: str) -> str:
    return f"{point}_q"


def text_field(point: str) -> str:
    return f"{point}_text"


@dataclass(frozen=True, slots=True)
class LineForm:
    """All of a line that does not change from poll to poll."""

    head: str
    fields: tuple[str, ...]
    text_fields: tuple[str, ...]
    quality_fields: tuple[str, ...]


def form_of(layout: Layout, site: Site) -> LineForm:
    fields = tuple(f"{key(name)}=" for name in layout.columns)
    text_fields = tuple(f"{key(text_field(name))}=" for name in layout.columns)
    quality_fields = tuple(f"{key(quality_field(name))}=" for name in layout.columns)
    return LineForm(_head(layout.device, site), fields, text_fields, quality_fields)


def _head(device_id: str, site: Site) -> str:
    device = site.devices.get(device_id)
    if device is None:
        return f"{RETIRED},device={key(device_id)},site={key(site.id)} "
    tags = {"area": device.area, "device": device.id, "site": site.id, "system": device.system.value}
    written = ",".join(f"{name}={key(value)}" for name, value in tags.items() if value)
    return f"{measurement(device.device_class)},{written} "


def line(row: Row, form: LineForm) -> str | None:
    """The row as one line; None when it says nothing."""
    texts = texts_of(row)
    fields = []
    numbers: array[float] = array("d", row.numbers)
    for column, (code, number) in enumerate(zip(row.qualities, numbers, strict=True)):
        if code == ABSENT:
            continue
        if column in texts:
            fields.append(form.text_fields[column] + words(texts[column]))
        elif math.isfinite(number):
            fields.append(form.fields[column] + repr(number))
        if code != GOOD:
            fields.append(f"{form.quality_fields[column]}{code}i")
    return f"{form.head}{','.join(fields)} {row.source_ns}" if fields else None
