"""What stands beside an edition: those before it, and a client's projects side by side.

Like `view` it imports nothing but leaves and parts, so whoever renders it can reach no record.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from connector.disclosure.view import (
    ClientText,
    ClientView,
    Day,
    Link,
    MilestoneView,
    Moment,
    State,
    Theme,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PastEdition:
    """Another edition of the same audience, as it was told.

    `view` is what it said: for counting how often a date moved, never to be shown again. None where
    a version of the program wrote it that had another idea of a view. `withdrawn_at` is an aware
    UTC instant, None where the edition stands.
    """

    number: int
    label: ClientText
    day: Day
    published: Moment
    verdict: State | None = None
    view: ClientView | None = None
    withdrawn_at: dt.datetime | None = None

    @property
    def is_withdrawn(self) -> bool:
        """Tell whether its content was taken back."""
        return self.withdrawn_at is not None

    @property
    def changed_at(self) -> dt.datetime:
        """The instant when it was published, or withdrawn."""
        return self.withdrawn_at or self.published.at


def past_edition(view: ClientView, *, withdrawn_at: dt.datetime | None = None) -> PastEdition:
    """Tell of an edition by what it said itself."""
    return PastEdition(
        number=int(view.edition.number.value or 0),
        label=view.edition.label,
        day=view.edition.today,
        published=view.edition.published,
        verdict=view.verdict.state if view.verdict else None,
        view=view,
        withdrawn_at=withdrawn_at,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalProject:
    """A project of a client as its newest edition tells of it. `milestone` is the next one, with a date."""

    language: ClientText
    direction: ClientText
    title: ClientText
    label: ClientText  # of the edition
    day: Day  # of the edition
    verdict: State | None = None
    sentence: ClientText | None = None
    milestone: MilestoneView | None = None
    link: Link
    texts: Mapping[str, ClientText]  # in the project's language


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalView:
    """The projects of one client that one audience may see side by side."""

    language: ClientText
    direction: ClientText
    client: ClientText
    publisher: ClientText
    projects: tuple[PortalProject, ...]
    texts: Mapping[str, ClientText]
    theme: Theme = field(default_factory=Theme)
