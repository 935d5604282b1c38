"""Decisions for clients: what can be chosen while one is open, what was chosen once it is taken."""

from __future__ import annotations

from dataclasses import replace

from connector.disclosure.view import DecisionView
from mappings.concepts import Decision, Disposition
from tests.connector import disclosure_sample as sample

ASKED = "Do gift cards expire?"
DECISION = Decision(
    key="jira:issue:591",
    ref="KITE-91",
    title="expiry, the eternal debate",
    type="Decision",
    client_title=ASKED,
    client_options="- Three years\n- Never, which costs two days",
    client_outcome="They expire after **three years**.",
    options="never costs us 4,000 EUR margin",
    outcome="gave in",
    decided_by="Ole Brandt",
    decided_on=sample.day("2026-11-02"),
    created_at=sample.NOW,
)


def told(decision: Decision, *switches: str) -> DecisionView:
    """Return the decision as a policy shows it that opens these switches."""
    picture = replace(sample.PICTURE, decisions=(decision,))
    policy = replace(sample.policy(), show={"decisions": frozenset({"title", "state", *switches})})
    view = sample.projection(policy=policy, state=replace(sample.STATE, picture=picture)).view
    return view.decisions[0]


def test_options_of_an_open_one() -> None:
    """What can be chosen is told while it can be chosen; there is no outcome yet."""
    view = told(DECISION, "options", "outcome", "decided")
    assert view.options is not None
    assert "which costs two days" in view.options.text
    assert (view.outcome, view.decided) == (None, None)


def test_the_outcome_of_one_that_is_taken() -> None:
    """What was chosen, and on which day somebody wrote that it was; the options are over."""
    view = told(replace(DECISION, disposition=Disposition.DONE), "options", "outcome", "decided")
    assert view.outcome is not None
    assert view.outcome.text == "They expire after three years."
    assert view.decided is not None
    assert view.decided.on == sample.day("2026-11-02")
    assert view.options is None


def test_nothing_shows_that_is_not_opened() -> None:
    """Neither the options nor the outcome without its switch."""
    assert told(DECISION).options is None
    assert told(replace(DECISION, disposition=Disposition.DONE)).outcome is None


def test_what_the_team_wrote_stays_inside() -> None:
    """Its own options, its own outcome and who decided are no value of any edition."""
    picture = replace(sample.PICTURE, decisions=(DECISION,))
    manifest = sample.projection(state=replace(sample.STATE, picture=picture)).manifest
    assert not {"Decision.options", "Decision.outcome", "Decision.decided_by"} & {
        entry.source_field for entry in manifest
    }
