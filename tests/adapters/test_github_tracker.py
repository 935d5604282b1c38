"""The GitHub adapter against the small tracker that ships with the demonstration."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.errors import RefusedError
from adapters.github.adapter import GitHubAdapter
from adapters.github.settings import GitHubSettings
from adapters.protocol import Batch, Environment, Fate, Whereabouts, Window
from adapters.records import Change, Field
from adapters.replay.adapter import ReplayAdapter
from connector.demo.trackers.github.load import load_github
from connector.demo.trackers.github.server import GitHubServer
from connector.demo.trackers.github.world import GitHubWorld

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
GUI = "bitcoin-core/gui"


def day(month: int, number: int) -> dt.datetime:
    """Return nine o'clock of a day of 2026."""
    return dt.datetime(2026, month, number, 9, tzinfo=dt.UTC)


def story() -> GitHubWorld:
    """Tell of a repository with everything that changes: 61 issues, a pull request between."""
    world = GitHubWorld("acme/apollo")
    amy = world.user("amy")
    world.type("Feature")
    r1 = world.milestone("R1", at=day(9, 1), due_on=dt.date(2026, 10, 1))
    r2 = world.milestone("R2", at=day(9, 1), due_on=dt.date(2026, 12, 1))
    epic = world.issue("Shop", at=day(9, 2), labels=["epic"], by=amy)
    world.pull("Add the form", at=day(9, 2), by=amy)
    login = world.issue(
        "Login", at=day(9, 3), labels=["client", "feature"], milestone=r1, type="Feature", by=amy
    )
    epic.sub_issue(day(9, 4), login, by=amy).blocked_by(day(9, 5), login, by=amy)
    login.milestone(day(9, 20), r2, by=amy).rename(day(9, 21), "Sign in", by=amy)
    login.close(day(9, 25), "not_planned", by=amy).reopen(day(9, 26), by=amy).close(day(9, 27), "duplicate")
    login.label(day(9, 28), add="late", remove="client").comment(day(9, 29), "internal talk", by=amy)
    r1.move(day(9, 30), due_on=dt.date(2026, 10, 15)).close(day(10, 16))
    for number in range(58):
        world.issue(f"Item {number}", at=day(10, 1 + number % 25), assignee=amy, by=amy)
    busy = world.issue("Busy", at=day(10, 28), by=amy)
    for number in range(60):
        at = day(10, 29) + dt.timedelta(minutes=number)
        busy.label(at, add="urgent", by=amy).label(at, remove="urgent", by=amy)
    return world


@pytest.fixture(scope="module")
def server() -> Iterator[GitHubServer]:
    """Serve the story as of a fixed day."""
    with GitHubServer(story(), clock=lambda: NOW) as running:
        yield running


def adapter(
    server: GitHubServer, *, root: str = "", repository: str = "acme/apollo", **told: Any
) -> GitHubAdapter:
    """Open a source that asks this server."""
    said = {"repository": repository, "token": server.token, "api": server.url + root, **told}
    return GitHubAdapter.open(
        GitHubSettings.model_validate(said), Environment(now=lambda: NOW, sleep=lambda _: None)
    )


def facts(batches: list[Batch]) -> tuple[list[Any], list[Any], list[Any], list[Any]]:
    """Put a pull's records side by side: milestones, issues, changes, links."""
    issues = sorted((i for b in batches for i in b.issues), key=lambda i: i.key)
    changes = sorted((c for b in batches for c in b.changes), key=lambda c: (c.issue, c.at, c.id))
    links = [link for b in batches for link in b.links]
    return [m for b in batches for m in b.milestones or ()], issues, changes, links


def test_every_face_tells_the_same_story(server: GitHubServer) -> None:
    """GraphQL and REST, at the public root and at an Enterprise Server's.

    Changes: one label of the epic; 19 of Login (5 at its opening and its parent, 2 of a move, a
    title, 9 of its state, 2 labels); 120 labels of Busy, more than one page of events.
    """
    whole = facts(list(adapter(server).pull(Window())))
    assert [len(part) for part in whole] == [2, 61, 140, 1]
    assert facts(list(adapter(server, graphql="off").pull(Window()))) == whole
    assert facts(list(adapter(server, root="/api/v3").pull(Window()))) == whole
    assert server.failures == []


def test_the_story_of_one_item(server: GitHubServer) -> None:
    """What happened to Login, in order; the move from R1 to R2 is one act."""
    key, title = "github:acme/apollo:issue:3", "github:acme/apollo:milestone-title:"
    told = [c for c in facts(list(adapter(server).pull(Window())))[2] if c.issue == key]
    kept = {Field.MILESTONES, Field.PARENT, Field.TITLE, Field.RESOLUTION}
    assert [(c.field, c.old, c.new) for c in told if c.field in kept] == [
        (Field.MILESTONES, None, f"{title}R1"),
        (Field.PARENT, None, "github:acme/apollo:issue:1"),
        (Field.MILESTONES, f"{title}R1", None),
        (Field.MILESTONES, None, f"{title}R2"),
        (Field.TITLE, "Login", "Sign in"),
        (Field.RESOLUTION, "", "not_planned"),
        (Field.RESOLUTION, "not_planned", ""),
        (Field.RESOLUTION, "", "duplicate"),
    ]
    moved = [c for c in told if c.field == Field.MILESTONES][1:]
    assert len({c.act for c in moved}) == 1


@pytest.mark.parametrize("face", ["auto", "off"])
def test_a_pull_goes_on_from_every_cursor(server: GitHubServer, face: str) -> None:
    """Nothing is lost, nothing told twice."""
    whole = list(adapter(server, graphql=face).pull(Window()))
    for stop, batch in enumerate(whole, start=1):
        rest = list(adapter(server, graphql=face).pull(Window(cursor=batch.cursor)))
        assert facts([*whole[:stop], *rest])[1:] == facts(whole)[1:]


def test_an_older_server_without_dependencies_is_read_without_them() -> None:
    """Its GraphQL knows no `blockedBy`; everything else is there."""
    with GitHubServer(story(), clock=lambda: NOW) as running:
        running.has_dependencies = False
        assert [len(part) for part in facts(list(adapter(running).pull(Window())))] == [2, 61, 140, 0]


@pytest.mark.parametrize("status", [403, 404])
def test_a_server_that_refuses_graphql_is_read_by_rest(status: int) -> None:
    """The records are the same."""
    with GitHubServer(story(), clock=lambda: NOW) as running:
        whole = facts(list(adapter(running).pull(Window())))
        running.graphql_status = status
        assert facts(list(adapter(running).pull(Window()))) == whole


def test_pages_that_time_out_are_asked_smaller() -> None:
    """This server manages twenty issues a page."""
    with GitHubServer(story(), clock=lambda: NOW) as running:
        running.graphql_page_limit = 20
        batches = list(adapter(running).pull(Window()))
    assert [len(batch.issues) for batch in batches] == [12] * 5 + [1]


def test_the_token_is_looked_at(server: GitHubServer) -> None:
    """A wrong one is refused; a classic one that ends soon is warned of twice."""
    with pytest.raises(RefusedError, match="Bad credentials"):
        list(adapter(server, token="wrong").pull(Window()))
    server.scopes, server.token_expires_at = "repo", NOW + dt.timedelta(days=3)
    try:
        warnings = " / ".join(adapter(server).catalogue().warnings)
    finally:
        server.scopes, server.token_expires_at = None, None
    assert "scopes repo" in warnings
    assert "ends on 2026-11-26" in warnings


def test_issues_that_left_are_located() -> None:
    """Transferred: found under its new name; deleted: not found."""
    world = story()
    world.existing(4).transfer(day(11, 1), "acme/attic", 9)
    world.existing(5).delete(day(11, 1))
    keys = [f"github:acme/apollo:issue:{number}" for number in (4, 5)]
    with GitHubServer(world, clock=lambda: NOW) as running:
        found = adapter(running).locate(keys)
    assert found == {
        keys[0]: Whereabouts(fate=Fate.TRANSFERRED, ref="attic#9"),
        keys[1]: Whereabouts(fate=Fate.DELETED),
    }


@pytest.mark.real_data
def test_gui_replayed_is_gui_pulled(real_data: Path) -> None:
    """341 issues between 537 pull requests: GraphQL, REST and the saved files say the same."""
    folder = real_data / "github"
    names = {name: folder / f"bitcoin-core_gui.{name}.jsonl.gz" for name in ("issues", "pulls")}
    snapshots = folder / "bitcoin-core_gui.milestone_snapshots.jsonl.gz"
    world = load_github(GUI, names["issues"], pulls=names["pulls"], milestones=snapshots)
    environment = Environment(now=lambda: NOW, sleep=lambda _: None, name="github")
    told = {"path": folder / "bitcoin-core_gui", "format": "github", "repository": GUI}
    replay = ReplayAdapter.open(ReplayAdapter.settings_model.model_validate(told), environment)
    with GitHubServer(world, clock=lambda: NOW) as running:
        live = facts(list(adapter(running, repository=GUI).pull(Window())))
        by_rest = facts(list(adapter(running, repository=GUI, graphql="off").pull(Window())))
    assert [len(part) for part in live] == [14, 341, 1232, 0]
    assert by_rest == live
    assert _by_id(facts(list(replay.pull(Window())))[2]) == _by_id(live[2])


def _by_id(changes: list[Change]) -> dict[tuple[str, str], Change]:
    return {(change.issue, change.id): change for change in changes}
