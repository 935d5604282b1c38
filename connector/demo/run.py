"""`clientview demo`: eleven weeks of a fictional project in seconds, over real HTTP, without credentials.

Two small trackers serve the story as of a moved clock; the real adapters pull them week by week, the
real store keeps what was seen, and what a client would read is published at the end.
"""

from __future__ import annotations

import datetime as dt
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from connector.clock import Clock
from connector.demo import story
from connector.demo.inbox import Inbox
from connector.demo.postbox import Postbox
from connector.demo.trackers.github.server import GitHubServer
from connector.demo.trackers.jira.cloud import JiraCloud
from connector.errors import UsageError
from connector.pipeline.editions import Approval, publish
from connector.pipeline.mailing import deliver
from connector.pipeline.noting import write_note
from connector.pipeline.pull import Order
from connector.pipeline.report import ProjectReport
from connector.pipeline.sync import sync
from connector.pipeline.workspace import Workspace, open_workspace

FOLDER = "clientview-demo"
MARK = ".made-by-clientview-demo"
PROJECT = "apollo"
AUDIENCE = "client"
APPROVED_BY = "Rita Falk, Northwind Studio"
TOLD_BEFORE = (-2,)  # syncs after which an edition went out, counted from the last one; then the last


@dataclass(slots=True)
class Moment:
    """The instant at which the demonstration stands. Both trackers read it."""

    at: dt.datetime

    def now(self) -> dt.datetime:
        """Return it."""
        return self.at


def run(folder: Path | None = None, language: str = story.ENGLISH) -> int:
    """Tell the whole job, and end with the path of the page.

    Args:
        folder: Where to work; `./clientview-demo` by default, made anew each time.
        language: In which the client reads.

    Raises:
        UsageError: The folder exists and was not made by the demonstration, or the story is not told
            in that language.
    """
    story.tongue(language)
    place = _fresh(folder or Path.cwd() / FOLDER)
    clock = Clock()
    now = clock.now().replace(second=0, microsecond=0)
    moment = Moment(at=now)
    with _trackers(now, moment, language) as (jira, github), Inbox() as inbox, Postbox() as postbox:
        _say("Two trackers answer on this machine: one as Jira Cloud does, one as GitHub does.")
        addresses = story.Addresses(
            jira=jira.url, github=github.url, alerts=inbox.address, mail=postbox.address
        )
        file = _configure(place, addresses, now, language)
        page, alert = _live(file, moment, story.sync_days(now), inbox, story.tongue(language)(story.NOTE))
        mails = postbox.taken()
        requests = len(jira.log) + len(github.log)
    _say(f"{requests} requests were answered, all of them reading; nothing was written to a tracker.")
    for mail in mails:
        _say(f"Mailed to {mail['to']}: {mail['subject']}")
    _say(f"\nThe last alert, as the project manager got it:\n{_indented(alert)}")
    _farewell(file)
    sys.stdout.write(f"page: {page}\n")
    return 0


@contextmanager
def _trackers(now: dt.datetime, moment: Moment, language: str) -> Iterator[tuple[JiraCloud, GitHubServer]]:
    tokens = story.TOKENS
    with ExitStack() as stack:
        jira = stack.enter_context(
            JiraCloud(
                story.jira_world(now, language),
                email=story.JIRA_EMAIL,
                token=tokens["jira-token"],
                clock=moment.now,
            )
        )
        github = stack.enter_context(
            GitHubServer(story.github_world(now, language), token=tokens["github-token"], clock=moment.now)
        )
        yield jira, github


def _fresh(place: Path) -> Path:
    if place.exists() and not (place / MARK).is_file():
        raise UsageError(f"{place}: found a folder that the demonstration did not make; move it away first")
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    (place / MARK).touch()
    return place


def _configure(place: Path, addresses: story.Addresses, now: dt.datetime, language: str) -> Path:
    for name, token in story.TOKENS.items():
        path = place / name
        path.touch(mode=0o600)
        path.write_text(token, encoding="utf-8")
    (place / story.LOGO).write_bytes(story.logo())
    file = place / "clientview.toml"
    text = story.configuration(addresses, place, now=now, language=language)
    file.write_text(text, encoding="utf-8")
    return file


def _live(
    file: Path, moment: Moment, days: Sequence[dt.datetime], inbox: Inbox, note: str
) -> tuple[Path, str]:
    """Sync on every day, publish on some, the last time with a note; return the page and the last alert."""
    told_on = {days[index] for index in TOLD_BEFORE} | {days[-1]}
    page, alert = Path(), "none"
    for day in days:
        moment.at = day
        with open_workspace(file, Clock(rehearsed_from=day)) as workspace:
            (report,) = sync(workspace, [PROJECT], Order(), lambda *_: None).projects
            alert = _tell(day, report, inbox) or alert
            if day in told_on:
                page = _publish(workspace, note if day == days[-1] else "")
    return page, alert


def _publish(workspace: Workspace, note: str) -> Path:
    """Publish the next edition with a note to it, and hand it to the mail server; return its page."""
    project = workspace.project(PROJECT)
    if note:
        write_note(workspace, project, AUDIENCE, note)
    edition = publish(workspace, project, AUDIENCE, Approval(approved_by=APPROVED_BY))
    deliver(workspace, project)
    _say(f"            edition {edition.number} published, approved by {APPROVED_BY}")
    return edition.page


def _tell(day: dt.datetime, report: ProjectReport, inbox: Inbox) -> str:
    """Say how a sync went and what the PM was told; return the alert in full, "" if there was none."""
    sources = ", ".join(f"{source.issues} issues from {source.source}" for source in report.sources)
    health = report.health.replace("_", " ")
    _say(f"{day:%Y-%m-%d}  synced {sources}: {health}")
    whole = ""
    for subject, body in inbox.taken():
        _say(f"            alert: {subject}")
        whole = f"{subject}\n\n{body}"
    return whole


def _indented(text: str) -> str:
    return "\n".join(f"  | {line}".rstrip() for line in text.strip().splitlines())


def _farewell(file: Path) -> None:
    command = f"clientview --config {file}"
    _say(
        "\nLook further (the trackers are gone, what was pulled is stored):\n"
        f"  {command} status {PROJECT}\n"
        f"  {command} explain {PROJECT} APO-12\n"
        f"  {command} editions show {PROJECT} --manifest"
    )


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
