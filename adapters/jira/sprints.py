"""Which sprints a project's boards have: all of them once a day, in between only those not closed.

Answers come through a function that is handed in.

Source:
    The agile API lists 50 a page. The same sprint shows on several boards. A kanban board refuses
    the question (400); a site without Jira Software, or a token without the scope, knows no boards.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import chain
from typing import TypeVar

from pydantic import ValidationError

from adapters.errors import NotFoundError, RefusedError, SettingsError
from adapters.jira import queries
from adapters.jira.answers import BoardPage, SprintPage, SprintPayload
from adapters.jira.payloads import Payload, read
from adapters.jira.product import AT_A_TIME
from adapters.jira.queries import Ask, Question
from adapters.parallel import in_order
from adapters.protocol import Notes

KEPT = dt.timedelta(days=1)
NOTE = "sprints"
NOT_CLOSED = "active,future"
_MOST_APART = 5  # sprints that left the open ones: more are found by asking for all

Page = TypeVar("Page", BoardPage, SprintPage)


class Kept(Payload):
    """The sprints as they were last seen, and until when a closed one is believed."""

    boards: tuple[str, ...]
    until: dt.datetime
    sprints: tuple[SprintPayload, ...]


def boards(ask: Ask, project: str) -> tuple[str, ...] | None:
    """Return the boards that may have sprints: scrum boards, and the simple ones of team-managed projects.

    Returns:
        Their ids; None where the site has no agile API, or not for this token.
    """
    try:
        pages = _pages(ask, lambda start_at: queries.boards(project, start_at=start_at), BoardPage)
        return tuple(one.id for page in pages for one in page.values if one.type != "kanban")
    except (NotFoundError, RefusedError, SettingsError):
        return None


def kept(notes: Notes, board_ids: Sequence[str], *, now: dt.datetime) -> Kept | None:
    """Return the sprints of these boards as they were kept; None where all must be asked for."""
    try:
        found = Kept.model_validate_json(notes.read(NOTE) or "")
    except ValidationError:
        return None
    return found if found.boards == tuple(board_ids) and now < found.until else None


def keep(notes: Notes, seen: Kept) -> None:
    """Keep sprints, as long as closed ones are believed."""
    notes.write(NOTE, seen.model_dump_json(by_alias=True), until=seen.until)


def see(ask: Ask, board_ids: Sequence[str], known: Kept | None, *, now: dt.datetime) -> Kept:
    """Read every sprint of these boards.

    One request for each board, as long as no sprint was closed or deleted since it was kept.
    """
    boards = tuple(board_ids)
    found = None if known is None else _updated(ask, boards, known.sprints)
    if known is not None and found is not None:
        return Kept(boards=boards, until=known.until, sprints=found)
    return Kept(boards=boards, until=now + KEPT, sprints=_of_boards(ask, boards, states=""))


def _updated(
    ask: Ask, board_ids: Sequence[str], known: Sequence[SprintPayload]
) -> tuple[SprintPayload, ...] | None:
    """Bring sprints up to date by what is not closed; None where that does not tell enough."""
    now_open = {one.id: one for one in _of_boards(ask, board_ids, states=NOT_CLOSED)}
    left = [one.id for one in known if one.state != "closed" and one.id not in now_open]
    if len(left) > _MOST_APART:
        return None
    closed = {one.id: one for one in known if one.state == "closed" and one.id not in now_open}
    apart = {one: sprint for one in left if (sprint := _alone(ask, one)) is not None}
    return tuple((closed | apart | now_open).values())


def _of_boards(ask: Ask, board_ids: Sequence[str], *, states: str) -> tuple[SprintPayload, ...]:
    jobs = (partial(_of_board, ask, one, states=states) for one in board_ids)
    found = chain.from_iterable(in_order(jobs, at_a_time=AT_A_TIME))
    return tuple({one.id: one for one in found}.values())


def _of_board(ask: Ask, board_id: str, *, states: str) -> tuple[SprintPayload, ...]:
    def question(start_at: int) -> Question:
        return queries.board_sprints(board_id, start_at=start_at, states=states)

    try:
        return tuple(one for page in _pages(ask, question, SprintPage) for one in page.values)
    except (NotFoundError, RefusedError, SettingsError):  # a board without sprints, or deleted since
        return ()


def _alone(ask: Ask, sprint_id: str) -> SprintPayload | None:
    question = queries.sprint(sprint_id)
    try:
        return read(SprintPayload, ask(question), question.told)
    except NotFoundError:
        return None


def _pages(ask: Ask, question: Callable[[int], Question], shape: type[Page]) -> Iterator[Page]:
    start_at = 0
    while True:
        asked = question(start_at)
        page = read(shape, ask(asked), asked.told)
        yield page
        start_at += len(page.values)
        if page.is_last or not page.values:
            return
