"""Objects with honest defaults for tests; every keyword overrides one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from adapters.records import (
    Category,
    Change,
    ChangeMode,
    Field,
    Issue,
    Milestone,
    MilestoneSighting,
    MilestoneStatus,
)
from connector.analysis.facts import ProjectFacts, SourceFacts
from mappings.presets import preset_text
from mappings.rules import Rules, parse_rules

SOURCE = "jira:APO"
START = dt.datetime(2026, 9, 1, 9, 0, tzinfo=dt.UTC)


def day(offset: float) -> dt.datetime:
    """Return the instant `offset` days after START."""
    return START + dt.timedelta(days=offset)


def rules(name: str = "jira-releases", *, defects: str = "in") -> Rules:
    """Return a preset's rules."""
    text = preset_text(name).replace('defects = "in"', f'defects = "{defects}"')
    return parse_rules(text, file=f"{name}.toml")


def issue(number: int, **overrides: Any) -> Issue:
    """Return an open story APO-<number>, created on day 0."""
    values: dict[str, Any] = {
        "key": f"jira:issue:{number}",
        "source": SOURCE,
        "ref": f"APO-{number}",
        "title": f"Story {number}",
        "type": "Story",
        "level": 0,
        "status": "To Do",
        "category": Category.TODO,
        "created_at": START,
        "updated_at": START,
    }
    return Issue(**(values | overrides))


def version(number: int) -> str:
    """Return the key of version <number>."""
    return f"jira:version:{number}"


def milestone(number: int, **overrides: Any) -> Milestone:
    """Return the open version R<number> without a date."""
    values: dict[str, Any] = {"key": version(number), "source": SOURCE, "name": f"R{number}"}
    return Milestone(**(values | overrides))


def seen(offset: float, *milestones: Milestone) -> tuple[MilestoneSighting, ...]:
    """Return the sightings of one sync."""
    return tuple(MilestoneSighting(seen_at=day(offset), milestone=each) for each in milestones)


def released(number: int, on: dt.date, **overrides: Any) -> Milestone:
    """Return version R<number> as Jira shows it after release."""
    return milestone(number, status=MilestoneStatus.DONE, due_on=on, released_on=on, **overrides)


def change(number: int, offset: float, field: str, **overrides: Any) -> Change:
    """Return one change of APO-<number>, an act of its own."""
    act = str(overrides.pop("act", f"{number}-{offset}-{field}"))
    values: dict[str, Any] = {
        "issue": f"jira:issue:{number}",
        "id": f"{act}.{field}.{overrides.get('old')}.{overrides.get('new')}",
        "act": act,
        "at": day(offset),
        "field": field,
    }
    return Change(**(values | overrides))


def moved(
    number: int, offset: float, *, out: int | None = None, into: int | None = None, act: str = ""
) -> tuple[Change, ...]:
    """Return the changes of fix versions that take APO-<number> out of one and into another."""
    act = act or f"{number}-move-{offset}"
    found = []
    if out is not None:
        found.append(
            change(number, offset, Field.MILESTONES, act=act, mode=ChangeMode.ELEMENT, old=version(out))
        )
    if into is not None:
        found.append(
            change(number, offset, Field.MILESTONES, act=act, mode=ChangeMode.ELEMENT, new=version(into))
        )
    return tuple(found)


def closed(number: int, offset: float, *, resolution: str = "Done") -> tuple[Change, ...]:
    """Return the changes that finish APO-<number>."""
    act = f"{number}-close-{offset}"
    return (
        change(number, offset, Field.STATUS, act=act, old="1", new="3", old_text="To Do", new_text="Done"),
        change(number, offset, Field.CATEGORY, act=act, old=Category.TODO, new=Category.DONE),
        change(number, offset, Field.RESOLUTION, act=act, old=None, new="1", new_text=resolution),
    )


def facts(
    issues: Iterable[Issue],
    changes: Iterable[Change] = (),
    *,
    sightings: Iterable[MilestoneSighting] = (),
    ruleset: Rules | None = None,
    **overrides: Any,
) -> ProjectFacts:
    """Return the facts of a project of one Jira source that was pulled well."""
    by_issue: dict[str, list[Change]] = {}
    for each in sorted(changes, key=lambda c: c.at):
        by_issue.setdefault(each.issue, []).append(each)
    known = tuple(issues)
    values: dict[str, Any] = {
        "project": "apollo",
        "name": "Apollo",
        "issues": known,
        "changes": {key: tuple(found) for key, found in by_issue.items()},
        "sightings": tuple(sorted(sightings, key=lambda s: s.seen_at)),
        "rules": {SOURCE: ruleset or rules()},
        "sources": (SourceFacts(name=SOURCE, last_success_at=START, complete=True, issues=len(known)),),
    }
    return ProjectFacts(**(values | overrides))
