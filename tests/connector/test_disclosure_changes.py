"""Each edition says what is new to its audience, and nothing that they have seen before."""

from __future__ import annotations

from dataclasses import replace

from connector.analysis.state import HealthStatus
from connector.disclosure.changes import NoveltyKind, new_to_audience
from connector.disclosure.projector import project_for_client
from connector.disclosure.view import ChangeKind, ClientView
from mappings.concepts import Disposition
from tests.connector import disclosure_sample as sample


def told(view: ClientView) -> list[tuple[str, str, str, str]]:
    """Return the changes of a view as a reader sees them."""
    return [
        (str(entry.word), str(entry.what), str(entry.before or ""), str(entry.after or ""))
        for entry in view.changes.entries
    ]


def test_the_first_edition_says_so() -> None:
    """Before the first edition nothing was told, so nothing changed."""
    changes = sample.projection().view.changes
    assert str(changes.sentence) == "This is the first edition."
    assert changes.entries == ()


def test_tells_what_changed_most_telling_first() -> None:
    """What is finished, then dates with both days, then what is new, then numbers."""
    view = sample.projection(previous=sample.earlier_view()).view
    checkout = "Checkout open for test customers"
    assert told(view) == [
        ("Goal complete", "Search the catalogue in three languages", "", ""),
        ("Feedback settled", "Search felt slow with umlauts", "", ""),
        ("Planned date", checkout, "4 December 2026", "11 December 2026"),
        ("New feedback", "Prices are hard to read on small phones", "", ""),
        ("Done", "Pay by card, invoice and voucher", "7 of 16", "9 of 16"),
        ("Scope", "Scope: Added, not yet decided", "3", "4 to 5"),
        ("Scope", "Scope: Today", "45 to 46", "46 to 48"),
        ("Scope", "Scope: Done so far", "25", "28"),
    ]
    assert str(view.changes.sentence) == "Since the edition of 16 November 2026:"


def test_no_change_is_said() -> None:
    """Where nothing changed, the page says so with the day of the edition before."""
    view = sample.projection(previous=sample.projection().view).view
    assert str(view.changes.sentence) == "Nothing has changed since the edition of 23 November 2026."


def test_what_the_client_delivered_is_thanked_for() -> None:
    """A need that was told before and is done now is news, though it is no longer listed."""
    done = replace(sample.PICTURE.client_actions[0], disposition=Disposition.DONE)
    picture = replace(sample.PICTURE, client_actions=(done, sample.PICTURE.client_actions[1]))
    previous = sample.projection().view
    view = project_for_client(sample.given(replace(sample.STATE, picture=picture), previous=previous)).view
    assert told(view) == [("Received from you", "Final wording of the terms of sale", "", "")]


def test_what_was_never_told_is_not_reported_as_finished() -> None:
    """A risk that is over and was never shown gives no news."""
    over = replace(sample.PICTURE.risks[0], disposition=Disposition.DONE)
    without = replace(sample.PICTURE, risks=sample.PICTURE.risks[1:])
    previous = project_for_client(sample.given(replace(sample.STATE, picture=without))).view
    now = replace(sample.PICTURE, risks=(over, *sample.PICTURE.risks[1:]))
    view = project_for_client(sample.given(replace(sample.STATE, picture=now), previous=previous)).view
    assert told(view) == []


def test_what_vanished_is_not_named_on_the_page() -> None:
    """A risk that was told and is withheld now is neither listed nor named as gone."""
    previous = sample.projection().view
    without = replace(sample.PICTURE, risks=sample.PICTURE.risks[1:])
    view = project_for_client(sample.given(replace(sample.STATE, picture=without), previous=previous)).view
    assert told(view) == []


def test_a_state_that_changed_is_told_with_both_words() -> None:
    """A goal that needs attention now was on track before."""
    goals = tuple(replace(goal, status=HealthStatus.ON_TRACK) for goal in sample.STATE.goals)
    previous = project_for_client(sample.given(replace(sample.STATE, goals=goals))).view
    entries = sample.projection(previous=previous).view.changes.entries
    assert ("State", "On track", "Needs attention") in [
        (str(e.word), str(e.before), str(e.after)) for e in entries
    ]
    assert {entry.kind for entry in entries} >= {ChangeKind.STATE}


def test_everything_is_new_to_a_new_audience() -> None:
    """Without an earlier edition every written text is new, and must be looked at."""
    view = sample.projection().view
    news = new_to_audience(view, None)
    texts = {novelty.text for novelty in news if novelty.kind is NoveltyKind.TEXT}
    assert {"Public launch", "The payment provider may answer late", "Kite web shop"} <= texts


def test_nothing_is_new_when_nothing_changed() -> None:
    """The same project a week later is no news, whatever the clock says."""
    view = sample.projection().view
    assert new_to_audience(view, sample.projection(edition_number=8).view) == ()


def test_new_text_is_told_apart_from_numbers_and_dates() -> None:
    """A scheduled edition may go out by itself when only numbers, dates and states changed."""
    earlier = sample.earlier_view()
    news = new_to_audience(sample.projection().view, earlier)
    kinds = {novelty.kind for novelty in news}
    assert {novelty.text for novelty in news if novelty.kind is NoveltyKind.TEXT} == {
        "Prices are hard to read on small phones"
    }
    assert {NoveltyKind.DATE, NoveltyKind.NUMBER, NoveltyKind.STATE} <= kinds


def test_another_language_is_no_news() -> None:
    """Dates and states told before in another language are not new facts."""
    news = new_to_audience(sample.projection(language="de").view, sample.projection().view)
    assert not [n for n in news if n.kind in {NoveltyKind.DATE, NoveltyKind.TEXT} and "Uhr" not in n.text]
