"""Milestones and the next review meeting as a calendar that people subscribe to.

An event keeps its name for ever, and counts how often the date that was told for it changed. What
is no longer told is no longer there: a calendar that is read again drops it, and nothing says why.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import icalendar

from connector.disclosure.portal_view import PastEdition
from connector.disclosure.standing import day_of
from connector.disclosure.view import ClientView, Code, MilestoneView

CALENDAR: Final = "milestones.ics"
_DOMAIN: Final = "clientview"
_NAMELESS: Final = "editions"  # where a view does not know its series
_PRODUCT: Final = "-//clientview//editions//EN"
_DAY: Final = dt.timedelta(days=1)
_AGAIN_AFTER: Final = dt.timedelta(hours=12)  # when a subscriber should look again


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What the editions told of one date: the day now, how often it changed, when it did last."""

    day: dt.date
    changes: int
    changed_at: dt.datetime


def calendar(view: ClientView, past: Sequence[PastEdition]) -> bytes:
    """Write the calendar of an audience.

    Args:
        view: The newest edition that stands.
        past: Its other editions, in any order; of withdrawn ones the dates count as told too.

    Returns:
        An iCalendar object; the same input gives the same bytes.

    Source:
        RFC 5545, 3.6.1 (events), 3.8.7.4 (SEQUENCE); RFC 7986, 5.7 (REFRESH-INTERVAL).
    """
    whole = icalendar.Calendar()
    whole.add("prodid", _PRODUCT)
    whole.add("version", "2.0")
    whole.add("name", str(view.project))
    whole.add("x-wr-calname", str(view.project))
    whole.add("refresh-interval", _AGAIN_AFTER, parameters={"VALUE": "DURATION"})
    histories = _histories(view, past)
    for milestone in view.milestones:
        if _day(milestone) is not None:
            whole.add_component(_milestone(view, milestone, histories[milestone.head.id.value]))
    if view.edition.review_on:
        whole.add_component(_review(view, view.edition.review_on.on))
    return bytes(whole.to_ical())


def fixed_texts(view: ClientView, past: Sequence[PastEdition]) -> tuple[str, ...]:
    """Return what the calendar holds besides values that the view tells: its keys, and days in its form."""
    days = {day for one in (*(p.view for p in past), view) if one for day in _days(one)}
    instants = {one.published.at for one in past} | {view.edition.published.at}
    kept = ("VCALENDAR", "VEVENT", "TRANSPARENT", "CONFIRMED", "TENTATIVE", "CANCELLED", "PT12H")
    keys = ("PRODID", "VERSION:2.0", "NAME", "X-WR-CALNAME", "REFRESH-INTERVAL;VALUE=DURATION")
    more = ("BEGIN", "END", "SUMMARY", "DTSTART;VALUE=DATE", "DTEND;VALUE=DATE", "DTSTAMP", "UID", "SEQUENCE")
    rest = ("LAST-MODIFIED", "STATUS", "TRANSP", "URL;VALUE=URI", f"@{_DOMAIN}", _PRODUCT, CALENDAR)
    written = (*(f"{day:%Y%m%d}" for day in days), *(f"{at:%Y%m%dT%H%M%SZ}" for at in instants))
    return (*kept, *keys, *more, *rest, *written)


def _milestone(view: ClientView, milestone: MilestoneView, told: _Told) -> icalendar.Event:
    title = milestone.head.title or view.texts["untitled"]
    event = _event(view, milestone.head.id.value, str(title), told)
    event.add("status", _status(milestone))
    if view.edition.page:
        event.add("url", f"{view.edition.page}#{milestone.head.id}")
    return event


def _review(view: ClientView, on: dt.date) -> icalendar.Event:
    told = _Told(day=on, changes=0, changed_at=view.edition.published.at)
    event = _event(view, f"review-{on:%Y%m%d}", str(view.texts["portal_review"]), told)
    event.add("status", "CONFIRMED")
    return event


def _event(view: ClientView, name: str, summary: str, told: _Told) -> icalendar.Event:
    event = icalendar.Event()
    event.add("uid", f"{name}.{view.edition.series or _NAMELESS}@{_DOMAIN}")
    event.add("summary", summary)
    event.add("dtstart", told.day)
    event.add("dtend", told.day + _DAY if told.day < dt.date.max else told.day)
    event.add("dtstamp", view.edition.published.at.astimezone(dt.UTC))
    event.add("last-modified", told.changed_at.astimezone(dt.UTC))
    event.add("sequence", told.changes)
    event.add("transp", "TRANSPARENT")  # a date to know of is no time that is taken
    return event


def _status(milestone: MilestoneView) -> str:
    """Say how sure a date is: reached or as agreed, or planned otherwise, or called off."""
    if milestone.head.state is not None and milestone.head.state.code is Code.CANCELLED:
        return "CANCELLED"
    is_agreed = milestone.agreed is not None and milestone.agreed.on == _day(milestone)
    return "CONFIRMED" if milestone.actual is not None or is_agreed else "TENTATIVE"


def _histories(view: ClientView, past: Sequence[PastEdition]) -> Mapping[str, _Told]:
    """Follow the date of each milestone, by opaque id, through the editions as readers saw them.

    An edition that a withdrawal brought back is seen again after those that followed it.
    """
    told = [(one.number, one.published.at, one.view) for one in past if one.view is not None]
    now = (int(view.edition.number.value or 0), view.edition.published.at, view)
    ordered = sorted((*told, now), key=lambda one: one[0])
    histories: dict[str, _Told] = {}
    for _, at, seen in ordered if ordered[-1] is now else (*ordered, now):
        for milestone in seen.milestones:
            day, name = _day(milestone), milestone.head.id.value
            if day is not None:
                histories[name] = _after(histories.get(name), day, at)
    return histories


def _after(before: _Told | None, day: dt.date, at: dt.datetime) -> _Told:
    if before is None:
        return _Told(day=day, changes=0, changed_at=at)
    return before if before.day == day else _Told(day=day, changes=before.changes + 1, changed_at=at)


def _days(view: ClientView) -> Iterator[dt.date]:
    for milestone in view.milestones:
        day = _day(milestone)
        if day is not None:
            yield from (day, day + _DAY if day < dt.date.max else day)
    if view.edition.review_on:
        yield from (view.edition.review_on.on, view.edition.review_on.on + _DAY)


def _day(milestone: MilestoneView) -> dt.date | None:
    shown = day_of(milestone) or milestone.agreed
    return None if shown is None else shown.on
