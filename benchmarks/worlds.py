"""Fictional trackers of any size, with history, for benchmarks. Deterministic.

One issue in a hundred was touched an hour before `NOW`; a clock that stands at `BEFORE` does not
know yet. One Jira issue in a hundred has more history than a search page carries; one GitHub issue
in a thousand more than a page of its timeline.
"""

from __future__ import annotations

import datetime as dt

from connector.demo.trackers.github.world import GitHubWorld
from connector.demo.trackers.jira.world import JiraWorld

START = dt.datetime(2025, 1, 6, 9, 0, tzinfo=dt.UTC)
BEFORE = dt.datetime(2026, 11, 23, 6, 0, tzinfo=dt.UTC)
NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
SPAN_HOURS = 24.0 * 600
VERSIONS = 20
ONE_PERCENT = 100


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
        at = START + hours(number * SPAN_HOURS / issues)
        story = world.issue(
            "APO", at=at, summary=f"Story {number}", type="Story", fix_versions=[f"R{number % VERSIONS}"]
        )
        story.move(at + hours(30), "In Progress").label(at + hours(40), add="client")
        story.fix_versions(at + hours(50), remove=f"R{number % VERSIONS}", add=f"R{(number + 1) % VERSIONS}")
        if number % 3:
            story.move(at + hours(90), "Done", resolution="Done")
        if number % ONE_PERCENT == 1:
            for turn in range(25):
                story.label(at + hours(60 + turn), add="late").label(at + hours(60.5 + turn), remove="late")
        if number % ONE_PERCENT == 0:
            story.label(NOW - hours(1), add="touched")
    return world


def github_world(issues: int) -> GitHubWorld:
    """Return a repository of issues with about four events each, in 20 milestones."""
    world = GitHubWorld("acme/apollo")
    milestones = [
        world.milestone(f"R{n}", at=START, due_on=dt.date(2026, 1, 1) + dt.timedelta(days=14 * n))
        for n in range(VERSIONS)
    ]
    for number in range(issues):
        at = START + hours(number * SPAN_HOURS / issues)
        one = world.issue(f"Issue {number}", at=at)
        one.milestone(at + hours(1), milestones[number % VERSIONS]).label(at + hours(2), add="client")
        one.milestone(at + hours(50), milestones[(number + 1) % VERSIONS])
        if number % 3:
            one.close(at + hours(90))
        if number % (10 * ONE_PERCENT) == 1:
            for turn in range(60):
                one.label(at + hours(60 + turn), add="late").label(at + hours(60.5 + turn), remove="late")
        if number % ONE_PERCENT == 0:
            one.label(NOW - hours(1), add="touched")
    return world
