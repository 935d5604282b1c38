"""Fictional trackers of any size, with history, for benchmarks. Deterministic."""

from __future__ import annotations

import datetime as dt

from connector.demo.trackers.github.world import GitHubWorld
from connector.demo.trackers.jira.world import JiraWorld

START = dt.datetime(2025, 1, 6, 9, 0, tzinfo=dt.UTC)
VERSIONS = 20


def hours(count: float) -> dt.timedelta:
    """Return a span."""
    return dt.timedelta(hours=count)


def jira_world(issues: int) -> JiraWorld:
    """Return a project of stories with about five history entries each, in 20 versions."""
    world = JiraWorld()
    world.person("anna", "Anna Berg", email="anna@northwind.example")
    world.project("APO", "Apollo")
    for number in range(VERSIONS):
        world.version("APO", f"R{number}", release_on=dt.date(2026, 1, 1) + dt.timedelta(days=14 * number))
    for number in range(issues):
        at = START + hours(number / 4)
        story = world.issue(
            "APO", at=at, summary=f"Story {number}", type="Story", fix_versions=[f"R{number % VERSIONS}"]
        )
        story.move(at + hours(30), "In Progress").label(at + hours(40), add="client")
        story.fix_versions(at + hours(50), remove=f"R{number % VERSIONS}", add=f"R{(number + 1) % VERSIONS}")
        if number % 3:
            story.move(at + hours(90), "Done", resolution="Done")
    return world


def github_world(issues: int) -> GitHubWorld:
    """Return a repository of issues with about four events each, in 20 milestones."""
    world = GitHubWorld("acme/apollo")
    milestones = [
        world.milestone(f"R{n}", at=START, due_on=dt.date(2026, 1, 1) + dt.timedelta(days=14 * n))
        for n in range(VERSIONS)
    ]
    for number in range(issues):
        at = START + hours(number / 4)
        one = world.issue(f"Issue {number}", at=at)
        one.milestone(at + hours(1), milestones[number % VERSIONS]).label(at + hours(2), add="client")
        one.milestone(at + hours(50), milestones[(number + 1) % VERSIONS])
        if number % 3:
            one.close(at + hours(90))
    return world
