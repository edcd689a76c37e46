"""The state table: every pair, legal and illegal, and the picture drawn from it."""

from itertools import product
from pathlib import Path

import pytest

from model.alarm import AlarmState, IllegalAct
from rules.alarm_state import (
    FLAG_TABLE,
    SERVICE_TABLE,
    Flag,
    FlagAct,
    Happening,
    Service,
    ServiceAct,
    after,
    flagged,
    mermaid,
    served,
    transitions,
)

_S, _H = AlarmState, Happening
_NAMES = {"N": _S.NORMAL, "U": _S.ACTIVE_UNACKNOWLEDGED, "A": _S.ACTIVE_ACKNOWLEDGED, "R": _S.RETURNED_UNACKNOWLEDGED}
_NAMES |= {"LU": _S.LATCHED_UNACKNOWLEDGED, "LA": _S.LATCHED_ACKNOWLEDGED}
# Written down apart from the table: what follows in each state, '-' where the pair is illegal.
_EXPECTED = """
        raise return latch acknowledge reset realarm rise ease release withdraw
N       U     -      -     -           -     -       -    -    N       -
U       -     R      LU    A           -     -       U    U    U       N
A       -     N      LA    -           -     U       U    A    U       N
R       U     -      -     N           -     -       -    -    N       N
LU      U     -      -     LA          -     -       -    -    LU      N
LA      U     -      -     -           N     -       -    -    LA      N
"""
_SERVICE = """
                request   approve        refuse     return
in_service      requested -              -          -
requested       -         out_of_service in_service -
out_of_service  -         -              -          in_service
"""


def _cells(table: str) -> dict[tuple[str, str], str]:
    header, *rows = [line.split() for line in table.strip().splitlines()]
    return {(row[0], act): follows for row in rows for act, follows in zip(header, row[1:], strict=True) if follows != "-"}


def _expected() -> dict[tuple[AlarmState, Happening], AlarmState]:
    return {(_NAMES[state], _H(h)): _NAMES[follows] for (state, h), follows in _cells(_EXPECTED).items()}


def _expected_service() -> dict[tuple[Service, ServiceAct], Service]:
    return {(Service(service), ServiceAct(act)): Service(follows) for (service, act), follows in _cells(_SERVICE).items()}


@pytest.mark.parametrize(("state", "happening"), list(product(AlarmState, Happening)), ids=lambda x: x.value)
def test_every_pair_of_state_and_happening_does_what_the_standard_says(state: AlarmState, happening: Happening) -> None:
    expected = _expected()
    if (state, happening) in expected:
        assert after(state, happening) is expected[state, happening]
    else:
        with pytest.raises(IllegalAct, match="possible now"):
            after(state, happening)


@pytest.mark.parametrize(("service", "act"), list(product(Service, ServiceAct)), ids=lambda x: x.value)
def test_out_of_service_is_asked_for_then_approved_or_refused_then_over(service: Service, act: ServiceAct) -> None:
    expected = _expected_service()
    if (service, act) in expected:
        assert served(service, act) is expected[service, act]
    else:
        with pytest.raises(IllegalAct, match="possible now"):
            served(service, act)


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
    assert _expected_service() == SERVICE_TABLE
    assert len(FLAG_TABLE) == 2


@pytest.mark.parametrize(
    ("state", "act", "possible"),
    [
        (_S.NORMAL, _H.ACKNOWLEDGE, "nothing"),
        (_S.ACTIVE_UNACKNOWLEDGED, _H.RESET, "acknowledge"),
        (_S.LATCHED_ACKNOWLEDGED, _H.ACKNOWLEDGE, "reset"),
    ],
)
def test_a_refusal_names_what_people_can_do(state: AlarmState, act: Happening, possible: str) -> None:
    with pytest.raises(IllegalAct, match=f"possible now: {possible}$"):
        after(state, act)
