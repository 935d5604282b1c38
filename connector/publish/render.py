"""Turns a client view into the files of an edition. Reads no record, no store, no configuration."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Final

from markupsafe import Markup

from connector.disclosure.view import ClientView, Theme
from connector.publish import document, environment, outline
from connector.publish.environment import Made
from connector.publish.timeline import draw

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
    digest = _digest(theme or Theme())
    return (PAGE, DATA, TEXT, digest, *environment.fixed_texts(), *document.fixed_texts())


def _page(view: ClientView) -> bytes:
    schedule = outline.schedule(view)
    page = (
        environment.page_environment()
        .get_template("page.html.j2")
        .render(
            view=view,
            style=Markup(_style(view.theme)),  # noqa: S704 - our own template; its only values are checked colours
            style_digest=Made(_digest(view.theme)),
            timeline=draw(schedule.ahead, today=view.edition.today, ticks=view.ticks),
            schedule=schedule,
            goals=outline.goals(view),
            news=outline.news(view),
            glance=outline.glance(view),
        )
    )
    return page.encode()


def _style(theme: Theme) -> str:
    return environment.page_environment().get_template("styles.css.j2").render(theme=theme)


def _digest(theme: Theme) -> str:
    """Return the digest by which the page's policy names its style."""
    return base64.b64encode(hashlib.sha256(_style(theme).encode()).digest()).decode()


def _text(view: ClientView) -> bytes:
    return environment.text_environment().get_template("summary.md.j2").render(view=view).encode()
