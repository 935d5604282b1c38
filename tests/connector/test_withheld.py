"""Which issues an audience learns nothing of, not even their number."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from adapters.records import Issue
from connector.disclosure.internal import withheld
from connector.disclosure.policy import Policy
from tests.connector import disclosure_sample as sample

TODAY = dt.date(2026, 11, 23)
POLICY = sample.policy(
    embargo_labels=("fair",),
    embargoes={"spring": dt.date(2027, 3, 1)},
    tell_first=("tell-first",),
    told={"kite-1": TODAY},
    today=TODAY,
)


def keys(*issues: Issue, policy: Policy = POLICY) -> set[int]:
    """Return the numbers of the issues that are withheld."""
    return {int(key.rpartition(":")[2]) for key in withheld(sample.facts(*issues), policy)}


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"security": "Board"}, id="a security level, and no label"),
        pytest.param({"labels": ("internal",)}, id="an internal label, and no level"),
        pytest.param({"labels": ("web", "Private/x")}, id="an internal label behind another"),
        pytest.param({"labels": ("web", "fair")}, id="an embargo label behind another"),
        pytest.param({"labels": ("Spring",)}, id="an embargo that has not ended"),
        pytest.param({"labels": ("tell-first",)}, id="to be told in person first"),
        pytest.param({"labels": ("tell-first", "internal")}, id="internal, and to be told first"),
    ],
)
def test_one_reason_is_enough(more: dict[str, object]) -> None:
    """A security level, an internal label, an embargo or an open talk alone keeps an issue back."""
    assert keys(sample.issue(2, "x", **more), sample.issue(3, "y", labels=("web",))) == {2}


def test_who_was_told_is_found_by_reference_or_key() -> None:
    """An issue that waits for a talk is told once the policy names it, by what people or programs call it."""
    first = sample.issue(1, "x", labels=("tell-first",))
    second = sample.issue(2, "y", labels=("tell-first",))
    assert keys(first, second) == {2}
    assert keys(first, second, policy=replace(POLICY, told={"jira:issue:2": TODAY})) == {1}


def test_what_is_below_a_withheld_issue_is_withheld() -> None:
    """Children and their children are, whichever stands first; parents and siblings are not."""
    tree = (
        sample.issue(5, "grandchild", parent="jira:issue:4"),
        sample.issue(6, "another grandchild", parent="jira:issue:4"),
        sample.issue(1, "parent"),
        sample.issue(2, "marked", parent="jira:issue:1", labels=("internal",)),
        sample.issue(3, "sibling", parent="jira:issue:1"),
        sample.issue(4, "child", parent="jira:issue:2"),
        sample.issue(7, "another child", parent="jira:issue:2"),
        sample.issue(8, "below the sibling", parent="jira:issue:3"),
    )
    assert keys(*tree) == {2, 4, 5, 6, 7}
    assert keys(*reversed(tree)) == {2, 4, 5, 6, 7}


def test_a_child_that_is_marked_itself_still_has_its_own_below() -> None:
    """Two marks in one line of descent hide all that is below either, and a ring of parents ends."""
    assert keys(
        sample.issue(1, "x", security="Board", parent="jira:issue:3"),
        sample.issue(2, "y", labels=("internal",), parent="jira:issue:1"),
        sample.issue(3, "z", parent="jira:issue:2"),
    ) == {1, 2, 3}


def test_nothing_marked_withholds_nothing() -> None:
    """Ordinary labels and no security level keep nothing back."""
    assert keys(sample.issue(1, "x", labels=("web", "internals")), sample.issue(2, "y")) == set()
