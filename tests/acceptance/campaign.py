"""A fault campaign: a project is pulled while things go wrong, and must end as if nothing had.

A *face* is one tracker, served throughout; a *schedule* is what goes wrong while one sync of it
runs. Each begins with the store of an earlier moment, or with none, and ends with a few syncs that
nothing disturbs. Waits pass on the clock that is handed in, not on the wall.
"""

from __future__ import annotations

import datetime as dt
import random
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from adapters.records import Change, Issue, Link, Milestone
from connector.clock import Clock
from connector.demo.trackers.github.server import Allowance, GitHubServer
from connector.demo.trackers.jira.cloud import JiraCloud
from connector.demo.trackers.jira.datacenter import JiraDataCenter
from connector.demo.trackers.server import TrackerServer
from connector.pipeline.pull import Order
from connector.pipeline.report import ProjectReport
from connector.pipeline.sync import sync
from connector.pipeline.workspace import Workspace, open_workspace
from tests.acceptance import campaign_worlds as tales
from tests.trackers.faults import Faults

HOUR = dt.timedelta(hours=1)
CONFIG = """\
[site]
publisher = "Northwind Studio"
rehearsal = true

[[project]]
key = "apollo"
name = "Apollo"
client = "Acme GmbH"

  [[project.source]]
{source}
"""
JIRA_CLOUD, JIRA_CENTER, GITHUB, GITHUB_REST = "Jira Cloud", "Jira Data Center", "GitHub", "GitHub REST"
FACES = (JIRA_CLOUD, JIRA_CENTER, GITHUB, GITHUB_REST)
_MAKERS: dict[str, Callable[[], Any]] = {
    JIRA_CLOUD: tales.jira_world,
    JIRA_CENTER: lambda: tales.jira_world(hides=False),
    GITHUB: tales.github_world,
    GITHUB_REST: tales.github_world,
}
_PORT = re.compile(r"127\.0\.0\.1:\d+")
_ISSUE, _LINK = TypeAdapter(Issue), TypeAdapter(Link)
_MILESTONE, _HISTORY = TypeAdapter(Milestone), TypeAdapter(tuple[Change, ...])


class Killed(BaseException):
    """The process is to end here and now; nothing of ours catches it."""


@dataclass(slots=True)
class Watch(Clock):
    """A clock that only waiting moves."""

    at: dt.datetime = tales.NOW

    def now(self) -> dt.datetime:
        """Return the time it shows."""
        return self.at

    def sleep(self, seconds: float) -> None:
        """Let so much time pass, at once."""
        self.at += dt.timedelta(seconds=max(seconds, 0.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a store says of the tracker, in a form that compares: texts by key."""

    issues: dict[str, str]
    changes: dict[str, str]
    links: dict[str, str]
    milestones: dict[str, str]
    gone: dict[str, str]

    def differs(self, other: Content) -> list[str]:
        """Name what is different; gone issues that the other never knew do not count."""
        gone = {key: why for key, why in self.gone.items() if key in other.gone or key in other.issues}
        told = {
            "issues": (self.issues, other.issues),
            "changes": (self.changes, other.changes),
            "links": (self.links, other.links),
            "milestones": (self.milestones, other.milestones),
            "gone": (gone, other.gone),
        }
        found = []
        for name, (ours, theirs) in told.items():
            keys = sorted(ours.keys() | theirs.keys())
            found += [f"{name} {key}" for key in keys if ours.get(key) != theirs.get(key)]
        return found


@dataclass(slots=True)
class Face:
    """One tracker under its fault injector, with the stores that begin and end a schedule."""

    name: str
    server: TrackerServer
    make: Callable[[], Any]
    folder: Path
    watch: Watch = field(default_factory=Watch)
    requests: int = 0  # of an undisturbed full pull
    known: dict[tuple[Path, bool], Content] = field(default_factory=dict)
    still: Any = None  # a world in which nothing happens but what always does

    @property
    def database(self) -> Path:
        """The store that is worked with."""
        return self.folder / "clientview.db"

    @property
    def earlier(self) -> Path:
        """The store as of `EARLIER`."""
        return self.folder / "earlier.db"

    @property
    def empty(self) -> Path:
        """A store in which nothing is."""
        return self.folder / "empty.db"

    def right(self, begin_with: Path, *, full: bool) -> Content:
        """Return what an undisturbed sync makes of a store. Not while a desk is open."""
        slot = (begin_with, full)
        if slot not in self.known:
            self.known[slot] = undisturbed(self, self.still, begin_with, full=full)
        return self.known[slot]

    def calm(self) -> None:
        """Let nothing go wrong any more."""
        self.server.middleware = None
        if isinstance(self.server, JiraCloud | JiraDataCenter):
            self.server.signed_out = False
        if isinstance(self.server, JiraCloud):
            self.server.consistent_after, self.server.is_shifting = None, False
        if isinstance(self.server, GitHubServer):
            self.server.is_hidden = False
            self.server.rest, self.server.graph = Allowance(), Allowance()

    def begin(self, world: Any) -> Faults:
        """Serve a world that nothing has happened to yet, behind new faults."""
        self.calm()
        self.watch.at = tales.NOW
        setattr(self.server, "world", world)  # noqa: B010 - each product's server has its own kind of world
        self.server.log.clear()
        faults = Faults()
        self.server.middleware = faults
        return faults


@contextmanager
def face(name: str, folder: Path) -> Iterator[Face]:
    """Serve a tracker throughout, and prepare its stores."""
    watch = Watch(at=tales.EARLIER)
    kinds: dict[str, Callable[..., TrackerServer]] = {JIRA_CLOUD: JiraCloud, JIRA_CENTER: JiraDataCenter}
    make = _MAKERS[name]
    still = make()
    server = kinds.get(name, GitHubServer)(still, clock=watch.now)
    server.keeps_bodies = False
    if isinstance(server, JiraDataCenter):
        server.page_cap = 50
    if name == GITHUB_REST and isinstance(server, GitHubServer):
        server.graphql_status = 404
    folder.mkdir(parents=True)
    with server:
        made = Face(name=name, server=server, make=make, folder=folder, watch=watch, still=still)
        _write_config(made)
        with desk(made, None):
            pass
        shutil.copy(made.database, made.empty)
        with desk(made, made.empty) as store:
            assert store.sync().exit_code == 0
        shutil.copy(made.database, made.earlier)
        made.right(made.earlier, full=True)
        made.requests = len(server.log)
        yield made
    assert not server.failures, f"defects of the small tracker itself: {server.failures}"


def undisturbed(subject: Face, world: Any, begin_with: Path, *, full: bool = True) -> Content:
    """Return what a sync that nothing disturbs makes of a store and of a world as it is by now."""
    at = subject.watch.at
    subject.begin(world)
    subject.calm()
    subject.watch.at = max(at, tales.NOW)
    with desk(subject, begin_with) as store:
        report = store.sync(full=full)
        assert report.exit_code == 0, report
        return store.content()


@dataclass(slots=True)
class Desk:
    """A store and the syncs that go into it."""

    workspace: Workspace

    def sync(self, *, full: bool = False, dies_at: int | None = None) -> ProjectReport:
        """Sync once. `dies_at`: the process ends at that batch or wait, if it comes so far."""
        steps = [0]

        def step(*_: object) -> None:
            steps[0] += 1
            if steps[0] == dies_at:
                raise Killed

        def sleep(seconds: float) -> None:
            step()
            self.workspace.clock.sleep(seconds)

        self.workspace.sleep = sleep
        (report,) = sync(self.workspace, (), Order(full=full), step).projects
        return report

    def content(self) -> Content:
        """Read what the store holds of the tracker."""
        facts = self.workspace.store.facts.load("apollo")
        live = {issue.key: issue for issue in facts.issues if issue.key not in facts.gone}
        seen = {sighting.milestone.key: sighting.milestone for sighting in facts.sightings}
        return Content(
            issues={key: _text(_ISSUE.dump_json(issue)) for key, issue in live.items()},
            changes={key: _text(_HISTORY.dump_json(facts.changes.get(key, ()))) for key in live},
            links={
                link.id: _text(_LINK.dump_json(link)) for link in facts.links if {link.a, link.b} & set(live)
            },
            milestones={key: _text(_MILESTONE.dump_json(one)) for key, one in seen.items()},
            gone={key: gone.why for key, gone in facts.gone.items()},
        )


@contextmanager
def desk(subject: Face, begin_with: Path | None) -> Iterator[Desk]:
    """Open the store of the face's project with the content of another one, or empty."""
    for leftover in subject.folder.glob("clientview.db*"):
        leftover.unlink()
    if begin_with is not None:
        shutil.copy(begin_with, subject.database)
    with opened(subject) as store:
        yield store


@contextmanager
def opened(subject: Face) -> Iterator[Desk]:
    """Open the store of the face's project as it lies there."""
    with open_workspace(subject.folder / "clientview.toml", subject.watch) as workspace:
        yield Desk(workspace)


def dice_of(number: int) -> random.Random:
    """Return the dice of a schedule: the same for the same number."""
    return random.Random(f"schedule {number}")  # noqa: S311 - chance, not secrecy


def _write_config(subject: Face) -> None:
    server, token = subject.server, subject.folder / "token"
    keys = {"token": f"file:{token}"}
    if isinstance(server, GitHubServer):
        keys |= {"kind": "github", "repository": server.world.name, "api": f"{server.url}/api/v3"}
        token.write_text(server.token, encoding="utf-8")
    elif isinstance(server, JiraCloud | JiraDataCenter):
        keys |= {"kind": "jira", "site": server.url, "project": "APO"}
        token.write_text(server.token, encoding="utf-8")
        if isinstance(server, JiraCloud):
            keys["email"] = server.email
    token.chmod(0o600)
    source = "\n".join(f'  {key} = "{value}"' for key, value in keys.items())
    (subject.folder / "clientview.toml").write_text(CONFIG.format(source=source), encoding="utf-8")


def _text(record: bytes) -> str:
    return _PORT.sub("SITE", record.decode())
