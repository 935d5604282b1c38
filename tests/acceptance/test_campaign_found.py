"""What campaigns found, each as the one schedule that shows it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.campaign import JIRA_CLOUD, desk, face
from tests.trackers import pages


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
