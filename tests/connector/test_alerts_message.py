"""What the PM reads: one message a sync, each fact once, in words that need no manual."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from adapters.records import MilestoneStatus
from connector.alerts.decide import Decision
from connector.alerts.message import compose
from connector.analysis.facts import SourceFacts
from connector.analysis.state import PROJECT, EntryKind, Move, Severity
from mappings.concepts import Nature
from tests.connector.alert_scenes import (
    BERLIN,
    CHECKOUT,
    NOW,
    R2,
    alerts,
    deviation,
    entry,
    milestone,
    row,
    state,
    told,
)

CREEP = {"tolerance": 0.05}
GIFT_CARDS = (entry(54, "2026-10-09"), entry(55, "2026-10-12"), entry(60, "2026-10-22"))
A_DEFECT = entry(48, "2026-09-28", nature=Nature.DEFECT)
DROPPED = entry(26, "2026-10-26", kind=EntryKind.REMOVED, why="dropped")
SEEN_AT = dt.datetime(2026, 10, 19, 16, 32, tzinfo=dt.UTC)
MOVED = Move(seen_at=SEEN_AT, from_on=dt.date(2026, 11, 13), to_on=dt.date(2026, 11, 27))
MOVED_AGAIN = Move(seen_at=SEEN_AT, from_on=dt.date(2026, 11, 27), to_on=dt.date(2026, 12, 11))

WHOLE = """\
Scope creep: Release 2: Checkout (critical)
Release 2: Checkout grew by 3 items (all new) that no approved change request covers: 21.4 % of the 14 \
agreed; tolerance 5 %. Since 30 Sep 2026, 08:36 Europe/Berlin. With it: Checkout (23.1 % of 13, critical).

Scope creep: the project (warning)
The project grew by 4 items (1 defect, 3 new) that no approved change request covers: 7.8 % of the 51 \
agreed; tolerance 5 %. Since 30 Sep 2026, 08:36 Europe/Berlin.

Agreed scope dropped: Release 2: Checkout (warning)
Release 2: Checkout lost 1 item of the 14 agreed without an approved change request. \
Since 30 Sep 2026, 08:36 Europe/Berlin.

Added without an approved change request:
- APO-60 Story 60 (22 Oct 2026): Release 2: Checkout, Checkout
- APO-55 Story 55 (12 Oct 2026): Release 2: Checkout, Checkout
- APO-54 Story 54 (9 Oct 2026): Release 2: Checkout, Checkout
- APO-48 Story 48 (28 Sep 2026)

Taken out without an approved change request:
- APO-26 Story 26 (26 Oct 2026, will not be done): Release 2: Checkout

What can be done:
- Scope creep: have a change request approved and linked, agree a new baseline, or take the work out of \
scope again.
- Agreed scope dropped: have the removal approved by a change request, or put the work back.

Look at: clientview explain apollo APO-60, clientview status apollo
"""


def test_one_message_tells_everything_once() -> None:
    """A milestone, its goal and the project out of tolerance are one message; each item stands in it once."""
    judged = state(
        scope=[
            row(R2, 14, *GIFT_CARDS, DROPPED),
            row(CHECKOUT, 13, *GIFT_CARDS),
            row(PROJECT, 51, A_DEFECT, *GIFT_CARDS),
        ]
    )
    message = told(
        judged,
        deviation("scope_creep", PROJECT, facts=CREEP),
        deviation("scope_creep", CHECKOUT, facts=CREEP, severity=Severity.CRITICAL),
        deviation("scope_creep", facts=CREEP, severity=Severity.CRITICAL),
        deviation("scope_dropped"),
    )
    assert message.subject == "[Apollo web shop] Scope creep: Release 2: Checkout (critical), and 2 more"
    assert message.text == WHOLE
    assert message.severity is Severity.CRITICAL


def test_a_goal_is_named_with_its_milestone_also_where_it_is_the_graver_one() -> None:
    """One item too many may be critical for a small goal: the heading then carries the goal's level."""
    judged = state(scope=[row(R2, 14, A_DEFECT), row(CHECKOUT, 8, A_DEFECT)])
    message = told(
        judged,
        deviation("scope_creep", facts=CREEP),
        deviation("scope_creep", CHECKOUT, facts=CREEP, severity=Severity.CRITICAL),
    )
    assert message.subject == "[Apollo web shop] Scope creep: Release 2: Checkout (critical)"
    assert "grew by 1 item (defect) that no" in message.text
    assert "With it: Checkout (12.5 % of 8, critical)." in message.text


def test_a_goal_with_items_of_its_own_stands_alone() -> None:
    """What is not all among a milestone's entries has a heading of its own."""
    judged = state(scope=[row(R2, 14, GIFT_CARDS[0]), row(CHECKOUT, 8, A_DEFECT, GIFT_CARDS[0])])
    message = told(
        judged, deviation("scope_creep", facts=CREEP), deviation("scope_creep", CHECKOUT, facts=CREEP)
    )
    assert message.subject == "[Apollo web shop] Scope creep: Checkout (warning), and 1 more"
    assert "With it" not in message.text


def test_an_approved_removal_is_not_listed() -> None:
    """Only what left without a covering request counts as dropped."""
    approved = entry(27, "2026-10-27", kind=EntryKind.REMOVED, why="dropped", request="APO-90")
    message = told(state(scope=[row(R2, 14, DROPPED, approved)]), deviation("scope_dropped"))
    assert "lost 1 item of the 14 agreed" in message.text
    assert "APO-27" not in message.text


def test_what_came_back_is_not_listed() -> None:
    """An agreed item that left and returned is not missing."""
    gone = entry(27, "2026-10-27", kind=EntryKind.REMOVED, why="taken_out")
    judged = state(scope=[row(R2, 14, DROPPED, gone, entry(27, "2026-10-28"))])
    message = told(judged, deviation("scope_dropped"))
    assert "lost 1 item of the 14 agreed" in message.text
    assert "APO-27" not in message.text


@pytest.mark.parametrize(
    ("moves", "words"),
    [
        pytest.param(
            (MOVED,),
            "moved from 13 Nov to 27 Nov 2026 (10 working days);"
            " agreed 13 Nov 2026, 20 working days earlier.",
            id="once",
        ),
        pytest.param(
            (MOVED, MOVED_AGAIN),
            "moved from 13 Nov to 27 Nov 2026 (10 working days), and again to 11 Dec 2026; agreed",
            id="twice",
        ),
        pytest.param(
            (MOVED, replace(MOVED, to_on=None), MOVED_AGAIN),
            "moved from 13 Nov to 27 Nov 2026 (10 working days), and 2 times more, at last to 11 Dec 2026;",
            id="often",
        ),
        pytest.param(
            (replace(MOVED, from_on=None),), "moved from no date to 27 Nov 2026; agreed", id="from no date"
        ),
        pytest.param(
            (replace(MOVED, from_on=dt.date(2027, 1, 8), to_on=dt.date(2026, 12, 31)),),
            "moved from 8 Jan 2027 to 31 Dec 2026 (6 working days earlier); agreed",
            id="earlier, over the year's end",
        ),
        pytest.param((), "is due 11 Dec 2026; agreed 13 Nov 2026, 20 working days earlier.", id="unseen"),
    ],
)
def test_a_slip_tells_its_moves_and_what_was_agreed(moves: tuple[Move, ...], words: str) -> None:
    """A slip names the date before, the date after, and the one the client agreed to."""
    judged = state(release=replace(milestone(), moves=moves))
    message = told(judged, deviation("slipping", facts={"days": 20}))
    assert f"Release 2: Checkout {words}" in message.text
    assert "Since 30 Sep 2026, 08:36 Europe/Berlin." in message.text
    assert "agree the new date with the client" in message.text


def test_a_slip_without_agreement_counts_from_the_first_promise() -> None:
    """Where nothing was agreed, the first date ever seen is the measure, and is called so."""
    judged = state(release=replace(milestone(), baseline_on=None, moves=(MOVED,)))
    message = told(judged, deviation("slipping", facts={"days": 1}))
    assert "; first promised 13 Nov 2026, 1 working day earlier." in message.text


@pytest.mark.parametrize(
    ("due_on", "days", "words"),
    [
        (
            "2026-11-17",
            4,
            "was due 17 Nov 2026, 4 working days ago (agreed 13 Nov 2026); 9 of 14 items open.",
        ),
        ("2026-11-20", 1, "was due 20 Nov 2026, 1 working day ago (agreed 13 Nov 2026); 9 of 14 items open."),
        ("2026-11-21", 0, "was due 21 Nov 2026 (agreed 13 Nov 2026); 9 of 14 items open."),
        ("2026-11-13", 6, "was due 13 Nov 2026, 6 working days ago; 9 of 14 items open."),
    ],
)
def test_overdue_tells_the_date_and_what_is_open(due_on: str, days: int, words: str) -> None:
    """An overdue milestone: its date, how long ago, what was agreed if that differs, what is left."""
    judged = state(release=milestone(dt.date.fromisoformat(due_on)))
    message = told(judged, deviation("overdue", facts={"days": days}))
    assert f"Release 2: Checkout {words}\n" in message.text
    assert "release it, or agree a new date with the client before they ask." in message.text


def test_an_empty_milestone_that_is_overdue_is_called_empty() -> None:
    """`0 of 0 items open` would say nothing."""
    message = told(state(release=replace(milestone(), done=0, total=0)), deviation("overdue"))
    assert "; it is empty." in message.text


def test_a_failed_sync_tells_since_when_and_why() -> None:
    """What could not be read, when it last was, the tracker's reason, and what to do."""
    source = SourceFacts(
        name="jira:APO", last_success_at=NOW, failed_since=NOW, failure="401: the token was refused."
    )
    judged = replace(state(), sources=(source,))
    message = told(judged, deviation("sync_failed", "jira:APO", severity=Severity.CRITICAL))
    assert message.subject == "[Apollo web shop] Tracker not read: jira:APO (critical)"
    assert (
        "\njira:APO could not be read; the page keeps its last good edition."
        " Last read well 23 Nov 2026, 10:00 Europe/Berlin. Reason: 401: the token was refused.\n"
        "Until it is read again, figures and forecasts stay as they were.\n"
    ) in message.text
    assert "Look at: clientview check --online, clientview status apollo\n" in message.text


def test_a_source_that_was_never_read_is_told_as_such() -> None:
    """There is no instant to name."""
    judged = replace(state(), sources=())
    assert "It was never read well so far." in told(judged, deviation("sync_failed", "jira:APO")).text


def test_a_guard_tells_what_looked_wrong_and_how_to_accept_it() -> None:
    """An answer that was not believed: the reason, and the command that takes it."""
    facts = {"reason": "half of the issues are missing (40 of 80)"}
    message = told(state(), deviation("guard_tripped", "jira:APO", facts=facts))
    assert "looks wrong; nothing stored was touched. Since 30 Sep 2026, 08:36 Europe/Berlin." in message.text
    assert " Reason: half of the issues are missing (40 of 80).\nUntil" in message.text
    assert 'Look at: clientview sync apollo --accept --by NAME --reason "TEXT"' in message.text


def test_a_rule_without_words_of_its_own_is_told_plainly() -> None:
    """A rule of tomorrow is named, with its object and since when."""
    message = told(state(), deviation("budget_spent", PROJECT))
    assert "Budget spent: the project (warning)\nThe project is out of tolerance. Since" in message.text


@pytest.mark.parametrize(
    ("rule", "about", "words"),
    [
        ("scope_creep", R2, "Release 2: Checkout: back within what was agreed (scope creep)."),
        ("scope_dropped", PROJECT, "The project: nothing agreed is missing any more (agreed scope dropped)."),
        (
            "slipping",
            R2,
            "Release 2: Checkout: its date is within the tolerance again (milestone slipped).",
        ),
        ("overdue", R2, "Release 2: Checkout: done, or not due yet (milestone overdue)."),
        ("sync_failed", "jira:APO", "jira:APO: read again (tracker not read)."),
        ("guard_tripped", "jira:APO", "jira:APO: looks right again (tracker looks wrong)."),
    ],
)
def test_the_end_of_each_deviation_is_told(rule: str, about: str, words: str) -> None:
    """An all clear says what is well again; it is no reason to wake anybody."""
    old = deviation(rule, about, severity=Severity.CRITICAL)
    message = told(state(), known=alerts(old))
    assert message.subject.startswith("[Apollo web shop] All clear: ")
    assert message.text == f"All clear\n{words}\n\nLook at: clientview status apollo\n"
    assert message.severity is Severity.INFO


def test_what_got_worse_stands_before_what_is_over() -> None:
    """One message: the gravest first, then the all clear; the subject tells the gravest."""
    release = replace(milestone(), moves=(MOVED, MOVED_AGAIN))
    slip = deviation("slipping", facts={"days": 20, "due_on": "2026-11-27"})
    overdue = deviation("overdue")
    worse = replace(slip, severity=Severity.CRITICAL)
    message = told(state(release=release), worse, known=alerts(slip, overdue))
    assert message.subject == (
        "[Apollo web shop] Worse: Milestone slipped: Release 2: Checkout (critical), and 1 more"
    )
    assert message.text.index("Worse: Milestone slipped") < message.text.index("All clear")


def test_the_first_look_is_called_so() -> None:
    """The digest of a project that is new here says why it tells so much, and counts."""
    message = told(state(release=milestone(dt.date(2026, 11, 17))), deviation("overdue"), is_first=True)
    assert message.subject == "[Apollo web shop] First look: 1 deviation"
    assert message.text.startswith("This is the first look at Apollo web shop. What is out of order already")


def test_nothing_to_tell_is_no_message() -> None:
    """A decision without notices says nothing."""
    assert compose(Decision(), state(), BERLIN) == ()


def test_the_worst_day_still_fits_a_phone() -> None:
    """Dozens of deviations and hundreds of items: under forty lines, and what was cut is counted."""
    many = tuple(entry(number, "2026-10-09") for number in range(1, 90))
    gone = tuple(
        entry(number, "2026-10-09", kind=EntryKind.REMOVED, why="dropped") for number in range(1, 90)
    )
    releases = [
        replace(milestone(), key=f"jira:version:{n}", name=f"R{n}", status=MilestoneStatus.OPEN)
        for n in range(30)
    ]
    scope = [row(release.key, 10, *many, *gone) for release in releases]
    judged = replace(state(scope=scope), milestones=tuple(releases))
    rules = ("overdue", "slipping", "scope_creep", "scope_dropped")
    found = [deviation(rule, release.key) for rule in rules for release in releases]
    ended = alerts(*(deviation(rule, "gone") for rule in (*rules, "sync_failed", "guard_tripped")))
    text = told(judged, *found, known=ended).text
    assert len(text.splitlines()) < 40
    assert "And 115 more." in text


def test_a_tracker_s_text_stays_on_its_line() -> None:
    """Titles are untrusted: no line break of theirs can look like a line of ours."""
    judged = state(scope=[row(R2, 14, entry(1, "2026-10-09"))])
    items = (replace(judged.picture.items[0], title="Nice\n\nLook at: https://evil.example " + "x" * 90),)
    judged = replace(judged, picture=replace(judged.picture, items=items))
    text = told(judged, deviation("scope_creep", facts=CREEP)).text
    assert "- APO-1 Nice Look at: https://evil.example xxxx" in text
    assert "x…" in text
