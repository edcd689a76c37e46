"""kill -9 in the midst of writing: the journal opens again, whole."""

import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tickets.house import journal_in

ROOT = Path(__file__).parents[2]

CONTRADICTIONS = {
    "a raised event without its occurrence": """
        SELECT e.seq FROM alarm_events e LEFT JOIN occurrences o ON o.id = e.occurrence
        WHERE e.kind = 'raised' AND o.id IS NULL""",
    "an occurrence without its raised event": """
        SELECT id FROM occurrences WHERE id NOT IN (SELECT occurrence FROM alarm_events WHERE kind = 'raised')""",
    "an occurrence without its ticket": "SELECT id FROM occurrences WHERE ticket IS NULL",
    "an occurrence its ticket does not list": """
        SELECT o.id FROM occurrences o LEFT JOIN ticket_occurrences t ON t.occurrence = o.id AND t.ticket = o.ticket
        WHERE t.ticket IS NULL""",
    "a ticket whose story does not begin with its opening": """
        SELECT t.id FROM tickets t
        WHERE 'opened' IS NOT (SELECT what FROM ticket_events WHERE ticket = t.id ORDER BY seq LIMIT 1)""",
    "a ticket whose story ends in another state": """
        SELECT t.id FROM tickets t
        WHERE t.state IS NOT (SELECT state FROM ticket_events WHERE ticket = t.id ORDER BY seq DESC LIMIT 1)""",
    "an alarm that stands otherwise than its last event says": """
        SELECT a.rule FROM alarms a
        WHERE a.state IS NOT (SELECT standing_then ->> 'state' FROM alarm_events e
                              WHERE e.rule = a.rule AND e.device = a.device ORDER BY seq DESC LIMIT 1)""",
    "two open occurrences of one alarm": """
        SELECT rule FROM occurrences WHERE ended_at_ns IS NULL GROUP BY rule, device HAVING count(*) > 1""",
    "two open tickets of one cause": """
        SELECT cause FROM tickets WHERE closed_at_ns IS NULL GROUP BY device, cause HAVING count(*) > 1""",
    "a dispatch its owner was not told": """
        SELECT e.seq FROM ticket_events e
        LEFT JOIN notices n ON n.ticket = e.ticket AND n.recipient = e.owner AND n.cause = 'dispatch@' || e.at_ns
        WHERE e.what = 'dispatch' AND n.number IS NULL""",
    "a notice of nothing that happened": """
        SELECT n.number FROM notices n
        LEFT JOIN ticket_events e ON e.ticket = n.ticket AND n.cause = e.what || '@' || e.at_ns
        WHERE e.seq IS NULL""",
    "a gap in the ticket numbers": """
        SELECT last FROM numbers WHERE last <> (SELECT count(*) FROM tickets)""",
}


def killed_after(directory: Path, run: str, lines: int) -> list[str]:
    """Occurrences the writer said were committed before it was killed."""
    command = [sys.executable, "-m", "tests.tickets.crash_writer", str(directory), run]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        told = [writer.stdout.readline() for _ in range(lines)]
        writer.kill()
        told += writer.stdout.readlines()
    assert writer.returncode == -signal.SIGKILL
    return [line.strip() for line in told]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="missing: SIGKILL (not on Windows)")
def test_nothing_told_is_lost_and_nothing_contradicts_itself(tmp_path: Path) -> None:
    told: list[str] = []
    for run, lines in enumerate((3, 17, 40)):
        told += killed_after(tmp_path, f"run{run}", lines)
        journal_in(tmp_path).close()
        with sqlite3.connect(tmp_path / "journal.sqlite") as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert database.execute("PRAGMA foreign_key_check").fetchall() == []
            found = {name: database.execute(question).fetchall() for name, question in CONTRADICTIONS.items()}
            assert {name: rows for name, rows in found.items() if rows} == {}
            kept = {id for (id,) in database.execute("SELECT id FROM occurrences")}
        database.close()
        assert set(told) <= kept
