"""The time machine for one issue."""

from __future__ import annotations

from adapters.records import Category, ChangeMode, Field
from connector.analysis.history import at, versions
from tests.builders import change, closed, day, issue, moved, version


def test_state_at_creation_is_rebuilt_backwards() -> None:
    """What was set at creation has no change of its own; it follows from undoing all later ones."""
    told = versions(
        issue(1, milestones=(version(2),), title="New words"),
        (*moved(1, 3, out=1, into=2), change(1, 4, Field.TITLE, old_text="Old words", new_text="New words")),
    )
    first = told[0].issue
    assert (first.milestones, first.title) == ((version(1),), "Old words")
    assert told[-1].issue.milestones == (version(2),)


def test_an_element_added_removed_and_added_again_is_folded_in_order() -> None:
    """Membership is an ordered fold, not set arithmetic."""
    told = versions(
        issue(1, milestones=(version(1),)),
        (*moved(1, 1, into=1), *moved(1, 2, out=1), *moved(1, 3, into=1)),
    )
    assert [bool(v.issue.milestones) for v in told] == [False, True, False, True]


def test_list_changes_carry_the_whole_list() -> None:
    """A Jira label change tells the whole list before and after."""
    told = versions(
        issue(1, labels=("a", "b")),
        (change(1, 2, Field.LABELS, mode=ChangeMode.LIST, old_list=("a",), new_list=("a", "b")),),
    )
    assert told[0].issue.labels == ("a",)


def test_a_list_a_rule_asked_for_goes_back_into_its_field() -> None:
    """A custom field that is a list has its whole list before and after, beside the other fields."""
    told = versions(
        issue(1, fields={"Team": ("web", "app"), "Area": "shop"}),
        (change(1, 2, "field:Team", mode=ChangeMode.LIST, old_list=("web",), new_list=("web", "app")),),
    )
    assert told[0].issue.fields == {"Team": ("web",), "Area": "shop"}


def test_closing_instant_follows_the_category() -> None:
    """An issue is closed from the instant its status entered a done category, and not before."""
    told = versions(issue(1, category=Category.DONE, status="Done", resolution="Done"), closed(1, 5))
    assert (told[0].issue.closed_at, told[-1].issue.closed_at) == (None, day(5))
    assert told[0].issue.category is Category.TODO


def test_without_any_history_a_closed_issue_was_open_until_it_was_closed() -> None:
    """A tracker that keeps no history still says when an issue was closed."""
    done = issue(1, category=Category.DONE, status="Closed", resolution="Fixed", closed_at=day(9))
    told = versions(done, ())
    before, after = at(told, day(8)), at(told, day(9))
    assert before is not None
    assert after is not None
    assert (before.category, before.resolution) == (Category.TODO, "")
    assert (after.category, after.closed_at) == (Category.DONE, day(9))


def test_nothing_exists_before_it_was_created() -> None:
    """Before its creation an issue is not there."""
    assert at(versions(issue(1), ()), day(-1)) is None


def test_the_last_version_is_the_issue_as_it_is() -> None:
    """Whatever the history says, the present is never altered but for its own instants."""
    now = issue(1, category=Category.DONE, status="Done", resolution="Done", milestones=(version(1),))
    last = versions(now, (*moved(1, 2, into=1), *closed(1, 5)))[-1].issue
    assert (last.status, last.milestones, last.category) == ("Done", (version(1),), Category.DONE)


def test_a_broken_number_or_date_in_history_is_unknown_not_an_error() -> None:
    """Tracker text is untrusted: a value that cannot be read is unknown."""
    told = versions(issue(1, points=3.0), (change(1, 1, Field.POINTS, old="three", new="3"),))
    assert told[0].issue.points is None
