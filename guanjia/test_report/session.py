"""The book of test sessions: a file of JSON lines per session under the data folder, only ever added to.

::

    tests/0001.jsonl   {"what": "started", …}
                       {"what": "act", …}            one per line of the simulators' log
                       {"what": "stopped", …}        missing: the session runs, also over a restart
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import msgspec

from model.testing import Act, Session, SessionConflict


class _Started(msgspec.Struct, tag="started", tag_field="what", forbid_unknown_fields=True):
    at_ns: int
    by: str
    title: str


class _Acted(msgspec.Struct, tag="act", tag_field="what", forbid_unknown_fields=True):
    act: Act


class _Stopped(msgspec.Struct, tag="stopped", tag_field="what", forbid_unknown_fields=True):
    at_ns: int
    by: str


_Line = _Started | _Acted | _Stopped
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Line).decode


class SessionBook:
    """Reads and adds to the files below ``data``. Blocking; every line is on disk when the call returns."""

    def __init__(self, data: Path) -> None:
        self._folder = data / "tests"

    def sessions(self) -> list[Session]:
        """Newest first."""
        return [_read(file) for file in reversed(self._files())]

    def session(self, number: int) -> Session | None:
        file = self._file(number)
        return _read(file) if file.exists() else None

    def current(self) -> Session | None:
        """The one that runs, if one does: never more than one."""
        files = self._files()
        newest = _read(files[-1]) if files else None
        return newest if newest is not None and newest.stopped_ns is None else None

    def start(self, title: str, by: str, now_ns: int) -> Session:
        running = self.current()
        if running is not None:
            raise SessionConflict(f"test session {running.number} of {running.started_by} is still running; stop it first")
        files = self._files()
        number = int(files[-1].stem) + 1 if files else 1
        self._folder.mkdir(parents=True, exist_ok=True)
        self._add(number, [_Started(now_ns, by, title)])
        return Session(number, title, now_ns, by)

    def stop(self, by: str, now_ns: int) -> Session:
        running = self.current()
        if running is None:
            raise SessionConflict("no test session is running; start one first")
        self._add(running.number, [_Stopped(now_ns, by)])
        return replace(running, stopped_ns=now_ns)

    def add(self, number: int, acts: Iterable[Act]) -> None:
        self._add(number, [_Acted(act) for act in acts])

    def _files(self) -> list[Path]:
        """Those that have begun: one whose first line never got to the disk is none."""
        begun = (file for file in self._folder.glob("[0-9]*.jsonl") if b"\n" in file.read_bytes())
        return sorted(begun, key=lambda file: int(file.stem))

    def _file(self, number: int) -> Path:
        return self._folder / f"{number:04}.jsonl"

    def _add(self, number: int, lines: Iterable[_Line]) -> None:
        file_name = self._file(number)
        _cut_half_line(file_name)
        with file_name.open("ab") as file:
            for line in lines:
                file.write(_encode(line) + b"\n")
            file.flush()
            os.fsync(file.fileno())


def _read(file: Path) -> Session:
    lines = _lines(file)
    started = next(lines)
    assert isinstance(started, _Started)
    session = Session(int(file.stem), started.title, started.at_ns, started.by)
    acts: list[Act] = []
    for line in lines:
        if isinstance(line, _Acted):
            acts.append(line.act)
        elif isinstance(line, _Stopped):
            session = replace(session, stopped_ns=line.at_ns)
    return replace(session, acts=tuple(acts))


def _lines(file: Path) -> Iterator[_Line]:
    """Every whole line: the last one of a process that was killed while it wrote may be half."""
    whole, _, _ = file.read_bytes().rpartition(b"\n")
    return (_decode(line) for line in whole.splitlines())


def _cut_half_line(file: Path) -> None:
    if file.exists():
        whole, newline, _ = file.read_bytes().rpartition(b"\n")
        os.truncate(file, len(whole) + len(newline))
