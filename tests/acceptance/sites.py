"""The three trackers of the contract, served, with the configuration that names each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from connector.demo.trackers.github.server import GitHubServer
from connector.demo.trackers.github.world import GitHubWorld
from connector.demo.trackers.jira.cloud import JiraCloud
from connector.demo.trackers.jira.datacenter import JiraDataCenter
from connector.demo.trackers.jira.face import JiraFace
from connector.demo.trackers.jira.world import JiraWorld
from tests.acceptance.desk import Desk
from tests.trackers.servers import github, jira_cloud, jira_dc

JIRA_TOKEN = "jira-t0ken-that-nobody-may-read"
GITHUB_TOKEN = "github_pat_that-nobody-may-read"

HEAD = """\
[site]
publisher = "Northwind Studio"
rehearsal = true
"""
PROJECT = """
[[project]]
key = "{key}"
name = "Apollo web shop"
client = "Acme GmbH"
timezone = "{timezone}"
"""


@dataclass(slots=True)
class Paper:
    """A configuration being written: sources, and what stands behind them."""

    key: str = "apollo"
    timezone: str = "UTC"
    sources: list[str] = field(default_factory=list)
    more: str = '\n  [project.audience.client]\n  approval = "never"\n'

    def project(self) -> str:
        """Return the `[[project]]` table."""
        head = PROJECT.format(key=self.key, timezone=self.timezone)
        return head + "".join(self.sources) + self.more

    def write(self, desk: Desk) -> None:
        """Write it as the desk's configuration."""
        desk.config.write_text(HEAD + self.project(), encoding="utf-8")


def source(**keys: str | list[str]) -> str:
    """Return a `[[project.source]]` table."""
    lines = [f"  {key} = {_toml(value)}" for key, value in keys.items()]
    return "\n".join(["\n  [[project.source]]", *lines, ""])


def jira_source(desk: Desk, server: JiraFace, *, project: str = "APO", **keys: str) -> str:
    """Return the source of a served Jira project; its credentials go where it looks for them."""
    desk.env |= {"ACC_JIRA_TOKEN": server.token, "ACC_JIRA_EMAIL": server.email}
    given = {"kind": "jira", "site": server.url, "project": project, "token": "env:ACC_JIRA_TOKEN"}
    if isinstance(server, JiraCloud):
        given["email"] = "env:ACC_JIRA_EMAIL"
    return source(**(given | keys))


def github_source(desk: Desk, server: GitHubServer, **keys: str | list[str]) -> str:
    """Return the source of a served GitHub repository; its token goes where it looks for it."""
    desk.env |= {"ACC_GITHUB_TOKEN": server.token}
    given = {"kind": "github", "repository": server.world.name, "api": f"{server.url}/api/v3"}
    return source(**(given | {"token": "env:ACC_GITHUB_TOKEN"} | keys))


@contextmanager
def cloud(world: JiraWorld, clock: Callable[[], dt.datetime]) -> Iterator[JiraCloud]:
    """Serve a world as Jira Cloud, at the desk's time."""
    with jira_cloud(world, clock=clock) as server:
        server.token = JIRA_TOKEN
        yield server


@contextmanager
def center(world: JiraWorld, clock: Callable[[], dt.datetime]) -> Iterator[JiraDataCenter]:
    """Serve a world as Jira Data Center, at the desk's time."""
    with jira_dc(world, clock=clock) as server:
        server.token = JIRA_TOKEN
        yield server


@contextmanager
def hub(world: GitHubWorld, clock: Callable[[], dt.datetime]) -> Iterator[GitHubServer]:
    """Serve a repository as GitHub, at the desk's time."""
    with github(world, clock=clock) as server:
        server.token = GITHUB_TOKEN
        yield server


def _toml(value: str | list[str]) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(f'"{one}"' for one in value) + "]"
    return f'"{value}"'
