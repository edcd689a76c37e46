"""``guanjia report alarms``: how the alarms of a month were kept."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from api.alarm_figures import columns_of, recorded_period, review_of
from api.bench import NoFont
from guanjia.alarm_report.sheets import Report, Review
from guanjia.alarm_report.span import NoSuchSpan, span
from guanjia.commands.words import configuration, out, refuse
from guanjia.rulebook.desk import opened
from guanjia.rulebook.in_force import InForce
from guanjia.suggestions.answer import Answer
from guanjia.system_clock import SystemClock
from guanjia.test_report.fonts import Font
from model.carrier import things
from model.clock import SECOND
from model.site import Site
from model.text import Language
from rules.kpis.figures import Period, by_system
from rules.rationalisation import watched_by
from store.journal.database import FILE
from store.journal.journal import SqlJournal, open_journal


class Format(StrEnum):
    PDF = "pdf"
    XLSX = "xlsx"
    CSV = "csv"


def print_alarms(
    data: Annotated[Path, typer.Option("--data", help="The platform's data folder.")],
    month: Annotated[str, typer.Option("--month", help="YYYY-MM; nothing named: the last full month, or the time recorded so far.")] = "",
    first: Annotated[str, typer.Option("--from", help="First day, YYYY-MM-DD, instead of a month.")] = "",
    last: Annotated[str, typer.Option("--to", help="Last day, YYYY-MM-DD; today when left out.")] = "",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="The file to write; its ending may say which kind.")] = None,
    kind: Annotated[Format | None, typer.Option("--format", help="PDF when neither this nor an ending says it.")] = None,
    lang: Annotated[Language | None, typer.Option("--lang", help="The site's own language when left out.")] = None,
    suggest: Annotated[bool, typer.Option("--suggest", help="Try changes of the worst rules on history first; takes minutes.")] = False,
    site: Annotated[Path | None, typer.Option("--site", help="The site file; without it the site.yaml in the data folder.")] = None,
    font: Annotated[Path | None, typer.Option("--font", help="A font for Chinese, when the machine has none of its own.")] = None,
) -> None:
    """Print how the alarms were kept: the key figures against their targets, the ten worst with what to do, and what nobody needs.

    Exit code 0 when written, 2 when it can't be. Example: guanjia report alarms --month 2026-01 --data data -o alarms.pdf
    """
    found = configuration(site or data / "site.yaml")
    if found.site.journal_url == "sqlite" and not (data / FILE).exists():
        raise refuse(f"{data} has no journal; name the folder the platform runs with")
    now_ns = SystemClock().now_ns()
    chosen = kind or _ending(output)
    journal = open_journal(found.site.journal_url, data, {d.id: d.system.value for d in things(found.site).values()})
    try:
        zone = found.site.timezone
        of = recorded_period(journal, *span(month, first, last, now_ns, zone, journal.recorded_from_ns()), zone)
        in_force, _ = opened(found.in_force, journal.rule_versions(), now_ns)
        answers = _suggestions(found.site, in_force, journal, data, of) if suggest else []
        review = _review(found.site, in_force, journal, of, answers)
        file = output or Path(f"alarms-{month or 'report'}.{chosen}")
        file.write_bytes(_laid_out(review, chosen, lang or Language(found.site.language), now_ns, Font(font, font) if font else None))
    except (NoFont, NoSuchSpan, OSError) as error:
        raise refuse(f"{error}; name a font file with --font" if isinstance(error, NoFont) else str(error)) from None
    finally:
        journal.close()
    out.print(_told(of, zone), markup=False, soft_wrap=True)
    out.print(f"written to {file}", markup=False, soft_wrap=True)


def _ending(output: Path | None) -> Format:
    ending = output.suffix.lower().removeprefix(".") if output else ""
    if ending and ending not in set(Format):
        raise refuse(f"'.{ending}' is no kind of report: write .pdf, .xlsx or .csv, or say which with --format")
    return Format(ending) if ending else Format.PDF


def _told(of: Period, zone: ZoneInfo) -> str:
    first, last, recorded = (datetime.fromtimestamp(at_ns // SECOND, zone) for at_ns in (of.start_ns, of.end_ns - 1, of.recorded_from_ns))
    said = f"period: {first:%Y-%m-%d} to {last:%Y-%m-%d}"
    if of.recorded_from_ns >= of.end_ns:
        return f"{said}; nothing was recorded in it"
    return said if of.recorded_from_ns <= of.start_ns else f"{said}, recorded from {recorded:%Y-%m-%d %H:%M} on"


def _suggestions(site: Site, in_force: InForce, journal: SqlJournal, data: Path, of: Period) -> list[Answer]:
    from guanjia.commands.suggesting import suggestions  # the history's own library takes a while to load

    return suggestions(site, in_force, journal, data, of)


def _review(site: Site, in_force: InForce, journal: SqlJournal, of: Period, answers: Sequence[Answer]) -> Review:
    book = in_force.bound.book
    columns = columns_of(journal, of)
    return Review(site, book.rules, of, review_of(columns, journal, book.rules, watched_by(book), of), by_system(columns, of), answers)


def _laid_out(review: Review, kind: Format, lang: Language, now_ns: int, font: Font | None) -> bytes:
    # A second to load, which no other command is to wait for.
    from guanjia.alarm_report.contents import report_of
    from guanjia.alarm_report.layouts import csv_of, workbook_of
    from guanjia.alarm_report.pdf import pdf_of

    report: Report = report_of(review, lang)
    if kind is Format.PDF:
        return pdf_of(report, datetime.fromtimestamp(now_ns // SECOND, review.site.timezone), font)
    return workbook_of(report) if kind is Format.XLSX else csv_of(report)
