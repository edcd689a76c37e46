"""``guanjia user``: who may log in."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from api.security import hash_password
from guanjia.commands.words import out, refuse, show
from model.people import Role, User
from store.journal.database import FILE
from store.journal.journal import SqlJournal, open_journal

app = typer.Typer(help="Who may log in.", no_args_is_help=True)
Data = Annotated[Path, typer.Option("--data", help="The platform's data folder.")]
_WIDE_SPACE = "\N{IDEOGRAPHIC SPACE}"
"""Between the two characters of a short name, so that it is as long as the others."""
Url = Annotated[str, typer.Option("--journal", help="The journal, when the site does not use the one in the data folder.")]


def _journal(url: str, data: Path) -> SqlJournal:
    """One that is there; a folder mistyped is no reason to begin another."""
    if url == "sqlite" and not (data / FILE).exists():
        raise refuse(f"{data} has no journal; name the folder the platform runs with, or begin one with 'guanjia user add'")
    return open_journal(url, data, {})


def _beginning(url: str, data: Path) -> str:
    """What begins with this login, for whoever meant another folder; empty for a journal that is there."""
    if url != "sqlite" or (data / FILE).exists():
        return ""
    return f" (new journal in {data})" if data.exists() else f" (new folder {data})"


@app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="Login name.", metavar="NAME")],
    role: Annotated[Role, typer.Option("--role", help="operator is the engineering room.")],
    data: Data,
    display: Annotated[str, typer.Option("--display", help="The name people read.")] = "",
    password: Annotated[str | None, typer.Option("--password", help="Asked for when not given.")] = None,
    journal: Url = "sqlite",
) -> None:
    """Add a login, or give an existing one another role or password. Example: guanjia user add lin --role technician --data data"""
    if not (name + display).replace(_WIDE_SPACE, " ").isprintable():
        raise refuse("a name is written in characters that can be read")
    secret = password or str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    if len(secret) < 8:
        raise refuse("a password needs at least 8 characters")
    beginning = _beginning(journal, data)
    users = open_journal(journal, data, {})
    users.put_user(User(name, role, display or name, hash_password(secret)))
    users.close()
    out.print(f"{name} may log in as {role}{beginning}.", markup=False, soft_wrap=True)


@app.command("list")
def list_users(data: Data, journal: Url = "sqlite") -> None:
    """List the logins. Example: guanjia user list --data data"""
    users = _journal(journal, data)
    table = Table(box=None, header_style="bold")
    for heading in ("name", "role", "display", "state"):
        table.add_column(heading, no_wrap=heading != "display")
    for user in users.users():
        table.add_row(user.name, user.role, user.display, "disabled" if user.disabled else "active")
    users.close()
    show(table)


@app.command("disable")
def disable(name: Annotated[str, typer.Argument(help="Login name.", metavar="NAME")], data: Data, journal: Url = "sqlite") -> None:
    """Refuse a login from now on; what it did stays on record. Example: guanjia user disable lin --data data"""
    users = _journal(journal, data)
    user = users.user(name)
    if user is None:
        users.close()
        raise refuse(f"no login '{name}'; 'guanjia user list' shows them")
    users.put_user(replace(user, disabled=True))
    users.close()
    out.print(f"{name} may no longer log in.", markup=False)
