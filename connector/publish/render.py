"""Turns a client view into the files of an edition. Reads no record, no store, no configuration."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from typing import Final

from markupsafe import Markup

from connector.disclosure.view import ClientView, Colour, Theme, Tone
from connector.publish import burnup, document, environment, matrix, outline, timeline, trend
from connector.publish.environment import Made

PAGE: Final = "index.html"
DATA: Final = "summary.json"
TEXT: Final = "summary.md"
_NAMES: Final = tuple(tone.value for tone in Tone)  # colours of the style that a theme may replace


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
    digest = _digest(_style(theme or Theme()))
    return (PAGE, DATA, TEXT, digest, *environment.fixed_texts(), *document.fixed_texts())


def _page(view: ClientView) -> bytes:
    schedule, placed = outline.schedule(view), outline.placed(view)
    style = _style(view.theme)
    page = (
        environment.page_environment()
        .get_template("page.html.j2")
        .render(
            view=view,
            style=Markup(style),  # noqa: S704 - our own template; its only values are checked colours
            style_digest=Made(_digest(style)),
            timeline=timeline.draw(schedule.ahead, today=view.edition.today, ticks=view.ticks),
            trend=trend.draw(view),
            burn_up=burnup.draw(view.burn_up),
            matrix=matrix.draw(placed.risks.open),
            schedule=schedule,
            placed=placed,
            goals=outline.goals(view),
            news=outline.news(view),
            glance=outline.glance(view),
        )
    )
    return page.encode()


def _style(theme: Theme) -> str:
    source = environment.page_environment().get_template("styles.css.j2")
    return source.render(theme=theme, colours=_colours(theme))


def _colours(theme: Theme) -> Mapping[str, Sequence[tuple[Made, Colour]]]:
    """Return the colours that replace those of the style, by mode; a name the style has not is nothing."""
    chosen = theme.colours
    return {
        "light": [(Made(name), chosen[name]) for name in _NAMES if name in chosen],
        "dark": [(Made(name), chosen[f"{name}-dark"]) for name in _NAMES if f"{name}-dark" in chosen],
    }


def _digest(style: str) -> str:
    """Return the digest by which the page's policy names its style."""
    return base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()


def _text(view: ClientView) -> bytes:
    return environment.text_environment().get_template("summary.md.j2").render(view=view).encode()
