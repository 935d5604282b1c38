"""What analysis is handed: the stored records of one project and what was agreed about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from adapters.protocol import DateHint
from adapters.records import Change, Issue, IterationSighting, Link, MilestoneSighting
from connector.analysis.calendar import WorkingCalendar
from connector.analysis.heard import NOTHING_HEARD, Heard
from connector.analysis.record import Record
from mappings.concepts import Verdict
from mappings.rules import Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFacts:
    """State of one source of the project."""

    name: str
    last_success_at: dt.datetime | None = None
    complete: bool = False  # the last pull ended well
    issues: int = 0  # known and not gone
    failed_since: dt.datetime | None = None  # first failure since the last success
    failure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """An issue that is no longer found.

    `why`: moved_out, transferred, converted, deleted, or invisible (deleted or hidden: nobody tells).
    """

    at: dt.datetime
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandMilestone:
    """A `[[project.milestone]]`: key `config:<key>`; `members` are chosen by its `select`."""

    key: str
    select: Mapping[str, tuple[str, ...]] = field(
        default_factory=dict
    )  # label/type/component/parent/iteration/status -> any of


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectFacts:
    """All stored facts of one project. Issues that are gone are still among `issues`."""

    project: str  # key in the configuration
    name: str
    issues: tuple[Issue, ...]
    changes: Mapping[str, tuple[Change, ...]]  # by issue key, in order of time
    links: tuple[Link, ...] = ()
    sightings: tuple[MilestoneSighting, ...] = ()  # ordered by seen_at
    iterations: tuple[IterationSighting, ...] = ()  # ordered by seen_at
    hints: tuple[DateHint, ...] = ()  # dates that webhooks told of, ordered by instant
    gone: Mapping[str, Gone] = field(default_factory=dict)
    first_seen: Mapping[str, dt.datetime] = field(default_factory=dict)  # by issue key
    rules: Mapping[str, Rules] = field(default_factory=dict)  # by source name
    sources: tuple[SourceFacts, ...] = ()
    hand_milestones: tuple[HandMilestone, ...] = ()
    ruled_since: Mapping[str, dt.datetime] = field(default_factory=dict)  # source -> first use of its rules

    def without(self, withheld: frozenset[str]) -> ProjectFacts:
        """Return the same facts as if these issues had never existed."""
        return replace(
            self,
            issues=tuple(issue for issue in self.issues if issue.key not in withheld),
            changes={key: value for key, value in self.changes.items() if key not in withheld},
            links=tuple(link for link in self.links if link.a not in withheld and link.b not in withheld),
            gone={key: value for key, value in self.gone.items() if key not in withheld},
            first_seen={key: at for key, at in self.first_seen.items() if key not in withheld},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A document that proves an approval: a signed PDF, a mail. Its bytes are in the store."""

    name: str  # of the file as it was given
    sha256: str  # hex
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedChange:
    """A change request recorded here, because the tracker has none or does not tell its verdict.

    Immutable: a later one with `supersedes` takes its place. It covers the issues named, whatever
    carries one of the labels, and whatever is or stands below one of the parents; or it gives its
    verdict to a change request of the tracker (`request`).
    """

    number: int
    title: str
    verdict: Verdict
    decided_by: str
    on_at: dt.datetime  # when it was decided; of a proposal, when it was made
    recorded_at: dt.datetime
    recorded_by: str = ""  # the operating user; decided_by is their claim
    items: tuple[str, ...] = ()  # issue keys
    labels: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()  # issue keys
    request: str = ""  # issue key of the tracker's change request
    supersedes: int | None = None
    note: str = ""
    client_title: str = ""
    evidence: Evidence | None = None

    @property
    def ref(self) -> str:
        """What people call it: `CR-2`."""
        return f"CR-{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """An immutable, numbered copy of scope and dates as of an instant, and who approved it.

    `containers` maps a container (milestone key, goal key, `project`) to its items and their size
    in the mapped unit (None: unsized). `dates` maps a milestone to the date agreed then.
    """

    number: int
    on_at: dt.datetime
    recorded_at: dt.datetime
    approved_by: str
    recorded_by: str = ""  # the operating user; approved_by is their claim
    note: str = ""
    containers: Mapping[str, Mapping[str, float | None]] = field(default_factory=dict)
    dates: Mapping[str, dt.date | None] = field(default_factory=dict)
    buffer_days: int | None = None
    rules: Mapping[str, str] = field(default_factory=dict)  # source -> fingerprint it was counted by
    size_unit: str = ""  # of its sizes: items, points, hours; "" where it was not recorded
    evidence: Evidence | None = None
    tolerances: Mapping[str, float] = field(default_factory=dict)  # as they were configured then, by name

    def without(self, withheld: frozenset[str]) -> Baseline:
        """Return the same baseline as if these items had never been in it."""
        return replace(
            self,
            containers={
                name: {key: size for key, size in items.items() if key not in withheld}
                for name, items in self.containers.items()
                if name not in withheld
            },
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """How much unapproved growth, as a share of what was agreed, is a breach and how bad.

    Above `warning_ratio` and `critical_ratio` it is one. A breach that was told is over only at or
    below `off_ratio`, so that a value that wavers about a limit does not come and go.
    """

    warning_ratio: float
    critical_ratio: float
    off_ratio: float

    @property
    def critical_off_ratio(self) -> float:
        """The ratio at or below which a critical breach is a lesser one again."""
        return self.critical_ratio * self.off_ratio / self.warning_ratio if self.warning_ratio else 0.0

    @classmethod
    def around(cls, warning_ratio: float) -> Tolerance:
        """Return the tolerance of one limit: critical at twice that, over at four fifths of it."""
        return cls(
            warning_ratio=warning_ratio, critical_ratio=2 * warning_ratio, off_ratio=0.8 * warning_ratio
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """An edition that told dates: which, to whom, and who stood for it."""

    number: int
    audience: str
    at: dt.datetime  # published
    told: Mapping[str, dt.date]  # milestone -> day
    by: str = ""  # who approved it; "" where the audience needs no approval
    note: str = ""


def told_dates(tellings: Iterable[Telling]) -> Mapping[str, tuple[tuple[dt.datetime, dt.date], ...]]:
    """Say which date of each milestone was told when, in the order given."""
    found: dict[str, list[tuple[dt.datetime, dt.date]]] = {}
    for telling in tellings:
        for key, day in telling.told.items():
            found.setdefault(key, []).append((telling.at, day))
    return {key: tuple(pairs) for key, pairs in found.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class DateRules:
    """When a date is out of tolerance, beside `slip_tolerance_days`; see `rulebook` for what each means."""

    slip_off_days: int | None = None  # working days; None: four fifths of the tolerance
    risk_off_days: int = 2  # working days that the 85 % date must be within the limit to be safe again
    volatile_moves: int = 3  # moves within `volatile_move_days`
    volatile_turns: int = 2  # changes of direction within `volatile_turn_days`
    volatile_move_days: int = 28
    volatile_turn_days: int = 90
    buffer_off_ratio: float = 0.9  # of the fever chart's red line

    def slip_off(self, tolerance_days: int) -> int:
        """Return the slip in working days at or below which one that was told is over."""
        four_fifths = tolerance_days * 4 // 5
        return four_fifths if self.slip_off_days is None else min(self.slip_off_days, tolerance_days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What was agreed with the client, and the tolerances that go with it."""

    baselines: tuple[Baseline, ...] = ()  # ordered by on_at, then number
    scope_tolerance_ratio: float = 0.05
    tolerances: Mapping[str, Tolerance] = field(
        default_factory=dict
    )  # container, by key or by what people call it; others have `scope_tolerance_ratio`
    slip_tolerance_days: int = 5  # working days
    buffer_days: int | None = None  # working days before the last milestone
    timezone: str = "UTC"
    holidays: str | None = None  # e.g. `DE-BE`
    blackouts: tuple[tuple[dt.date, dt.date], ...] = ()  # nobody works from the first to the last day
    dates: DateRules = DateRules()
    record: Record | None = None  # how warnings and dates held in this project's past; None: not measured
    told: Mapping[str, tuple[tuple[dt.datetime, dt.date], ...]] = field(
        default_factory=dict
    )  # milestone -> (edition instant, date)
    tellings: tuple[Telling, ...] = ()  # the editions behind `told`, oldest first
    changes: tuple[RecordedChange, ...] = ()  # recorded here, ordered by number
    heard: Heard = NOTHING_HEARD  # feedback that was entered here

    def calendar(self) -> WorkingCalendar:
        """Return the working days that the agreement counts by."""
        return WorkingCalendar(timezone=self.timezone, code=self.holidays, blackouts=self.blackouts)

    def tolerance(self, *names: str) -> Tolerance:
        """Return the tolerance of a container that goes by any of these names."""
        own = {name.casefold(): tolerance for name, tolerance in self.tolerances.items()}
        found = (own[name.casefold()] for name in names if name.casefold() in own)
        return next(found, Tolerance.around(self.scope_tolerance_ratio))

    def in_force(self, at: dt.datetime) -> Baseline | None:
        """Return the baseline that holds at `at`: the latest whose instant is not after it."""
        held = [baseline for baseline in self.baselines if baseline.on_at <= at]
        return max(held, key=lambda b: (b.on_at, b.number), default=None)
