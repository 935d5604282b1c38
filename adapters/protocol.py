"""What an adapter promises, and what it is handed. Plug-in authors implement `Adapter`."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Protocol, Self

from pydantic import BaseModel

from adapters.budget import Budgets
from adapters.records import Change, Issue, Iteration, Link, Milestone, Quarantined
from adapters.usage import Usage

CREDENTIAL_ENDS = "credential ends"
"""Name of the note by which an adapter says when its credential ends: an instant, ISO 8601."""


class Notes(Protocol):
    """What an adapter remembers from run to run: what a tracker rarely changes, ETags. Never secrets.

    A note may be lost at any time; then it is asked for again.
    """

    def read(self, name: str) -> str | None:
        """Return a note that is still good; None if there is none."""
        ...

    def write(self, name: str, text: str, *, until: dt.datetime) -> None:
        """Keep a note until an instant, in place of an earlier one of that name."""
        ...


class NoNotes:
    """Remembers nothing."""

    def read(self, name: str) -> str | None:
        """Return None: nothing was kept."""
        del name
        return None

    def write(self, name: str, text: str, *, until: dt.datetime) -> None:
        """Forget it at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """The world as it is handed to an adapter: time, sleep, network settings, memory."""

    now: Callable[[], dt.datetime]  # aware UTC
    sleep: Callable[[float], None]  # seconds; may raise to cancel
    ca_file: Path | None = None
    proxy: str | None = None
    name: str | None = None  # the source's `name` in the configuration; replaces the kind in keys
    fields: frozenset[str] = frozenset()  # custom fields the rules read, by id, type key or name
    notes: Notes = field(default_factory=NoNotes)  # of this source alone
    budgets: Budgets = field(
        default_factory=Budgets
    )  # what each host bears, shared by all sources of a process
    usage: Usage = field(default_factory=Usage)  # what this source has cost, as its transport counts it


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What to pull. `since` None: everything. `cursor`: go on behind this batch of the same window."""

    since: dt.datetime | None = None
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Records that are stored together with the cursor behind them, in one transaction.

    `changes` holds the *whole* history of every issue in `issues` (it replaces what is stored).
    Milestones and iterations come complete in the first batch of every pull. An issue may come
    twice in one pull (it changed meanwhile): the later one counts. `left` names issues that were
    seen outside the source's `select`: one that was inside before is looked for at once; of the
    others nothing is kept. `total` is an estimate for progress only.
    """

    issues: tuple[Issue, ...] = ()
    changes: tuple[Change, ...] = ()
    links: tuple[Link, ...] = ()
    milestones: tuple[Milestone, ...] | None = None  # None: not in this batch
    iterations: tuple[Iteration, ...] | None = None  # None: not in this batch, or the tracker has none
    quarantined: tuple[Quarantined, ...] = ()
    left: tuple[str, ...] = ()  # issue keys
    cursor: str = ""
    total: int | None = None
    last: bool = False


class Fate(enum.StrEnum):
    """What became of an issue that a pull or census no longer shows. Each is kept as what it is.

    PRESENT: it is where it was expected, only not listed (an index lags): nothing became of it.
    OUTSIDE: it no longer meets the source's `select`. MOVED: to another project of the tracker.
    TRANSFERRED: to another repository. CONVERTED: into something that is no issue. DELETED: the
    tracker says so, or nothing can hide an issue there. INVISIBLE: deleted or hidden from us, and
    the tracker does not tell which.
    """

    PRESENT = "present"
    OUTSIDE = "outside"
    MOVED = "moved"
    TRANSFERRED = "transferred"
    CONVERTED = "converted"
    DELETED = "deleted"
    INVISIBLE = "invisible"


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """What became of an issue; `ref` is its name where it is now, if it is anywhere."""

    fate: Fate
    ref: str = ""

    @property
    def found(self) -> bool:
        """Whether it still exists somewhere we can see."""
        return self.fate in {Fate.PRESENT, Fate.OUTSIDE, Fate.MOVED, Fate.TRANSFERRED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """An issue that a census saw. What is None was not said; the rest is compared with what is stored."""

    key: str
    updated_at: dt.datetime | None = None
    parent: str | None = None  # key of the parent issue; "" says it has none
    blockers: int | None = None  # links by which others block it


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    """A part of a census. Only one that came to its `last` part may be concluded from."""

    present: tuple[Present, ...] = ()
    last: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DateHint:
    """A webhook told that a milestone's date moved, and what it was before. None: no date."""

    key: str
    name: str
    at: dt.datetime  # when the tracker says it happened
    old_on: dt.date | None
    new_on: dt.date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """What a webhook's payload tells that a pull cannot. `touched`: issues worth reading again."""

    dates: tuple[DateHint, ...] = ()
    fates: Mapping[str, Whereabouts] = field(default_factory=dict)  # by issue key
    touched: tuple[str, ...] = ()  # issue keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """What `init` and `check --online` want to know of a tracker. Counts are of issues, estimates."""

    account: str = ""  # who the token is, as the tracker calls it
    deployment: str = ""  # e.g. `Jira Cloud`, `Jira Data Center 9.12`, `GitHub`
    timezone: str = ""  # IANA name of the zone the account sees days in; "": it has none, or nobody tells
    issues: int | None = None
    types: Mapping[str, int | None] = field(default_factory=dict)  # name -> level
    statuses: Mapping[str, str] = field(default_factory=dict)  # name -> Category value
    labels: tuple[str, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)  # id -> "name (type key)"
    hints: Mapping[str, str] = field(
        default_factory=dict
    )  # story_points/sprint/epic_link/client_title -> field id
    warnings: tuple[str, ...] = ()  # rights beyond reading, expiry, ambiguous fields
    missing: tuple[str, ...] = ()  # fields the environment asked for that the tracker lacks


class Adapter(Protocol):
    """A tracker's project as a source of records. One instance serves one source, one thread."""

    kind: ClassVar[str]
    settings_model: ClassVar[type[BaseModel]]  # extra="forbid"; secrets are `SecretStr`

    @classmethod
    def open(cls, settings: BaseModel, environment: Environment) -> Self:
        """Make a source without any request. Raises SettingsError."""
        ...

    @property
    def name(self) -> str:
        """Name of the source in status, run reports and keys: `jira:APO`, `github:acme/apollo`."""
        ...

    def pull(self, window: Window) -> Iterator[Batch]:
        """Yield batches, the last one marked. Raises AdapterError; what was yielded stays good."""
        ...

    def fetch(self, keys: Sequence[str]) -> Iterator[Batch]:
        """Yield these issues with their whole history, read past any index that lags.

        Batches carry no milestones. A key that is not found, or does not belong to the source any
        more, is left out; `locate` says why.
        """
        ...

    def census(self) -> Iterator[Census]:
        """Yield every issue the source holds now, as cheaply as the tracker allows, the last part marked.

        Raises:
            AdapterError: Any page failed: nothing may be concluded.
        """
        ...

    def locate(self, keys: Sequence[str]) -> Mapping[str, Whereabouts]:
        """Say what became of issues that a full pull or census did not find. Every key gets an answer."""
        ...

    def hints(self, payload: Mapping[str, object]) -> Hints:
        """Read a webhook's payload, without any request. One of another project hints at nothing.

        Raises:
            MalformedError: It is no payload of this tracker's webhooks.
        """
        ...

    def catalogue(self) -> Catalogue:
        """Look at the tracker for `init` and `check --online`: a handful of requests."""
        ...

    def close(self) -> None:
        """Give back connections. Idempotent."""
        ...
