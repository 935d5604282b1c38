"""The files that take the place of a withdrawn edition: a page, its text, and the same as data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from connector.disclosure.notice_view import NoticeView
from connector.publish import environment
from connector.publish.dress import digest, dressed, style
from connector.publish.render import DATA, PAGE, TEXT

SCHEMA: Final = "clientview.notice/1"


def notice(view: NoticeView) -> Mapping[str, bytes]:
    """Render a notice; the same one gives the same bytes.

    Args:
        view: The notice; nothing else is read.

    Returns:
        `index.html`, `summary.json` (schema `clientview.notice/1`), `summary.md`.

    Raises:
        UnsafeValueError: A template tried to print something that is not client-safe.
    """
    text = environment.text_environment().get_template("notice.md.j2").render(view=view)
    return {
        PAGE: dressed("notice.html.j2", view.theme, view=view),
        DATA: _data(view),
        TEXT: text.encode(),
    }


def fixed_texts(view: NoticeView) -> tuple[str, ...]:
    """Return every text that the files hold whatever the project, and every word that the notice says."""
    said = (view.heading, view.sentence, view.instead, view.contact_label, view.language, view.direction)
    sheet = style(view.theme)
    return (
        *(PAGE, DATA, TEXT, SCHEMA, digest(sheet), sheet, *environment.fixed_texts()),
        *(text.value for text in said),
        *(f'"{name}":' for name in json.loads(_data(view))),
    )


def _data(view: NoticeView) -> bytes:
    data = {
        "schema": SCHEMA,
        "edition": view.number.value,
        "withdrawn_on": view.withdrawn.on.isoformat(),
        "language": view.language.value,
        "project": view.project.value,
        "text": view.sentence.value,
    }
    return (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode()
