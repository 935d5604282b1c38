"""What GitHub's adapter remembers from run to run: lists with their ETags, and which repository it is."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import pytest

from adapters.errors import SettingsError
from adapters.github.adapter import GitHubAdapter
from adapters.github.notebook import MOST_CHARS, Identity, note_page, read_identity, read_noted
from adapters.github.settings import GitHubSettings
from adapters.protocol import Environment, Window
from adapters.wire import Response
from connector.demo.trackers.github.server import GitHubServer
from connector.demo.trackers.github.world import GitHubWorld
from tests.adapters.github_world import START, Memo, World, row, serving
from tests.adapters.test_github_tracker import NOW, day, facts, story

SINCE = day(10, 29) + dt.timedelta(hours=1)  # the last of what happened


@pytest.fixture
def told() -> GitHubWorld:
    """Tell the story of 61 issues, the last of which changed last."""
    return story()


@pytest.fixture
def server(told: GitHubWorld) -> Iterator[GitHubServer]:
    """Serve it as of a fixed day."""
    with GitHubServer(told, clock=lambda: NOW) as running:
        yield running


def adapter(server: GitHubServer, memo: Memo, **settings: Any) -> GitHubAdapter:
    """Open a source that remembers."""
    said = {"repository": "acme/apollo", "token": server.token, "api": server.url, **settings}
    environment = Environment(now=lambda: NOW, sleep=lambda _: None, notes=memo)
    return GitHubAdapter.open(GitHubSettings.model_validate(said), environment)


def statuses(server: GitHubServer) -> list[int]:
    """Return the statuses of what was asked since the last time."""
    found = [each.answer.status for each in server.log]
    server.log.clear()
    return found


def test_nothing_new_by_graphql_is_two_requests(server: GitHubServer) -> None:
    """The milestones' 304, which is free, and one page of issues."""
    memo = Memo()
    before = facts(list(adapter(server, memo).pull(Window(since=NOW))))
    statuses(server)
    assert facts(list(adapter(server, memo).pull(Window(since=NOW)))) == before
    assert sorted(statuses(server)) == [200, 304]


def test_nothing_new_by_rest_is_three_requests_that_are_free(server: GitHubServer) -> None:
    """Milestones, the list since then, and the history of the one issue in the overlap: all as noted."""
    memo = Memo()
    first = facts(list(adapter(server, memo, graphql="off").pull(Window(since=SINCE))))
    assert statuses(server) == [200, 200, 200, 200]  # Busy has two pages of events
    assert facts(list(adapter(server, memo, graphql="off").pull(Window(since=SINCE)))) == first
    assert statuses(server) == [304, 304, 304, 304]
    assert [issue.ref for issue in first[1]] == ["apollo#62"]


def test_what_changed_is_had_anew(told: GitHubWorld, server: GitHubServer) -> None:
    """A milestone that moved is seen, whatever was noted of it."""
    memo = Memo()
    list(adapter(server, memo).pull(Window(since=NOW)))
    told.milestone("R3", at=day(11, 20), due_on=dt.date(2027, 1, 12))
    first = next(adapter(server, memo).pull(Window(since=NOW)))
    assert [one.name for one in first.milestones or ()][-1] == "R3"


def test_other_questions_are_not_answered_from_notes(server: GitHubServer) -> None:
    """A list from another instant on has another address: its note does not serve."""
    memo = Memo()
    list(adapter(server, memo, graphql="off").pull(Window(since=SINCE)))
    statuses(server)
    list(adapter(server, memo, graphql="off").pull(Window(since=SINCE - dt.timedelta(minutes=1))))
    assert 304 in (told := statuses(server))
    assert 200 in told


@pytest.mark.parametrize("broken", ["", "[]", "{", '{"url": 1}', '{"etag": "x"}'])
def test_a_broken_note_is_no_note(server: GitHubServer, broken: str) -> None:
    """It may be lost at any time; then the list is had in full."""
    memo = Memo()
    list(adapter(server, memo).pull(Window(since=NOW)))
    memo.texts = dict.fromkeys(memo.texts, broken)
    assert next(adapter(server, memo).pull(Window(since=NOW))).milestones


def test_large_lists_and_those_without_etag_are_not_noted() -> None:
    """Notes stay small, and without an ETag there is nothing to ask by."""
    memo = Memo()
    for size, headers in ((MOST_CHARS + 1, {"etag": "x"}), (2, {})):
        answer = Response(status=200, headers=headers, body=b"x" * size, url="u")
        note_page(memo, "list", answer, url="u", now=START)
    assert memo.texts == {}


def test_a_noted_page_goes_on_where_it_went_on() -> None:
    """The Link header is part of what a 304 stands for."""
    memo = Memo()
    headers = {"etag": 'W/"1"', "link": '<https://api.github.com/repos/a/b/issues?after=x>; rel="next"'}
    note_page(memo, "list", Response(status=200, headers=headers, body=b"[]", url="u"), url="u", now=START)
    noted = read_noted(memo, "list", url="u")
    assert noted is not None
    again = noted.response(Response(status=304, headers={}, body=b"", url="u"))
    assert (again.status, again.headers["link"], again.json()) == (200, headers["link"], [])


def test_another_repository_of_the_same_name_is_refused() -> None:
    """Its issues would be taken for the old ones; the advice says how to follow the new one."""
    with serving(World(rows=[row(1)], memo=Memo())) as world:
        world.repository["id"] = 77
        list(world.adapter().pull(Window()))
        assert read_identity(world.memo) == Identity(id=77, name="acme/apollo")
        world.repository["id"] = 78
        with pytest.raises(SettingsError, match="another repository now"):
            next(world.adapter().pull(Window()))


def test_secrets_are_not_noted(server: GitHubServer) -> None:
    """Notes lie in the store as they are."""
    memo = Memo()
    list(adapter(server, memo, graphql="off").pull(Window(since=SINCE)))
    assert memo.texts
    assert server.token not in json.dumps(memo.texts)
