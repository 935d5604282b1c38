"""Presets on real projects: nothing is left over, and counts agree with the raw payloads.

Data: DuraCloud's Jira of 2009-2014 (739 issues), Appcelerator's Daemon (317), and the GitHub
issues of bitcoin-core/gui (341).
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import BaseModel

from adapters.protocol import Environment, Window
from adapters.replay import ReplayAdapter
from adapters.replay.settings import ReplaySettings
from mappings.concepts import Disposition, Picture
from mappings.picture import map_project
from tests.mappings.records import AT, preset

pytestmark = pytest.mark.real_data
GIVEN_UP = {"Duplicate", "Won't Fix", "Won't Do", "Cannot Reproduce", "Invalid"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A recorded project and the preset that would be its first draft."""

    name: str
    preset: str
    settings: dict[str, str]


DURACLOUD = Recording(
    name="jira/DURACLOUD", preset="jira-scrum", settings={"format": "jira", "project": "DURACLOUD"}
)
DAEMON = Recording(
    name="jira/DAEMON", preset="jira-releases", settings={"format": "jira", "project": "DAEMON"}
)
GUI = Recording(
    name="github/bitcoin-core_gui",
    preset="github-milestones",
    settings={"format": "github", "repository": "bitcoin-core/gui"},
)


def picture(folder: Path, recording: Recording) -> Picture:
    """Replay a recording and map it by its preset."""
    rules = preset(recording.preset)
    settings: BaseModel = ReplaySettings.model_validate(
        {"path": folder / recording.name, **recording.settings}
    )
    environment = Environment(now=lambda: AT, sleep=lambda _: None, fields=rules.fields)
    adapter = ReplayAdapter.open(settings, environment)
    batches = list(adapter.pull(Window()))
    issues = {issue.key: issue for batch in batches for issue in batch.issues}
    links = [link for batch in batches for link in batch.links]
    return map_project(list(issues.values()), links, {adapter.name: rules})


def raw(path: Path) -> Iterator[dict[str, dict[str, dict[str, str]]]]:
    """Yield the raw payloads of a recording."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


@pytest.mark.parametrize(
    "recording",
    [pytest.param(each, id=each.settings["format"] + "-" + each.preset) for each in (DURACLOUD, DAEMON, GUI)],
)
def test_a_preset_places_every_issue(recording: Recording, real_data: Path) -> None:
    """On a project nobody prepared, the preset leaves nothing unmapped and nothing in doubt."""
    assert picture(real_data, recording).unplaced == ()


def test_dropped_work_agrees_with_the_raw_resolutions(real_data: Path) -> None:
    """DuraCloud's dropped items are exactly those with a resolution that gives work up."""
    found = picture(real_data, DURACLOUD).items
    dropped = {item.ref for item in found if item.disposition is Disposition.DROPPED}
    expected = {
        str(payload["key"])
        for payload in raw(real_data / "jira" / "DURACLOUD.issues_changelog.jsonl.gz")
        if (payload["fields"]["resolution"] or {}).get("name") in GIVEN_UP
    }
    assert dropped == expected
    assert len(dropped) == 71


def test_epics_are_the_goals_of_a_real_project(real_data: Path) -> None:
    """Daemon's seven epics become goals, and the items of an epic stand below it."""
    found = picture(real_data, DAEMON)
    goals = {goal.key for goal in found.goals}
    assert len(goals) == 7
    assert sum(bool(goals.intersection(item.goals)) for item in found.items) == 63


def test_what_github_closed_as_not_planned_is_dropped(real_data: Path) -> None:
    """Of the 208 closed issues of gui, the ten closed as not planned leave the scope."""
    found = [item.disposition for item in picture(real_data, GUI).items]
    assert (found.count(Disposition.DROPPED), found.count(Disposition.DONE)) == (10, 198)
