"""Worlds for tests: two small fictional projects, a large one, and the recorded ones."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path

from connector.demo.trackers.github.load import load_github
from connector.demo.trackers.github.world import GitHubWorld
from connector.demo.trackers.jira import edits
from connector.demo.trackers.jira.load import load_jira
from connector.demo.trackers.jira.world import JiraWorld

START = dt.datetime(2026, 7, 1, 9, tzinfo=dt.UTC)
NOW = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def after(days: float) -> dt.datetime:
    """Return the instant so many days behind the start of the stories."""
    return START + days * DAY


def apollo(*, timezone: str = "UTC") -> JiraWorld:
    """Return a small Jira project: an epic, stories in two versions, a bug, a risk, sub-task and links."""
    world = JiraWorld(timezone=timezone)
    world.person("anna", "Anna Berg", email="anna@northwind.example")
    world.project("APO", "Apollo web shop")
    world.project("OPS", "Operations")
    world.component("APO", "Checkout")
    world.version("APO", "R1", release_on=dt.date(2026, 10, 1), description="First release")
    world.version("APO", "R2", start_on=dt.date(2026, 10, 2), release_on=dt.date(2026, 12, 15))
    board = world.board("APO", "Apollo board")
    world.sprint(board, "Sprint 1", start=after(1), end=after(15), goal="Log in, then rest").close(after(16))
    shop = world.issue("APO", at=after(0), summary="Shop", type="Epic")
    login = world.issue(
        "APO",
        at=after(1),
        summary="Login",
        type="Story",
        parent=shop.key,
        fix_versions=["R1"],
        labels=["client"],
        components=["Checkout"],
        sprint="Sprint 1",
        points=5,
        estimate_h=8,
        reporter="anna",
        description="First line.\n\nSecond paragraph.",
    )
    login.move(after(2), "In Progress", by="anna")
    login.fix_versions(after(3), add="R2", remove="R1", by="anna").label(after(4), add="late")
    login.edit(after(5), edits.status("Done", "Done"), edits.value("duedate", dt.date(2026, 9, 1)))
    form = world.issue("APO", at=after(2), summary="Form", type="Sub-task", parent=login.key)
    form.assign_to(after(3), "anna")
    pay = world.issue("APO", at=after(6), summary="Pay", type="Bug", fix_versions="R1", security="Internal")
    pay.link(after(7), "Blocks", login, by="anna").comment(after(8), "Between us.", by="anna")
    world.issue("APO", at=after(9), summary="Bank may be late", type="Risk", due_on=dt.date(2026, 11, 30))
    return world


def crowd(count: int, *, changes: int = 3) -> JiraWorld:
    """Return a Jira project of so many issues, each with so many history entries."""
    world = JiraWorld()
    world.project("APO", "Apollo web shop")
    world.version("APO", "R1")
    hour = dt.timedelta(hours=1)
    for number in range(count):
        at = START + number * hour
        issue = world.issue("APO", at=at, summary=f"Issue {number}", type="Story", fix_versions=["R1"])
        for step in range(changes):
            issue.rename(at + (step + 1) * hour / 60, f"Issue {number}, take {step}")
    return world


def orbit() -> GitHubWorld:
    """Return a small repository: milestones, an epic with a sub-issue, a pull request, losses."""
    world = GitHubWorld("acme/apollo")
    world.user("anna")
    world.type("Feature")
    r1 = world.milestone("R1", at=after(0), due_on=dt.date(2026, 10, 1))
    r2 = world.milestone("R2", at=after(0), due_on=dt.date(2026, 12, 15))
    shop = world.issue("Shop", at=after(1), labels=["epic"])
    login = world.issue(
        "Login", at=after(2), labels=["ui"], milestone=r1, type="Feature", by="anna", body="Hello"
    )
    shop.sub_issue(after(3), login)
    login.milestone(after(4), r2, by="anna").label(after(5), add="client").close(
        after(6), "duplicate", by="anna"
    )
    world.pull("Add the form", at=after(7), milestone=r2)
    world.issue("Spam", at=after(8)).delete(after(9))
    world.issue("Elsewhere", at=after(8)).transfer(after(10), "acme/other", 5)
    world.issue("Pay", at=after(11)).blocked_by(after(12), shop)
    return world


@cache
def recorded_jira(folder: Path, name: str) -> JiraWorld:
    """Return a recorded Jira project: DURACLOUD (with histories), TIMOB_2011-2013, DAEMON or MOD."""
    files = folder / "jira"
    told = files / f"{name}.issues_changelog.jsonl.gz"
    if told.exists():
        return load_jira(told, versions=files / f"{name}.versions.json.gz")
    return load_jira(files / f"{name}.issues.jsonl.gz", project=files / f"{name}.project.json.gz")


@cache
def recorded_github(folder: Path) -> GitHubWorld:
    """Return the recorded repository bitcoin-core/gui."""
    stem = "bitcoin-core_gui"
    files = folder / "github"
    return load_github(
        "bitcoin-core/gui",
        files / f"{stem}.issues.jsonl.gz",
        pulls=files / f"{stem}.pulls.jsonl.gz",
        milestones=files / f"{stem}.milestone_snapshots.jsonl.gz",
    )
