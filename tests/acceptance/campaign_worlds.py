"""Trackers whose project changes between two moments, large enough for several pages of everything.

Every call makes the same world: a store filled from one goes on with another one.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Collection

from connector.demo.trackers.github.world import GitHubWorld
from connector.demo.trackers.github.world import IssueActs as GitHubIssueActs
from connector.demo.trackers.jira.issues import IssueActs
from connector.demo.trackers.jira.world import JiraWorld
from tests.trackers.worlds import DAY, after

EARLIER = after(100)  # when the store was filled
NOW = EARLIER + dt.timedelta(hours=6)  # when things go wrong; before the next nightly census
HOUR = dt.timedelta(hours=1)
JIRA_ISSUES = 130  # two pages of a hundred
GITHUB_ISSUES = 120
LONG_HISTORY = 45  # more than a search page carries of one issue
LONG_TIMELINE = 130  # more than a page of a timeline
SINCE = EARLIER + HOUR
JIRA_GOERS = (31, 102, 43, 54)  # places of the issues that go away by themselves
GITHUB_GOERS = (24, 103, 61, 73)  # their numbers, which pull requests share
GITHUB_NUMBERS = 133


def jira_world(*, hides: bool = True) -> JiraWorld:
    """Return a Jira project and what happens in it between `EARLIER` and `NOW`.

    `hides`: it has security levels, so that an issue may be there and not for us.
    """
    world = JiraWorld()
    world.person("anna", "Anna Berg")
    for key in ("APO", "OPS"):
        world.project(key, key.title())
    first = world.version("APO", "R0", release_on=dt.date(2026, 9, 1))
    for number in range(1, 4):
        made = world.version("APO", f"R{number}", release_on=dt.date(2026, 9 + number, 1))
        made.release(after(95))  # what is over needs no forecast, which is not what this is about
    board = world.board("APO", "Scrum")
    world.board("APO", "Flow", kind="kanban")
    for number in range(3):
        begin = after(number * 14)
        world.sprint(board, f"S {number}", start=begin, end=begin + 14 * DAY).close(begin + 14 * DAY)
    issues = [_jira_issue(world, number) for number in range(JIRA_ISSUES)]
    if hides:
        world.security_level("APO", "Internal")
    _jira_changes(world, issues, hides=hides)
    first.move(SINCE, release_on=dt.date(2026, 12, 24))
    return world


def _jira_issue(world: JiraWorld, number: int) -> IssueActs:
    at = after(number * 0.5)
    is_epic = number % 10 == 0
    one = world.issue(
        "APO",
        at=at,
        summary=f"Item {number}",
        type="Epic" if is_epic else "Story",
        parent="" if is_epic else f"APO-{number - number % 10 + 1}",
        fix_versions=[f"R{number % 4}"],
        points=3,
    )
    one.move(at + HOUR, "In Progress").fix_versions(
        at + 2 * HOUR, add=f"R{(number + 1) % 4}", remove=f"R{number % 4}"
    )
    if number % 3 == 0:
        one.move(at + 3 * HOUR, "Done", "Done")
    if number in (20, 110):
        for turn in range(LONG_HISTORY):
            one.rename(at + 4 * HOUR + turn * HOUR / 60, f"Item {number}, take {turn}")
    return one


def _jira_changes(world: JiraWorld, issues: list[IssueActs], *, hides: bool) -> None:
    issues[5].link(after(90), "Blocks", issues[6])
    for number in range(0, JIRA_ISSUES, 25):
        issues[number].label(SINCE + HOUR, add="late").due(SINCE + 2 * HOUR, dt.date(2026, 12, 1))
    issues[20].rename(SINCE, "Item 20, the last take")
    for number in range(4):
        world.issue("APO", at=SINCE + number * HOUR / 4, summary=f"New {number}", type="Story")
    deleted, deleted_later, hidden, moved = (issues[number] for number in JIRA_GOERS)
    deleted.delete(SINCE)
    deleted_later.delete(SINCE + HOUR)
    if hides:
        hidden.hide(SINCE)
    moved.relocate(SINCE, "OPS")
    issues[65].link(SINCE, "Blocks", issues[116])


def github_world() -> GitHubWorld:
    """Return a repository and what happens in it between `EARLIER` and `NOW`."""
    world = GitHubWorld("acme/apollo")
    world.user("anna")
    milestones = [world.milestone(f"R{n}", at=after(0), due_on=dt.date(2026, 9 + n, 1)) for n in range(3)]
    issues: list[GitHubIssueActs] = []
    for number in range(GITHUB_ISSUES):
        at = after(number * 0.5)
        if number % 9 == 4:
            world.pull(f"Change {number}", at=at)
        one = world.issue(f"Item {number}", at=at, milestone=milestones[number % 3], labels=["ui"])
        one.milestone(at + HOUR, milestones[(number + 1) % 3])
        if number % 3 == 0:
            one.close(at + 2 * HOUR)
        if number and number % 10 == 0:
            issues[number - 1].sub_issue(at + 3 * HOUR, one)
        issues.append(one)
    for turn in range(LONG_TIMELINE // 2):
        at = after(60) + turn * HOUR / 2
        issues[33].label(at, add="late").label(at + HOUR / 4, remove="late")
    _github_changes(world, issues)
    for over in milestones[1:]:
        over.close(after(95))
    milestones[0].move(SINCE, due_on=dt.date(2026, 12, 24))
    return world


def _github_changes(world: GitHubWorld, issues: list[GitHubIssueActs]) -> None:
    issues[7].blocked_by(after(90), issues[8])
    for number in range(0, GITHUB_ISSUES, 15):
        issues[number].label(SINCE + HOUR, add="late")
    issues[33].label(SINCE, add="last")
    for number in range(4):
        world.issue(f"New {number}", at=SINCE + number * HOUR / 4)
    deleted, deleted_later, transferred, converted = (world.existing(number) for number in GITHUB_GOERS)
    deleted.delete(SINCE)
    deleted_later.delete(SINCE + HOUR)
    transferred.transfer(SINCE, "acme/other", 5)
    converted.convert(SINCE)
    issues[70].sub_issue(SINCE + HOUR, issues[71])
    issues[72].blocked_by(SINCE + HOUR, issues[73])


def jira_act(
    world: JiraWorld, number: int, at: dt.datetime, dice: random.Random, *, hides: bool
) -> Callable[[], object]:
    """Return something that may happen around an issue of a Jira project while it is pulled."""
    one = IssueActs(world, 10_001 + number, f"APO-{number + 1}")
    away = one.hide if hides else one.delete
    return dice.choice(
        [
            lambda: one.rename(at, f"Changed at {at:%H:%M}"),
            lambda: one.label(at, add="meanwhile"),
            lambda: one.delete(at),
            lambda: away(at),
            lambda: one.relocate(at, "OPS"),
            lambda: world.issue("APO", at=at, summary="Made meanwhile", type="Story"),
            lambda: world.issue("APO", at=at, summary="Made late", type="Bug").label(at, add="late"),
        ]
    )


def github_act(world: GitHubWorld, number: int, at: dt.datetime, dice: random.Random) -> Callable[[], object]:
    """Return something that may happen around an issue of a repository while it is pulled."""
    one, other = world.existing(number), world.existing(1)
    return dice.choice(
        [
            lambda: one.rename(at, f"Changed at {at:%H:%M}"),
            lambda: one.label(at, add="meanwhile"),
            lambda: one.delete(at),
            lambda: one.convert(at),
            lambda: one.transfer(at, "acme/other", 77),
            lambda: one.blocked_by(at, other),
            lambda: world.issue("Made meanwhile", at=at),
        ]
    )


def untouched(dice: random.Random, count: int, *, among: int, but: Collection[int]) -> list[int]:
    """Return so many issues of a world, each once, none of those that go away by themselves."""
    return dice.sample([number for number in range(1, among) if number not in but], count)
