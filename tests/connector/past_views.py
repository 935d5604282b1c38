"""Editions of one audience after each other, made for tests of what lies beside them."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence

from connector.disclosure.portal_view import PortalProject, PortalView
from connector.disclosure.view import (
    ClientText,
    ClientView,
    Code,
    Day,
    EditionView,
    Link,
    MilestoneView,
    State,
    Verdict,
)
from tests.connector.made_views import NOW, Shape, made_view
from tests.connector.made_words import Pen

SERIES = "abcdefghij234567"
PAGE = "https://status.example.com/p4ge/"
WEEK = dt.timedelta(days=7)


def edition(number: int, *, language: str = "en", page: str | None = PAGE) -> ClientView:
    """Make the view of an edition; each is published a week after the one before."""
    view = made_view(Shape(language=language))
    return dataclasses.replace(view, edition=_numbered(view.edition, Pen(language), number, page))


def with_milestones(view: ClientView, milestones: Sequence[MilestoneView]) -> ClientView:
    """Give a view other milestones."""
    return dataclasses.replace(view, milestones=tuple(milestones))


def milestone(
    name: str,
    planned: dt.date | None,
    *,
    agreed: dt.date | None = None,
    actual: dt.date | None = None,
    state: State | None = None,
    title: str | None = None,
) -> MilestoneView:
    """Make a milestone with an opaque id of that name."""
    pen = Pen("en")
    made = pen.head(name, title or name, state)
    return MilestoneView(head=made, planned=_day(planned), agreed=_day(agreed), actual=_day(actual))


def called_off() -> State:
    """Make the state of a milestone that was called off."""
    view = made_view(Shape())
    verdict = view.verdict
    assert isinstance(verdict, Verdict)
    return dataclasses.replace(verdict.state, code=Code.CANCELLED, word=ClientText("Called off"))


def _day(on: dt.date | None) -> Day | None:
    return None if on is None else Pen("en").day(on)


def _numbered(made: EditionView, pen: Pen, number: int, page: str | None) -> EditionView:
    at = NOW + (number - 1) * WEEK
    return dataclasses.replace(
        made,
        number=pen.amount(number),
        label=ClientText(f"Edition {number}"),
        published=pen.moment(at),
        today=pen.day(at.date()),
        series=ClientText(SERIES),
        page=None if page is None else Link(page),
    )


def side_by_side(*views: ClientView) -> PortalView:
    """Make the page over several projects, in the language of the first."""
    first = views[0]
    return PortalView(
        language=first.language,
        direction=first.direction,
        client=first.client,
        publisher=first.publisher,
        projects=tuple(_shown(view) for view in views),
        texts=first.texts,
        theme=first.theme,
    )


def _shown(view: ClientView) -> PortalProject:
    return PortalProject(
        language=view.language,
        direction=view.direction,
        title=view.project,
        label=view.edition.label,
        day=view.edition.today,
        verdict=view.verdict.state if view.verdict else None,
        sentence=view.verdict.sentence if view.verdict else None,
        milestone=view.milestones[-1],
        link=Link("../../../kite/client/index.html"),
        texts=view.texts,
    )
