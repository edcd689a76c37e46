"""A test session on the wire: what was broken, what the rule book promised, what came, and the verdict."""

from typing import Any

from api.bench import Bench
from api.simulated import fault_name, promise
from api.words import Wire
from model.site import Site
from model.testing import Account, Act, Came, Injection, Session, Verdict

Json = dict[str, Any]


def session_shape(session: Session, wire: Wire) -> Json:
    return {
        "number": session.number,
        "title": session.title,
        "started_at": wire.time(session.started_ns),
        "started_by": session.started_by,
        "stopped_at": wire.maybe_time(session.stopped_ns),
        "injections": sum(act.kind.breaks and act.fault != "ok" for act in session.acts),
    }


def account_shape(account: Account, wire: Wire, bench: Bench, site: Site) -> Json:
    return {
        **session_shape(account.session, wire),
        "until": wire.time(account.until_ns),
        "verdicts": {verdict.value: account.count(verdict) for verdict in Verdict},
        "items": [_injection(injection, account, wire) | _named(injection.act, bench, site) for injection in account.injections],
        "others": [_came(came, account, wire) for came in account.others],
    }


def _injection(injection: Injection, account: Account, wire: Wire) -> Json:
    return {
        **_act(injection.act, wire),
        "mended_at": wire.maybe_time(injection.mended_ns),
        "verdict": injection.verdict.value,
        "shortfalls": [shortfall.value for shortfall in injection.shortfalls],
        "expected": None if injection.expected is None else [promise(expected) for expected in injection.expected],
        "came": [_came(came, account, wire) for came in injection.came],
        "missing": [promise(expected) for expected in injection.missing],
    }


def _named(act: Act, bench: Bench, site: Site) -> Json:
    return {"name": fault_name(bench, site, act.device, act.fault, network=act.is_network)}


def _act(act: Act, wire: Wire) -> Json:
    return {
        "id": act.id,
        "at": wire.time(act.at_ns),
        "kind": act.fault,
        "network": act.is_network,
        "device": act.device or None,
        "gateway": act.gateway or None,
        "broker": act.broker,
        "severity": act.severity,
        "onset_s": act.onset_s,
        "for_s": act.for_s,
        "by": act.by,
    }


def _came(came: Came, account: Account, wire: Wire) -> Json:
    ticket = came.ticket
    return {
        "alarm": wire.occurrence(came.occurrence, None),
        "after_s": came.after_s,
        "expected": None if came.expected is None else promise(came.expected),
        "shortfalls": [shortfall.value for shortfall in came.shortfalls],
        "folded": came.folded,
        "ticket": None if ticket is None else wire.ticket(ticket, account.until_ns),
    }
