"""``guanjia dashboards``: files written, a Grafana furnished, and what is said when that does not work."""

import json
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dashboards.grafana.client import Grafana
from guanjia.cli import app
from guanjia.commands.words import configuration
from guanjia.config.configuration import Configuration
from tests.grafana.conftest import EXAMPLES
from tests.grafana.fake_grafana import TOKEN, Kept, grafana
from tests.ports import free_ports

PAGES = ["overview", "power", "water", "elevators", "fire", "parking", "charging"]
SECRET = "influx-secret"
_READ: dict[str, Configuration] = {}
BINARY = shutil.which("grafana-server") or shutil.which("grafana")


@pytest.fixture(autouse=True)
def read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading a site and its rules takes a second; the same text is read once."""

    def remembered(site: Path) -> Configuration:
        text = site.read_text(encoding="utf-8") if site.is_file() else ""
        if text not in _READ or not text:
            _READ[text] = configuration(site)
        return _READ[text]

    monkeypatch.setattr("guanjia.commands.dashboards.configuration", remembered)


@pytest.fixture
def kept() -> Iterator[Kept]:
    with grafana() as kept:
        yield kept


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """The small site with its history in InfluxDB 2."""
    store = "store: {kind: influxdb, url: 'http://influx:8086', org: home, bucket: guanjia, token: '${INFLUX_TOKEN}'}\n"
    return written(tmp_path, store)


def written(folder: Path, store: str) -> Path:
    lines = (EXAMPLES / "small.yaml").read_text(encoding="utf-8").splitlines(keepends=True)
    file = folder / "site.yaml"
    file.write_text("".join(line for line in lines if not line.startswith("store:")) + store, encoding="utf-8")
    return file


def guanjia(*words: str | Path, token: str | None = TOKEN) -> tuple[int, str]:
    """Exit code, and everything said."""
    environment = {"GRAFANA_TOKEN": token, "INFLUX_TOKEN": SECRET}
    result = CliRunner().invoke(app, ["dashboards", *map(str, words)], env=environment)
    return result.exit_code, " ".join(result.output.split())


def test_a_push_furnishes_an_empty_grafana(kept: Kept, site: Path) -> None:
    code, said = guanjia("push", "--url", kept.url, "--site", site)
    assert code == 0, said
    assert said.count("created") == 1 + 1 + len(PAGES)
    assert set(kept.dashboards) == {f"talent-apartments-{page}-zh" for page in PAGES}
    assert {found["meta"]["folderUid"] for found in kept.dashboards.values()} == {"talent-apartments-zh"}
    assert kept.folders["talent-apartments-zh"]["title"] == "人才公寓"


def test_the_data_source_asks_influxql_of_a_version_2_bucket_with_its_token(kept: Kept, site: Path) -> None:
    guanjia("push", "--url", kept.url, "--site", site)
    [made] = kept.datasources.values()
    assert made["uid"] == "guanjia-talent-apartments"
    assert made["url"] == "http://influx:8086"
    assert made["jsonData"]["dbName"] == "guanjia"
    assert made["jsonData"]["version"] == "InfluxQL"
    assert made["jsonData"]["httpHeaderName1"] == "Authorization"
    assert made["secureJsonData"] == {"httpHeaderValue1": f"Token {SECRET}"}
    assert SECRET not in json.dumps(made["jsonData"])
    [variable] = [v for v in kept.dashboards["talent-apartments-power-zh"]["dashboard"]["templating"]["list"] if v["type"] == "datasource"]
    assert variable["current"]["value"] == made["uid"]


def test_a_version_1_database_has_user_and_password_and_may_have_another_address_for_grafana(kept: Kept, tmp_path: Path) -> None:
    site = written(tmp_path, "store: {kind: influxdb, version: 1, url: 'http://127.0.0.1:8086', bucket: site, token: 'reader:pass:word'}\n")
    assert guanjia("push", "--url", kept.url, "--site", site, "--influxdb", "http://influx.lan:8086")[0] == 0
    [made] = kept.datasources.values()
    assert (made["user"], made["secureJsonData"]) == ("reader", {"password": "pass:word"})
    assert made["url"] == "http://influx.lan:8086"


def test_a_second_push_saves_no_dashboard_again(kept: Kept, site: Path) -> None:
    guanjia("push", "--url", kept.url, "--site", site)
    kept.calls.clear()
    code, said = guanjia("push", "--url", kept.url, "--site", site)
    assert code == 0
    assert kept.writes == [("PUT", "/datasources/uid/guanjia-talent-apartments")], "a secret can't be compared, so it is sent again"
    assert said.count("unchanged") == 1 + len(PAGES)


def test_what_somebody_changed_in_grafana_is_put_right_again(kept: Kept, site: Path) -> None:
    guanjia("push", "--url", kept.url, "--site", site)
    kept.dashboards["talent-apartments-fire-zh"]["dashboard"]["panels"].pop()
    kept.folders["talent-apartments-zh"]["title"] = "renamed"
    kept.calls.clear()
    code, said = guanjia("push", "--url", kept.url, "--site", site)
    assert code == 0
    assert ("POST", "/dashboards/db") in kept.writes
    assert len(kept.writes) == 3
    assert "updated dashboard 人才公寓 · 消防" in said
    assert kept.folders["talent-apartments-zh"]["title"] == "人才公寓"


def test_both_languages_stand_side_by_side(kept: Kept, site: Path) -> None:
    for language in ("zh", "en"):
        assert guanjia("push", "--url", kept.url, "--site", site, "--language", language)[0] == 0
    assert len(kept.dashboards) == 2 * len(PAGES)
    assert kept.folders["talent-apartments-en"]["title"] == "Talent Apartments"


def test_a_given_data_source_is_left_alone(kept: Kept) -> None:
    code, said = guanjia("push", "--url", kept.url, "--site", EXAMPLES / "small.yaml", "--datasource", "theirs")
    assert code == 0, said
    assert not any("datasources" in path for _, path in kept.calls)
    [variable] = [v for v in kept.dashboards["talent-apartments-power-zh"]["dashboard"]["templating"]["list"] if v["type"] == "datasource"]
    assert variable["current"]["value"] == "theirs"


def test_a_grafana_below_a_path_is_found_there(site: Path) -> None:
    with grafana("/grafana") as kept:
        assert guanjia("push", "--url", f"{kept.url}/", "--site", site)[0] == 0
        assert len(kept.dashboards) == len(PAGES)


@pytest.mark.parametrize(
    ("refuse", "code", "said"),
    [
        pytest.param({"/folders/talent-apartments-zh": 403}, 1, "service account needs the role Editor", id="no right"),
        pytest.param({"/dashboards/db": 400}, 1, "Grafana refused writing the dashboard '人才公寓 · 运行总览'", id="bad content"),
        pytest.param({"/dashboards/db": 503}, 1, "is in trouble", id="in trouble"),
        pytest.param({"/datasources": 302}, 1, "no Grafana answers", id="a redirect would turn the POST into a GET"),
    ],
)
def test_a_grafana_that_will_not_is_an_error_that_says_what_to_do(
    refuse: dict[str, int], code: int, said: str, kept: Kept, site: Path
) -> None:
    kept.refuse = refuse
    assert guanjia("push", "--url", kept.url, "--site", site)[0] == code
    assert said in guanjia("push", "--url", kept.url, "--site", site)[1]


def test_a_wrong_token_is_said_to_be_wrong_and_not_repeated(kept: Kept, site: Path) -> None:
    code, said = guanjia("push", "--url", kept.url, "--site", site, token="glsa_wrong")
    assert code == 1
    assert "does not know the token" in said
    assert "glsa_wrong" not in said
    assert kept.writes == []


def test_nobody_there_is_an_error(site: Path) -> None:
    (port,) = free_ports(1)
    code, said = guanjia("push", "--url", f"http://127.0.0.1:{port}", "--site", site)
    assert code == 1
    assert f"no Grafana answers at http://127.0.0.1:{port}" in said


@pytest.mark.parametrize(
    ("words", "token", "said"),
    [
        pytest.param(["--url", "http://x", "--datasource", "a"], None, "set GRAFANA_TOKEN", id="no token"),
        pytest.param(["--url", "grafana:3000", "--datasource", "a"], TOKEN, "write http://host:3000", id="no address"),
        pytest.param(["--url", "http://x:port", "--datasource", "a"], TOKEN, "write http://host:3000", id="no port"),
        pytest.param(["--url", "http://x"], TOKEN, "--datasource UID", id="a store Grafana can't read"),
        pytest.param(["--url", "http://x", "--site", "nowhere.yaml"], TOKEN, "name an existing site file", id="no site"),
        pytest.param([], TOKEN, "--url", id="no url"),
    ],
)
def test_wrong_use_exits_with_2_and_says_what_to_write(words: list[str], token: str | None, said: str) -> None:
    code, output = guanjia("push", *words, token=token)
    assert code == 2
    assert said in output


def test_an_export_makes_the_same_files_every_time(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        assert guanjia("export", tmp_path / folder, "--site", EXAMPLES / "small.yaml", "--language", "en")[0] == 0
    first, second = ({file.name: file.read_bytes() for file in (tmp_path / folder).iterdir()} for folder in ("one", "two"))
    assert first == second
    assert set(first) == {f"{page}.json" for page in PAGES}
    assert json.loads(first["power.json"])["title"] == "Talent Apartments · Power"


def test_an_export_that_can_not_be_written_exits_with_1(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    code, said = guanjia("export", tmp_path / "taken", "--site", EXAMPLES / "small.yaml")
    assert code == 1
    assert "can't write to" in said


@pytest.mark.skipif(BINARY is None, reason="grafana is not installed (grafana-server)")
def test_a_real_grafana_takes_the_dashboards(tmp_path: Path, site: Path) -> None:
    """Pushed twice with its own service account's token; Grafana gives back every page."""
    assert BINARY is not None
    (port,) = free_ports(1)
    home = Path(BINARY).resolve().parents[1]
    home = home if (home / "conf").is_dir() else Path("/usr/share/grafana")
    settings = [f"cfg:default.paths.data={tmp_path}", f"cfg:default.server.http_port={port}", "cfg:default.server.http_addr=127.0.0.1"]
    command = [BINARY, *(["server"] if BINARY.endswith("grafana") else []), "--homepath", str(home), *settings]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            token = _service_account(port)
            for _ in range(2):
                code, said = guanjia("push", "--url", f"http://127.0.0.1:{port}", "--site", site, token=token)
                assert code == 0, said
            reader = Grafana(f"http://127.0.0.1:{port}", token)
            assert all(reader.dashboard(f"talent-apartments-{page}-zh") for page in PAGES)
            reader.close()
        finally:
            server.terminate()
            server.wait(60)


def _service_account(port: int) -> str:
    """A token with the role Admin, once the server is up."""
    deadline = time.monotonic() + 60
    while True:
        try:
            account = _admin(port, "/serviceaccounts", {"name": "guanjia", "role": "Admin"})
            return str(_admin(port, f"/serviceaccounts/{account['id']}/tokens", {"name": "push"})["key"])
        except (urllib.error.URLError, OSError):
            assert time.monotonic() < deadline, "grafana did not start"
            time.sleep(0.2)


def _admin(port: int, path: str, body: dict[str, str]) -> dict[str, str]:
    headers = {"Content-Type": "application/json", "Authorization": "Basic YWRtaW46YWRtaW4="}
    request = urllib.request.Request(f"http://127.0.0.1:{port}/api{path}", json.dumps(body).encode(), headers)
    with closing(urllib.request.urlopen(request, timeout=60)) as reply:
        found: dict[str, str] = json.load(reply)
        return found
