"""What campaigns found, each as the one schedule that shows it."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.demo.trackers.exchange import Answer, Request, Serve
from connector.demo.trackers.github.server import GitHubServer
from tests.acceptance.campaign import GITHUB_REST, JIRA_CLOUD, desk, face
from tests.trackers import faults as wrong
from tests.trackers import pages
from tests.trackers.faults import FOREVER


@pytest.mark.parametrize("first", [True, False], ids=["the first pull", "a later full one"])
def test_a_lost_page_token_is_no_end_of_the_issues(tmp_path: Path, first: bool) -> None:
    """A search page that is not the last and names no next one: refused, and nothing is changed."""
    with face(JIRA_CLOUD, tmp_path / "desk") as subject:
        begin_with = subject.empty if first else subject.earlier
        right = subject.right(begin_with, full=True)
        subject.begin(subject.still).on(r"search/jql", pages.lost_token())
        with desk(subject, begin_with) as store:
            before = store.content()
            refused = store.sync(full=True).exit_code
            kept = store.content()
            again = store.sync(full=True).exit_code
            made_good = store.content()
    assert (refused, kept) == (3, before)
    assert (again, made_good.differs(right)) == (0, [])


@pytest.mark.parametrize("full", [True, False])
def test_a_repository_hidden_among_the_timelines_is_no_deleted_issue(tmp_path: Path, full: bool) -> None:
    """Histories that are not found because nothing is any more: refused, and nothing is changed."""
    with face(GITHUB_REST, tmp_path / "desk") as subject:
        server = subject.server
        assert isinstance(server, GitHubServer)

        def hide(request: Request, serve: Serve) -> Answer:
            server.is_hidden = True
            return serve(request)

        subject.begin(subject.still).on(r"/timeline", hide, nth=3)
        with desk(subject, subject.earlier) as store:
            before = store.content()
            refused = store.sync(full=full).exit_code
            kept = store.content()
    assert (refused, kept) == (3, before)


def test_a_history_that_is_not_found_of_an_issue_that_is_there_is_a_fault(tmp_path: Path) -> None:
    """The issue is not passed over as if it had been deleted."""
    with face(GITHUB_REST, tmp_path / "desk") as subject:
        subject.begin(subject.still).on(r"/issues/118/timeline", wrong.not_found(), times=FOREVER)
        with desk(subject, subject.earlier) as store:
            before = store.content()
            refused = store.sync().exit_code
            kept = store.content()
    assert (refused, kept) == (3, before)
