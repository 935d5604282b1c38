"""Real answers of GitHub: the whole tracker of bitcoin-core/gui, and recordings of other clients' tests.

The folder that CLIENTVIEW_TEST_DATA names holds them; its README says which public data they are.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.github.history import parse_changes
from adapters.github.parse import Context, parse_issue, parse_milestone
from adapters.github.payloads import is_pull_request, kind_of
from adapters.protocol import Window
from adapters.records import Category, Change, Field, Issue
from tests.adapters.github_world import World, serving

GUI = "bitcoin-core/gui"

pytestmark = pytest.mark.real_data


def context(repository: str) -> Context:
    """Say where payloads come from."""
    return Context(prefix="github", repository=repository, source=f"github:{repository}")


def lines(path: Path) -> Iterator[Any]:
    """Read a gzipped file of one JSON document a line."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


@pytest.fixture(scope="module")
def saved(real_data: Path) -> list[Any]:
    """Load the issues of gui with their timelines."""
    return list(lines(real_data / "github/bitcoin-core_gui.issues.jsonl.gz"))


@pytest.fixture(scope="module")
def records(saved: list[Any]) -> list[tuple[Issue, tuple[Change, ...]]]:
    """Parse them all."""
    here = context(GUI)
    issues = [parse_issue(document["issue"], context=here) for document in saved]
    return [
        (
            issue,
            parse_changes(document["events"], issue_key=issue.key, context=here, resolution=issue.resolution),
        )
        for issue, document in zip(issues, saved, strict=True)
    ]


def test_every_issue_of_gui_is_read(records: list[tuple[Issue, tuple[Change, ...]]]) -> None:
    """341 issues: 208 closed, ten of them as not planned; 14 have a milestone."""
    issues = [issue for issue, _ in records]
    assert Counter(issue.category for issue in issues) == {Category.DONE: 208, Category.TODO: 133}
    assert Counter(issue.resolution for issue in issues) == {"": 133, "completed": 198, "not_planned": 10}
    assert sum(bool(issue.milestones) for issue in issues) == 14


def test_every_event_of_gui_that_counts_is_kept(records: list[tuple[Issue, tuple[Change, ...]]]) -> None:
    """17 entered a milestone, 3 left one; 410 labels set, 45 taken; 61 renamings.

    223 closings and 12 reopenings make 232 changes of status: three issues were closed twice. The
    one type that was set does not say which, and makes none.
    """
    changes = [change for _, history in records for change in history]
    assert Counter(change.field for change in changes) == {
        Field.LABELS: 455,
        Field.STATUS: 232,
        Field.CATEGORY: 232,
        Field.RESOLUTION: 232,
        Field.TITLE: 61,
        Field.MILESTONES: 20,
    }
    entered = [change for change in changes if change.field == Field.MILESTONES and change.new]
    assert len(entered) == 17


def test_the_last_change_of_state_is_the_state(records: list[tuple[Issue, tuple[Change, ...]]]) -> None:
    """Histories end where the issue stands: status, resolution, title and labels."""
    for issue, changes in records:
        ends = {change.field: change.new for change in changes}
        assert ends.get(Field.STATUS, "open") == issue.status
        assert ends.get(Field.RESOLUTION, "") == issue.resolution
        assert ends.get(Field.TITLE, issue.title) == issue.title


def test_ids_are_unique_and_order_the_history(records: list[tuple[Issue, tuple[Change, ...]]]) -> None:
    """Sorting by (at, id) changes nothing."""
    for _, changes in records:
        assert len({change.id for change in changes}) == len(changes)
        assert sorted(changes, key=lambda change: (change.at, change.id)) == list(changes)


def test_the_pull_requests_of_gui_are_known_as_such(real_data: Path) -> None:
    """All 537, saved as pull objects; and no issue is one."""
    pulls = [document["pull"] for document in lines(real_data / "github/bitcoin-core_gui.pulls.jsonl.gz")]
    assert sum(map(is_pull_request, pulls)) == len(pulls) == 537


def test_milestones_of_gui_are_read(real_data: Path) -> None:
    """18 sightings of 14 milestones; none has a date."""
    seen = [
        parse_milestone(document["milestone"], context=context(GUI))
        for document in lines(real_data / "github/bitcoin-core_gui.milestone_snapshots.jsonl.gz")
    ]
    assert (len(seen), {milestone.due_on for milestone in seen}) == (18, {None})


def test_gui_over_http_is_the_same_by_both_faces_and_as_saved(
    saved: list[Any], records: list[tuple[Issue, tuple[Change, ...]]]
) -> None:
    """341 issues in four pages by either face; by REST a timeline each. The answers say the same."""
    left_out = {"type": None, "parent_issue_url": None, "milestone": None, "closed_at": None}
    world = World(
        rows=[{**left_out, **document["issue"]} for document in saved],
        timelines={document["issue"]["number"]: document["events"] for document in saved},
    )
    with serving(world):
        pulls = [list(world.adapter(graphql=face).pull(Window())) for face in ("auto", "off")]
    by_face = [
        ({i for b in batches for i in _facts(b.issues)}, {c for b in batches for c in _facts(b.changes)})
        for batches in pulls
    ]
    assert [len(batches) for batches in pulls] == [4, 4]
    assert by_face[0] == by_face[1]
    assert len(by_face[0][1]) == sum(len(changes) for _, changes in records)


def _facts(found: tuple[Issue, ...] | tuple[Change, ...]) -> Iterator[str]:
    yield from map(repr, found)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("issues", {"issue": 26, "pull request": 16}),
        ("milestones", {"milestone": 1}),
        ("pull_requests", {"pull request": 50}),
        ("events", {"event": 31, "other event": 19}),
    ],
)
def test_rows_recorded_by_devlake_are_read(real_data: Path, name: str, found: dict[str, int]) -> None:
    """REST rows of 2022."""
    path = real_data / f"singles/devlake/_raw_github_api_{name}.jsonl.gz"
    assert Counter(_read(document["payload"]) for document in lines(path)) == found


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Issue.testGetTimeline", {"event": 2}),
        ("SubIssue.testListSubIssues", {"issue": 2}),
        ("Repository.testGetMilestonesWithArguments", {"milestone": 4}),
        ("Repository.testGetMilestones", {"milestone": 1}),
    ],
)
def test_exchanges_recorded_by_pygithub_are_read(real_data: Path, name: str, found: dict[str, int]) -> None:
    """REST answers of 2012 to 2025: the body is the one line that is JSON."""
    text = (real_data / "singles" / "pygithub" / f"{name}.txt").read_text(encoding="utf-8")
    bodies = (json.loads(line) for line in text.splitlines() if line[:2] in {"[{", "[ ", '{"'})
    rows = (r for body in bodies for r in (body if isinstance(body, list) else [body]))
    kinds = Counter(_read(r) for r in rows)
    assert {kind: kinds[kind] for kind in found} == found


def test_pages_recorded_by_octokit_are_read(real_data: Path) -> None:
    """Five pages of issues, as GitHub normalised them: 13 issues listed, and each as it was made."""
    exchanges = json.loads(
        (real_data / "singles/octokit/paginate-issues__raw-fixture.json").read_text("utf-8")
    )
    pages = [e["response"] for e in exchanges if isinstance(e["response"], list)]
    listed = [_read(r) for page in pages for r in page]
    assert Counter(listed) == {"issue": 13}


def _read(raw: Any) -> str:
    """Parse a REST row as what it is, and say what that was."""
    here = context("some/repository")
    if "event" in raw:
        parse_changes([raw], issue_key=here.issue_key(1), context=here)
        return "event" if kind_of(raw) else "other event"
    if "open_issues" in raw:
        parse_milestone(raw, context=here)
        return "milestone"
    if is_pull_request(raw):
        return "pull request"
    parse_issue(raw, context=here)
    return "issue"
