"""What the PM is told of an edition that did not go out: it waits for approval, or was refused. Pure."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from connector.alerts import words
from connector.alerts.listing import listing
from connector.alerts.message import Message
from connector.alerts.texts import Speech, Value
from connector.analysis.state import Severity

MOST_LINES: Final = 8  # of a kind; the preview has them all
_LONGEST: Final = 160  # characters of a line


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingDraft:
    """A draft that a person has to approve, and what in it is new to its readers, a line each."""

    project: str  # its key
    title: str  # what people call the project
    audience: str
    number: int  # of the edition it would be
    content: str  # hash of what a client would read
    since: dt.datetime  # when it came
    counts: tuple[str, ...] = ()  # what a first edition tells of; empty for a later one
    texts: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


def key_of(audience: str, number: int, content: str) -> str:
    """Name a draft by its audience, its number and the hash of its content: the same is told once."""
    return f"approval {audience} {number} {content}"


def approval(draft: WaitingDraft, say: Speech, *, zone: dt.tzinfo, reminders: int = 0) -> Message:
    """Put a waiting draft into words.

    Args:
        draft: The draft.
        say: The language.
        zone: Of who is told.
        reminders: How many messages told of this content before: none, and it is news.

    Returns:
        A message whose key holds the content and the number of reminders.
    """
    again = "_again" if reminders else ""
    values: dict[str, Value] = {"audience": words.one_line(draft.audience), "number": draft.number}
    head = say.say(f"approval.head{again}", since=say.instant(draft.since, zone), **values)
    where = f"{draft.project} --audience {draft.audience}"
    preview, publish = f"clientview preview {where}", f"clientview publish {where} --approved-by NAME"
    commands = [
        say.say("approval.how", preview=preview),
        say.say("approval.publish", publish=publish),
    ]
    title = say.say(f"approval.subject{again}", **values)
    return Message(
        key=f"{key_of(draft.audience, draft.number, draft.content)} {reminders}",
        subject=say.say("subject", project=words.one_line(draft.title), title=title),
        text="\n\n".join([head, *_news(draft, say), "\n".join(commands)]) + "\n",
        severity=Severity.INFO,
        project=draft.project,
    )


def refusal(project: str, title: str, audience: str, *, number: int, reason: str, say: Speech) -> Message:
    """Put into words that an edition came due and was refused.

    Args:
        project: Its key.
        title: What people call the project.
        audience: Whose edition it is.
        number: Of the edition it would be.
        reason: What refused it, as the command line says it; internal.
        say: The language.

    Returns:
        A message whose key holds the edition and the reason: the same is told once.
    """
    preview = f"clientview preview {project} --audience {audience}"
    values: dict[str, Value] = {"audience": words.one_line(audience), "number": number}
    parts = [say.say("approval.refused_head", **values), reason, say.say("approval.how", preview=preview)]
    named = say.say("approval.refused_subject", **values)
    return Message(
        key=f"refused {audience} {number} {hashlib.sha256(reason.encode()).hexdigest()}",
        subject=say.say("subject", project=words.one_line(title), title=named),
        text="\n\n".join(parts) + "\n",
        severity=Severity.WARNING,
        project=project,
    )


def _news(draft: WaitingDraft, say: Speech) -> Sequence[str]:
    kinds = {"texts": draft.texts, "dates": draft.dates, "facts": draft.facts, "gone": draft.gone}
    lists = [
        listing(say.say(f"approval.{kind}"), [_clean(line) for line in lines], MOST_LINES, say)
        for kind, lines in kinds.items()
        if lines
    ]
    if draft.counts:
        return [say.say("approval.first", counts=say.joined(draft.counts)), *lists]
    return lists or [say.say("approval.wording")]


def _clean(line: str) -> str:
    return words.one_line(line, most=_LONGEST)
