"""An installation with two clients: Acme has two projects, Zeus has one. Nobody in it exists."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, cast

import pytest

from connector.demo.trackers.jira.cloud import JiraCloud
from connector.demo.trackers.jira.world import JiraWorld
from tests.connector.workbench import DAY, START, Workbench, tracker

NAMES = {
    "apollo": ("APO", "Apollo web shop", "Acme GmbH"),
    "hermes": ("HER", "Hermes parcel service", "Acme GmbH"),
    "zeus": ("ZEU", "Zeus thunder plant", "Olymp AG"),
}
_PROJECT = """
[[project]]
key = "{key}"
name = "{name}"
client = "{client}"

  [[project.source]]
  kind = "jira"
  site = "{url}"
  project = "{tracker}"
  email = "env:TEST_JIRA_EMAIL"
  token = "env:TEST_JIRA_TOKEN"

  [project.audience.client]
  approval = "never"
{more}
"""
HEAD = """\
[site]
publisher = "Northwind Studio"
rehearsal = true

[client.acme]
projects = ["apollo", "hermes"]
"""


class Said(NamedTuple):
    """What a command said."""

    out: str
    err: str


class Unheard:
    """Stands for what captures a command's words, where nobody reads them."""

    def readouterr(self) -> Said:
        """Give nothing."""
        return Said("", "")


@contextmanager
def agency(folder: Path) -> Iterator[Workbench]:
    """Give a bench whose tracker has three projects, each with a release and words of its own."""
    with pytest.MonkeyPatch.context() as patch:
        unheard = cast("pytest.CaptureFixture[str]", Unheard())
        bench = Workbench(folder, patch, unheard, world=JiraWorld())
        for key in ("hermes", "zeus"):
            _begin(bench.world, key)
        yield bench


def publish(bench: Workbench, *projects: str, head: str = HEAD, **more: str) -> Files:
    """Sync and publish projects; `more` holds further lines of a project's audience, by its key."""
    with tracker(bench) as server:
        configure(bench, server, head=head, **more)
        bench.do("sync", *projects)
        for project in projects:
            bench.do("publish", project)
    return Files(bench.folder / "site")


def _begin(world: JiraWorld, key: str) -> None:
    tracker_key, name, _ = NAMES[key]
    release = f"{name.split()[0]} gate"
    world.project(tracker_key, name)
    world.version(tracker_key, release, at=START - 30 * DAY, release_on=dt.date(2026, 11, 2))
    world.issue(
        tracker_key,
        at=START - 9 * DAY,
        summary=f"Hidden word of {key}",
        type="Story",
        fix_versions=[release],
    )


def configure(bench: Workbench, server: JiraCloud, *, head: str = HEAD, **more: str) -> None:
    """Write the configuration; `more` holds further lines of a project's audience, by its key."""
    bench.configure(server)
    projects = [
        _PROJECT.format(
            key=key, name=name, client=client, url=server.url, tracker=tracker, more=more.get(key, "")
        )
        for key, (tracker, name, client) in NAMES.items()
    ]
    bench.config.write_text(head + "".join(projects), encoding="utf-8")


@dataclasses.dataclass(frozen=True, slots=True)
class Files:
    """Every published file below an output."""

    output: Path

    def paths(self) -> tuple[str, ...]:
        """Name them, relative to the output."""
        return tuple(
            sorted(str(file.relative_to(self.output)) for file in self.output.rglob("*") if file.is_file())
        )

    def holding(self, words: str, *, below: str = "") -> tuple[str, ...]:
        """Name those below a folder whose bytes, or whose path there, hold some words."""
        return tuple(
            path
            for path in self.paths()
            if path.startswith(below)
            and (words.encode() in (self.output / path).read_bytes() or words in path.removeprefix(below))
        )
