"""Who reads what, and how a machine is told which it is."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from guanjia.apart.shares import ONLY_EDGE, NoSuchShare, apart, edge_meant, share
from guanjia.cli import app
from guanjia.config.configuration import load_configuration
from tests.guanjia.apart.support import site_text
from tests.rules.workshop import T0, at, block, device, engine, kinds, point, rule, site

PUMPS = [device(name, [point("level", "m")]) for name in ("p1", "p2", "p3")]


def test_a_site_that_names_no_edge_has_one_that_reads_everything() -> None:
    whole = apart(site(*PUMPS))
    assert list(whole.edges) == [ONLY_EDGE.id]
    assert list(share(whole, ONLY_EDGE.id).devices) == ["p1", "p2", "p3"]
    assert share(whole, "").devices == {}


def test_every_device_is_read_once_by_its_edge_or_by_the_core(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(site_text("mqtt://127.0.0.1:1", edges=True), encoding="utf-8")
    known = load_configuration(tmp_path / "site.yaml").site
    assert apart(known) is known
    assert {edge: list(share(known, edge).devices) for edge in ("", "e1", "e2")} == {"": ["m3"], "e1": ["m1"], "e2": ["m2"]}


def test_ports_of_two_machines_may_have_one_name(tmp_path: Path) -> None:
    text = site_text("mqtt://127.0.0.1:1", edges=True)
    for unit, baud in ((1, 9600), (2, 19200)):
        text = text.replace(f"{{host: 127.0.0.1, port: 15502, unit: {unit}}}", f"{{serial: /dev/ttyUSB0, baud: {baud}, unit: {unit}}}")
    (tmp_path / "site.yaml").write_text(text, encoding="utf-8")
    assert len(load_configuration(tmp_path / "site.yaml").site.devices) == 3


def test_a_machine_is_the_only_edge_there_is_or_the_one_it_is_called() -> None:
    assert edge_meant(["e1"], None) == "e1"
    assert edge_meant(["e1", "e2"], "e2") == "e2"
    for name in (None, "e3"):
        with pytest.raises(NoSuchShare, match="e1, e2"):
            edge_meant(["e1", "e2"], name)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        pytest.param(["--only", "rules"], "--only knows no 'rules'; write collectors or core", id="a part there is not"),
        pytest.param(["--edge", "e1"], "it goes with --only collectors", id="a name for the whole"),
        pytest.param(["--only", "core", "--edge", "e1"], "it goes with --only collectors", id="a name for the core"),
        pytest.param(["--only", "core", "--replay", "x"], "leave --only away", id="a replay on a part"),
        pytest.param(["--only", "collectors"], "say which one this machine is: --edge with one of e1, e2", id="one of two"),
        pytest.param(["--only", "collectors", "--edge", "e3"], "no edge 'e3'; it has e1, e2", id="none of two"),
    ],
)
def test_what_is_asked_wrongly_is_refused_with_what_there_is(options: list[str], told: str, tmp_path: Path) -> None:
    file = tmp_path / "site.yaml"
    file.write_text(site_text("mqtt://127.0.0.1:1", edges=True), encoding="utf-8")
    came = CliRunner().invoke(app, ["run", "--site", str(file), "--data", str(tmp_path / "data"), *options])
    assert came.exit_code == 2
    assert told in " ".join(came.stderr.split())


def test_parts_of_a_site_need_a_broker_that_all_of_them_reach(tmp_path: Path) -> None:
    file = tmp_path / "site.yaml"
    file.write_text(site_text(""), encoding="utf-8")
    came = CliRunner().invoke(app, ["run", "--site", str(file), "--data", str(tmp_path / "data"), "--only", "core"])
    assert (came.exit_code, "link: {broker: mqtts://" in came.stderr) == (2, True)


def test_what_an_edge_with_a_wrong_clock_tells_is_judged_as_of_our_now() -> None:
    trial = engine(site(PUMPS[0]), rule(on_delay_s=10))
    trial.observe(block(PUMPS[0], 0, level=1.0))
    for second, its_clock_s in ((1, -3599), (2, 3602)):
        assert trial.observe(block(PUMPS[0], its_clock_s, level=3.0), at(second)) == []
    assert trial.advance(at(10)) == []
    raised = trial.advance(at(11))
    assert kinds(raised) == ["raised level.high@p1"]
    assert raised[0].at_ns == T0 + 11 * 10**9
