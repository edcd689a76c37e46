"""Panels over devices whose state is a code with a list of words in their profile."""

from collections.abc import Sequence

from dashboards.grafana.glossary import meanings
from dashboards.grafana.groups import Want
from dashboards.grafana.influxql import BY_AREA, BY_DEVICE
from dashboards.grafana.look import words
from dashboards.grafana.page import Page
from dashboards.grafana.panels import names, states
from dashboards.grafana.questions import Questions
from model.profile import Profile
from model.site import Device
from model.text import Text


def code_states(
    page: Page, title: Text, devices: Sequence[Device], points: Sequence[str], width: int, height: int, how: str = "last"
) -> None:
    """A row per device. Makers number their states differently: each profile is asked apart, for the first of ``points`` that it has,
    and read with its own words."""
    by_profile: dict[str, list[Device]] = {}
    for device in devices:
        by_profile.setdefault(device.profile.id, []).append(device)
    questions = []
    ask = Questions(page.site, BY_AREA, BY_DEVICE)
    for alike in by_profile.values():
        point = _coded(alike[0].profile, points)
        if point is not None:
            column = alike[0].profile.column(point)
            assert column is not None
            mappings = words(meanings(alike[0].profile.points[column], page.language))
            questions += [(question, mappings) for question in ask.each(alike, Want(point), how=how)]
    page.add(states(page.say(title), questions, names(devices, page.language)), width, height)


def _coded(profile: Profile, points: Sequence[str]) -> str | None:
    listed = {point.name for point in profile.points if point.enum}
    return next((point for point in points if point in listed), None)
