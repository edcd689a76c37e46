"""The command line: ``guanjia …``. A command's code is loaded when it is the one that is wanted: some take a second."""

from collections.abc import Iterator, MutableMapping
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command, get_group

from guanjia.no_pauses import without_pauses

COMMANDS = {
    "demo": "demo:demo",
    "run": "run:run",
    "check": "check:check",
    "simulate": "simulate:simulate",
    "probe": "probe:probe",
    "devices": "devices:app",
    "report": "report:app",
    "record": "record:record",
    "replay": "replay:replay",
    "rules": "rules:app",
    "scenario": "scenario:app",
    "dashboards": "dashboards:app",
    "user": "user:app",
}
"""Command → module of ``guanjia.commands`` and what it is there: a function, or a Typer with commands of its own."""


class Loading(MutableMapping[str, Any]):
    """Commands by name, each loaded when it is first taken."""

    def __init__(self) -> None:
        self._loaded: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._loaded:
            self._loaded[name] = _command(name)
        return self._loaded[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self._loaded[name] = command

    def __delitem__(self, name: str) -> None:
        del self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**COMMANDS, **self._loaded})

    def __len__(self) -> int:
        return len({**COMMANDS, **self._loaded})


class Commands(TyperGroup):
    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.commands = Loading()

    def list_commands(self, ctx: Any) -> list[str]:
        return list(self.commands)

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except typer.BadParameter as error:
            # What stands before the message is the name of an exception in the checker that Typer uses.
            error.message = error.message.removeprefix("Value error, ")
            raise


def _command(name: str) -> Any:
    """KeyError when there is none of that name."""
    module, what = COMMANDS[name].split(":")
    with without_pauses():
        found = getattr(import_module(f"guanjia.commands.{module}"), what)
    if isinstance(found, typer.Typer):
        command: Any = get_group(found)
    else:
        alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="rich")
        alone.command(name)(found)
        command = get_command(alone)
    command.name = name
    return command


app = typer.Typer(name="guanjia", cls=Commands, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode="rich")


@app.callback()
def guanjia() -> None:
    """Guanjia (管家): a steward for buildings. Try it: guanjia demo"""
