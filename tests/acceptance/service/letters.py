"""What was taken, read as a receiver reads it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage

from tests.acceptance.service.post import Taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message that was taken. `text` is what compares with the store's."""

    at: dt.datetime
    project: str = ""
    text: str
    is_marked: bool = False  # it says itself that it may be there twice
    lists: int = 0  # lines of a mail's longest list

    def is_of(self, text: str) -> bool:
        """Whether it is a message of the store: its text, or more than its text."""
        return self.text == text or self.marks(text)

    def marks(self, text: str) -> bool:
        """Whether it is a message of the store and says that it was said before."""
        if self.is_marked:
            return self.text == text
        ours, theirs = self.text.split("\n", 1), text.split("\n", 1)
        is_within = all(part in whole for part, whole in zip(theirs, ours, strict=True))
        return is_within and self.text != text


def of_post(taken: Taken) -> Letter:
    """Read signed JSON."""
    document = json.loads(taken.content)
    is_marked = bool(document.get("repeated"))
    project = str(document["project"])
    return Letter(at=taken.at, project=project, text=plain(document), is_marked=is_marked)


def of_mail(taken: Taken) -> Letter:
    """Read a mail: subject and plain text."""
    mail = message_from_bytes(taken.content, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    body = mail.get_body(("plain",))
    assert body is not None
    text = str(body.get_content()).replace("\r\n", "\n")
    lists = [part.count("\n- ") for part in text.split("\n\n")]
    return Letter(at=taken.at, text=squeezed(str(mail["Subject"]), text), lists=max(lists))


def plain(document: Mapping[str, object]) -> str:
    """Return a document's text without its mark, in a form that compares."""
    told = {name: value for name, value in document.items() if name != "repeated"}
    return f"\n{json.dumps(told, sort_keys=True)}"


def squeezed(subject: str, text: str) -> str:
    """Return subject and text, in two lines that compare."""
    return f"{' '.join(subject.split())}\n{' '.join(text.split())}"
