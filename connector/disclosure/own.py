"""Words that no tracker told: the operator's, from the configuration, and the page's, from the catalogue."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from connector.disclosure.catalogue import catalogue
from connector.disclosure.portal_view import PastEdition
from connector.disclosure.view import ClientText, Day, Moment


def configured(text: str) -> ClientText:
    """Let out what the operator configured."""
    return ClientText(text, written=True)


def for_machines(word: str) -> ClientText:
    """Let out a language code or a direction of writing."""
    return ClientText(word)


def page_texts(language: str) -> Mapping[str, ClientText]:
    """Return the fixed texts of a page by name."""
    return {name: ClientText(text) for name, text in catalogue(language).page().items()}


def numbered(
    number: int,
    published_at: dt.datetime,
    *,
    language: str,
    timezone: str,
    withdrawn_at: dt.datetime | None,
) -> PastEdition:
    """Tell of an edition whose view can no longer be read: which one it is, and of when."""
    words, zone = catalogue(language), ZoneInfo(timezone)
    on = published_at.astimezone(zone).date()
    return PastEdition(
        number=number,
        label=ClientText(words.say("edition.label", n=words.number(number))),
        day=Day(on=on, text=ClientText(words.day(on))),
        published=Moment(at=published_at, text=ClientText(words.moment(published_at, zone))),
        withdrawn_at=withdrawn_at,
    )
