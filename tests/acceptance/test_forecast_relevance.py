"""What of a long list of open milestones is shown: what matters first, what lies idle as a count."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.desk import Desk, Document
from tests.acceptance.sites import Paper
from tests.acceptance.tales import JiraTale, begin, told
from tests.acceptance.test_forecast import finish_item
from tests.trackers.worlds import after

NOW, IDLE = 130, 7


def story(tale: JiraTale) -> None:
    """Tell of two dated releases, two that move, one that last moved 91 days ago, and empty ones."""
    tale.milestone("Late", after(0), after(NOW + 40).date())
    tale.milestone("Soon", after(0), after(NOW + 10).date())
    for name, day in (("Stale", NOW - 91), ("Busy", NOW - 1), ("Slow", NOW - 89)):
        tale.milestone(name, after(0), None)
        tale.item(f"{name} item", after(day), name)
    for number in range(IDLE - 1):
        tale.milestone(f"Empty {number}", after(0), None)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Sync once, on the last day."""
    desk, tale = Desk(tmp_path_factory.mktemp("relevance")), JiraTale()
    story(tale)
    desk.now = after(NOW)
    with told("cloud", tale, desk) as (_server, source):
        Paper(sources=[source]).write(desk)
        desk.do("sync")
    return desk


def names(document: Document) -> list[str]:
    """Return what is forecast, in order."""
    return [one["name"] for one in document["milestones"]]


def test_what_has_a_date_comes_first_then_what_moves(desk: Desk) -> None:
    """The next day first; of the others what moved last; what lies idle comes behind them all."""
    document = desk.do("forecast", "apollo", "--json").document
    assert names(document)[:5] == ["Soon", "Late", "Busy", "Slow", "Stale"]
    assert [one["idle"] for one in document["milestones"]] == [False] * 4 + [True] * IDLE


def test_what_lies_idle_is_a_count_unless_all_is_asked_for(desk: Desk) -> None:
    """The count says how to see it; data for programs always has everything."""
    short, whole = desk.do("forecast", "apollo").out, desk.do("forecast", "apollo", "--all").out
    assert "7 more without a date, where nothing happened for 90 days: --all" in short
    assert "Slow: " in short
    assert "Stale: " not in short
    assert "Empty" not in short
    assert "--all" not in whole
    assert "Stale: " in whole
    assert "Empty 5: " in whole
    assert len(names(desk.do("forecast", "apollo", "--json").document)) == 4 + IDLE


def test_why_the_date_of_an_idle_one_moved_is_told_only_where_all_is_asked_for(desk: Desk) -> None:
    """It costs time, and nobody asked."""
    since = ("--since", f"{after(NOW - 20):%Y-%m-%d}", "--json")
    short, whole = (desk.do("forecast", "apollo", *since, *more).document for more in ((), ("--all",)))
    assert [one["moved"] is None for one in short["milestones"]] == [False] * 4 + [True] * IDLE
    assert all(one["moved"] is not None for one in whole["milestones"])


@pytest.mark.parametrize("kind", ["cloud", "center", "github"])
def test_what_was_deleted_before_anybody_looked_bears_its_last_name(kind: str, tmp_path: Path) -> None:
    """As of a day on which work lay in it, it is forecast by its name; from the first sync on it is gone."""
    desk, tale = Desk(tmp_path), begin(kind)
    tale.milestone("Old", after(0), None)
    tale.milestone("New", after(0), None)
    for number in range(6):
        tale.item(f"item {number}", after(number), "Old")
        finish_item(tale, f"item {number}", after(number + 0.5))
        tale.transfer(f"item {number}", after(20), "New")
    tale.remove("Old", after(22))
    desk.now = after(30)
    with told(kind, tale, desk) as (_server, source):
        Paper(sources=[source]).write(desk)
        desk.do("sync")
    assert names(desk.do("forecast", "apollo", "--json").document) == ["New"]
    then = desk.do("forecast", "apollo", "--json", "--as-of", f"{after(10):%Y-%m-%d}").document
    assert "Old" in names(then)
    assert "Old: 0 of 6 items open" in desk.do("forecast", "apollo", "--as-of", f"{after(10):%Y-%m-%d}").out
