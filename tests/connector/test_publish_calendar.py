"""The calendar: valid iCalendar, names that stay, and a count of how often a told date moved."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence

import pytest
import vobject  # type: ignore[import-untyped]  # comes without types
from hypothesis import given
from hypothesis import strategies as st

from connector.disclosure.portal_view import PastEdition, past_edition
from connector.disclosure.view import ClientText, ClientView, MilestoneView
from connector.publish.calendar import calendar
from tests.connector.made_views import NOW
from tests.connector.past_views import PAGE, SERIES, WEEK, called_off, edition, milestone, with_milestones

JUNE = dt.date(2027, 6, 1)
JULY = dt.date(2027, 7, 1)
AUGUST = dt.date(2027, 8, 2)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An event as another program reads it."""

    day: dt.date
    end: dt.date
    uid: str
    sequence: int
    changed_at: dt.datetime
    status: str
    transp: str
    url: str
    keys: frozenset[str]


def events(view: ClientView, past: tuple[PastEdition, ...] = ()) -> dict[str, Event]:
    """Read the calendar with another program's parser; events by their summary."""
    read = vobject.readOne(calendar(view, past).decode()).contents.get("vevent", [])
    found = {str(event.summary.value): _event(event.contents) for event in read}
    assert len(found) == len(read)
    return found


def _event(contents: Mapping[str, Sequence[vobject.base.ContentLine]]) -> Event:
    said = {key: lines[0].value for key, lines in contents.items()}
    return Event(
        day=said["dtstart"],
        end=said["dtend"],
        uid=said["uid"],
        sequence=int(said["sequence"]),
        changed_at=said["last-modified"],
        status=said["status"],
        transp=said["transp"],
        url=said.get("url", ""),
        keys=frozenset(said),
    )


def told(number: int, *milestones: MilestoneView) -> ClientView:
    """Give edition `number` with these milestones."""
    return with_milestones(edition(number), milestones)


def test_every_dated_milestone_is_an_event_of_a_whole_day() -> None:
    """Title, day, name; one without a date is in no calendar."""
    found = events(told(1, milestone("Launch", JUNE), milestone("Some day", None)))
    assert set(found) == {"Launch", "Review meeting"}
    launch = found["Launch"]
    assert launch.day == JUNE
    assert launch.end == JUNE + dt.timedelta(days=1)
    assert launch.uid == f"Launch.{SERIES}@clientview"
    assert launch.url == f"{PAGE}#Launch"
    assert launch.transp == "TRANSPARENT"


def test_the_day_is_the_one_the_page_shows() -> None:
    """Reached before planned before agreed."""
    found = events(
        told(
            1,
            milestone("Reached", JULY, agreed=JUNE, actual=AUGUST),
            milestone("Planned", JULY, agreed=JUNE),
            milestone("Agreed", None, agreed=JUNE),
        )
    )
    assert [found[name].day for name in ("Reached", "Planned", "Agreed")] == [AUGUST, JULY, JUNE]


@pytest.mark.parametrize(
    ("given_milestone", "status"),
    [
        pytest.param(milestone("M", JULY, agreed=JUNE, actual=AUGUST), "CONFIRMED", id="reached"),
        pytest.param(milestone("M", JUNE, agreed=JUNE), "CONFIRMED", id="as agreed"),
        pytest.param(milestone("M", JULY, agreed=JUNE), "TENTATIVE", id="planned otherwise"),
        pytest.param(milestone("M", JULY), "TENTATIVE", id="planned, never agreed"),
        pytest.param(milestone("M", JULY, state=called_off()), "CANCELLED", id="called off"),
    ],
)
def test_the_status_says_how_sure_a_date_is(given_milestone: MilestoneView, status: str) -> None:
    """What is only planned is tentative; what was called off and is still told of is cancelled."""
    assert events(told(1, given_milestone))["M"].status == status


def test_a_name_stays_and_the_sequence_counts_moves() -> None:
    """From June to July, kept, back to June: two moves; the instant is that of the last one."""
    days = (JUNE, JULY, JULY, JUNE)
    views = [told(number, milestone("M", day)) for number, day in enumerate(days, start=1)]
    sequences, uids, changed = [], set(), []
    for number in range(1, 5):
        found = events(views[number - 1], tuple(past_edition(one) for one in views[: number - 1]))["M"]
        sequences.append(found.sequence)
        uids.add(found.uid)
        changed.append(found.changed_at)
    assert sequences == [0, 1, 1, 2]
    assert len(uids) == 1
    assert changed == [NOW, NOW + WEEK, NOW + WEEK, NOW + 3 * WEEK]


def test_the_sequence_never_falls_when_an_edition_is_withdrawn() -> None:
    """A date that a withdrawal brings back is one more move for those who saw the other."""
    first, second = told(1, milestone("M", JUNE)), told(2, milestone("M", JULY))
    before = events(second, (past_edition(first),))["M"]
    after = events(first, (past_edition(second, withdrawn_at=NOW + 2 * WEEK),))["M"]
    assert (before.sequence, after.sequence) == (1, 2)
    assert after.day == JUNE


@given(days=st.lists(st.sampled_from([JUNE, JULY, AUGUST, None]), min_size=1, max_size=6))
def test_a_moved_date_has_a_higher_sequence(days: list[dt.date | None]) -> None:
    """Over any editions: the sequence never falls, and rises when the day of an event differs."""
    views = [told(number, milestone("M", day)) for number, day in enumerate(days, start=1)]
    last: tuple[dt.date, int] | None = None
    for number, view in enumerate(views):
        found = events(view, tuple(past_edition(one) for one in views[:number])).get("M")
        if found is None:
            continue
        assert last is None or found.sequence == last[1] + (found.day != last[0])
        last = (found.day, found.sequence)


def test_what_is_no_longer_told_is_no_longer_there() -> None:
    """Not even as cancelled: that would tell of it."""
    past = (past_edition(told(1, milestone("Gone", JUNE))),)
    assert b"Gone" not in calendar(told(2, milestone("Stays", JUNE)), past)


def test_the_next_review_meeting_is_an_event() -> None:
    """On its day, with a name of its own; without one there is none."""
    view = told(1)
    review = events(view)["Review meeting"]
    assert review.day == dt.date(2026, 12, 2)
    assert review.uid == f"review-20261202.{SERIES}@clientview"
    without = dataclasses.replace(view, edition=dataclasses.replace(view.edition, review_on=None))
    assert events(without) == {}


def test_nobody_is_named() -> None:
    """A subscription invites nobody: no organiser, no attendee, no method."""
    body = calendar(edition(1), ())
    assert not any(word in body for word in (b"ATTENDEE", b"ORGANIZER", b"METHOD", b"mailto", b"CN="))


def test_the_same_editions_give_the_same_bytes() -> None:
    """No instant of writing is in it; the order of older editions does not matter."""
    past = (past_edition(edition(1)), past_edition(edition(2)))
    assert calendar(edition(3), past) == calendar(edition(3), past[::-1])


def test_lines_are_folded_and_texts_escaped() -> None:
    """A long title with commas and semicolons comes back as it was, no line is over 75 bytes."""
    title = "Abnahme, Übergabe; Betrieb\\Wartung – " + "上线" * 40
    view = told(1, milestone("M", JUNE, title=title))
    body = calendar(view, ())
    assert all(len(line) <= 75 for line in body.split(b"\r\n"))
    assert title in events(view)


@given(title=st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=80))
def test_any_title_is_one_event(title: str) -> None:
    """What people wrote ends no property and begins no other."""
    view = told(1, milestone("M", JUNE, title=f"x{title}x"))
    assert f"x{title}x" in events(view)


def test_a_line_break_in_a_title_begins_no_property() -> None:
    """Even if one got so far, it would be text."""
    made = milestone("M", JUNE)
    hostile = ClientText("x\r\nATTENDEE:mailto:a@b.example\r\nBEGIN:VALARM", written=True)
    view = told(1, dataclasses.replace(made, head=dataclasses.replace(made.head, title=hostile)))
    assert all("attendee" not in event.keys for event in events(view).values())
    assert b"\r\nATTENDEE" not in calendar(view, ())
    assert b"\r\nBEGIN:VALARM" not in calendar(view, ())


def test_a_milestone_without_a_title_has_the_word_for_that() -> None:
    """Where the policy keeps titles closed the day is told with the page's own word."""
    made = milestone("M", JUNE)
    view = told(1, dataclasses.replace(made, head=dataclasses.replace(made.head, title=None)))
    assert events(view)["Without a title"].day == JUNE


@pytest.mark.parametrize("day", [dt.date(1970, 1, 1), dt.date(2099, 12, 31), dt.date.max])
def test_days_of_any_year_can_be_written(day: dt.date) -> None:
    """A tracker's date of long ago or far ahead breaks nothing."""
    assert events(told(1, milestone("M", day)))["M"].day == day
