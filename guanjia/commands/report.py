"""``guanjia report``: what is printed for the file."""

from pathlib import Path
from typing import Annotated

import typer

from api.bench import NoFont
from guanjia.commands.report_alarms import print_alarms
from guanjia.commands.words import configuration, out, refuse
from guanjia.system_clock import SystemClock
from guanjia.test_report.bench import told
from guanjia.test_report.expectations import Promises
from guanjia.test_report.fonts import Font
from guanjia.test_report.session import SessionBook
from model.carrier import things
from model.testing import Session
from rules.book import Book
from store.journal.journal import open_journal

app = typer.Typer(help="Reports for the file.", no_args_is_help=True)
app.command("alarms")(print_alarms)


@app.callback()
def report() -> None:
    """Reports for the file."""


@app.command("tests")
def print_tests(
    data: Annotated[Path, typer.Option("--data", help="The platform's data folder.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The PDF to write.")],
    session: Annotated[int | None, typer.Option("--session", min=1, help="Its number; without it the newest.")] = None,
    site: Annotated[Path | None, typer.Option("--site", help="The site file; without it the site.yaml in the data folder.")] = None,
    font: Annotated[Path | None, typer.Option("--font", help="A font for Chinese, when the machine has none of its own.")] = None,
) -> None:
    """Print a test session for the hand-over file: what was broken, what was promised, what came, the verdict.

    Exit code 0 when written, 2 when there is no such session. Example: guanjia report tests --data data -o tests.pdf
    """
    from guanjia.test_report.pdf import report_pdf, summary  # a second to load, which no other command is to wait for

    if output.suffix.lower() not in ("", ".pdf"):
        raise refuse(f"'{output.suffix}' is no kind of this report: it is a PDF, write .pdf")
    chosen = _session(data, session)
    found = configuration(site or data / "site.yaml")
    clock = SystemClock()
    journal = open_journal(found.site.journal_url, data, {d.id: d.system.value for d in things(found.site).values()})
    promises = Promises.of(Book(found.site, found.rules))
    try:
        account = told(chosen, journal, promises, clock.now_ns())
        output.write_bytes(report_pdf(account, promises, clock.now_ns(), Font(font, font) if font else None))
    except (NoFont, OSError) as error:
        raise refuse(f"{error}; name a font file with --font" if isinstance(error, NoFont) else str(error)) from None
    finally:
        journal.close()
    out.print(summary(account), markup=False)
    out.print(str(output), markup=False, soft_wrap=True)


def _session(data: Path, number: int | None) -> Session:
    sessions = SessionBook(data).sessions()
    if not sessions:
        raise refuse(f"there is no test session below {data}; a tester starts one on the testing page")
    found = next((one for one in sessions if number in (None, one.number)), None)
    if found is None:
        raise refuse(f"there is no test session {number}; the newest is {sessions[0].number}")
    return found
