"""Words written for the client: they show, are searched like all others, and open nothing withheld."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Unpack

import pytest

from connector.demo.trackers.jira.issues import IssueFields
from connector.demo.trackers.jira.world import JiraWorld
from tests.acceptance.desk import Desk, Ended
from tests.acceptance.sites import Paper, cloud, jira_source
from tests.trackers.worlds import after

CLIENT_TITLE = "customfield_10060"


@contextmanager
def worded(folder: Path, words: str, **more: Unpack[IssueFields]) -> Iterator[Desk]:
    """Serve a risk with client words, assigned to Anna Berg; pull it."""
    world = JiraWorld()
    world.person("anna", "Anna Berg", email="anna@northwind.example")
    world.project("APO", "Apollo")
    world.field(CLIENT_TITLE, "Client title")
    given: IssueFields = {"type": "Risk", "assignee": "anna", "fields": {CLIENT_TITLE: words}}
    given.update(more)
    world.issue("APO", at=after(1), summary="Bank is a mess", **given)
    desk = Desk(folder)
    with cloud(world, lambda: desk.now) as site:
        Paper(sources=[jira_source(desk, site)]).write(desk)
        desk.do("sync")
        yield desk


def test_client_words_show_and_the_tracker_title_does_not(tmp_path: Path) -> None:
    """The page, the data and the Markdown hold the client title alone."""
    with worded(tmp_path, "The bank may be late") as desk:
        desk.do("publish", "apollo")
        manifest = desk.do("editions", "show", "apollo", "--manifest").out
    files = desk.published()
    for name in ("index.html", "summary.json", "summary.md", "email.txt"):
        assert b"The bank may be late" in files[f"apollo/client/editions/1/{name}"], name
    assert not [name for name, content in files.items() if b"mess" in content and name[-4:] != ".pdf"]
    assert "jira:issue:10001" in manifest


@pytest.mark.parametrize(
    "words",
    [
        "Ask Anna Berg about the bank",
        "ask ANNA  BERG",
        "Write to anna@northwind.example",
    ],
)
def test_internal_values_in_client_words_stop_the_publication(tmp_path: Path, words: str) -> None:
    """Exit 4; artefact and source field are named, the value is not; nothing lies in the output."""
    with worded(tmp_path, words) as desk:
        refusals: list[Ended] = [desk.run("preview", "apollo"), desk.run("publish", "apollo")]
    for refused in refusals:
        assert refused.code == 4
        assert "index.html" in refused.err
        assert "Berg" not in refused.err
        assert "mess" not in refused.err
    assert not [path for path in desk.published() if not path.endswith(".pem")]


@pytest.mark.parametrize(
    "more", [{"labels": ["Private"]}, {"labels": ["internal-notes"]}, {"security": "Board only"}]
)
def test_client_words_open_nothing_that_is_withheld(tmp_path: Path, more: IssueFields) -> None:
    """A label or a security level outweighs a client title."""
    with worded(tmp_path, "The bank may be late", **more) as desk:
        desk.do("publish", "apollo")
    assert not [name for name, content in desk.published().items() if b"bank" in content]
