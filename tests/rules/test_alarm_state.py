"""The state table: every pair, legal and illegal, and the picture drawn from it."""

from itertools import product
from pathlib import Path

import pytest

from model.alarm import AlarmState, IllegalAct
from rules.alarm_state import FLAG_TABLE, Flag, FlagAct, Happening, after, flagged, mermaid, transitions

_S, _H = AlarmState, Happening
_NAMES = {"N": _S.NORMAL, "U": _S.ACTIVE_UNACKNOWLEDGED, "A": _S.ACTIVE_ACKNOWLEDGED, "R": _S.RETURNED_UNACKNOWLEDGED}
_NAMES |= {"LU": _S.LATCHED_UNACKNOWLEDGED, "LA": _S.LATCHED_ACKNOWLEDGED}
# Written down apart from the table: what follows in each state, '-' where the pair is illegal.
_EXPECTED = """
        raise return latch acknowledge reset realarm release withdraw
N       U     -      -     -           -     -       N       -
U       -     R      LU    A           -     -       U       N
A       -     N      LA    -           -     U       U       N
R       U     -      -     N           -     -       N       N
LU      U     -      -     LA          -     -       LU      N
LA      U     -      -     -           N     -       LA      N
"""


def _expected() -> dict[tuple[AlarmState, Happening], AlarmState]:
    header, *rows = [line.split() for line in _EXPECTED.strip().splitlines()]
    return {(_NAMES[row[0]], _H(h)): _NAMES[follows] for row in rows for h, follows in zip(header, row[1:], strict=True) if follows != "-"}


@pytest.mark.parametrize(("state", "happening"), list(product(AlarmState, Happening)), ids=lambda x: x.value)
def test_every_pair_of_state_and_happening_does_what_the_standard_says(state: AlarmState, happening: Happening) -> None:
    expected = _expected()
    if (state, happening) in expected:
        assert after(state, happening) is expected[state, happening]
    else:
        with pytest.raises(IllegalAct, match="possible now"):
            after(state, happening)


@pytest.mark.parametrize(("is_set", "act"), list(product((False, True), FlagAct)))
def test_a_flag_is_set_once_and_lifted_once(is_set: bool, act: FlagAct) -> None:
    if (is_set, act) in {(False, FlagAct.SET), (True, FlagAct.LIFT)}:
        assert flagged(is_set, Flag.SHELVED, act) is not is_set
    else:
        with pytest.raises(IllegalAct, match="already shelved" if is_set else "not shelved"):
            flagged(is_set, Flag.SHELVED, act)


def test_the_documentation_shows_the_table_as_it_is() -> None:
    page = (Path(__file__).parents[2] / "docs" / "alarm-states.md").read_text(encoding="utf-8")
    assert f"```mermaid\n{mermaid()}\n```" in page


def test_transitions_name_every_pair_of_the_table_once() -> None:
    assert {(s, h): f for s, h, f in transitions()} == _expected()
    assert len(FLAG_TABLE) == 2
