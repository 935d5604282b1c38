"""Single questions to GitHub: where an issue went, and what `init` and `check --online` want to know."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import BaseModel

from adapters.errors import SettingsError
from adapters.github.adapter import GitHubAdapter
from adapters.protocol import Environment, Fate, Whereabouts
from adapters.records import Category
from tests.adapters.github_world import START, World, row, serving


class _Foreign(BaseModel):
    """Settings of something else."""


PREFIX = "github:acme/apollo:issue:"


@pytest.fixture
def world() -> Iterator[World]:
    """Serve three issues, one of which was transferred, and some labels."""
    attic = "https://api.github.com/repos/acme/attic"
    made = World(
        rows=[row(1), row(2, labels=[{"name": "risk"}]), row(4, repository_url=attic)],
        labels=[{"name": "risk"}, {"name": "epic"}],
        moved={3: "/repositories/78/issues/4"},
    )
    made.repository["full_name"] = "acme/apollo"
    with serving(made) as served:
        yield served


def test_every_key_gets_an_answer(world: World) -> None:
    """Still here; transferred, told by its new place; hidden or never there; not ours."""
    world.fail("/repositories/78/issues/4", 200, world.rows[2])
    found = world.adapter().locate([f"{PREFIX}{n}" for n in (1, 3, 9)] + ["jira:issue:10077"])
    assert found == {
        f"{PREFIX}1": Whereabouts(fate=Fate.PRESENT, ref="apollo#1"),
        f"{PREFIX}3": Whereabouts(fate=Fate.TRANSFERRED, ref="attic#4"),
        f"{PREFIX}9": Whereabouts(fate=Fate.INVISIBLE),
        "jira:issue:10077": Whereabouts(fate=Fate.INVISIBLE),
    }


def test_a_deleted_issue_is_not_found(world: World) -> None:
    """410 when we may know of it; trackers do not tell deleted from invisible otherwise."""
    world.fail("/issues/1", 410, {"message": "This issue was deleted"})
    assert world.adapter().locate([f"{PREFIX}1"]) == {f"{PREFIX}1": Whereabouts(fate=Fate.DELETED)}


def test_the_catalogue_tells_what_is_there(world: World) -> None:
    """Account, counts, labels, states; no warning about a token that only reads."""
    world.milestones = [{"number": 1, "title": "R1", "state": "open", "due_on": None}]
    found = world.adapter().catalogue()
    assert (found.account, found.deployment, found.issues) == ("pm-bot", "GitHub", 3)
    assert (found.labels, [m.name for m in found.milestones]) == (("epic", "risk"), ["R1"])
    assert found.statuses == {"open": Category.TODO, "closed": Category.DONE}
    assert found.warnings == ()


def test_an_apps_token_is_nobody(world: World) -> None:
    """GET /user answers 403 to it; the rest is read all the same."""
    world.fail("/user", 403, {"message": "Resource not accessible by integration"})
    assert world.adapter().catalogue().account == ""


def test_without_graphql_the_count_is_unknown(world: World) -> None:
    """REST's own count would include pull requests."""
    world.fail("/graphql", 403, {"message": "Resource not accessible"})
    assert world.adapter().catalogue().issues is None


def test_closing_twice_does_no_harm(world: World) -> None:
    """Connections are given back once."""
    adapter = world.adapter()
    adapter.catalogue()
    adapter.close()
    adapter.close()


def test_types_are_listed_where_there_are_any(world: World) -> None:
    """They have no levels: GitHub's hierarchy is between issues, not types."""
    world.fail("/issue-types", 200, [{"name": "Epic"}, {"name": "Bug"}])
    assert world.adapter().catalogue().types == {"Bug": None, "Epic": None}


def test_an_enterprise_server_tells_its_version(world: World) -> None:
    """In a header of every answer."""
    world.answer_headers = {"X-GitHub-Enterprise-Version": "3.14.2"}
    assert world.adapter(graphql="off").catalogue().deployment == "GitHub Enterprise Server 3.14.2"


@pytest.mark.parametrize(
    ("scopes", "warning"),
    [
        ("repo, read:org", "more rights than needed (scopes repo)"),
        ("admin:org, user", "more rights than needed (scopes admin:org, user)"),
    ],
)
def test_a_classic_token_that_may_write_is_warned_of(world: World, scopes: str, warning: str) -> None:
    """Its scopes stand in a header; the advice names the least right."""
    world.answer_headers = {"X-OAuth-Scopes": scopes}
    (found,) = world.adapter().catalogue().warnings
    assert warning in found
    assert "fine-grained token with Issues: read" in found


def test_scopes_that_only_read_are_no_excess(world: World) -> None:
    """A fine-grained token sends the header empty or not at all."""
    world.answer_headers = {"X-OAuth-Scopes": "read:org, read:project"}
    assert world.adapter().catalogue().warnings == ()


def test_rights_beyond_reading_are_told(world: World) -> None:
    """Every one that GitHub reports, reading itself left out."""
    world.repository["permissions"] = {"admin": False, "push": True, "triage": True, "pull": True}
    (found,) = world.adapter().catalogue().warnings
    assert "may push, triage" in found


@pytest.mark.parametrize(
    ("ends", "is_told"),
    [
        pytest.param("2026-12-07 08:59:00 UTC", True, id="in less than 14 days"),
        pytest.param("2026-12-07 10:00:00 +0100", True, id="in 14 days, with a zone"),
        pytest.param("2026-12-07 09:00:01 UTC", False, id="in more"),
        pytest.param("soon", False, id="unreadable"),
    ],
)
def test_a_token_that_ends_soon_is_told(world: World, ends: str, is_told: bool) -> None:
    """Two weeks before; it is 2026-11-23 09:00 UTC."""
    world.answer_headers = {"GitHub-Authentication-Token-Expiration": ends}
    found = world.adapter().catalogue().warnings
    assert any("the token ends on 2026-12-07" in warning for warning in found) is is_told


def test_what_will_surprise_about_the_repository_is_told(world: World) -> None:
    """Archived, without issues, renamed."""
    world.repository |= {"archived": True, "has_issues": False, "full_name": "acme/zeus"}
    told = " / ".join(world.adapter().catalogue().warnings)
    assert all(words in told for words in ("is archived", "switched off", "now called acme/zeus"))


def test_foreign_settings_are_refused() -> None:
    """An adapter opens with its own settings only."""
    environment = Environment(now=lambda: START, sleep=lambda _: None)
    with pytest.raises(SettingsError):
        GitHubAdapter.open(_Foreign(), environment)
