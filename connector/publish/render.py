"""Turns a client view into the files of an edition. Reads no record, no store, no configuration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from connector.disclosure.view import ClientView, Theme
from connector.publish import burnup, document, dress, environment, matrix, outline, timeline, trend

PAGE: Final = "index.html"
DATA: Final = "summary.json"
TEXT: Final = "summary.md"


def render(view: ClientView) -> Mapping[str, bytes]:
    """Render an edition.

    Args:
        view: What the client may see; nothing else is read.

    Returns:
        File name to bytes. The same view gives the same bytes.

    Raises:
        UnsafeValueError: A template tried to print something that is not client-safe.
    """
    return {PAGE: _page(view), DATA: document.document(view), TEXT: _text(view)}


def fixed_texts(theme: Theme | None = None) -> tuple[str, ...]:
    """Return every text that the files hold whatever the project: markup, styles, keys, file names.

    The leak check takes them as `fixed`.

    Args:
        theme: The colours of the page, the default ones if None: the digest of the style depends on
            them, and four letters of a digest may happen to be somebody's label.
    """
    digest = dress.digest(dress.style(theme or Theme()))
    return (PAGE, DATA, TEXT, digest, *environment.fixed_texts(), *document.fixed_texts())


def _page(view: ClientView) -> bytes:
    schedule, placed = outline.schedule(view), outline.placed(view)
    return dress.dressed(
        "page.html.j2",
        view.theme,
        view=view,
        timeline=timeline.draw(view.milestones, today=view.edition.today, ticks=view.ticks),
        trend=trend.draw(view),
        burn_up=burnup.draw(view.burn_up),
        matrix=matrix.draw(placed.risks.open),
        schedule=schedule,
        placed=placed,
        goals=outline.goals(view),
        news=outline.news(view),
        glance=outline.glance(view),
    )


def _text(view: ClientView) -> bytes:
    return environment.text_environment().get_template("summary.md.j2").render(view=view).encode()
