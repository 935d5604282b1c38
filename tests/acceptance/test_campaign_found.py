"""What campaigns found, each as the one schedule that shows it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connector.demo.trackers.exchange import Answer, Request, Serve
from connector.demo.trackers.github.server import GitHubServer
from tests.acceptance.campaign import GITHUB_REST, JIRA_CLOUD, Face, desk, face
from tests.trackers import faults as wrong
from tests.trackers import pages
from tests.trackers.faults import FOREVER


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Face]:
    """Serve Jira Cloud throughout."""
    with face(JIRA_CLOUD, tmp_path_factory.mktemp("found") / "desk") as subject:
        yield subject


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Face]:
    """Serve GitHub without GraphQL throughout."""
    with face(GITHUB_REST, tmp_path_factory.mktemp("found") / "desk") as subject:
        yield subject


@pytest.mark.parametrize("first", [True, False], ids=["the first pull", "a later full one"])
def test_a_lost_page_token_is_no_end_of_the_issues(cloud: Face, first: bool) -> None:
    """A search page that is not the last and names no next one: refused, and nothing is changed."""
    begin_with = cloud.empty if first else cloud.earlier
    right = cloud.right(begin_with, full=True)
    cloud.begin(cloud.still).on(r"search/jql", pages.lost_token())
    with desk(cloud, begin_with) as store:
        before = store.content()
        refused = store.sync(full=True).exit_code
        kept = store.content()
        again = store.sync(full=True).exit_code
        made_good = store.content()
    assert (refused, kept) == (3, before)
    assert (again, made_good.differs(right)) == (0, [])


@pytest.mark.parametrize("full", [True, False])
def test_a_repository_hidden_among_the_timelines_is_no_deleted_issue(hub: Face, full: bool) -> None:
    """Histories that are not found because nothing is any more: refused, and nothing is changed."""
    server = hub.server
    assert isinstance(server, GitHubServer)

    def hide(request: Request, serve: Serve) -> Answer:
        server.is_hidden = True
        return serve(request)

    hub.begin(hub.still).on(r"/timeline", hide, nth=3)
    with desk(hub, hub.earlier) as store:
        before = store.content()
        refused = store.sync(full=full).exit_code
        kept = store.content()
    assert (refused, kept) == (3, before)


def test_a_history_that_is_not_found_of_an_issue_that_is_there_is_a_fault(hub: Face) -> None:
    """The issue is not passed over as if it had been deleted."""
    hub.begin(hub.still).on(r"/issues/118/timeline", wrong.not_found(), times=FOREVER)
    with desk(hub, hub.earlier) as store:
        before = store.content()
        refused = store.sync().exit_code
        kept = store.content()
    assert (refused, kept) == (3, before)
