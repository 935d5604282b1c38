"""The books of a term: what changed by the store, against what the receivers took.

A change of state is told when a message that names it was taken by a receiver. The store says which
changes there were, since a change is stored before anything is sent; it also says which messages
tell of them, and the signed messages name each change. So it is counted twice over: changes against
messages, and messages against what was taken.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from typing import Protocol

from connector.analysis.state import Severity
from connector.pipeline.workspace import Workspace
from connector.store.alerts import AlertTransition
from connector.store.outbox import Message, MessageState
from tests.acceptance.service.letters import Letter, of_mail, of_post, plain, squeezed
from tests.acceptance.service.town import Town, mailbox, manager

NOT_TOLD = ", not told"  # a change under a silence, or not yet worth telling
BETTER = "better"
CHANNEL_FAILED = "channel_failed"  # told by the other channels


class Story(Protocol):
    """What went by: the town, and the store that is left. `slack`: by how much instants may be off."""

    town: Town
    store: Workspace
    slack: dt.timedelta

    @property
    def ended_at(self) -> dt.datetime:
        """Return when it ended."""


@dataclass(slots=True)
class Count:
    """Figures of one project or of all. `messages` are those of both channels."""

    changes: int = 0  # to be told
    quiet: int = 0  # for information alone, left for the digest
    untold: int = 0  # pending, or over before they were told
    elsewhere: int = 0  # that the webhook failed, or works again: told by mail
    unannounced: int = 0  # changes that no message names: lost
    invented: int = 0  # named by a message, but the store knows of none
    messages: int = 0
    once: int = 0
    together: int = 0  # of these: after a day or more, in one mail that lists them
    twice_marked: int = 0
    twice_unmarked: int = 0
    more_often: int = 0
    waiting: int = 0  # in quiet hours at the end
    lost: int = 0  # messages that nobody took
    unlisted: int = 0  # changes that such a mail does not list
    strange: int = 0  # taken, but not in the store

    def __add__(self, other: Count) -> Count:
        """Add up."""
        return Count(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))


@dataclass(slots=True)
class Entry:
    """A message of the store, and when it was taken: as it stands, and marked as said again."""

    row: Message
    text: str
    plain: int = 0
    marked: int = 0
    together: bool = False

    def lives_at(self, at: dt.datetime, slack: dt.timedelta) -> bool:
        """Whether it was under way at an instant."""
        ended_at = self.row.ended_at
        return self.row.created_at - slack <= at and (ended_at is None or at <= ended_at + slack)

    @property
    def times(self) -> int:
        """How often it was taken."""
        return self.plain + self.marked


@dataclass(slots=True)
class Page:
    """One channel of one project."""

    entries: list[Entry]
    story: Story
    changes: Sequence[AlertTransition] = ()  # that the channel is to hear of
    strange: list[Letter] = field(default_factory=list)
    unlisted: int = 0

    def take(self, letter: Letter) -> None:
        """Book something that was taken."""
        alive = [entry for entry in self.entries if entry.lives_at(letter.at, self.story.slack)]
        same = [entry for entry in alive if letter.is_of(entry.text)]
        if same:
            one = min(same, key=lambda entry: -entry.times if letter.marks(entry.text) else entry.times)
            one.marked += letter.marks(one.text)
            one.plain += not letter.marks(one.text)
            return
        tried = [entry for entry in alive if entry.row.attempts and not entry.times]
        if len(tried) > 1 and letter.lists:
            self._take_together(letter, tried)
        else:
            self.strange.append(letter)

    def _take_together(self, letter: Letter, entries: Sequence[Entry]) -> None:
        """Book a mail that lists what waited for a day or more."""
        for entry in entries:
            entry.plain += 1
            entry.together = True
        since = min(entry.row.created_at for entry in entries)
        wanted = sum(since <= one.at <= letter.at for one in self.changes)
        self.unlisted += max(wanted - letter.lists, 0)

    def count(self) -> Count:
        """Add up."""
        found = Count(messages=len(self.entries), strange=len(self.strange), unlisted=self.unlisted)
        for entry in self.entries:
            is_early = entry.row.ended_at is None and entry.row.next_at > self.story.ended_at
            found.waiting += entry.times == 0 and is_early
            found.lost += entry.times == 0 and not is_early
            found.once += entry.times == 1
            found.together += entry.times == 1 and entry.together
            found.twice_marked += entry.times == 2 and entry.marked > 0
            found.twice_unmarked += entry.times == 2 and entry.marked == 0
            found.more_often += entry.times > 2
        return found


def count(story: Story) -> Count:
    """Settle the books of all projects."""
    pages = (page for key in story.town.keys for page in pages_of(story, key))
    changes = (_changes(story, key) for key in story.town.keys)
    return sum((page.count() for page in pages), sum(changes, Count()))


def pages_of(story: Story, key: str) -> tuple[Page, Page]:
    """Fill the pages of a project: of its webhook, and of its manager's mailbox."""
    rows = story.store.store.outbox.list(key)
    posts = Page([Entry(row, plain(json.loads(row.body))) for row in rows if not _is_mail(row)], story)
    for taken in story.town.post.hooked:
        letter = of_post(taken)
        if letter.project == key:
            posts.take(letter)
    channel = mailbox(key, story.town.post)
    heard = [one for one in _told(story, key) if (one.rule, one.object) != (CHANNEL_FAILED, channel)]
    mails = Page([Entry(row, squeezed(row.subject, row.body)) for row in rows if _is_mail(row)], story, heard)
    for taken in story.town.post.mailed:
        if taken.to == manager(key):
            mails.take(of_mail(taken))
    return posts, mails


def unsent(story: Story) -> list[Message]:
    """List messages that have still not gone out."""
    store = story.store.store.outbox
    return [one for key in story.town.keys for one in store.list(key, MessageState.WAITING)]


def _changes(story: Story, key: str) -> Count:
    """Set changes against the messages that name them."""
    rows = story.store.store.outbox.list(key)
    mailed_at = {row.created_at for row in rows if _is_mail(row)}
    told = list(_told(story, key))
    stored = Counter(_name(one) for one in told)
    named = Counter(name for row in rows if not _is_mail(row) for name in _named(row))
    missing = stored - named
    quiet = missing & Counter(
        _name(one) for one in told if one.severity is Severity.INFO and one.note != BETTER
    )
    elsewhere = missing & Counter(
        _name(one) for one in told if one.rule == CHANNEL_FAILED and one.at in mailed_at
    )
    return Count(
        changes=stored.total(),
        quiet=quiet.total(),
        untold=len(story.store.store.alerts.transitions(key)) - len(told),
        elsewhere=elsewhere.total(),
        unannounced=(missing - quiet - elsewhere).total(),
        invented=(named - stored).total(),
    )


def _told(story: Story, key: str) -> Iterator[AlertTransition]:
    for one in story.store.store.alerts.transitions(key):
        if not one.note.endswith(NOT_TOLD):
            yield one


def _name(one: AlertTransition) -> tuple[str, str]:
    return f"{one.rule}:{one.object}", one.note


def _named(row: Message) -> list[tuple[str, str]]:
    return [(str(one["id"]), str(one["transition"])) for one in json.loads(row.body)["notices"]]


def _is_mail(row: Message) -> bool:
    return row.channel.startswith("mailto:")
