"""What an adapter promises, and what it is handed. Plug-in authors implement `Adapter`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Protocol, Self

from pydantic import BaseModel

from adapters.records import Change, Issue, Link, Milestone, Quarantined


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """The world as it is handed to an adapter: time, sleep, network settings."""

    now: Callable[[], dt.datetime]  # aware UTC
    sleep: Callable[[float], None]  # seconds; may raise to cancel
    ca_file: Path | None = None
    proxy: str | None = None
    name: str | None = None  # the source's `name` in the configuration; replaces the kind in keys
    fields: frozenset[str] = frozenset()  # custom fields the rules read, by id, type key or name


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What to pull. `since` None: everything. `cursor`: go on behind this batch of the same window."""

    since: dt.datetime | None = None
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Records that are stored together with the cursor behind them, in one transaction.

    `changes` holds the *whole* history of every issue in `issues` (it replaces what is stored).
    Milestones come complete in the first batch of every pull. An issue may come twice in one
    pull (it changed meanwhile): the later one counts. `total` is an estimate for progress only.
    """

    issues: tuple[Issue, ...] = ()
    changes: tuple[Change, ...] = ()
    links: tuple[Link, ...] = ()
    milestones: tuple[Milestone, ...] | None = None  # None: not in this batch
    quarantined: tuple[Quarantined, ...] = ()
    cursor: str = ""
    total: int | None = None
    last: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """Where an issue went that a pull no longer finds.

    `found` True: it exists outside the source's selection (moved, transferred; `ref` is its name
    there). False: deleted, or no longer visible to us; trackers do not tell these apart.
    """

    found: bool
    ref: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """What `init` and `check --online` want to know of a tracker. Counts are of issues, estimates."""

    account: str = ""  # who the token is, as the tracker calls it
    deployment: str = ""  # e.g. `Jira Cloud`, `Jira Data Center 9.12`, `GitHub`
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

    def locate(self, keys: Sequence[str]) -> Mapping[str, Whereabouts]:
        """Say where these issues are that a full pull did not find. Every key gets an answer."""
        ...

    def catalogue(self) -> Catalogue:
        """Look at the tracker for `init` and `check --online`: a handful of requests."""
        ...

    def close(self) -> None:
        """Give back connections. Idempotent."""
        ...
