"""Nothing a user can write, call or read is undocumented."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest
import typer
from fastapi import APIRouter
from fastapi.routing import APIRoute
from pydantic import BaseModel

from api.routes import (
    alarms,
    auth,
    backtests,
    energy,
    equipment,
    figures,
    health,
    notices,
    people,
    readings,
    removals,
    rules,
    sittings,
    stream,
    testing,
    tickets,
)
from collectors.counters import Counters
from collectors.modbus.encodings import ENCODINGS, SCALE_MODES
from collectors.mqtt.values import NUMBER_ENCODINGS, TEXT_ENCODINGS
from energy.counter import Reason
from guanjia.checkpoints import Checkpoints
from guanjia.cli import app
from guanjia.config import profile_schema, rule_entry, site_schema
from guanjia.hub import Hub
from guanjia.journal_lane import JournalLane
from guanjia.live import LiveTable
from guanjia.recovery import Recovery, plan
from guanjia.system_clock import SystemClock
from model.notice import NoticeKind, NoticeState
from model.people import Right, Role
from model.reading import Aggregate, Fault
from model.site import AreaKind, StoreConfig, System
from model.ticket import TicketAct, TicketClass
from rules.functions import all_functions
from simulators.control import control_app
from simulators.fleet import Fleet
from simulators.network_fault import NetworkFault
from simulators.plays import PLAYS
from store.history.open import open_history
from tests.docs.pages import DOCS, leaves, named, options, section, words
from tests.docs.tables import one_of_each

COMMANDS, SITE, PROFILES, RULES = (DOCS / f"{name}.md" for name in ("commands", "site", "profiles", "rules"))
OPERATING, API, SIMULATORS, ENERGY = (DOCS / f"{name}.md" for name in ("operating", "api", "simulators", "energy"))


@cache
def command_line() -> dict[str, Any]:
    """Full name → command."""
    return dict(leaves(typer.main.get_command(app)))


# ── the command line ──


def test_every_command_is_documented_with_each_of_its_options() -> None:
    for path, command in command_line().items():
        told = set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", section(COMMANDS, f"`{path}`")))
        assert options(command) - {"--help"} - told == set(), path


def test_no_command_is_documented_that_does_not_exist() -> None:
    told = set(re.findall(r"^## `(guanjia [^`]+)`", words(COMMANDS), re.M))
    assert told == set(command_line())


# ── what people write ──


def keys(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """Dotted keys of a model, those of models inside it too; a mapping with fixed parts counts by its parts."""
    for name, field in model.model_fields.items():
        key = f"{prefix}{field.alias or name}"
        inside = _model_inside(field.annotation)
        if inside is None:
            yield key
        else:
            yield from keys(inside, f"{key}.")


def _model_inside(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if getattr(annotation, "__origin__", None) in (list, dict):
        return None
    return next((found for argument in get_args(annotation) if (found := _model_inside(argument)) is not None), None)


@pytest.mark.parametrize("part", [*site_schema.SECTIONS, *site_schema.LISTS])
def test_every_key_of_a_site_file_is_documented(part: str) -> None:
    model = {**site_schema.SECTIONS, **site_schema.LISTS}[part]
    assert set(keys(model)) - named(section(SITE, f"`{part}`")) == set()


def test_every_word_of_a_site_file_is_documented() -> None:
    assert {*System, *AreaKind, *Role} - named(words(SITE)) == set()


def test_every_key_of_a_profile_is_documented() -> None:
    told = named(section(PROFILES, "Reference"))
    assert _last_words(profile_schema.ProfileFile) - told == set()
    assert _last_words(profile_schema.DefaultsFile) - named(section(PROFILES, "`defaults`")) == set()
    assert _last_words(profile_schema.PointFile) - named(section(PROFILES, "`points`")) == set()
    assert {*SCALE_MODES, *ENCODINGS, *NUMBER_ENCODINGS, *TEXT_ENCODINGS} - {None} - named(words(PROFILES)) == set()


def _last_words(model: type[BaseModel]) -> set[str]:
    """Keys of a profile stand alone: ``repeat.count`` is told as ``count`` at ``repeat``; the head's own parts have sections."""
    return {key.rpartition(".")[2] for key in keys(model)}


def test_every_key_of_a_rule_is_documented() -> None:
    told = named(section(RULES, "Keys"))
    scope_and_ticket = {key.rpartition(".")[2] for key in keys(rule_entry.RuleEntry) if key.startswith(("for.", "ticket."))}
    others = {_without_language(key) for key in keys(rule_entry.RuleEntry) if not key.startswith(("for.", "ticket."))}
    assert (scope_and_ticket | others | set(TicketClass)) - told == set()


def _without_language(key: str) -> str:
    return key.removesuffix(".zh").removesuffix(".en")


def test_every_function_of_the_condition_language_is_documented_as_it_is_written() -> None:
    assert {function.example for function in all_functions()} - named(section(RULES, "The condition language")) == set()


# ── what people see ──


def test_every_role_and_right_is_documented() -> None:
    told = named(section(OPERATING, "Users and roles"))
    assert {*Role, *Right} - told == set()


def test_every_metric_is_documented_and_no_other(tmp_path: Path) -> None:
    told = {name.partition("{")[0] for name in named(section(OPERATING, "Is it well?")) if name.startswith("guanjia_")}
    assert told == set(counters(tmp_path)) | {"guanjia_points", "guanjia_devices", "guanjia_alarms", "guanjia_tickets_open"}


def counters(folder: Path) -> Iterator[str]:
    """The names of all that the platform counts, with either store."""
    site, clock = one_of_each(), SystemClock()
    yield from Counters().metrics(0)
    yield from Hub(LiveTable(site), None, None, None, lambda events: None, lambda device, link: None, clock).counters  # type: ignore[arg-type]
    yield from JournalLane(None, None, None, clock).counters()  # type: ignore[arg-type]
    yield from Checkpoints(folder, None, None, None, None, clock, None, None).counters()  # type: ignore[arg-type]
    yield from Recovery(plan(None, None, 1, 0), 0, 0).counters()
    for kind in ("embedded", "influxdb"):
        store = open_history(StoreConfig(kind, "http://127.0.0.1:1"), site, folder / kind, clock)
        yield from store.counters()
        store.stop()


def test_every_part_that_readyz_reports_is_documented(tmp_path: Path) -> None:
    told = named(section(OPERATING, "Is it well?"))
    for kind in ("embedded", "influxdb"):
        store = open_history(StoreConfig(kind, "http://127.0.0.1:1"), one_of_each(), tmp_path / kind, SystemClock())
        assert {part.part for part in store.health()} <= told
        store.stop()
    assert {"journal", "collectors"} <= told


def test_every_request_of_the_api_is_documented_and_no_other() -> None:
    told = set(re.findall(r"`(?:[A-Z, ]+ )?((?:/api/v1)?/[a-z][^`?\s]*)[^`]*`", words(API)))
    told |= set(re.findall(r"(?:GET|POST|DELETE) (/[^`?\s]+)", words(API)))
    existing = set(paths())
    assert existing - told == set()
    assert {path for path in told if path.startswith("/api/v1/")} - existing == set()


def paths() -> Iterator[str]:
    routers: list[tuple[str, APIRouter]] = [("", health.router)]
    routers += [
        ("/api/v1", part.router)
        for part in (
            auth,
            equipment,
            readings,
            stream,
            figures,
            alarms,
            rules,
            removals,
            tickets,
            notices,
            energy,
            people,
            backtests,
            testing,
            sittings,
        )
    ]
    for prefix, router in routers:
        yield from (prefix + route.path for route in router.routes if isinstance(route, APIRoute))


def test_every_word_of_the_api_is_documented() -> None:
    told = named(words(API))
    assert {*Aggregate, *TicketAct, *TicketClass, *NoticeKind, *NoticeState, *Fault} - told == set()


def test_every_request_of_the_control_api_is_documented() -> None:
    fleet = Fleet(one_of_each(), SystemClock(), control_port=None)
    told = set(re.findall(r"(?:GET|POST|DELETE) (/[^`\s]+)", words(SIMULATORS)))
    assert {route.path for route in control_app(fleet).routes if isinstance(route, APIRoute)} - told == set()


def test_every_network_fault_and_scenario_is_documented() -> None:
    told = named(words(SIMULATORS))
    assert {*NetworkFault, *(play.name for play in PLAYS), "day", "link_storm"} - told == set()


def test_every_reason_for_a_corrected_counter_is_documented() -> None:
    assert set(Reason) - named(words(ENERGY)) == set()
