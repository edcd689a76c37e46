"""The first page of a scenario over a recording: everything but the expectations, which are filled in by playing it."""

import os
from datetime import datetime
from pathlib import Path

from guanjia.config.scenario_times import written
from guanjia.recording.layout import Header
from model.clock import SECOND
from model.site import Site

_PAGE = """\
# What the recording {recording} shows, with what the platform made of it under `expect:`.
# Review every line: it says what came, not what should have come.
scenario: {id}
name: {{zh: {zh}录制的{length}, en: "{length} recorded at {en}"}}
about:
  zh: 现场录制的数据，原样回放。
  en: What the devices said, played again as it was recorded.
site: {site}
recording: {recording}
start: {start}
warm_up: 0min
length: {length}
step: {step}
timeline: []
"""


def skeleton(header: Header, site: Site, *, site_file: Path, recording: Path, scenario: Path, step_ns: int) -> str:
    """The text of ``scenario``; the other files are named as seen from it. ``step_ns``: how finely time passes where nobody speaks."""
    start = datetime.fromtimestamp(header.start_ns // SECOND, site.timezone)
    return _PAGE.format(
        id=scenario.stem,
        zh=site.name.zh,
        en=site.name.en,
        site=_seen_from(scenario, site_file),
        recording=_seen_from(scenario, recording),
        start=start.replace(tzinfo=None).isoformat(),
        length=written(header.end_ns - header.start_ns),
        step=written(step_ns),
    )


def _seen_from(scenario: Path, file: Path) -> str:
    return Path(os.path.relpath(file.resolve(), scenario.resolve().parent)).as_posix()
