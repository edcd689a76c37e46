"""The edge's side of the kept stream: what is sent, when it is sent again, what an acknowledgement does."""

import pytest

from guanjia.apart.window import PATIENCE_NS, Progress, Window


def window() -> Window:
    return Window("spool-1", 10, [15, 20, 25])


def test_everything_is_sent_once_and_again_only_after_a_silence() -> None:
    sent = window()
    assert sent.due(0) == [0, 1, 2]
    assert sent.due(PATIENCE_NS - 1) == []
    assert sent.wait_ns(1) == PATIENCE_NS - 1
    assert sent.due(PATIENCE_NS) == [0, 1, 2]


def test_progress_puts_off_sending_again_and_spares_what_has_arrived() -> None:
    sent = window()
    sent.due(0)
    assert sent.reply("spool-1", 17, 100, PATIENCE_NS - 1) is Progress.SOME
    assert sent.due(PATIENCE_NS) == []
    assert sent.due(2 * PATIENCE_NS) == [1, 2]
    assert sent.reply("spool-1", 25, 100, 0) is Progress.ALL
    assert sent.is_done
    assert sent.due(10 * PATIENCE_NS) == []


def test_after_a_broken_connection_everything_not_acknowledged_goes_again_at_once() -> None:
    sent = window()
    sent.due(0)
    sent.broken()
    assert sent.due(1) == [0, 1, 2]


@pytest.mark.parametrize(
    ("epoch", "position", "expected"),
    [
        pytest.param("spool-0", 25, Progress.NONE, id="another epoch's"),
        pytest.param("spool-1", 10, Progress.NONE, id="said before"),
        pytest.param("spool-1", 3, Progress.NONE, id="older than what was said before"),
        pytest.param("spool-1", 101, Progress.AHEAD, id="of blocks never written here"),
        pytest.param("spool-1", 99, Progress.ALL, id="beyond the batch, by frames of a former connection"),
    ],
)
def test_what_an_acknowledgement_does(epoch: str, position: int, expected: Progress) -> None:
    assert window().reply(epoch, position, newest=100, now_ns=0) is expected
