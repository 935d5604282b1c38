"""One issue: where it lands, where it stands, how big it is."""

from __future__ import annotations

import datetime as dt

import pytest

from adapters.records import Category
from mappings.classify import (
    disposition_of,
    nature_of,
    origin_of,
    parents,
    place,
    size_of,
    verdict_of,
)
from mappings.concepts import Concept, Disposition, Nature, Origin, Verdict
from mappings.values import day_of, number_of, value_of
from tests.mappings.records import SOURCE, IssueParts, issue, preset, rules

SCRUM = preset("jira-scrum")
GITHUB = preset("github-milestones")
DONE = Category.DONE


def test_the_first_rule_that_matches_counts() -> None:
    """Rules are asked in the order of the file; the trace names file, line and rule."""
    placement = place(issue(type="Risk", level=0), SCRUM, has_children=False)
    assert placement.concept is Concept.RISK
    assert placement.rule.startswith("jira-scrum:")
    assert placement.rule.endswith(" risks")
    assert placement.why == "type is 'Risk' or 'Risiko' or '风险'"


def test_without_a_matching_rule_an_issue_has_no_place() -> None:
    """A file without catch-all leaves issues unplaced, and says so."""
    only_risks = rules('[[rule]]\nname = "r"\nconcept = "risk"\nwhen = { type = "Risk" }\n')
    placement = place(issue(type="Story"), only_risks, has_children=False)
    assert (placement.concept, placement.why) == (None, "no rule matched")


def test_rules_of_another_concept_claim() -> None:
    """An issue that a later rule would make something else names that rule; the catch-all never claims."""
    placement = place(issue(type="Risk", labels=("feedback",)), SCRUM, has_children=False)
    assert placement.concept is Concept.RISK
    assert [claim.split(" ", 1)[1] for claim in placement.claims] == ["feedback"]


def test_a_second_rule_of_the_same_concept_does_not_claim() -> None:
    """An epic by level and by name is no conflict."""
    assert place(issue(type="Epic", level=1), SCRUM, has_children=False).claims == ()


@pytest.mark.parametrize(
    ("category", "status", "resolution", "expected"),
    [
        pytest.param(Category.TODO, "Open", "", Disposition.OPEN, id="to do"),
        pytest.param(Category.DOING, "Review", "", Disposition.DOING, id="doing"),
        pytest.param(DONE, "Closed", "", Disposition.DONE, id="done without any resolution"),
        pytest.param(DONE, "Closed", "Fixed", Disposition.DONE, id="done"),
        pytest.param(DONE, "Closed", "won't do", Disposition.DROPPED, id="dropped by resolution, any case"),
        pytest.param(DONE, "Cancelled", "", Disposition.DROPPED, id="dropped by status"),
        pytest.param(Category.DOING, "Reopened", "Duplicate", Disposition.DOING, id="resolution left behind"),
        pytest.param(Category.UNKNOWN, "Old status", "Fixed", Disposition.DONE, id="no category: resolution"),
        pytest.param(
            Category.UNKNOWN, "Old status", "Won't Fix", Disposition.DROPPED, id="the same, dropped"
        ),
        pytest.param(Category.UNKNOWN, "Old status", "", Disposition.OPEN, id="nothing known"),
    ],
)
def test_where_an_issue_stands(
    category: Category, status: str, resolution: str, expected: Disposition
) -> None:
    """The category decides; a dropping resolution counts only once the work is over."""
    found = disposition_of(issue(category=category, status=status, resolution=resolution), SCRUM)
    assert found is expected


def test_statuses_may_be_done_by_name() -> None:
    """`[done] statuses` adds to the category."""
    shipped = rules('[done]\nstatuses = ["Shipped"]')
    assert disposition_of(issue(status="shipped", category=Category.DOING), shipped) is Disposition.DONE


def test_sizes_in_each_unit() -> None:
    """Items count one each; points and hours are the tracker's; what nobody sized has no size."""
    sized = issue(points=5.0, hours=12.0)
    assert size_of(sized, rules("")) == 1.0
    assert size_of(sized, rules('size = "points"')) == 5.0
    assert size_of(sized, rules('size = "hours"')) == 12.0
    assert size_of(issue(), rules('size = "points"')) is None


def test_sizes_from_a_field_or_label() -> None:
    """A mapped estimate comes before the tracker's own; nonsense is no size."""
    by_field = rules('size = { field = "Effort", unit = "hours" }')
    assert size_of(issue(hours=1.0, fields={"Effort": 8.0}), by_field) == 8.0
    assert size_of(issue(hours=1.0), by_field) == 1.0
    by_label = rules('size = "points"\n[fields]\nestimate = { label = "size/" }')
    assert size_of(issue(labels=("bug", "Size/3")), by_label) == 3.0
    assert size_of(issue(points=-2.0), by_label) is None


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        pytest.param({"status": "Open", "category": Category.TODO}, Verdict.PROPOSED, id="open"),
        pytest.param({"status": "Approved", "category": Category.TODO}, Verdict.APPROVED, id="status"),
        pytest.param({"category": DONE, "resolution": "Done"}, Verdict.APPROVED, id="done"),
        pytest.param({"category": DONE, "resolution": "Won't Do"}, Verdict.REJECTED, id="dropped"),
        pytest.param({"category": DONE, "status": "Rejected"}, Verdict.REJECTED, id="rejected before done"),
    ],
)
def test_verdicts(parts: IssueParts, expected: Verdict) -> None:
    """A request is what its status says; done means approved unless it was rejected or dropped."""
    assert verdict_of(issue(**parts), SCRUM) is expected


def test_nature_and_origin() -> None:
    """Rules tell defects from new wishes and whose wish it is; else both are unknown."""
    assert nature_of(issue(type="Bug"), SCRUM) is Nature.DEFECT
    assert nature_of(issue(type="Story", labels=("Bug",)), SCRUM) is Nature.DEFECT
    assert nature_of(issue(type="Story"), SCRUM) is Nature.NEW
    assert nature_of(issue(type="Task"), SCRUM) is Nature.UNKNOWN
    assert origin_of(issue(labels=("client-request",)), SCRUM) is Origin.CLIENT
    assert origin_of(issue(labels=("vendor",)), SCRUM) is Origin.THIRD_PARTY
    assert origin_of(issue(), SCRUM) is Origin.UNKNOWN


def test_parents_of_sub_tasks_alone_are_none() -> None:
    """Only children that are something themselves make a parent."""
    story, task, sub_task = (
        issue(1),
        issue(2, parent="APO-1", source=SOURCE),
        issue(3, parent="APO-2", level=-1),
    )
    assert parents([story, task, sub_task], {SOURCE: SCRUM}) == {"APO-1"}


def test_issues_without_rules_make_no_parent() -> None:
    """An issue of a source that has no rules takes no part."""
    assert parents([issue(2, parent="APO-1", source="jira:OLD")], {SOURCE: SCRUM}) == frozenset()


BODY = """We should say this nicely.

### Client title

Checkout in one step

### Impact

_No response_

h2. Client text
First line
second line
"""


def test_values_come_from_fields_labels_and_headings() -> None:
    """A value is the first found in fields, then labels, then below a heading; unanswered forms are empty."""
    written = issue(body=BODY.replace("\n", "\r\n"), labels=("Likelihood: High",))
    assert value_of(written, GITHUB, "client_title") == "Checkout in one step"
    assert value_of(written, GITHUB, "client_text") == "First line\nsecond line"
    assert value_of(written, GITHUB, "likelihood") == "high"
    assert value_of(written, GITHUB, "impact") == ""
    assert value_of(written, SCRUM, "estimate") == ""


def test_a_field_comes_before_a_heading() -> None:
    """The custom field is what people maintain; a list is written with commas."""
    both = issue(body=BODY, fields={"Client title": "From the field", "Client text": ("a", "b")})
    assert value_of(both, SCRUM, "client_title") == "From the field"
    assert value_of(both, SCRUM, "client_text") == "a, b"


def test_numbers_and_days_are_read_from_the_start() -> None:
    """A number or day may be followed by anything; without one there is none."""
    assert (number_of("2,5 days"), number_of("about 3")) == (2.5, None)
    assert day_of("2026-09-30T10:00:00.000+0000") == dt.date(2026, 9, 30)
    assert (day_of("soon"), day_of("")) == (None, None)
