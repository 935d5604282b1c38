"""Open data as the product reads it: chronicles of real projects, from saved payloads."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from adapters.protocol import Environment, Window
from adapters.records import Change, Issue, Milestone, MilestoneSighting, MilestoneStatus
from adapters.replay import ReplayAdapter, ReplaySettings
from connector.analysis.facts import ProjectFacts
from connector.analysis.forecast.chronicle import Chronicle, Finish, Kind, Spell, Stay, Track, Turn, chronicle
from connector.analysis.walk import histories
from mappings.presets import preset_text
from mappings.rules import parse_rules

SEEN_AT = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)  # after all that the data tell
PRESET = "jira-releases"
WHOLE = ("DURACLOUD",)  # whole projects with their history
PICKED = ("CB", "DRILL", "APACHE_mixed")  # issues picked from projects
GITHUB = "bitcoin-core_gui"


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A chronicle and the project's key."""

    name: str
    chronicle: Chronicle


def everything(data: Path) -> Iterator[Named]:
    """Yield the chronicles of all projects with a history."""
    for name in (*WHOLE, *PICKED):
        yield from jira(data, name)
    yield Named(name=GITHUB, chronicle=github(data, GITHUB))


def jira(data: Path, name: str) -> Iterator[Named]:
    """Yield the chronicle of every project in a recording."""
    facts = pulled(data / "jira" / name, name)
    by_project: dict[str, list[Issue]] = defaultdict(list)
    for issue in facts.issues:
        by_project[issue.ref.rpartition("-")[0]].append(issue)
    for project, issues in sorted(by_project.items()):
        own = replace(facts, project=project, issues=tuple(issues))
        yield Named(name=project, chronicle=chronicle(own, histories(own), timezone="UTC"))


def pulled(path: Path, project: str) -> ProjectFacts:
    """Read a recording of a Jira project as one pull would."""
    environment = Environment(now=lambda: SEEN_AT, sleep=lambda _seconds: None)
    settings = ReplaySettings(path=path, format="jira", project=project)
    source = ReplayAdapter.open(settings, environment)
    issues: list[Issue] = []
    changes: dict[str, list[Change]] = defaultdict(list)
    milestones: tuple[Milestone, ...] = ()
    for batch in source.pull(Window()):
        milestones = batch.milestones if batch.milestones is not None else milestones
        issues += batch.issues
        for change in batch.changes:
            changes[change.issue].append(change)
    return ProjectFacts(
        project=project,
        name=project,
        issues=tuple(issues),
        changes={key: tuple(sorted(told, key=lambda each: each.at)) for key, told in changes.items()},
        sightings=tuple(MilestoneSighting(seen_at=SEEN_AT, milestone=each) for each in milestones),
        rules={source.name: parse_rules(preset_text(PRESET), file=f"{PRESET}.toml")},
    )


# -- GitHub: pull requests count here, because the recorded project plans little else --------------------


def github(data: Path, name: str) -> Chronicle:
    """Read a recorded repository, pull requests included."""
    stays: dict[str, list[Stay]] = defaultdict(list)
    spells: dict[str, tuple[Spell, ...]] = {}
    closed: dict[str, dt.datetime | None] = {}
    titles = _titles(data, name)
    for kind in ("issue", "pull"):
        for line in _lines(data / "github" / f"{name}.{kind}s.jsonl.gz"):
            one, events = line[kind], line.get("events") or []
            item = f"{kind}:{one['number']}"
            milestone = one.get("milestone")
            if milestone:
                closed[milestone["title"]] = _instant(milestone.get("closed_at"))
            spells[item] = tuple(_spells(events))
            for title, stay in _stays(item, events):
                stays[titles.get(title, title)].append(stay)
    tracks = {key: _track(key, told, closed.get(key)) for key, told in sorted(stays.items())}
    return Chronicle(project=name, timezone="UTC", tracks=tracks, spells=spells)


def _titles(data: Path, name: str) -> Mapping[str, str]:
    """Return today's title of every title ever seen."""
    seen: dict[int, list[str]] = defaultdict(list)
    for line in _lines(data / "github" / f"{name}.milestone_snapshots.jsonl.gz"):
        seen[line["milestone"]["number"]].append(line["milestone"]["title"])
    return {title: told[-1] for told in seen.values() for title in told}


def _spells(events: list[dict[str, Any]]) -> Iterator[Spell]:
    for event in events:
        if event.get("event") in {"closed", "reopened"} and event.get("created_at"):
            yield Spell(at=_at(event), done=event["event"] == "closed")


def _stays(item: str, events: list[dict[str, Any]]) -> Iterator[tuple[str, Stay]]:
    inside: dict[str, dt.datetime] = {}
    for event in events:
        title = (event.get("milestone") or {}).get("title")
        if event.get("event") == "milestoned":
            inside[title] = _at(event)
        elif event.get("event") == "demilestoned" and title in inside:
            yield title, Stay(item=item, entered_at=inside.pop(title), left_at=_at(event))
    for title, entered_at in inside.items():
        yield title, Stay(item=item, entered_at=entered_at)


def _track(key: str, stays: list[Stay], closed_at: dt.datetime | None) -> Track:
    turns = (Turn(at=closed_at, status=MilestoneStatus.DONE, day=closed_at.date()),) if closed_at else ()
    ordered = tuple(sorted(stays, key=lambda stay: stay.entered_at))
    return Track(
        key=key,
        name=key,
        kind=Kind.MILESTONE,
        stays=ordered,
        turns=turns,
        finish=Finish(day=closed_at.date()) if closed_at else None,
    )


def _at(event: Mapping[str, Any]) -> dt.datetime:
    return dt.datetime.fromisoformat(event["created_at"])


def _instant(text: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for text in file:
            yield json.loads(text)
