"""One story told to three trackers: milestones and items by the same words, whatever each calls them."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from connector.demo.trackers.github.server import GitHubServer
from connector.demo.trackers.github.world import GitHubWorld, MilestoneActs
from connector.demo.trackers.github.world import IssueActs as GitHubActs
from connector.demo.trackers.jira.face import JiraFace
from connector.demo.trackers.jira.issues import IssueActs as JiraActs
from connector.demo.trackers.jira.plans import VersionActs
from connector.demo.trackers.jira.world import JiraWorld
from tests.acceptance.desk import Desk
from tests.acceptance.sites import center, cloud, github_source, hub, jira_source

# The second face of Jira tells the same tales, as the adapter tests show: under soak.
KINDS = ("cloud", "github", *(("center",) if os.environ.get("CLIENTVIEW_SOAK") else ()))


class Tale(Protocol):
    """A project of one tracker. Milestones and items go by their names here."""

    def milestone(self, name: str, at: dt.datetime, due_on: dt.date | None) -> None:
        """Plan a milestone."""

    def reschedule(self, name: str, at: dt.datetime, due_on: dt.date | None) -> None:
        """Give a milestone another date."""

    def finish(self, name: str, at: dt.datetime) -> None:
        """Release or close a milestone."""

    def rename(self, name: str, at: dt.datetime, new: str) -> None:
        """Give a milestone another name."""

    def remove(self, name: str, at: dt.datetime) -> None:
        """Delete a milestone."""

    def item(self, name: str, at: dt.datetime, milestone: str, *, parent: str = "") -> None:
        """Add an item to a milestone."""

    def request(self, name: str, at: dt.datetime) -> None:
        """Ask for a change."""

    def approve(self, name: str, at: dt.datetime) -> None:
        """Approve a change request."""

    def transfer(self, name: str, at: dt.datetime, into: str) -> None:
        """Put an item into another milestone, in one change."""

    def drop(self, name: str, at: dt.datetime) -> None:
        """Decide against an item."""

    def reopen(self, name: str, at: dt.datetime) -> None:
        """Take an item up again."""

    def delete(self, name: str, at: dt.datetime) -> None:
        """Delete an item."""

    def leave(self, name: str, at: dt.datetime) -> None:
        """Move an item to another project."""

    def key(self, milestone: str) -> str:
        """Return the key of a milestone as the contract writes it."""

    def ref(self, item: str) -> str:
        """Return what people call an item."""


@dataclass(slots=True)
class JiraTale:
    """A Jira project."""

    world: JiraWorld = field(default_factory=JiraWorld)
    versions: dict[str, VersionActs] = field(default_factory=dict)
    issues: dict[str, JiraActs] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)
    at: dict[str, str] = field(default_factory=dict)  # item -> its milestone

    def __post_init__(self) -> None:
        """Make the project, and another one to move issues to."""
        self.world.project("APO", "Apollo")
        self.world.project("OPS", "Operations")

    def milestone(self, name: str, at: dt.datetime, due_on: dt.date | None) -> None:
        """Plan a version."""
        self.versions[name] = self.world.version("APO", name, at=at, release_on=due_on)

    def reschedule(self, name: str, at: dt.datetime, due_on: dt.date | None) -> None:
        """Plan another release date."""
        self.versions[name].move(at, release_on=due_on)

    def finish(self, name: str, at: dt.datetime) -> None:
        """Release it: Jira rewrites the date."""
        self.versions[name].release(at)

    def rename(self, name: str, at: dt.datetime, new: str) -> None:
        """Rename the version."""
        self.versions[name].rename(at, new)

    def remove(self, name: str, at: dt.datetime) -> None:
        """Delete the version: no changelog tells of it."""
        self.versions[name].delete(at)

    def item(self, name: str, at: dt.datetime, milestone: str, *, parent: str = "") -> None:
        """Create a story."""
        above = self.issues[parent].key if parent else ""
        self._keep(
            name,
            self.world.issue(
                "APO", at=at, summary=name, type="Story", fix_versions=milestone, parent=above, points=5
            ),
        )
        self.at[name] = milestone

    def request(self, name: str, at: dt.datetime) -> None:
        """Create a change request."""
        self._keep(name, self.world.issue("APO", at=at, summary=name, type="Change Request"))

    def approve(self, name: str, at: dt.datetime) -> None:
        """Move it to Approved."""
        self.issues[name].move(at, "Approved")

    def transfer(self, name: str, at: dt.datetime, into: str) -> None:
        """Change the fix version."""
        self.issues[name].fix_versions(at, add=into, remove=self.at[name])

    def drop(self, name: str, at: dt.datetime) -> None:
        """Close as Won't Do."""
        self.issues[name].move(at, "Done", "Won't Do")

    def reopen(self, name: str, at: dt.datetime) -> None:
        """Move back to To Do."""
        self.issues[name].move(at, "To Do", "")

    def delete(self, name: str, at: dt.datetime) -> None:
        """Delete the issue with its changelog."""
        self.issues[name].delete(at)

    def leave(self, name: str, at: dt.datetime) -> None:
        """Move to the other project."""
        self.issues[name].relocate(at, "OPS")

    def key(self, milestone: str) -> str:
        """Return `jira:version:ID`."""
        return f"jira:version:{self.versions[milestone].id}"

    def ref(self, item: str) -> str:
        """Return `APO-N`, as it was called first."""
        return self.refs[item]

    def _keep(self, name: str, made: JiraActs) -> None:
        self.issues[name], self.refs[name] = made, made.key


@dataclass(slots=True)
class GitHubTale:
    """A GitHub repository."""

    world: GitHubWorld = field(default_factory=lambda: GitHubWorld("acme/apollo"))
    milestones: dict[str, MilestoneActs] = field(default_factory=dict)
    issues: dict[str, GitHubActs] = field(default_factory=dict)

    def milestone(self, name: str, at: dt.datetime, due_on: dt.date | None) -> None:
        """Plan a milestone."""
        self.milestones[name] = self.world.milestone(name, at=at, due_on=due_on)

    def reschedule(self, name: str, at: dt.datetime, due_on: dt.date | None) -> None:
        """Give it another due date."""
        self.milestones[name].move(at, due_on=due_on)

    def finish(self, name: str, at: dt.datetime) -> None:
        """Close it."""
        self.milestones[name].close(at)

    def rename(self, name: str, at: dt.datetime, new: str) -> None:
        """Give it another title."""
        self.milestones[name].rename(at, new)

    def remove(self, name: str, at: dt.datetime) -> None:
        """Delete it: no event tells of it."""
        self.milestones[name].delete(at)

    def item(self, name: str, at: dt.datetime, milestone: str, *, parent: str = "") -> None:
        """Open an issue."""
        made = self.world.issue(name, at=at, milestone=self.milestones[milestone])
        self.issues[name] = made
        if parent:
            self.issues[parent].sub_issue(at, made)

    def request(self, name: str, at: dt.datetime) -> None:
        """Open an issue with the label of change requests."""
        self.issues[name] = self.world.issue(name, at=at, labels=["change-request"])

    def approve(self, name: str, at: dt.datetime) -> None:
        """Label it as approved."""
        self.issues[name].label(at, add="approved")

    def transfer(self, name: str, at: dt.datetime, into: str) -> None:
        """Put it into another milestone."""
        self.issues[name].milestone(at, self.milestones[into])

    def drop(self, name: str, at: dt.datetime) -> None:
        """Close as not planned."""
        self.issues[name].close(at, "not_planned")

    def reopen(self, name: str, at: dt.datetime) -> None:
        """Open again."""
        self.issues[name].reopen(at)

    def delete(self, name: str, at: dt.datetime) -> None:
        """Delete the issue."""
        self.issues[name].delete(at)

    def leave(self, name: str, at: dt.datetime) -> None:
        """Transfer to another repository."""
        self.issues[name].transfer(at, "acme/other", 5)

    def key(self, milestone: str) -> str:
        """Return `github:owner/repo:milestone:N`."""
        return f"github:acme/apollo:milestone:{self.milestones[milestone].number}"

    def ref(self, item: str) -> str:
        """Return `apollo#N`."""
        return f"apollo#{self.issues[item].number}"


def begin(kind: str) -> JiraTale | GitHubTale:
    """Begin a story for a kind of tracker."""
    return GitHubTale() if kind == "github" else JiraTale()


@contextmanager
def told(kind: str, tale: JiraTale | GitHubTale, desk: Desk) -> Iterator[tuple[JiraFace | GitHubServer, str]]:
    """Serve a story at the desk's time; gives the server and the `[[project.source]]` that names it."""
    clock: Callable[[], dt.datetime] = lambda: desk.now  # noqa: E731 - the desk's time is moved under it
    if isinstance(tale, GitHubTale):
        with hub(tale.world, clock) as server:
            yield server, github_source(desk, server)
        return
    with (cloud if kind == "cloud" else center)(tale.world, clock) as site:
        yield site, jira_source(desk, site)
