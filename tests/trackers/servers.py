"""Small trackers for tests: served inside `with`, faults attached, their own defects reported."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar, Unpack

from connector.demo.trackers.github.server import GitHubServer
from connector.demo.trackers.github.world import GitHubWorld
from connector.demo.trackers.jira.cloud import JiraCloud
from connector.demo.trackers.jira.datacenter import JiraDataCenter
from connector.demo.trackers.jira.world import JiraWorld
from connector.demo.trackers.server import ServerOptions, TrackerServer
from tests.trackers.faults import Faults

Server = TypeVar("Server", bound=TrackerServer)


@contextmanager
def jira_cloud(
    world: JiraWorld, *, faults: Faults | None = None, **options: Unpack[ServerOptions]
) -> Iterator[JiraCloud]:
    """Serve a world as Jira Cloud."""
    with _served(JiraCloud(world, **options), faults) as server:
        yield server


@contextmanager
def jira_dc(
    world: JiraWorld, *, faults: Faults | None = None, **options: Unpack[ServerOptions]
) -> Iterator[JiraDataCenter]:
    """Serve a world as Jira Data Center."""
    with _served(JiraDataCenter(world, **options), faults) as server:
        yield server


@contextmanager
def github(
    world: GitHubWorld, *, faults: Faults | None = None, **options: Unpack[ServerOptions]
) -> Iterator[GitHubServer]:
    """Serve a world as GitHub."""
    with _served(GitHubServer(world, **options), faults) as server:
        yield server


@contextmanager
def _served(server: Server, faults: Faults | None) -> Iterator[Server]:
    if faults is not None:
        server.middleware = faults
    with server:
        yield server
    assert not server.failures, f"defects of the small tracker itself: {server.failures}"
