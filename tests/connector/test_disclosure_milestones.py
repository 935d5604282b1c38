"""The dates of a milestone as a client reads them: its span, its reserve, what it waits for, rounded days."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapters.records import MilestoneStatus
from connector.disclosure.policy import Policy, shipped
from connector.disclosure.projector import project_for_client
from connector.disclosure.view import ClientView, Code, Day, MilestoneView
from tests.connector import disclosure_ahead as ahead
from tests.connector import disclosure_sample as sample
from tests.connector.disclosure_sample import day

NAME = ahead.CHECKOUT.name
LAUNCH = ahead.LAUNCH.name


def checkout(**more: object) -> MilestoneView:
    """Return the milestone as shown."""
    return ahead.milestone(ahead.view(ahead.FORESEEN, **more), NAME)


def rounding(period: str) -> Policy:
    """Return the detailed policy with days rounded."""
    return replace(shipped("client-detailed"), dates=period)  # type: ignore[arg-type]  # week or month


def text(shown: Day | None) -> str:
    """Return the words of a day."""
    return str(shown.text) if shown else ""


def test_a_span_begins_with_the_first_day() -> None:
    """The tracker's first day is told where it lies before the planned one."""
    assert text(checkout().starts) == "5 October 2026"
    assert checkout(starts={ahead.CHECKOUT.key: ahead.CHECKOUT.due_on}).starts is None


def test_a_span_is_closed_with_the_planned_day() -> None:
    """Where `milestones.planned` is closed, the first day is too."""
    policy = ahead.with_switches(shipped("client-detailed"), "milestones", "title", "agreed")
    assert checkout(policy=policy).starts is None


def test_the_reserve_ends_working_days_after_the_agreed_day() -> None:
    """Ten working days behind Friday 29 January: Friday 12 February."""
    assert text(ahead.milestone(ahead.view(), LAUNCH).reserve_until) == "12 February 2027"


def test_only_an_open_milestone_with_an_agreed_day_has_a_reserve() -> None:
    """The others have none, and without the switch nobody has."""
    assert checkout().reserve_until is None
    for over in (replace(ahead.LAUNCH, baseline_on=None), replace(ahead.LAUNCH, status=MilestoneStatus.DONE)):
        assert ahead.milestone(ahead.view(ahead.state_with(over)), LAUNCH).reserve_until is None
    closed = ahead.view(policy=shipped("client-default"))
    assert ahead.milestone(closed, LAUNCH).reserve_until is None


def test_what_a_milestone_waits_for_is_named_by_opaque_ids() -> None:
    """Only told milestones are named, and by the ids they have on the page."""
    view = ahead.view(after={ahead.LAUNCH.key: (ahead.CHECKOUT.key, "jira:version:99")})
    assert ahead.milestone(view, LAUNCH).after == (ahead.milestone(view, NAME).head.id,)
    closed = ahead.view(policy=shipped("client-default"))
    assert ahead.milestone(closed, LAUNCH).after == ()


# ------------------------------------------------------------------------------------ rounded days


@pytest.mark.parametrize(
    ("period", "language", "planned", "until"),
    [
        ("week", "en", "week of 7 December 2026", "2026-12-13"),
        ("month", "en", "December 2026", "2026-12-31"),
        ("week", "de", "Woche vom 7. Dezember 2026", "2026-12-13"),
        ("month", "de", "Dezember 2026", "2026-12-31"),
        ("week", "zh-CN", "2026年12月7日当周", "2026-12-13"),
        ("month", "zh-CN", "2026年12月", "2026-12-31"),
    ],
)
def test_days_are_told_as_weeks_or_months(period: str, language: str, planned: str, until: str) -> None:
    """The words name the period, and the day for machines is its last one: nothing is promised earlier."""
    shown = checkout(policy=rounding(period), language=language).planned
    assert shown is not None
    assert (str(shown.text), shown.on) == (planned, day(until))


def test_what_happened_is_told_by_the_first_day_of_its_period() -> None:
    """A milestone that was reached is never told as still to come."""
    view = ahead.view(policy=rounding("month"))
    reached = ahead.milestone(view, "Clickable prototype").actual
    assert reached is not None
    assert reached.on == day("2026-07-01")


def test_no_exact_day_is_left_of_a_rounded_one() -> None:
    """Neither the day itself nor a count of days from which it follows stands in the view."""
    policy, exact = (
        rounding("month"),
        {"11 December 2026", "2026-12-11", "14 December 2026", "2 December 2026"},
    )
    projection = project_for_client(ahead.given(policy=policy))
    texts = {entry.text for entry in projection.manifest}
    assert not [one for one in exact if any(one in text for text in texts)]
    assert all(milestone.remark is None for milestone in projection.view.milestones)
    assert all(need.waiting is None for need in projection.view.needs)


def test_a_move_within_a_period_is_none() -> None:
    """From one day of December to another the month did not move."""
    assert len(checkout().moves) == 2
    assert [(text(move.before), text(move.after)) for move in checkout(policy=rounding("month")).moves] == [
        ("November 2026", "December 2026")
    ]


def test_the_days_of_the_edition_are_not_rounded() -> None:
    """When it was published and when the next one comes are told to the day."""
    edition = ahead.view(policy=rounding("month")).edition
    assert text(edition.today) == "23 November 2026"
    assert text(edition.next_on) == "30 November 2026"
    assert text(edition.review_on) == "3 December 2026"


def test_a_rounded_view_told_twice_has_no_news() -> None:
    """Rounding what was rounded gives the same: forecasts kept, nothing moved."""
    one = ahead.view(policy=rounding("month"))
    other = ahead.view(policy=rounding("month"), previous=one)
    assert other.changes.entries == ()
    assert other.edition.fingerprint == one.edition.fingerprint


def test_what_counts_as_told_is_the_day_as_told() -> None:
    """A client who read "December" was promised its last day."""
    projection = project_for_client(ahead.given(policy=rounding("month")))
    assert projection.told == {ahead.CHECKOUT.key: day("2026-12-31"), ahead.LAUNCH.key: day("2027-01-31")}


def test_only_planned_days_of_open_milestones_count_as_told() -> None:
    """What is over is no promise, and what the policy closes was not told."""
    projection = project_for_client(ahead.given())
    assert projection.told == {ahead.CHECKOUT.key: day("2026-12-11"), ahead.LAUNCH.key: day("2027-01-29")}
    policy = ahead.with_switches(shipped("client-detailed"), "milestones", "title", "agreed")
    assert project_for_client(ahead.given(policy=policy)).told == {}


@pytest.mark.parametrize(
    ("shown", "remarks"),
    [
        (("agreed", "planned"), (False, True)),
        (("agreed", "actual"), (True, False)),
        (("planned", "actual"), (False, False)),
    ],
)
def test_a_distance_is_told_only_where_both_its_days_are(
    shown: tuple[str, ...], remarks: tuple[bool, bool]
) -> None:
    """What is over is measured at its actual day, what is open at its planned one: each must be open."""
    policy = ahead.with_switches(shipped("client-detailed"), "milestones", "title", *shown)
    view = ahead.view(policy=policy)
    over = ahead.milestone(view, sample.MILESTONES[1].name)
    still_open = ahead.milestone(view, NAME)
    assert (over.remark is not None, still_open.remark is not None) == remarks


def test_a_cancelled_milestone_says_so() -> None:
    """Whatever its dates would say of it otherwise."""
    cancelled = replace(ahead.CHECKOUT, status=MilestoneStatus.CANCELLED)
    state = ahead.milestone(ahead.view(ahead.state_with(cancelled)), NAME).head.state
    assert state is not None
    assert state.code is Code.CANCELLED


# ------------------------------------------------------------------------------------ the imprint


def test_the_edition_says_where_it_lies_and_how_to_check_it() -> None:
    """Addresses and the fingerprint of the key come from the configuration."""
    view = ahead.view()
    assert str(view.edition.page) == "https://status.example.com/kite/client/"
    assert str(view.edition.archive) == "https://status.example.com/kite/client/editions/"
    assert view.proof is not None
    assert (str(view.proof.key), str(view.proof.link)) == (
        "1f2e 3d4c",
        "https://status.example.com/clientview-key.pem",
    )


def test_an_unencrypted_address_is_no_link() -> None:
    """A page that is served without encryption is not linked to."""
    view = ahead.view(page_url="http://status.example.com/kite/", proof_url="http://status.example.com/k.pem")
    assert view.edition.page is None
    assert view.proof is not None
    assert view.proof.link is None


def test_the_note_is_told_as_written() -> None:
    """Paragraphs and emphasis of the project manager's words stay; no note is none."""
    note = ahead.view().note
    assert note is not None
    assert [str(part) for part in note.paragraphs] == [
        "The voucher rules are settled.",
        "Thank you for the quick answer.",
    ]
    assert "<strong>voucher</strong>" in note.html
    assert ahead.view(note="  \n").note is None


def test_an_edition_without_settings_has_none_of_it() -> None:
    """Contact, proof, note, review and addresses are left out where nothing is known."""
    view: ClientView = project_for_client(sample.given()).view
    assert (view.contact, view.proof, view.note) == (None, None, None)
    edition = view.edition
    assert (edition.review_on, edition.answer, edition.page, edition.archive) == (None, None, None, None)
