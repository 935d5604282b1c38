"""Risks: what an issue says of one, in words of three languages, and what stands below it."""

from __future__ import annotations

import datetime as dt

import pytest

from adapters.records import Category, Issue
from mappings.concepts import Disposition, Risk, Treatment
from mappings.picture import map_project
from mappings.risks import treatment_of
from tests.mappings.records import SOURCE, issue, preset

DAY = dt.date(2026, 10, 1)


def risk(name: str, *issues: Issue) -> Risk:
    """Return the only risk that a preset makes of some issues."""
    picture = map_project(issues, (), {SOURCE: preset(name)})
    assert len(picture.risks) == 1
    return picture.risks[0]


@pytest.mark.parametrize("name", ["jira-scrum", "jira-releases"])
def test_a_jira_risk_says_all_of_itself(name: str) -> None:
    """Category, day, response and owner come from the fields that the presets name."""
    fields = {
        "Risk category": "supplier",
        "Proximity": "2026-10-01",
        "Risk response": "Mitigate",
        "Risk owner": "Mira",
        "Review on": "2026-10-01T09:00:00Z",
    }
    found = risk(name, issue(1, type="Risk", fields=dict(fields)))
    assert (found.category, found.proximity_on, found.treatment) == ("supplier", DAY, Treatment.REDUCE)
    assert (found.owner, found.review_on) == ("Mira", DAY)


def test_a_github_risk_says_all_of_itself() -> None:
    """Labels and the answers of an issue form say the same."""
    body = "### Proximity\n\n2026-10-01\n\n### Owner\n\nMira\n\n### Review on\n\n_No response_\n"
    found = risk(
        "github-milestones",
        issue(1, level=None, labels=("risk", "treatment:share", "risk-category/legal"), body=body),
    )
    assert (found.category, found.proximity_on, found.treatment) == ("legal", DAY, Treatment.SHARE)
    assert (found.owner, found.review_on) == ("Mira", None)


@pytest.mark.parametrize(
    ("word", "treatment"),
    [
        ("Avoid", Treatment.AVOID),
        ("mindern", Treatment.REDUCE),
        ("转移", Treatment.TRANSFER),
        ("akzeptieren", Treatment.ACCEPT),
        ("分担", Treatment.SHARE),
        ("hope", None),
        ("", None),
    ],
)
def test_the_five_responses_in_three_languages(word: str, treatment: Treatment | None) -> None:
    """An unknown word is none: nothing is guessed."""
    assert treatment_of(word) is treatment


def test_the_steps_are_what_stands_below() -> None:
    """Whatever stands below a risk is a step, with day and state; scope stays scope as well."""
    below = issue(2, type="Sub-task", level=-1, parent="APO-1", due_on=DAY, category=Category.DONE)
    item = issue(3, type="Story", parent="APO-1", fields={"Client title": "We ask a second provider"})
    picture = map_project((issue(1, type="Risk"), below, item), (), {SOURCE: preset("jira-scrum")})
    steps = picture.risks[0].actions
    assert [step.key for step in steps] == ["APO-2", "APO-3"]
    assert (steps[0].due_on, steps[0].disposition) == (DAY, Disposition.DONE)
    assert steps[1].words == "We ask a second provider"
    assert [one.key for one in picture.items] == ["APO-3"]
