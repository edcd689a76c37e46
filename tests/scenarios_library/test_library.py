"""Every scenario of the library goes as written: each alarm, each ticket, each clock, and nothing else."""

from pathlib import Path

import pytest

from guanjia.scenario.verdict import judge
from tests.scenarios_library.shelf import FOLDERS, QUIET_DAY, files, site_of

PLAYED = [file for file in files() if file != QUIET_DAY]


@pytest.mark.parametrize("file", PLAYED, ids=lambda file: file.stem)
def test_it_goes_as_written(file: Path) -> None:
    assert judge(file).lines() == []


def test_the_bench_has_one_of_each_profile_that_the_reference_site_lacks() -> None:
    reference, bench = ({d.profile.id for d in site_of(folder.parent / "site.yaml").devices.values()} for folder in FOLDERS)
    shipped = {file.stem for file in (FOLDERS[0].parents[2] / "profiles").glob("*.yaml")}
    assert shipped - reference <= bench
