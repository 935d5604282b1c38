"""The picture of a whole project."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields

from hypothesis import given
from hypothesis import strategies as st

from adapters.records import Category, Issue, Link, LinkKind
from mappings.concepts import Base, Disposition, Level, Picture, Verdict
from mappings.goals import goal_chain
from mappings.picture import map_project
from mappings.risks import level_of
from tests.mappings.records import AT, SOURCE, issue, link, preset

SCRUM = preset("jira-scrum")
HUB = preset("github-milestones")


def picture(*issues: Issue, links: tuple[Link, ...] = ()) -> Picture:
    """Map issues by the preset jira-scrum."""
    return map_project(issues, links, {SOURCE: SCRUM})


def hub(*issues: Issue) -> Picture:
    """Map issues by the preset github-milestones."""
    return map_project(issues, (), {SOURCE: HUB})


def test_goals_above_an_item_nearest_first() -> None:
    """An item lists the goals above it through items and through goals under goals."""
    found = picture(
        issue(1, type="Initiative", level=2),
        issue(2, type="Epic", level=1, parent="APO-1"),
        issue(3, type="Story", level=0, parent="APO-2"),
        issue(4, type="Task", level=0, parent="APO-3"),
        issue(5, type="Sub-task", level=-1, parent="APO-3"),
    )
    assert [goal.key for goal in found.goals] == ["APO-1", "APO-2"]
    assert {item.key: item.goals for item in found.items} == {
        "APO-3": ("APO-2", "APO-1"),
        "APO-4": ("APO-2", "APO-1"),
    }
    assert found.nothing == 1


def test_a_circle_of_parents_ends() -> None:
    """Broken hierarchies exist; each goal of a circle is named once."""
    parent = {"a": "b", "b": "c", "c": "a"}
    assert goal_chain("a", parent.get, lambda _: True) == ("b", "c")


def test_a_github_parent_is_a_goal_unless_it_says_otherwise() -> None:
    """On GitHub a parent issue is a goal; a change request with sub-issues stays one, unambiguously."""
    found = hub(
        issue(1),
        issue(2, parent="APO-1"),
        issue(3, labels=("change-request",)),
        issue(4, parent="APO-3"),
        issue(5),
        issue(6, parent="APO-5", labels=("subtask",)),
    )
    assert [goal.key for goal in found.goals] == ["APO-1"]
    assert [item.key for item in found.items] == ["APO-2", "APO-4", "APO-5"]
    assert [request.covers for request in found.change_requests] == [("APO-4",)]
    assert found.unplaced == ()


def test_what_a_change_request_covers() -> None:
    """By link of the kind, by a link whose word the rules name in either direction, by parent, and below."""
    found = picture(
        issue(1, type="Change Request"),
        issue(2),
        issue(3),
        issue(4),
        issue(5, parent="APO-1"),
        issue(6, parent="APO-3"),
        links=(
            link(1, 2, kind=LinkKind.COVERS, name="authorises"),
            link(3, 1, name="is covered by"),
            link(1, 4, name="relates to"),
        ),
    )
    assert found.change_requests[0].covers == ("APO-2", "APO-3", "APO-5", "APO-6")


def test_what_covers_from_the_other_side_covers_nothing() -> None:
    """A link of kind COVERS is read from the request to the item only."""
    found = picture(issue(1, type="Change Request"), issue(2), links=(link(2, 1, kind=LinkKind.COVERS),))
    assert found.change_requests[0].covers == ()


def test_covering_a_goal_approves_no_later_additions() -> None:
    """A linked goal is covered itself; what stands below it is not taken along."""
    found = picture(
        issue(1, type="Change Request"),
        issue(2, type="Epic", level=1),
        issue(3, parent="APO-2"),
        links=(link(1, 2, name="covers"),),
    )
    assert found.change_requests[0].covers == ("APO-2",)


def test_when_a_change_request_was_decided() -> None:
    """The mapped day comes first, then closing; an open request has no instant."""
    found = picture(
        issue(2, type="Change Request", status="Approved", fields={"Decided on": "2026-09-20"}),
        issue(3, type="Change Request", category=Category.DONE, closed_at=AT),
        issue(4, type="Change Request"),
    )
    assert [request.decided_at for request in found.change_requests] == [
        dt.datetime(2026, 9, 20, tzinfo=dt.UTC),
        AT,
        None,
    ]
    assert found.change_requests[2].verdict is Verdict.PROPOSED


def test_risks_carry_level_and_response() -> None:
    """Likelihood, impact and responses come from where the rules say; an unknown word is no level."""
    risk = picture(
        issue(
            1,
            type="Risk",
            labels=("likelihood:High",),
            fields={"Impact": "mittel", "Response": "call them", "Client response": "We agree on a date."},
        )
    ).risks[0]
    assert (risk.likelihood, risk.impact) == (Level.HIGH, Level.MEDIUM)
    assert (risk.response, risk.client_response) == ("call them", "We agree on a date.")
    assert (level_of("7"), level_of("")) == (None, None)


def test_what_waits_on_the_client() -> None:
    """A client action tells when it is needed and what it holds up; a decision when it is needed."""
    due_on = dt.date(2026, 10, 1)
    found = picture(
        issue(1, type="Client Action", due_on=due_on),
        issue(2),
        issue(3, type="Decision", due_on=due_on, fields={"Needed by": "2026-09-25"}),
        links=(link(1, 2, kind=LinkKind.BLOCKS), link(2, 1, kind=LinkKind.RELATES)),
    )
    assert (found.client_actions[0].needed_by, found.client_actions[0].holds_up) == (due_on, ("APO-2",))
    assert found.decisions[0].needed_by == dt.date(2026, 9, 25)


def test_feedback_tells_its_state_in_client_words() -> None:
    """The first state that fits gives the words; a dropped one was not taken up."""
    done = Category.DONE
    found = picture(
        issue(1, type="Feedback"),
        issue(2, type="Feedback", category=Category.DOING),
        issue(3, type="Feedback", category=done),
        issue(4, type="Feedback", category=done, resolution="Won't Do"),
    )
    assert [entry.state for entry in found.feedback] == [
        "received",
        "being looked at",
        "done",
        "not taken up",
    ]


def test_ambiguous_issues_have_a_place_and_are_listed() -> None:
    """An issue that two concepts claim is placed by the first rule and shown to the PM as ambiguous."""
    found = picture(issue(1, type="Risk", labels=("feedback",)))
    assert [risk.key for risk in found.risks] == ["APO-1"]
    assert [(entry.key, entry.ambiguous) for entry in found.unplaced] == [("APO-1", True)]
    assert "feedback" in found.unplaced[0].reason


def test_a_source_without_rules_is_unplaced() -> None:
    """Issues of a source that has no rules are reported, never guessed at."""
    (entry,) = picture(issue(1, source="jira:OLD")).unplaced
    assert (entry.ambiguous, entry.reason) == (False, "its source jira:OLD has no rules")


ISSUES = st.lists(
    st.builds(
        issue,
        st.integers(1, 9),
        type=st.sampled_from(["Story", "Risk", "Epic", "Feedback", "Decision"]),
        level=st.sampled_from([None, -1, 0, 1]),
        labels=st.sampled_from([(), ("feedback",), ("client-action",), ("change-request",)]),
        parent=st.none() | st.integers(1, 9).map(lambda number: f"APO-{number}"),
        category=st.sampled_from(Category),
        resolution=st.sampled_from(["", "Done", "Duplicate"]),
    ),
    unique_by=lambda made: made.key,
)
LINKS = st.lists(
    st.builds(
        link, st.integers(1, 9), st.integers(1, 9), kind=st.sampled_from(LinkKind), name=st.just("covers")
    )
)


@given(issues=ISSUES, links=LINKS)
def test_every_issue_has_exactly_one_place(issues: list[Issue], links: list[Link]) -> None:
    """Whatever the records, each issue has one place, and lists are in order of keys."""
    found = picture(*issues, links=tuple(links))
    lists = [
        getattr(found, field.name) for field in fields(found) if field.name not in ("unplaced", "nothing")
    ]
    keys = [concept.key for concepts in lists for concept in concepts if isinstance(concept, Base)]
    without_rule = [entry for entry in found.unplaced if not entry.ambiguous]
    assert len(keys) == len(set(keys))
    assert len(keys) + found.nothing + len(without_rule) == len(issues)
    assert all([c.key for c in concepts] == sorted(c.key for c in concepts) for concepts in lists)
    assert all(request.key not in request.covers for request in found.change_requests)


def test_a_dropped_item_stays_in_the_list() -> None:
    """Dropped items are told, not forgotten: the ledger takes them out."""
    (item,) = picture(issue(1, category=Category.DONE, resolution="Duplicate")).items
    assert item.disposition is Disposition.DROPPED


def test_a_decision_carries_its_options_and_its_outcome() -> None:
    """What can be chosen and what was, for the team and for the client, who decided and when."""
    body = "h2. Options\n\nkeep it dear\n\nh2. Client options\n\n- A\n- B\n"
    fields = {
        "Outcome": "B, grudgingly",
        "Client outcome": "B",
        "Decided by": "Ole",
        "Decided on": "2026-09-20",
    }
    found = picture(issue(1, type="Decision", body=body, fields=dict(fields))).decisions[0]
    assert (found.options, found.block_options) == ("keep it dear", "- A\n- B")
    assert (found.outcome, found.client_outcome) == ("B, grudgingly", "B")
    assert (found.decided_by, found.decided_on) == ("Ole", dt.date(2026, 9, 20))
