"""What a view is made of: values that are safe to print, and nothing else can be printed.

A *leaf* carries its own wording in the reader's language; a renderer formats nothing. This module
imports nothing of ours.
"""

from __future__ import annotations

import datetime as dt
import enum
import re
from dataclasses import dataclass
from typing import Final

_COLOUR: Final = re.compile(r"#[0-9a-f]{6}")
_LINK: Final = re.compile(
    r"https://[^\s\"'<>\\`]+|mailto:[^\s\"'<>\\`:]+|(?!/)(?!.*//)[A-Za-z0-9._/-]+(?:#[A-Za-z0-9-]+)?"
)
_IMAGE: Final = re.compile(r"data:image/(?:png|jpeg);base64,[A-Za-z0-9+/]+={0,2}")


@dataclass(frozen=True, slots=True)
class ClientText:
    """Words a client may read. Not a `str` on purpose: no operation on it yields a bare text.

    `written`: people wrote it (a title, a client text); False: it comes from our catalogue.
    """

    value: str
    written: bool = False

    def __str__(self) -> str:
        """Return the words; escaping is the renderer's task."""
        return self.value

    def __bool__(self) -> bool:
        """Tell whether there are any words."""
        return bool(self.value)


@dataclass(frozen=True, slots=True)
class RichText:
    """Words that people wrote for a client, in paragraphs and lists, with simple emphasis.

    Both fields say the same. `html` holds the few tags that disclosure lets pass, cleaned; `text` is
    plain, its paragraphs apart by an empty line.
    """

    html: str
    text: str

    def __str__(self) -> str:
        """Return the words without markup."""
        return self.text

    def __bool__(self) -> bool:
        """Tell whether there are any words."""
        return bool(self.text)

    @property
    def lines(self) -> tuple[ClientText, ...]:
        """The words as plain lines; empty ones are left out."""
        return tuple(ClientText(line, written=True) for line in self.text.splitlines() if line.strip())

    @property
    def paragraphs(self) -> tuple[ClientText, ...]:
        """The words as plain paragraphs."""
        return tuple(ClientText(part, written=True) for part in self.text.split("\n\n") if part)


@dataclass(frozen=True, slots=True)
class Link:
    """An address a page may point at: `https:`, `mailto:`, or a place beside the page itself.

    Raises:
        ValueError: The address is of another kind, or could end an attribute.
    """

    value: str

    def __post_init__(self) -> None:
        """Refuse every address that is not plainly harmless."""
        if not _LINK.fullmatch(self.value):
            raise ValueError("found another kind of address; expected https:, mailto: or a relative path")

    def __str__(self) -> str:
        """Return the address."""
        return self.value


@dataclass(frozen=True, slots=True)
class Image:
    """A picture inside the page, as a `data:` address of a PNG or JPEG.

    Raises:
        ValueError: It is anything else.
    """

    value: str

    def __post_init__(self) -> None:
        """Refuse what is no embedded picture."""
        if not _IMAGE.fullmatch(self.value):
            raise ValueError("found another kind of picture; expected an embedded PNG or JPEG")


class Tone(enum.Enum):
    """How a state is to be coloured. Colour never carries the meaning alone."""

    GOOD = "good"
    CAUTION = "caution"
    BAD = "bad"
    DONE = "done"
    NEUTRAL = "neutral"


class Code(enum.Enum):
    """Machine words of states; `State.word` says them in the reader's language."""

    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    OFF_TRACK = "off_track"
    COMPLETE = "complete"
    UNKNOWN = "unknown"
    ON_TIME = "on_time"
    SLIPPING = "slipping"
    SILENTLY_AT_RISK = "silently_at_risk"
    OVERDUE = "overdue"
    REPLANNED = "replanned"
    RECOVERING = "recovering"
    VOLATILE = "volatile"
    CANCELLED = "cancelled"
    OPEN = "open"
    DOING = "doing"
    DONE = "done"
    DROPPED = "dropped"
    PLANNED = "planned"
    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    AVOID = "avoid"
    REDUCE = "reduce"
    TRANSFER = "transfer"
    ACCEPT = "accept"
    SHARE = "share"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A state with its word and its tone."""

    code: Code
    tone: Tone
    word: ClientText


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A day with its wording."""

    on: dt.date
    text: ClientText

    @property
    def iso(self) -> ClientText:
        """The day for machines: `2026-11-23`."""
        return ClientText(self.on.isoformat())


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """An instant (aware UTC) with its wording in the audience's time zone."""

    at: dt.datetime
    text: ClientText

    @property
    def iso(self) -> ClientText:
        """The instant for machines, in UTC: `2026-11-23T09:00:00Z`."""
        return ClientText(self.at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A number with its wording. `value` is None where the number is coarsened.

    `near` is then the number that was told last, if this one is too close to it to be told: the
    difference would be a small number told exactly.
    """

    value: float | None
    text: ClientText
    near: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Things done out of all. `percent` is 0-100, None where there is nothing to do yet."""

    done: int
    total: int
    percent: int | None
    text: ClientText  # `12 of 20`
    percent_text: ClientText  # `60 %`


@dataclass(frozen=True, slots=True)
class Colour:
    """A colour as `#rrggbb`; anything else is refused, so that no style can be smuggled in.

    Raises:
        ValueError: The value is no such colour.
    """

    value: str

    def __post_init__(self) -> None:
        """Refuse what is no colour."""
        if not _COLOUR.fullmatch(self.value):
            raise ValueError(f"found {self.value!r}; expected a colour such as #1f5f8b, in lower case")


Leaf = ClientText | RichText | Link | Image | State | Day | Moment | Amount | Progress | Colour
