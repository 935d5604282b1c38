"""A small agency at work: the real command line, a real tracker on loopback, a clock that tests move."""

from __future__ import annotations

import datetime as dt
import json
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from connector.cli.app import run
from connector.clock import VARIABLE
from connector.demo.trackers.jira.cloud import JiraCloud
from connector.demo.trackers.jira.issues import IssueActs
from connector.demo.trackers.jira.plans import VersionActs
from connector.demo.trackers.jira.world import JiraWorld
from tests.new_store import lay_store

START = dt.datetime(2026, 9, 1, 8, 0, tzinfo=dt.UTC)  # a Tuesday
DAY = dt.timedelta(days=1)
AGREED_ITEMS = 10  # in R1 when the work begins

CONFIG = """\
[site]
publisher = "Northwind Studio"
rehearsal = true

[[project]]
key = "apollo"
name = "Apollo web shop"
client = "Acme GmbH"

  [[project.source]]
  kind = "jira"
  site = "{url}"
  project = "APO"
  email = "env:TEST_JIRA_EMAIL"
  token = "env:TEST_JIRA_TOKEN"

  [project.audience.client]
  approval = "{approval}"
"""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, object]:
        """The JSON document it printed."""
        found: dict[str, object] = json.loads(self.out)
        return found

    @property
    def rows(self) -> list[dict[str, object]]:
        """The JSON list it printed."""
        found: list[dict[str, object]] = json.loads(self.out)
        return found


@dataclass(slots=True)
class Workbench:
    """A folder with a configuration, and the commands run in it. `now` is everybody's time."""

    folder: Path
    patch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]
    now: dt.datetime = START
    tracker_lags: dt.timedelta = dt.timedelta()  # by how much the tracker shows an older state
    world: JiraWorld = field(default_factory=JiraWorld)
    r1: VersionActs = field(init=False)
    stories: list[IssueActs] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Make a project with one release of ten stories, a goal and a risk."""
        lay_store(self.folder)
        self.world.project("APO", "Apollo")
        self.r1 = self.world.version("APO", "R1", at=START - 30 * DAY, release_on=dt.date(2026, 10, 1))
        epic = self.world.issue("APO", at=START - 29 * DAY, summary="Checkout", type="Epic")
        self.stories = [
            self.world.issue(
                "APO",
                at=START - 20 * DAY,
                summary=f"Story number {number}",
                type="Story",
                parent=epic.key,
                fix_versions=["R1"],
            )
            for number in range(AGREED_ITEMS)
        ]
        self.world.issue("APO", at=START - 10 * DAY, summary="Supplier may be late", type="Risk")

    @property
    def config(self) -> Path:
        """The configuration file."""
        return self.folder / "clientview.toml"

    @property
    def milestone(self) -> str:
        """Key of R1."""
        return f"jira:version:{self.r1.id}"

    def configure(self, server: JiraCloud, *, approval: str = "never", more: str = "") -> None:
        """Write a configuration that names the server; put its credentials where it looks."""
        self.patch.setenv("TEST_JIRA_EMAIL", server.email)
        self.patch.setenv("TEST_JIRA_TOKEN", server.token)
        text = CONFIG.format(url=server.url, approval=approval) + more
        self.config.write_text(text, encoding="utf-8")

    def add_story(self, summary: str = "One more thing") -> IssueActs:
        """Put a story into R1 that nobody agreed to, now."""
        story = self.world.issue("APO", at=self.now, summary=summary, type="Story", fix_versions=["R1"])
        self.stories.append(story)
        return story

    def pass_days(self, days: float) -> None:
        """Let time pass, for the tracker and for the program."""
        self.now += days * DAY

    def run(self, *arguments: str) -> Ended:
        """Run a command in this process, as the shell would; its clock stands at `now`."""
        self.patch.setenv(VARIABLE, f"{self.now:%Y-%m-%dT%H:%M:%SZ}")
        self.capsys.readouterr()
        with _logging_kept():
            code = run(["--config", str(self.config), *arguments])
        captured = self.capsys.readouterr()
        return Ended(code, captured.out, captured.err)

    def do(self, *arguments: str) -> Ended:
        """Run a command that must succeed."""
        ended = self.run(*arguments)
        assert ended.code == 0, ended.err + ended.out
        return ended

    def status(self) -> dict[str, object]:
        """Give the project's status document."""
        return self.do("status", "apollo", "--json").document


@contextmanager
def _logging_kept() -> Iterator[None]:
    """Put back what a command changes of this process."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    try:
        with warnings.catch_warnings():
            yield
    finally:
        logging.captureWarnings(False)
        root.handlers[:] = handlers
        root.setLevel(level)


@contextmanager
def tracker(bench: Workbench) -> Iterator[JiraCloud]:
    """Serve the bench's world while the block runs."""
    with JiraCloud(bench.world, clock=lambda: bench.now - bench.tracker_lags) as server:
        yield server
