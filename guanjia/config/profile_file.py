"""Device profiles from YAML: the form of the register maps, every mistake collected."""

from functools import lru_cache
from pathlib import Path

from guanjia.config.document import read, salvage
from guanjia.config.profile_check import check
from guanjia.config.profile_points import expanded, in_rhythm, place
from guanjia.config.profile_schema import DefaultsFile, ProfileFile
from model.broker import Presence
from model.mistake import ConfigError, Mistake
from model.profile import Access, Addressing, ModbusDefaults, MqttDefaults, Point, Profile, RegisterRange, SunSpec, Table

LIBRARY = Path(__file__).resolve().parents[2] / "profiles"


def load_profile(path: Path) -> Profile:
    """Read one profile. Raises ConfigError with every mistake in the file; a file that can't be read is one too."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError([Mistake(path.name, 1, "", f"can't be read: {error.strerror}")]) from error
    except UnicodeDecodeError as error:
        raise ConfigError([Mistake(path.name, 1, "", "can't be read: it is not UTF-8 text; save it as UTF-8")]) from error
    return read_profile(text, path.stem, str(path))


@lru_cache(maxsize=256)
def read_profile(text: str, profile_id: str, file: str) -> Profile:
    """Like ``load_profile``, from the text itself. Remembered: the fleet, the platform and a scenario's site name the same ones."""
    document, mistakes = read(text, file)
    head, wrong = salvage(document, ProfileFile)
    mistakes = [*wrong, *mistakes]
    if head is not None:
        mistakes += check(document, head)
    if mistakes or head is None:
        raise ConfigError(mistakes)
    written = head.value
    lines: dict[str, int] = {}
    points: list[Point] = []
    for index, item in enumerate(written.points):
        for point in expanded(item, written):
            points.append(point)
            lines[point.name] = document.line(("points", index))
    points = in_rhythm(points)
    return Profile(
        id=profile_id,
        device_class=written.device_class,
        manufacturer=written.manufacturer,
        model=written.model,
        points=tuple(p for p in points if p.access is not Access.WRITE),
        write_only=tuple(p for p in points if p.access is Access.WRITE),
        modbus=None if written.protocol == "mqtt" else _modbus(written),
        mqtt=_mqtt(written.defaults) if written.protocol == "mqtt" else None,
        source=tuple(written.source),
        file=file,
        lines=lines,
    )


def _modbus(written: ProfileFile) -> ModbusDefaults:
    d, walked = written.defaults, written.sunspec
    return ModbusDefaults(
        port=d.port,
        unit=d.unit_id,
        max_registers=d.max_registers_per_read,
        min_interval_ms=d.min_interval_ms,
        inter_request_ms=d.inter_request_delay_ms,
        bridge_gaps=d.bridge_gaps,
        merge_reads=d.merge_reads,
        serial={k: v for k, v in (("baudrate", d.baudrate), ("parity", d.parity), ("stopbits", d.stopbits)) if v is not None},
        functions=_functions(d),
        alt_read_function=d.alt_read_function,
        illegal=tuple(_ranges(written)),
        sunspec=None if walked is None else SunSpec(tuple(walked.bases), dict(walked.models)),
        addressing=Addressing(d.addressing),
        address_offset=d.address_offset,
    )


def _ranges(written: ProfileFile) -> list[RegisterRange]:
    found = []
    for item in written.illegal:
        table, first = place(item.first, item.table, written.defaults)
        found.append(RegisterRange(table or Table.HOLDING, first, first + item.last - item.first))
    return found


def _functions(d: DefaultsFile) -> tuple[int, ...]:
    """The codes a manual lists. Where it tells those for writing alone, every read goes."""
    if d.functions or not d.write_functions:
        return tuple(d.functions)
    return tuple(code for code in (1, 2, 3, 4, *d.write_functions) if d.coils or code not in (1, 5, 15))


def _mqtt(d: DefaultsFile) -> MqttDefaults:
    presence = (Presence(p.topic, p.path, tuple(p.online), tuple(p.offline)) for p in d.presence)
    return MqttDefaults(d.qos, d.retain, d.silent_after_s, tuple(presence))
