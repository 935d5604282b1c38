"""Every form of an edition, as the program writes them, with the texts that are fixed in each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connector.disclosure.portal_view import PastEdition
from connector.disclosure.view import ClientView
from connector.publish import archive, badge, calendar, environment, feed, mail, post, render

ENVELOPE = post.Envelope(
    sender="news@northwind.example",
    recipient="reader@tern.example",
    reply_to="contact@northwind.example",
    edition="k3f9a1",
    series="s7d2",
    reader="r5c8",
)
OWN = ("news@northwind.example", "reader@tern.example", "contact@northwind.example")
MAIL = "message.eml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Forms:
    """The files of an edition by name, a whole mail among them, and all fixed texts."""

    files: Mapping[str, bytes]
    fixed: tuple[str, ...]


def forms(view: ClientView, past: Sequence[PastEdition] = ()) -> Forms:
    """Write a view in every form."""
    mails = mail.email(view)
    message = post.compose(view, mails, ENVELOPE)
    files = {
        **render.render(view),
        **mails,
        MAIL: message,
        feed.FEED: feed.feed(view, past),
        calendar.CALENDAR: calendar.calendar(view, past),
        badge.BADGE: badge.badge(view),
        "editions/index.html": archive.archive(view, past),
    }
    own = (*OWN, "" if view.edition.page is None else view.edition.page.value, MAIL, *mails, badge.BADGE)
    return Forms(
        files=files,
        fixed=(
            *filter(None, own),
            *render.fixed_texts(view.theme),
            *environment.fixed_texts(),
            *mail.fixed_texts(mails, view.theme),
            *post.fixed_texts(message),
            *feed.fixed_texts(view, past),
            *calendar.fixed_texts(view, past),
            *badge.fixed_texts(view),
            *archive.fixed_texts(view, past),
        ),
    )
