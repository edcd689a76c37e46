"""The command as people type it: what it prints, where it leads, how it ends."""

from collections.abc import Callable
from pathlib import Path
from socket import gaierror
from typing import Any

import pytest
import yaml
from rich.console import Console
from typer.testing import CliRunner, Result

from collectors.errors import DeviceException, NotModbus, Refused, TimedOut
from collectors.modbus.mbap import take_frame
from guanjia.cli import app
from guanjia.commands import probe_device, probe_topics, words
from guanjia.config.profile_file import load_profile
from guanjia.config.profile_points import as_written, place
from guanjia.config.profile_schema import DefaultsFile
from guanjia.config.site_file import read_site
from model.profile import Addressing, RegisterRange, Table
from tests.probe.support import Registers, RegisterWire, float_words, legal, plain_words

GOLDEN = Path(__file__).parent / "golden"
PROFILE = """
manufacturer: Example
model: Meter
class: power_meter
protocol: modbus_tcp
points:
- {name: voltage_l1, label_zh: A相电压, label_en: Voltage L1, address: 10, table: holding, type: f32, unit: V}
- {name: voltage_l2, label_zh: B相电压, label_en: Voltage L2, address: 12, table: holding, type: f32, unit: V}
- {name: state, label_zh: 状态, label_en: State, address: 14, table: holding, type: u16, enum_ref: state}
- {name: energy_import, label_zh: 正向有功电能, label_en: Energy import, address: 15, table: holding, type: u32, scale: 0.01, unit: kWh}
- {name: breaker, label_zh: 断路器, label_en: Breaker, address: 3, table: coil, type: bool}
enums:
  state: {1: {zh: 运行, en: running}}
"""
RIGHT = float_words({10: 229.25, 12: 231.5}) | plain_words({14: 1, 15: 0x0012, 16: 0xD687})
SWAPPED = float_words({10: 229.25, 12: 231.5}, "CDAB") | plain_words({14: 1, 15: 0xD687, 16: 0x0012})

Type = Callable[..., Result]


@pytest.fixture
def profile(tmp_path: Path) -> str:
    file = tmp_path / "meter.yaml"
    file.write_text(PROFILE, encoding="utf-8")
    return str(file)


@pytest.fixture
def probed(monkeypatch: pytest.MonkeyPatch) -> Type:
    """Types ``guanjia probe …`` at a device of the test's making."""
    for module in (probe_device, probe_topics):
        monkeypatch.setattr(module, "out", Console(width=160, highlight=False))
        monkeypatch.setattr(module, "err", Console(width=160, stderr=True, highlight=False))
    monkeypatch.setattr(words, "err", Console(width=400, stderr=True, highlight=False))

    def type_(wire: RegisterWire | None, *line: str) -> Result:
        monkeypatch.setattr(probe_device, "wire_of", lambda device, counters: wire)
        return CliRunner().invoke(app, ["probe", *line])

    return type_


def wire(registers: dict[tuple[Table, int], int], **vices: Any) -> RegisterWire:
    return RegisterWire(Registers(registers), **vices)


@pytest.mark.parametrize(("name", "registers"), [("swapped", SWAPPED), ("one_off", {(t, a + 1): w for (t, a), w in RIGHT.items()})])
def test_the_report_is_as_it_was_reviewed(name: str, registers: dict[tuple[Table, int], int], probed: Type, profile: str) -> None:
    """When the report is to look otherwise: write it to the golden file and read it through."""
    result = probed(wire(registers), "10.0.0.11", "--unit", "1", "--profile", profile)
    lines = result.stdout.replace(profile, "meter.yaml").splitlines()
    said = "\n".join(line.rstrip() for line in lines if "Response time" not in line) + "\n"
    assert said == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")
    assert result.exit_code == 1


def test_the_written_lines_are_a_device_of_a_site(probed: Type, profile: str, tmp_path: Path) -> None:
    lines = tmp_path / "new.yaml"
    full = wire(RIGHT | {(Table.COIL, 3): 1})
    result = probed(full, "10.0.0.11", "--profile", profile, "--id", "sub1.m1", "--area", "b01", "--write", str(lines))
    assert result.exit_code == 0, result.output
    head = "site: {id: s, name: {zh: 站, en: Site}, timezone: Asia/Shanghai}\nareas: [{id: b01, name: {zh: 一号, en: One}}]\n"
    device = read_site(head + lines.read_text(encoding="utf-8"), "site.yaml", tmp_path, {}).devices["sub1.m1"]
    assert (device.profile.model, device.every_ns) == ("Meter", 1_000_000_000)


def test_a_device_of_a_site_file_is_probed_by_its_id(probed: Type, profile: str, tmp_path: Path) -> None:
    site = tmp_path / "site.yaml"
    site.write_text(
        "site: {id: s, name: {zh: 站, en: Site}, timezone: Asia/Shanghai}\nareas: [{id: b01, name: {zh: 一号, en: One}}]\ndevices:\n"
        "  - {id: sub1.m1, name: {zh: 表, en: Meter}, system: power, area: b01, profile: meter.yaml, modbus: {host: 10.0.0.11, unit: 1}}\n",
        encoding="utf-8",
    )
    result = probed(wire(RIGHT | {(Table.COIL, 3): 1}), "--site", str(site), "sub1.m1")
    assert (result.exit_code, "For site.yaml" in result.stdout) == (0, False)
    assert "did you mean 'sub1.m1'" in probed(wire({}), "--site", str(site), "sub1.m2").stderr
    assert "2 requests" in probed(None, "--site", str(site), "sub1.m1", "--plan").stdout


def test_a_file_is_not_overwritten_unless_it_is_said(probed: Type, profile: str, tmp_path: Path) -> None:
    kept = tmp_path / "kept.yaml"
    kept.write_text("mine", encoding="utf-8")
    asked = wire(RIGHT)
    result = probed(asked, "10.0.0.11", "--profile", profile, "--write", str(kept))
    assert (result.exit_code, kept.read_text(encoding="utf-8"), asked.requests) == (2, "mine", 0)
    probed(wire(RIGHT), "10.0.0.11", "--profile", profile, "--write", str(kept), "--replace")
    assert list(yaml.safe_load(kept.read_text(encoding="utf-8"))) == ["devices"]


def _interrupted(at: int) -> Callable[[int], None]:
    def trouble(request: int) -> None:
        if request == at:
            raise KeyboardInterrupt

    return trouble


def test_ctrl_c_leaves_what_was_found(probed: Type, profile: str) -> None:
    result = probed(wire(SWAPPED, trouble=_interrupted(9)), "10.0.0.11", "--profile", profile)
    assert result.exit_code == 1
    assert "CDAB is the plausible way" in result.stdout
    assert probe_device.STOPPED in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("vices", "line", "advice"),
    [
        ({"trouble": lambda _: TimedOut("no answer")}, (), "Is the unit id right"),
        ({"trouble": lambda _: DeviceException(11)}, (), "baud rate and parity of the gateway's serial side"),
        ({"code": 1}, (), "holding and input are often confused"),
        ({"code": 2}, (), "Manuals count registers from 0, from 1 or from 40001"),
        ({"trouble": lambda _: TimedOut("no answer")}, ("--serial", "/dev/ttyUSB0"), "does the device speak 9600 baud, parity N"),
    ],
    ids=["silent", "nobody behind the gateway", "wrong function", "wrong addresses", "silent line"],
)
def test_a_device_that_does_not_answer_comes_with_what_to_do(
    vices: dict[str, Any], line: tuple[str, ...], advice: str, probed: Type, profile: str
) -> None:
    result = probed(wire({}, **vices), *(line or ("10.0.0.11",)), "--profile", profile)
    assert advice in " ".join(result.stderr.split())
    assert result.exit_code == 1


def test_no_connection_comes_with_what_to_do(probed: Type, profile: str) -> None:
    nobody = wire({})
    nobody.refuses = [Refused("10.0.0.11:502 refused")]
    result = probed(nobody, "10.0.0.11", "--profile", profile)
    assert "some listen on 503, 4196 or 8899" in " ".join(result.stderr.split())
    assert result.exit_code == 1


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (gaierror(-2, "Name or service not known"), "the name 10.0.0.11 is not known (DNS)"),
        (ConnectionRefusedError(111, "refused"), "is 502 its Modbus port"),
    ],
    ids=["name", "port"],
)
def test_a_name_that_is_not_known_is_told_from_a_port_that_is_shut(error: OSError, advice: str, probed: Type) -> None:
    refused = Refused("10.0.0.11:502")
    refused.__cause__ = error
    nobody = wire({})
    nobody.refuses = [refused]
    assert advice in " ".join(probed(nobody, "10.0.0.11").stderr.split())


def test_a_web_server_is_named(probed: Type) -> None:
    with pytest.raises(NotModbus) as found:
        take_frame(bytearray(b"HTTP/1.1 400 Bad Request"))
    said = probed(wire({}, trouble=lambda _: found.value), "10.0.0.11", "--port", "80").stderr
    assert "what listens at 10.0.0.11:80 is a web server, not Modbus" in " ".join(said.split())


def test_a_function_the_device_does_not_know_is_not_asked_for_again_and_again(probed: Type) -> None:
    stranger = wire({}, code=1)
    said = probed(stranger, "10.0.0.11", "--from", "0", "--to", "99")
    assert "does not know the function for holding registers" in " ".join(said.stderr.split())
    assert "try --table input" in " ".join(said.stderr.split())
    assert stranger.requests < 8


def test_registers_are_shown_raw_without_a_profile(probed: Type) -> None:
    result = probed(wire(RIGHT), "10.0.0.11", "--from", "10", "--to", "19")
    assert "ABCD 229.25" in result.stdout
    assert "7 answered; refused: 17–19" in result.stdout
    assert result.exit_code == 0


def test_units_that_answer_are_listed(probed: Type) -> None:
    device = RegisterWire(Registers(legal(range(5))), unit=3)
    result = probed(device, "10.0.0.11", "--scan-units", "1-4", "--gap", "1ms")
    assert "unit   3: there: holding 0 is 0000" in result.stdout
    assert "1 of 4 units answer" in result.stdout


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (("10.0.0.11", "--profile", "schneder_pm5000"), "did you mean 'schneider_pm5000'"),
        (("10.0.0.11", "--profile", "barrier_json"), "speaks MQTT: listen with --topic"),
        (("--profile", "acrel_adw300"), "whom shall I ask?"),
        (("10.0.0.11", "--serial", "COM3"), "not both"),
        (("10.0.0.11", "--framer", "ascii"), "write tcp, or rtu"),
        (("10.0.0.11", "--scan-units", "5-1"), "write unit ids of 0 to 255"),
        (("10.0.0.11", "--gap", "50"), "write a duration with its unit"),
        (("10.0.0.11", "--plan"), "--plan needs to know what is to be read"),
        (("--topic", "a/#", "--broker", "ftp://x"), "write mqtt://host:1883"),
    ],
)
def test_used_wrongly_it_says_how(line: tuple[str, ...], words: str, probed: Type) -> None:
    result = probed(wire({}), *line)
    assert words in " ".join(result.stderr.split())
    assert result.exit_code == 2


def test_a_plan_is_explained_without_asking_anybody(probed: Type) -> None:
    result = probed(None, "--profile", "schneider_pm5000", "--plan")
    assert "schneider_pm5000: 42 points in 13 requests" in result.stdout
    assert "(unlisted registers lie between)" in result.stdout
    assert result.exit_code == 0


def test_a_profile_of_another_device_gets_no_lines_to_paste(probed: Type, profile: str, tmp_path: Path) -> None:
    file = tmp_path / "new.yaml"
    nonsense = plain_words({10: 0x0080, 11: 0x0100, 12: 0x0090, 13: 0x0200, 14: 77, 15: 0x7FFF, 16: 0x7FFF})
    result = probed(wire(nonsense), "10.0.0.11", "--profile", profile, "--write", str(file))
    assert "no way gives plausible values" in result.stdout
    assert "(impossible)" in next(line for line in result.stdout.splitlines() if "because" in line)
    assert "(usual)" not in result.stdout
    assert ("site.yaml" in result.stdout, file.exists(), "is not written" in result.stderr) == (False, False, True)
    assert next(line.split()[:2] for line in result.stdout.splitlines() if " implausible " in line) == ["holding", "10"]


SCALED = """
manufacturer: Example
model: Meter
class: power_meter
protocol: modbus_tcp
defaults: {addressing: modicon, bridge_gaps: true}
points:
- {name: active_power_total, label_zh: 总有功功率, address: 300041, type: i32, unit: W, scale_register: 300043, scale_mode: pow10}
- {name: voltage_l1, label_zh: A相电压, address: 300045, type: u16, unit: V}
"""


def test_a_refused_scale_register_is_never_called_illegal(probed: Type, tmp_path: Path) -> None:
    file = tmp_path / "scaled.yaml"
    file.write_text(SCALED, encoding="utf-8")
    said = probed(wire(plain_words({40: 0, 41: 1655, 44: 230}, Table.INPUT)), "10.0.0.11", "--profile", str(file))
    assert "input 42 (300043 in the profile) is the scale register of active_power_total and is refused" in said.stdout
    illegal = said.stdout[said.stdout.index("illegal:") :]
    assert yaml.safe_load(illegal) == {"illegal": [{"table": "input", "first": 300044, "last": 300044}]}
    file.write_text(SCALED + illegal, encoding="utf-8")
    limits = load_profile(file).modbus
    assert limits is not None
    assert limits.illegal == (RegisterRange(Table.INPUT, 43, 43),)


@pytest.mark.parametrize("addressing", Addressing)
@pytest.mark.parametrize("table", Table)
def test_an_address_of_the_wire_is_told_as_the_profile_writes_it(addressing: Addressing, table: Table) -> None:
    written = as_written(table, 42, addressing, 3)
    assert place(written, table, DefaultsFile(addressing=addressing.value, address_offset=3)) == (table, 42)
