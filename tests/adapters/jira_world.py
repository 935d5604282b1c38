"""A small Jira project that has everything an adapter must read, and the adapter for a server of it."""

from __future__ import annotations

import datetime as dt

from adapters.jira.adapter import JiraAdapter
from adapters.jira.settings import JiraSettings
from adapters.protocol import Batch, Environment
from adapters.records import Change, Issue
from connector.demo.trackers.jira.cloud import JiraCloud
from connector.demo.trackers.jira.datacenter import JiraDataCenter
from connector.demo.trackers.jira.world import JiraWorld

START = dt.datetime(2026, 9, 1, 9, 0, tzinfo=dt.UTC)
NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)


def day(offset: float) -> dt.datetime:
    """Return the instant `offset` days after START."""
    return START + dt.timedelta(days=offset)


def small_world(*, stories: int = 30) -> JiraWorld:
    """Return a project APO: an epic, stories, versions, a sprint, links, a sub-task, a hidden one."""
    world = JiraWorld()
    world.project("APO", "Apollo")
    world.project("OPS", "Operations")
    world.person("ann", "Ann Example")
    world.field("customfield_10050", "Client title")
    one = world.version("APO", "R1", release_on=dt.date(2026, 10, 1))
    world.version("APO", "R2", release_on=dt.date(2026, 12, 1))
    board = world.board("APO", "Team board")
    world.sprint(board, "Sprint, the [first]", start=day(1), end=day(15))
    epic = world.issue("APO", at=day(0), summary="Shop", type="Epic")
    first = world.issue(
        "APO",
        at=day(1),
        summary="Log in",
        type="Story",
        parent=epic.key,
        fix_versions="R1",
        labels=("client", "web"),
        points=3,
        estimate_h=6,
        due_on=dt.date(2026, 9, 20),
        assignee="ann",
        fields={"customfield_10050": "People can log in"},
    )
    first.sprint(day(2), add="Sprint, the [first]")
    first.points(day(3), 5.0)
    first.move(day(4), "In Progress")
    first.move(day(6), "Done", "Done")
    for number in range(stories):
        at = day(7 + number / 1000)
        made = world.issue("APO", at=at, summary=f"Story {number}", type="Story", parent=epic.key)
        made.fix_versions(day(8), add="R2")
    part = world.issue("APO", at=day(9), summary="Part", type="Sub-task", parent=first.key)
    part.link(day(9), "Blocks", first)
    world.issue("APO", at=day(9), summary="Secret", type="Story", security="Board only")
    world.issue("OPS", at=day(9), summary="Elsewhere", type="Task")
    one.release(day(30))
    return world


def environment(*, fields: frozenset[str] = frozenset(), name: str | None = None) -> Environment:
    """Return a world for adapters in which no time passes."""
    return Environment(now=lambda: NOW, sleep=lambda _: None, fields=fields, name=name)


def adapter(
    server: JiraCloud | JiraDataCenter,
    *,
    select: str = "",
    project: str = "APO",
    world: Environment | None = None,
) -> JiraAdapter:
    """Return an adapter of a server."""
    email = server.email if isinstance(server, JiraCloud) else None
    settings = JiraSettings.model_validate(
        {"site": server.url, "project": project, "email": email, "token": server.token, "select": select}
    )
    return JiraAdapter.open(settings, world or environment())


def issues(batches: list[Batch]) -> dict[str, Issue]:
    """Return issues by ref, the later ones counting."""
    return {one.ref: one for batch in batches for one in batch.issues}


def changes(batches: list[Batch], key: str) -> list[Change]:
    """Return an issue's changes."""
    return [one for batch in batches for one in batch.changes if one.issue == key]
