"""The fictional tracker of the tutorial, and the command line that is run beside it."""

from __future__ import annotations

import datetime as dt
import logging
import shlex
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from connector.cli.app import run
from connector.clock import VARIABLE
from connector.demo.trackers.jira import edits
from connector.demo.trackers.jira.cloud import JiraCloud
from connector.demo.trackers.jira.issues import IssueActs
from connector.demo.trackers.jira.world import JiraWorld
from connector.pipeline.agreeing import operating_user

TODAY = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)  # a Monday
SITE = "https://acme.atlassian.net"  # as the tutorial writes it
USER = "pm"  # who runs the commands there
FOLDER = "/home/pm/acme"
COMMAND_S = 60  # what a command of the tutorial takes, on the tutorial's clock

_AGREED = (  # title, goal, points, done on which day (None: open)
    ("Product list", "catalogue", 3, 20),
    ("Filters", "catalogue", 5, 22),
    ("Product page", "catalogue", 3, 25),
    ("Search", "catalogue", 5, 30),
    ("Product pictures", "catalogue", 2, 33),
    ("Recommended products", "catalogue", 3, None),
    ("Basket", "checkout", 5, 38),
    ("Delivery address", "checkout", 2, 41),
    ("Pay by invoice", "checkout", 3, None),
    ("Pay by card", "checkout", 8, None),
    ("Order mail", "checkout", 2, None),
    ("Terms and returns", "checkout", 1, None),
)
CLIENT_WORDS = """\
Card provider wants an audit. Anna thinks they bluff.

### Client title
Payment by card may start later than the shop

### Client response
We open with payment by invoice, and add cards as soon as the provider agrees.
"""


def apollo() -> tuple[JiraWorld, IssueActs]:
    """Return the tutorial's Jira site, and the risk that gets client words on the way."""
    world = JiraWorld(timezone="Europe/Berlin")
    world.person("anna", "Anna Bergmann", email="anna.bergmann@northwind.example")
    world.project("APO", "Apollo web shop")
    world.version("APO", "R1 Shop opens", at=_day(0), release_on=dt.date(2026, 12, 15))
    goals = {
        "catalogue": world.issue("APO", at=_day(1), summary="Customers find what they need", type="Epic"),
        "checkout": world.issue("APO", at=_day(1), summary="Customers can pay", type="Epic"),
    }
    for title, goal, points, done in _AGREED:
        story = world.issue(
            "APO",
            at=_day(2),
            summary=title,
            type="Story",
            parent=goals[goal].key,
            fix_versions="R1 Shop opens",
            points=points,
        )
        if done is not None:
            story.edit(_day(done), edits.status("Done", "Done"), by="anna")
    world.issue(
        "APO",
        at=_day(44),
        summary="Gift wrapping",
        type="Story",
        parent=goals["checkout"].key,
        fix_versions="R1 Shop opens",
        points=3,
        labels=["client-request"],
        reporter="anna",
    )
    world.issue("APO", at=_day(50), summary="Margin is gone", type="Task", labels=["internal"])
    risk = world.issue("APO", at=_day(51), summary="Card provider drags its feet", type="Risk")
    return world, risk


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


@dataclass(slots=True)
class Desk:
    """The reader's desk: a folder, a clock that goes on a minute a command, the tracker beside it."""

    folder: Path
    patch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]
    server: JiraCloud
    clock: list[dt.datetime]
    risk: IssueActs
    variables: dict[str, str] = field(default_factory=dict)

    def type(self, line: str) -> Ended:
        """Type a command as the tutorial shows it; addresses and names are put in place both ways."""
        self.clock[0] += dt.timedelta(seconds=COMMAND_S)
        self.patch.setenv(VARIABLE, f"{self.clock[0]:%Y-%m-%dT%H:%M:%SZ}")
        self.capsys.readouterr()
        words = shlex.split(line.replace(SITE, self.server.url))
        with _logging_kept():
            code = run(words[1:])
        captured = self.capsys.readouterr()
        return Ended(code, self._told(captured.out), self._told(captured.err))

    def write_client_words(self, text: str = CLIENT_WORDS) -> None:
        """Do in the tracker what the tutorial asks for: words for the client, under a heading."""
        self.risk.edit(self.clock[0], edits.value("description", text), by="anna")

    def _told(self, text: str) -> str:
        for ours, theirs in (
            (self.server.url, SITE),
            (str(self.folder), FOLDER),
            (f"({operating_user()})", f"({USER})"),
        ):
            text = text.replace(ours, theirs)
        return text


@contextmanager
def desk(folder: Path, patch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Desk]:
    """Serve the tutorial's tracker, and sit down in an empty folder with its credentials at hand."""
    world, risk = apollo()
    clock = [TODAY]
    with JiraCloud(world, clock=lambda: clock[0]) as server:
        patch.chdir(folder)
        patch.setenv("JIRA_EMAIL", server.email)
        patch.setenv("JIRA_TOKEN", server.token)
        yield Desk(folder, patch, capsys, server, clock, risk)
    assert not server.failures


@contextmanager
def _logging_kept() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    try:
        with warnings.catch_warnings():
            yield
    finally:
        logging.captureWarnings(False)
        root.handlers[:] = handlers
        root.setLevel(level)


def _day(offset: float) -> dt.datetime:
    """Return an instant so many days behind 1 October 2026, at ten in Berlin."""
    return dt.datetime(2026, 10, 1, 8, 0, tzinfo=dt.UTC) + dt.timedelta(days=offset)
