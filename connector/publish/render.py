"""Turns a client view into the files of an edition. Reads no record, no store, no configuration."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from connector.disclosure.view import ClientView, Code, MilestoneView
from connector.publish import document, environment
from connector.publish.environment import Made
from connector.publish.timeline import draw

PAGE: Final = "index.html"
DATA: Final = "summary.json"
TEXT: Final = "summary.md"
RECENT: Final = 3  # milestones reached last that stay in sight; earlier ones are folded away


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


def fixed_texts() -> tuple[str, ...]:
    """Return every text that the files hold whatever the project: markup, styles, keys, file names.

    The leak check takes them as `fixed`.
    """
    return (PAGE, DATA, TEXT, *environment.fixed_texts(), *document.fixed_texts())


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Which dates any milestone has: a column without any is not drawn."""

    promised: bool
    agreed: bool
    planned: bool
    actual: bool
    progress: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleTable:
    """Milestones in sight, and those reached long ago."""

    ahead: tuple[MilestoneView, ...]
    earlier: tuple[MilestoneView, ...]
    columns: Columns


def schedule_table(view: ClientView) -> ScheduleTable:
    """Split the milestones of a view into those in sight and those reached long ago."""
    reached = [m for m in view.milestones if _is_reached(m)]
    folded = reached[:-RECENT] if len(reached) > RECENT + 1 else []
    hidden = {m.head.id.value for m in folded}
    names = [field.name for field in dataclasses.fields(Columns)]
    columns = {name: any(getattr(m, name) for m in view.milestones) for name in names}
    columns["promised"] = any(m.promised and m.promised != m.agreed for m in view.milestones)
    columns["planned"] = columns["planned"] or any(m.moves for m in view.milestones)
    return ScheduleTable(
        ahead=tuple(m for m in view.milestones if m.head.id.value not in hidden),
        earlier=tuple(folded),
        columns=Columns(**columns),
    )


def _is_reached(milestone: MilestoneView) -> bool:
    state = milestone.head.state
    return milestone.actual is not None or (state is not None and state.code is Code.DONE)


def _page(view: ClientView) -> bytes:
    templates = environment.page_environment()
    style = templates.get_template("styles.css.j2").render(theme=view.theme)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    schedule = schedule_table(view)
    page = templates.get_template("page.html.j2").render(
        view=view,
        style=Markup(style),  # noqa: S704 - our own template; its only values are checked colours
        style_digest=Made(digest),
        timeline=draw(schedule.ahead, today=view.edition.today),
        schedule=schedule,
    )
    return page.encode()


def _text(view: ClientView) -> bytes:
    return environment.text_environment().get_template("summary.md.j2").render(view=view).encode()
