"""The books of a term: what changed by the store, against what the receivers took.

A change of state is told when a message that names it was taken by a receiver. The store says which
changes there were, since a change is stored before anything is sent; it also says which messages
tell of them, and the signed messages name each change. So it is counted twice over: changes against
messages, and messages against what was taken.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from email import message_from_bytes, policy
from email.message import EmailMessage

from connector.analysis.state import Severity
from connector.store.outbox import Message, MessageState
from tests.acceptance.service.term import Term
from tests.acceptance.service.town import manager

NOT_TOLD = ", not told"  # a change under a silence, or not yet worth telling
BETTER = "better"
Change = tuple[str, str]  # rule and object, what happened


@dataclass(slots=True)
class Count:
    """Figures of one project or of all. `messages` are those of both channels."""

    changes: int = 0  # to be told
    quiet: int = 0  # for information alone, left for the digest
    untold: int = 0  # pending, or over before they were told
    unannounced: int = 0  # changes that no message names: lost
    invented: int = 0  # named by a message, but the store knows of none
    messages: int = 0
    once: int = 0
    twice_marked: int = 0
    twice_unmarked: int = 0
    more_often: int = 0
    lost: int = 0  # messages that nobody took
    strange: int = 0  # taken, but not in the store

    def __add__(self, other: Count) -> Count:
        """Add up."""
        return Count(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))


@dataclass(slots=True)
class Taken:
    """What a receiver took of one text: as it stands, and marked as said again."""

    plain: int = 0
    marked: int = 0


@dataclass(slots=True)
class Page:
    """One channel of one project: its messages by text, and what was taken of each."""

    sent: Counter[str] = field(default_factory=Counter)
    taken: dict[str, Taken] = field(default_factory=dict)
    strange: list[str] = field(default_factory=list)

    def take(self, text: str, *, marked: bool) -> None:
        """Book something that was taken."""
        if text not in self.sent:
            self.strange.append(text)
            return
        told = self.taken.setdefault(text, Taken())
        told.marked += marked
        told.plain += not marked

    def count(self) -> Count:
        """Add up."""
        found = Count(messages=sum(self.sent.values()), strange=len(self.strange))
        for text, wanted in self.sent.items():
            told = self.taken.get(text, Taken())
            again = told.plain + told.marked - wanted
            found.lost += max(-again, 0)
            found.more_often += max(again - wanted, 0)
            found.twice_marked += min(max(again, 0), told.marked)
            found.twice_unmarked += max(again - told.marked, 0)
            found.once += wanted - max(-again, 0) - min(max(again, 0), wanted)
        return found


def count(term: Term) -> Count:
    """Settle the books of all projects."""
    return sum((_count(term, key) for key in term.town.keys), Count())


def _count(term: Term, key: str) -> Count:
    rows = term.store.store.outbox.list(key)
    posts = [row for row in rows if not row.channel.startswith("mailto:")]
    mails = [row for row in rows if row.channel.startswith("mailto:")]
    told = _changes(term, key, posts)
    return told + _posts(term, key, posts).count() + _mails(term, key, mails).count()


def _changes(term: Term, key: str, posts: Sequence[Message]) -> Count:
    """Set changes against the messages that name them."""
    stored: Counter[Change] = Counter()
    quiet: Counter[Change] = Counter()
    found = Count()
    for one in term.store.store.alerts.transitions(key):
        change = (f"{one.rule}:{one.object}", one.note)
        if one.note.endswith(NOT_TOLD):
            found.untold += 1
            continue
        stored[change] += 1
        quiet[change] += one.severity is Severity.INFO and one.note != BETTER
    named = Counter(change for row in posts for change in _named(json.loads(row.body)))
    missing = stored - named
    found.changes, found.invented = stored.total(), (named - stored).total()
    found.quiet = (missing & quiet).total()
    found.unannounced = (missing - quiet).total()
    return found


def _named(document: Mapping[str, object]) -> Iterable[Change]:
    notices = document["notices"]
    assert isinstance(notices, list)
    return [(str(one["id"]), str(one["transition"])) for one in notices]


def _posts(term: Term, key: str, rows: Sequence[Message]) -> Page:
    page = Page(sent=Counter(_plain(json.loads(row.body)) for row in rows))
    for body in term.post.hooked:
        document = json.loads(body)
        if document["project"] == key:
            page.take(_plain(document), marked=bool(document.get("repeated")))
    return page


def _plain(document: Mapping[str, object]) -> str:
    return json.dumps({name: value for name, value in document.items() if name != "repeated"}, sort_keys=True)


def _mails(term: Term, key: str, rows: Sequence[Message]) -> Page:
    """Match mails by their text; one whose subject says more than the message's is marked."""
    page = Page(sent=Counter(_squeezed(row.subject, row.body) for row in rows))
    for to, content in term.post.mailed:
        if to != manager(key):
            continue
        subject, text = _read(content)
        plain = _squeezed(subject, text)
        whole = next((one for one in page.sent if plain != one and _is_marked(one, subject, text)), plain)
        page.take(plain if plain in page.sent else whole, marked=plain not in page.sent)
    return page


def _squeezed(subject: str, text: str) -> str:
    return f"{' '.join(subject.split())}\n{' '.join(text.split())}"


def _is_marked(one: str, subject: str, text: str) -> bool:
    """Whether a mail holds a message whole, and more."""
    wanted_subject, wanted_text = one.split("\n", 1)
    return wanted_subject in " ".join(subject.split()) and wanted_text in " ".join(text.split())


def _read(content: bytes) -> tuple[str, str]:
    mail = message_from_bytes(content, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    text = mail.get_body(("plain",))
    assert text is not None
    return str(mail["Subject"]), str(text.get_content())


def unsent(term: Term) -> list[Message]:
    """List messages that have still not gone out."""
    store = term.store.store.outbox
    return [one for key in term.town.keys for one in store.list(key, MessageState.WAITING)]
