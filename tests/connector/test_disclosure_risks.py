"""Risks for clients: what a policy opens of how a risk is met, and nothing of what the team says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connector.disclosure.view import RiskView
from tests.connector import disclosure_sample as sample


def provider(*switches: str, language: str = "en") -> RiskView:
    """Return the sample's first risk as a policy shows it that opens these switches."""
    policy = replace(sample.policy(), show={"risks": frozenset({"title", *switches})})
    view = sample.projection(policy=policy, language=language).view
    return next(one for one in view.risks if one.head.title and "provider" in one.head.title.value)


def test_nothing_shows_that_is_not_opened() -> None:
    """Without its switch each of the further facts is absent."""
    risk = provider()
    assert (risk.treatment, risk.proximity, risk.review, risk.steps) == (None, None, None, ())


@pytest.mark.parametrize(
    ("language", "word"),
    [("en", "We make it smaller"), ("de", "Wir verringern es"), ("zh-CN", "设法降低")],
)
def test_how_it_is_met_in_words(language: str, word: str) -> None:
    """The response in words for a reader, not the trade's."""
    risk = provider("treatment", language=language)
    assert risk.treatment is not None
    assert risk.treatment.word.value == word


def test_its_days() -> None:
    """From when it would strike, and when it is looked at again."""
    risk = provider("proximity", "review")
    assert risk.proximity is not None
    assert risk.review is not None
    assert (risk.proximity.on, risk.review.on) == (sample.day("2026-12-04"), sample.day("2026-11-30"))


def test_steps_with_client_words_alone() -> None:
    """A step that nobody worded is not there, not even as a number; one that is has its day and state."""
    steps = provider("steps").steps
    assert [step.head.title.value for step in steps if step.head.title] == ["Second provider tested"]
    assert steps[0].due is not None
    assert steps[0].due.on == sample.day("2026-12-02")
    assert steps[0].head.state is not None


def test_who_watches_it_and_its_category_stay_inside() -> None:
    """No switch opens them."""
    manifest = sample.projection().manifest
    named = {entry.source_field for entry in manifest}
    assert not named & {"Risk.owner", "Risk.category", "RiskAction.title", "RiskAction.ref"}
