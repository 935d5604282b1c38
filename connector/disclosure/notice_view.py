"""What stands in the place of a withdrawn edition. Like `view` it imports nothing but leaves and parts."""

from __future__ import annotations

from dataclasses import dataclass, field

from connector.disclosure.view import Amount, ClientText, ContactView, Day, Theme


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeView:
    """A notice: which edition was taken back, on which day, and what holds instead.

    It says nothing of what the edition said, nor why it was withdrawn: that may be internal.
    """

    language: ClientText
    direction: ClientText
    project: ClientText
    publisher: ClientText
    number: Amount
    withdrawn: Day
    heading: ClientText  # `Edition 3 was withdrawn`
    sentence: ClientText
    instead: ClientText
    contact_label: ClientText
    contact: ContactView | None = None
    theme: Theme = field(default_factory=Theme)
