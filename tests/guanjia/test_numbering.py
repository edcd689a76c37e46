"""Names of occurrences rise and are never given twice."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from guanjia.numbering import OccurrenceNumbers

SHANGHAI = ZoneInfo("Asia/Shanghai")


def _ns(*when: int) -> int:
    return int(datetime(*when, tzinfo=UTC).timestamp()) * 1_000_000_000  # type: ignore[arg-type, misc]


def test_numbers_rise_through_the_sites_day_and_start_anew_with_the_next() -> None:
    number = OccurrenceNumbers(SHANGHAI)
    assert number(_ns(2026, 1, 14, 3)) == "A-260114-001"
    assert number(_ns(2026, 1, 14, 15, 59)) == "A-260114-002"
    assert number(_ns(2026, 1, 14, 16)) == "A-260115-001", "midnight in Shanghai is 16:00 UTC"


def test_after_a_restart_numbering_goes_on_behind_the_highest() -> None:
    number = OccurrenceNumbers(SHANGHAI, ["A-260114-009", "A-260114-1012", "A-260113-500"])
    assert number(_ns(2026, 1, 14, 3)) == "A-260114-1013"


def test_a_clock_set_back_gives_no_number_twice() -> None:
    number = OccurrenceNumbers(SHANGHAI, ["A-260115-003"])
    assert number(_ns(2026, 1, 14, 3)) == "A-260115-004"
