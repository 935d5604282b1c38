"""Makes the notice that takes the place of a withdrawn edition, in its readers' language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from connector.disclosure.catalogue import catalogue
from connector.disclosure.manifest import CONFIGURED, FIXED_TEXT, Disclosure
from connector.disclosure.notice_view import NoticeView
from connector.disclosure.portal_view import PastEdition
from connector.disclosure.view import Amount, ClientText, ContactView, Day, Theme
from connector.disclosure.wording import clean_line

_RIGHT_TO_LEFT: Final = frozenset({"ar", "fa", "he", "ur"})


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeInput:
    """What a notice is made from. `standing` is the newest edition that holds, None where none does."""

    number: int
    withdrawn_at: dt.datetime
    language: str
    timezone: str
    project_name: str
    publisher: str
    standing: PastEdition | None = None
    contact: ContactView | None = None
    theme: Theme


def notice_view(given: NoticeInput) -> NoticeView:
    """Make a notice; the same input gives an equal one.

    Raises:
        UnknownLanguageError: There is no catalogue for the language.
    """
    words = catalogue(given.language)
    number = words.number(given.number)
    day = given.withdrawn_at.astimezone(ZoneInfo(given.timezone)).date()
    label, on = words.say("edition.label", n=number), words.day(day)
    holds = given.standing
    is_rtl = given.language.partition("-")[0].lower() in _RIGHT_TO_LEFT
    return NoticeView(
        language=ClientText(given.language),
        direction=ClientText("rtl" if is_rtl else "ltr"),
        project=ClientText(clean_line(given.project_name), written=True),
        publisher=ClientText(clean_line(given.publisher), written=True),
        number=Amount(value=given.number, text=ClientText(number)),
        withdrawn=Day(on=day, text=ClientText(on)),
        heading=ClientText(words.say("notice.heading", edition=label)),
        sentence=ClientText(words.say("notice.sentence", edition=label, day=on)),
        instead=ClientText(
            words.say("notice.next")
            if holds is None
            else words.say("notice.standing", edition=holds.label.value, day=holds.day.text.value)
        ),
        contact_label=ClientText(words.say("page.contact")),
        contact=given.contact,
        theme=given.theme,
    )


def notice_told(view: NoticeView, *, own: Iterable[str]) -> tuple[Disclosure, ...]:
    """Return what a notice may say: its project, publisher, number and day, and what is configured.

    Args:
        view: The notice. Its contact and footer are the edition's: they may be said only if they are
            configured still. A logo is a picture, whatever letters its bytes hold by chance.
        own: What the configuration says to clients today, beside project and publisher.
    """
    said = [(text, CONFIGURED) for text in (view.project.value, view.publisher.value, *own) if text]
    said += [(view.number.text.value, FIXED_TEXT), (view.withdrawn.text.value, FIXED_TEXT)]
    said += [(view.withdrawn.on.isoformat(), FIXED_TEXT)]
    said += [(view.theme.logo.value, CONFIGURED)] if view.theme.logo else []
    return tuple(
        Disclosure(path="notice", text=text, source_field="notice", record="", rule=rule)
        for text, rule in said
    )
