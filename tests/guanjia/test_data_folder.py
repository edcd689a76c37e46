"""One process has a data folder; a second is told so, and a killed one leaves nothing behind that keeps others out."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from guanjia.commands.run import owning, refuse_ports
from guanjia.config.site_file import read_site
from guanjia.data_folder import FolderTaken, owned
from guanjia.ports import trouble
from tests.ports import HOST, free_ports

HOLD = """
import sys, pathlib
from guanjia.data_folder import owned
with owned(pathlib.Path(sys.argv[1])):
    print("have it", flush=True)
    sys.stdin.read()
"""


def test_a_second_process_is_refused_with_the_first_ones_number_until_that_is_killed(tmp_path: Path) -> None:
    data = tmp_path / "data"
    first = subprocess.Popen([sys.executable, "-c", HOLD, str(data)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert first.stdout is not None
        assert first.stdout.readline() == b"have it\n"
        with pytest.raises(FolderTaken, match=rf"belongs to another guanjia that is running \(process {first.pid}\)"), owned(data):
            pass
    finally:
        first.kill()  # no chance to tidy up
        first.communicate(timeout=90)
    with owned(data):
        assert (data / "platform.lock").read_text(encoding="ascii") == f"{os.getpid()}\n"


def test_a_folder_is_free_again_after_the_command(tmp_path: Path) -> None:
    for _ in range(2):
        with owning(tmp_path):
            pass


def test_a_command_says_what_to_do_and_exits_with_two(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with owned(tmp_path), pytest.raises(typer.Exit) as refused, owning(tmp_path):
        pass
    assert refused.value.exit_code == 2
    assert "choose another folder with --data" in capsys.readouterr().err


def test_a_folder_that_can_not_be_made_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(typer.Exit), owning(tmp_path / "file" / "data"):
        pass
    assert "can't be written" in capsys.readouterr().err


def test_a_port_in_use_is_told_with_the_option_that_changes_it(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server((HOST, free_ports(1)[0])) as taken:
        port = taken.getsockname()[1]
        assert trouble("127.0.0.1", port) == "taken"
        with pytest.raises(typer.Exit) as refused:
            refuse_ports("127.0.0.1", port)
    assert refused.value.exit_code == 2
    assert f"127.0.0.1:{port}, the console's, is taken; choose another with --port" in capsys.readouterr().err
    assert trouble("127.0.0.1", port) == ""


SITE = """
site: {{id: s, name: {{zh: 站, en: Site}}, timezone: Asia/Shanghai}}
areas: [{{id: room, name: {{zh: 门, en: Gate}}}}]
devices: [{{id: gate, name: {{zh: 闸, en: Gate}}, system: parking, area: room, profile: barrier_json, mqtt: {{topic: parking/gate}}}}]
mqtt: {{port: {port}}}
"""


def test_the_embedded_brokers_port_is_told_apart_from_the_consoles(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with socket.create_server((HOST, free_ports(1)[0])) as taken, socket.create_server((HOST, free_ports(1)[0])) as other:
        broker, console = taken.getsockname()[1], other.getsockname()[1]
        with pytest.raises(typer.Exit):
            refuse_ports("127.0.0.1", console, read_site(SITE.format(port=broker), "site.yaml", tmp_path))
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith(f"127.0.0.1:{console}, the console's")
    assert second == f"127.0.0.1:{broker}, the embedded MQTT broker's, is taken; write another in the site file, mqtt: {{port: …}}"
