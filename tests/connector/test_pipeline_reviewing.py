"""What a PM reads before publishing: names, old and new, and never the furniture of the page."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from connector.disclosure.manifest import Disclosure
from connector.disclosure.view import ClientText, Day, ForecastView
from connector.pipeline.reviewing import review
from connector.pipeline.shown import shown, titles
from tests.connector import disclosure_sample as sample


def test_a_first_edition_is_counts_and_words() -> None:
    """Before the first edition every word is new: how much there is of what, and the words themselves."""
    view = sample.projection().view
    found = review(view, None)
    assert found.is_first
    assert f"{len(view.milestones)} milestones" in found.counts
    assert len([line for line in found.texts if line.startswith("goal: ")]) == len(view.goals)
    assert (found.dates, found.facts, found.gone) == ((), (), ())


def test_the_same_again_is_nothing() -> None:
    """A view beside itself has no news."""
    view = sample.projection().view
    assert review(view, view).lines == ()


def test_furniture_is_never_news() -> None:
    """Language, zone, wording of the page and the publisher's unchanged name stand in no line."""
    view = sample.projection().view
    lines = review(view, None).lines
    assert {line.split(":")[0] for line in lines} == {"new text"}
    assert not any(str(text) in "\n".join(lines) for text in (view.timezone, view.publisher, view.client))


def test_a_later_edition_tells_what_changed_by_name() -> None:
    """Moved dates, states and totals with the name of what they belong to, before and after; new words."""
    found = review(sample.projection().view, sample.earlier_view())
    assert found.dates == ("Checkout open for test customers: planned 4 December 2026 → 11 December 2026",)
    assert "Pay by card, invoice and voucher: done 7 of 16 → 9 of 16" in found.facts
    assert "scope, Added, not yet decided: 3 → 4" in found.facts
    assert "piece of feedback: Prices are hard to read on small phones" in found.texts


def test_a_date_that_is_gone_is_a_date_that_changed() -> None:
    """A milestone that lost its date is named, with the date it had."""
    view = sample.projection().view
    dated = next(one for one in view.milestones if one.planned is not None)
    bare = replace(dated, planned=None)
    others = tuple(bare if one is dated else one for one in view.milestones)
    assert review(replace(view, milestones=others), view).dates == (
        f"{dated.head.title}: planned {dated.planned.text if dated.planned else ''} → no date",
    )


def test_a_forecast_that_moved_is_a_date_that_moved() -> None:
    """The two days between which something is likely are told like any other date."""
    view = sample.projection().view
    first = view.milestones[0]
    before = replace(first, forecast=forecast(first.planned, "1 December 2026"))
    after = replace(first, forecast=forecast(first.planned, "8 December 2026"))
    earlier, later = (replace(view, milestones=(one, *view.milestones[1:])) for one in (before, after))
    assert review(later, earlier).dates == (
        f"{first.head.title}: likely until 1 December 2026 → 8 December 2026",
    )


def forecast(early: Day | None, late: str) -> ForecastView:
    """Make a forecast that ends on a day in December 2026."""
    on = dt.date(2026, 12, int(late.partition(" ")[0]))
    return ForecastView(sentence=ClientText("likely"), early=early, late=Day(on=on, text=ClientText(late)))


def test_what_is_no_longer_shown_is_named() -> None:
    """A risk that was told and is not any more."""
    view = sample.projection().view
    found = review(replace(view, risks=view.risks[1:]), view)
    assert found.gone == (f"risk: {view.risks[0].head.title}",)


def test_another_name_of_the_project_is_new_text() -> None:
    """The operator's own words are for a person to approve when they change."""
    view = sample.projection().view
    before = replace(view, project=replace(view.project, value="Kyte"))
    assert review(view, before).texts == (f"project: Kyte → {view.project}",)


def test_a_manifest_is_told_in_words() -> None:
    """What a page shows: concepts with their count and fields; the page's own words do not count."""
    manifest = sample.projection().manifest
    lines = shown(manifest)
    view = sample.projection().view
    assert any(line.startswith(f"{len(view.milestones)} milestones: ") for line in lines)
    assert not any("fixed text" in line or "configuration" in line for line in lines)


def test_titles_are_told_by_whose_words_they_are() -> None:
    """Client words, the wording file, or the tracker's own title: a PM sees which."""

    def title(path: str, source: str) -> Disclosure:
        return Disclosure(path=path, text="x", source_field=source, record="k", rule="goals.title")

    manifest = (
        title("goals[a].head.title", "Goal.client_title"),
        title("goals[b].head.title", "Goal.client_title"),
        title("goals[c].head.title", "Goal.title"),
        title("work[d].head.title", "wording file"),
        title("changes.entries[0].what", "Goal.client_title"),
    )
    assert titles(manifest) == (
        "2 in client words",
        "1 as the tracker has them",
        "1 from the wording file",
    )
