"""What webhooks of GitHub tell: old due dates, fates, issues worth reading again. Shapes as documented."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from adapters.errors import MalformedError
from adapters.github.hooks import Listener
from adapters.github.notebook import Identity
from adapters.github.parse import Context
from adapters.protocol import DateHint, Fate, Hints, Whereabouts
from tests.adapters.github_world import REPOSITORY, START, Memo, Row, World, row

CONTEXT = Context(prefix="github", repository=REPOSITORY, source=f"github:{REPOSITORY}")
KEY = f"github:{REPOSITORY}:issue:"
API = "https://api.github.com/repos"
MILESTONE = {
    "id": 9,
    "number": 3,
    "title": "R1",
    "state": "open",
    "due_on": "2026-12-08T08:00:00Z",
    "updated_at": "2026-11-20T10:00:00Z",
}


def payload(action: str, *, repository: str = REPOSITORY, **told: Any) -> Row:
    """Make a webhook's payload of our repository."""
    return {
        "action": action,
        "repository": {"id": 77, "full_name": repository},
        "sender": {"login": "amy"},
        **told,
    }


def hints(told: Row, **listener: Any) -> Hints:
    """Read a payload."""
    return Listener(context=CONTEXT, **listener).hints(told)


def moved(**changes: Any) -> Row:
    """Make the payload of a milestone that was edited."""
    return payload("edited", milestone=MILESTONE, changes=changes)


@pytest.mark.parametrize(
    ("before", "day"),
    [
        pytest.param("2026-12-01T08:00:00Z", dt.date(2026, 12, 1), id="winter"),
        pytest.param("2026-07-01T07:00:00Z", dt.date(2026, 7, 1), id="summer"),
        pytest.param(None, None, id="no date"),
        pytest.param("", None, id="no date, told as an empty text"),
    ],
)
def test_a_moved_due_date_tells_both_days(before: str | None, day: dt.date | None) -> None:
    """Both are days in California, as everywhere with GitHub; the instant is the milestone's own."""
    (hint,) = hints(moved(due_on={"from": before}, title={"from": "R one"})).dates
    assert hint == DateHint(
        key=f"github:{REPOSITORY}:milestone:3",
        name="R1",
        at=dt.datetime(2026, 11, 20, 10, tzinfo=dt.UTC),
        old_on=day,
        new_on=dt.date(2026, 12, 8),
    )


@pytest.mark.parametrize(
    "told",
    [
        pytest.param(moved(title={"from": "R one"}), id="renamed: the number stays"),
        pytest.param(payload("deleted", milestone=MILESTONE), id="deleted"),
        pytest.param(payload("created", milestone=MILESTONE), id="created"),
        pytest.param(payload("edited", repository="acme/zeus", milestone=MILESTONE), id="elsewhere"),
        pytest.param({"zen": "Keep it logically awesome.", "sender": {"login": "amy"}}, id="ping"),
        pytest.param(payload("created", issue=row(3), comment={"id": 1}), id="a comment"),
        pytest.param(payload("closed", issue=row(3, pull_request={"url": "x"})), id="a pull request"),
        pytest.param(payload("deleted", repository="acme/zeus", issue=row(3)), id="an issue elsewhere"),
        pytest.param(payload("created", label={"name": "risk"}), id="a label"),
    ],
)
def test_the_rest_hints_at_nothing(told: Row) -> None:
    """What a pull will see anyway, and what is not ours."""
    assert hints(told) == Hints()


def test_a_deleted_issue_is_told() -> None:
    """There is nothing left to read again."""
    told = hints(payload("deleted", issue=row(3)))
    assert told == Hints(fates={f"{KEY}3": Whereabouts(fate=Fate.DELETED)})


def test_a_transferred_issue_is_told_with_its_new_name() -> None:
    """As `changes.new_issue` has it; without one, only that it went."""
    there = row(9, repository_url=f"{API}/acme/attic")
    told = payload("transferred", issue=row(3), changes={"new_issue": there, "new_repository": {}})
    assert hints(told).fates == {f"{KEY}3": Whereabouts(fate=Fate.TRANSFERRED, ref="attic#9")}
    bare = hints(payload("transferred", issue=row(3), changes={}))
    assert bare.fates == {f"{KEY}3": Whereabouts(fate=Fate.TRANSFERRED)}


@pytest.mark.parametrize("action", ["opened", "closed", "milestoned", "unlabeled", "typed", "edited"])
def test_a_changed_issue_is_worth_reading_again(action: str) -> None:
    """Whatever changed; the milestone that some of them carry is no milestone's event."""
    told = payload(action, issue=row(3), milestone=MILESTONE, changes={"due_on": {"from": "x"}})
    assert hints(told) == Hints(touched=(f"{KEY}3",))


def test_an_issue_that_leaves_the_selection_is_told() -> None:
    """When its last selecting label is taken off, in whatever spelling; not when another is left."""
    off = payload("unlabeled", issue=row(3), label={"name": "Client"})
    assert hints(off, select=["client"]).fates == {f"{KEY}3": Whereabouts(fate=Fate.OUTSIDE, ref="apollo#3")}
    assert hints(off, select=["risk"]).fates == {}
    kept = payload("unlabeled", issue=row(3, labels=[{"name": "partner"}]), label={"name": "client"})
    assert hints(kept, select=["client", "partner"]).fates == {}


@pytest.mark.parametrize(
    ("action", "above", "below"),
    [
        ("sub_issue_added", "parent_issue", "sub_issue"),
        ("parent_issue_removed", "parent_issue", "sub_issue"),
        ("blocked_by_added", "blocking_issue", "blocked_issue"),
        ("blocking_removed", "blocking_issue", "blocked_issue"),
    ],
)
def test_both_ends_of_a_relation_are_worth_reading_again(action: str, above: str, below: str) -> None:
    """Those of ours: GitHub bumps neither's instant. One in another repository is not ours."""
    both = payload(action) | {above: row(3), below: row(4)}
    assert hints(both).touched == (f"{KEY}3", f"{KEY}4")
    one = payload(action) | {above: row(3), below: row(4, repository_url=f"{API}/acme/attic")}
    assert hints(one).touched == (f"{KEY}3",)


def test_a_renamed_repository_is_known_by_its_id() -> None:
    """And another one that took its name is not ours."""
    known = Identity(id=77, name="acme/zeus")
    there = row(3, repository_url=f"{API}/acme/zeus")
    told = payload("closed", repository="acme/zeus", issue=there)
    assert hints(told, known=known).touched == (f"{KEY}3",)
    assert hints(payload("closed", issue=row(3)), known=Identity(id=5, name=REPOSITORY)) == Hints()


@pytest.mark.parametrize(
    "told",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"webhookEvent": "jira:version_updated", "version": {}}, id="another tracker's"),
        pytest.param(payload("edited", milestone={}, changes={"due_on": {"from": None}}), id="no milestone"),
        pytest.param(moved(due_on={}), id="no old date"),
        pytest.param(moved(due_on={"from": "soon"}), id="no instant"),
    ],
)
def test_what_cannot_be_read_is_refused(told: Row) -> None:
    """With the field at fault; never with what stood in it."""
    with pytest.raises(MalformedError) as caught:
        hints(told)
    assert "soon" not in str(caught.value)


def test_the_adapter_reads_a_file_without_asking_anybody() -> None:
    """It knows its repository from the last pull's note."""
    world = World(url="http://127.0.0.1:9", memo=Memo())
    world.memo.write("repository", json.dumps({"id": 77, "name": "acme/zeus"}), until=START)
    told = payload("closed", repository="acme/zeus", issue=row(3, repository_url=f"{API}/acme/zeus"))
    assert world.adapter().hints(told).touched == (f"{KEY}3",)
