"""Commands of feedback: feedback add, list, state, priority."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from connector.cli import session

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.pipeline.feedback_document import FeedbackPart
    from mappings.concepts import Feedback, Level

Keys = list[str] | None
FeedbackId = Annotated[str, typer.Argument(metavar="ID", help="FB-2, or the ref of the tracker's.")]
Note = Annotated[str, typer.Option("--note", metavar="TEXT", help="For the team alone.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    commands = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    commands.command()(add)
    commands.command("list")(list_)
    commands.command()(state)
    commands.command()(priority)
    app.add_typer(commands, name="feedback", help="What the client says: add, list, state, priority.")


def add(  # noqa: PLR0913, PLR0917 - the parameters of a command are its options
    context: typer.Context,
    project: session.ProjectKey,
    title: Annotated[
        str, typer.Option("--title", metavar="TEXT", help="What it is about, in words the client may read.")
    ],
    text: Annotated[
        str | None, typer.Option("--text", metavar="TEXT", help="More of it, for the client too; Markdown.")
    ] = None,
    text_file: Annotated[
        Path | None, typer.Option("--text-file", metavar="FILE", help="The same, from a file.")
    ] = None,
    kind: Annotated[
        str,
        typer.Option(
            "--class", metavar="C", help="defect, wish, question, praise, complaint, or one of your rules."
        ),
    ] = "",
    urgency: Annotated[
        str, typer.Option("--urgency", metavar="U", help="high, medium or low, as the client calls it.")
    ] = "",
    from_: Annotated[
        str, typer.Option("--from", metavar="NAME", help="Who gave it; for the team alone.")
    ] = "",
    on: Annotated[
        str | None,
        typer.Option("--on", metavar="DATE", help="When; a day (its end) or an instant, never to come."),
    ] = None,
    ref: Annotated[
        str,
        typer.Option("--ref", metavar="REF", help="What it answers: the reference in the mail's subject."),
    ] = "",
    link: Annotated[
        Keys, typer.Option("--link", metavar="ISSUE", help="Work that belongs to it; may be repeated.")
    ] = None,
    note: Note = "",
) -> None:
    """Enter feedback that no tracker holds. What was entered is never changed; later states are added."""
    from connector.errors import UsageError
    from connector.pipeline.hearing import Said, enter
    from connector.pipeline.moments import past

    if not title.strip():
        raise UsageError("--title: found nothing, expected what the feedback is about")
    words = _text(text, text_file)
    with session.opened(context) as workspace:
        found = workspace.project(project)
        said = Said(
            title=title.strip(),
            on_at=past(on, timezone=found.timezone, now=workspace.now(), option="--on"),
            text=words,
            kind=kind,
            urgency=urgency,
            given_by=from_.strip(),
            note=note.strip(),
            reference=ref.strip(),
            linked=tuple(link or ()),
        )
        kept = enter(workspace, found, said)
    session.say(f"{kept.ref} received on {kept.on_at:%Y-%m-%dT%H:%M:%SZ}: {kept.title}")


def list_(context: typer.Context, project: session.ProjectKey, as_json: session.AsJson = False) -> None:
    """List all feedback, what waits for an answer first, with how long it took. Internal."""
    from connector.pipeline.hearing import listed

    with session.opened(context) as workspace:
        found = listed(workspace, workspace.project(project))
    if as_json:
        import json

        document = {
            "schema": "clientview.feedback/1",
            "project": project,
            "feedback": [part.model_dump(mode="json", by_alias=True) for part in found],
        }
        session.say(json.dumps(document, ensure_ascii=False, indent=2))
        return
    session.say("\n".join(line for part in found for line in _lines(part)) or "no feedback yet")


def state(  # noqa: PLR0913, PLR0917 - the parameters of a command are its options
    context: typer.Context,
    project: session.ProjectKey,
    name: FeedbackId,
    state: Annotated[
        str, typer.Argument(metavar="STATE", help="received, looked-at, planned, done or declined.")
    ],
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", help="Why it was declined, for the client; Markdown.")
    ] = "",
    planned_for: Annotated[
        str, typer.Option("--planned-for", metavar="MILESTONE", help="Name or key of the milestone.")
    ] = "",
    note: Note = "",
) -> None:
    """Say where feedback stands that was entered here. The tracker's follows its issue."""
    from connector.errors import UsageError
    from connector.pipeline.hearing import Move, move_on, stage_of
    from mappings.concepts import Stage

    stage = stage_of(state)
    if reason and stage is not Stage.DECLINED:
        raise UsageError(f"--reason: found it with state {state}; expected it with declined alone")
    if planned_for and stage is not Stage.PLANNED:
        raise UsageError(f"--planned-for: found it with state {state}; expected it with planned alone")
    with session.opened(context) as workspace:
        move = Move(stage=stage, reason=reason.strip(), note=note.strip(), milestone=planned_for)
        found = move_on(workspace, workspace.project(project), name, move)
    session.say(f"{found.ref} {found.stage.value.replace('_', ' ')}: {found.title}")


def priority(
    context: typer.Context,
    project: session.ProjectKey,
    name: FeedbackId,
    level: Annotated[
        str, typer.Argument(metavar="LEVEL", help="high, medium or low; table: as the table says again.")
    ],
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who says so.")],
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="Why; for the team alone.")] = "",
) -> None:
    """Set the priority of feedback by name, whatever the table says. Never shown to a client."""
    from connector.errors import UsageError
    from connector.pipeline.hearing import prefer

    if not by.strip():
        raise UsageError("--by: found nothing, expected the name of who says so")
    chosen = _level(level)
    with session.opened(context) as workspace:
        found = prefer(workspace, workspace.project(project), name, chosen, by=by.strip(), note=note.strip())
    session.say(f"{found.ref} {_priority(found)}")


def _text(text: str | None, file: Path | None) -> str:
    from connector.errors import UsageError

    if file is None:
        return (text or "").strip()
    if text is not None:
        raise UsageError("found both --text and --text-file; expected one of them")
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as exc:
        raise UsageError(f"--text-file: {file} cannot be read as UTF-8 text") from exc


def _level(text: str) -> Level | None:
    from connector.errors import UsageError
    from mappings.concepts import Level

    plain = text.strip().casefold()
    if plain == "table":
        return None
    if plain not in {level.value for level in Level}:
        raise UsageError(f"found priority {text!r}; expected high, medium, low, or table")
    return Level(plain)


def _lines(part: FeedbackPart) -> Iterator[str]:
    state = part.stage.value.replace("_", " ")
    planned = f" for {', '.join(part.planned_for)}" if part.planned_for else ""
    yield f"{part.item} [{part.kind or 'no class'}] {state}{planned}: {part.title}"
    yield f"  {_priority(part)}"
    yield f"  received on {part.received_at:%Y-%m-%d}; {'; '.join(_waits(part))}"
    if part.linked:
        yield f"  linked to {', '.join(part.linked)}"
    if part.answers:
        yield f"  answers {part.answers}"
    if part.given_by:
        yield f"  given by {part.given_by}"


def _priority(found: FeedbackPart | Feedback) -> str:
    level = found.priority.value if found.priority else "none"
    return f"priority {level} ({found.priority_why})"


def _waits(part: FeedbackPart) -> Iterator[str]:
    if part.age_days is not None:
        yield f"waits for {_days(part.age_days)}"
    if part.first_look_days is not None:
        yield f"looked at after {_days(part.first_look_days)}"
    if part.answer_days is not None:
        yield f"answered after {_days(part.answer_days)}"


def _days(number: int) -> str:
    return f"{number} working day{'' if number == 1 else 's'}"
