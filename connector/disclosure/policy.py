"""What an audience may see: an allow-list of concepts and fields, read from TOML. Absent means denied."""

from __future__ import annotations

import calendar
import datetime as dt
import functools
import hashlib
import json
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from importlib import resources
from typing import Annotated, Final, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)
from pydantic_core import PydanticCustomError

from mappings.errors import FaultsError
from mappings.validation import faults_of, read_toml

DEFAULT_K: Final = 3
ALWAYS_INTERNAL: Final = ("internal", "confidential", "private")
SHIPPED: Final = ("client-default", "client-detailed", "dates-only")

Told = Literal["title", "text", "state", "key", "link"]
GoalSwitch = Literal["title", "text", "state", "progress", "due", "key", "link"]
MilestoneSwitch = Literal[
    "title",
    "state",
    "promised",
    "agreed",
    "planned",
    "actual",
    "moves",
    "progress",
    "forecast",
    "reserve",
    "after",
    "trend",
]
ScopeSwitch = Literal[
    "agreed", "approved", "undecided", "taken_out", "current", "done", "over_time", "estimates"
]
ActionSwitch = Told | Literal["needed_by", "waiting", "holds_up"]
RiskSwitch = Told | Literal["likelihood", "impact", "response", "treatment", "proximity", "review", "steps"]
DecisionSwitch = Told | Literal["needed_by", "decided", "options", "outcome"]
RequestSwitch = Told | Literal["raised", "decided"]
FeedbackSwitch = Told | Literal["received", "class", "planned", "answered", "reason", "order"]
WorkSwitch = Told | Literal["goal", "estimates"]
HealthSwitch = Literal["state", "reasons"]
MoneySwitch = Literal["amounts"]
Words = Literal["field", "block", "file"]
Period = Literal["day", "week", "month"]
Wordable = Literal["goals", "milestones", "items", "risks", "actions", "decisions", "requests", "feedback"]
Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


DEFAULT_ORDER: Final[tuple[Words, ...]] = ("field", "block", "file")


def _each_once(order: list[Words]) -> list[Words]:
    if len(set(order)) < len(order):
        raise PydanticCustomError("twice", "each of 'field', 'block', 'file' once at most")
    return order


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _Withhold(_Strict):
    labels: list[Label] = []
    embargo: list[Label] = []
    until: dict[Label, dt.date] = {}
    tell_first: list[Label] = []
    told: dict[Label, dt.date] = {}


class _Wording(_Strict):
    order: Annotated[list[Words], AfterValidator(_each_once)] = list(DEFAULT_ORDER)
    tracker_titles: list[Wordable] = []
    labels: list[Label] = []
    types: list[Label] = []


class _Show(_Strict):
    health: list[HealthSwitch] = []
    goals: list[GoalSwitch] = []
    milestones: list[MilestoneSwitch] = []
    scope: list[ScopeSwitch] = []
    items: list[WorkSwitch] = []
    risks: list[RiskSwitch] = []
    actions: list[ActionSwitch] = []
    decisions: list[DecisionSwitch] = []
    requests: list[RequestSwitch] = []
    feedback: list[FeedbackSwitch] = []
    money: list[MoneySwitch] = []


class _Rounding(_Strict):
    dates: Period = "day"
    sizes: Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)] = 0.0


class _Document(_Strict):
    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    k: Annotated[int, Field(ge=1, le=100)] = DEFAULT_K
    withhold: _Withhold = _Withhold()
    wording: _Wording = _Wording()
    rounding: Annotated[_Rounding, Field(alias="round")] = _Rounding()
    show: _Show = _Show()


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A parsed policy. What it does not open is closed.

    `show` maps a concept to its open fields. `internal_labels` always holds those that no policy
    can drop; `embargoes` is label to the first day on which it no longer keeps anything back.
    `tell_first` are labels whose issues wait until a person heard of them; `told` is issue to the
    day on which that was recorded. Until `on` says which day it is, no embargo has ended and nobody
    was told. `order` says whose words come first; what it leaves out is not read. `tracker_titles`
    names concepts whose tracker title was itself agreed with the client; `title_labels` and
    `title_types` open the tracker's title of single issues. `dates` is the period to which days are
    rounded, `size_step` the step to which sizes are, 0 for none.
    """

    name: str
    k: int = DEFAULT_K
    internal_labels: tuple[str, ...] = ALWAYS_INTERNAL
    embargo_labels: tuple[str, ...] = ()
    embargoes: Mapping[str, dt.date] = field(default_factory=dict)
    tell_first: tuple[str, ...] = ()
    told: Mapping[str, dt.date] = field(default_factory=dict)
    today: dt.date = dt.date.min
    order: tuple[Words, ...] = DEFAULT_ORDER
    tracker_titles: frozenset[str] = frozenset()
    title_labels: frozenset[str] = frozenset()
    title_types: frozenset[str] = frozenset()
    dates: Period = "day"
    size_step: float = 0.0
    show: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def shows(self, concept: str, switch: str) -> bool:
        """Tell whether a field of a concept is open."""
        return switch in self.show.get(concept, frozenset())

    def is_told(self, concept: str) -> bool:
        """Tell whether anything of a concept is open."""
        return bool(self.show.get(concept))

    def on(self, day: dt.date) -> Policy:
        """Return the policy as it stands on a day: embargoes that ended by then keep nothing back."""
        return replace(self, today=day)

    def withholds(self, labels: Iterable[str], *, names: Iterable[str] = ()) -> bool:
        """Tell whether one of the labels keeps an issue from this audience.

        Args:
            labels: Those of the issue.
            names: What `told` may call it: its reference and its key.
        """
        folded = [fold(label) for label in labels]
        if any(self._is_embargoed(label) for label in folded):
            return True
        if any(label in self.tell_first for label in folded) and not self._is_told_of(names):
            return True
        return any(_is_marked(label, word) for label in folded for word in self.internal_labels)

    def opens_title(self, concept: str, *, labels: Iterable[str], kind: str) -> bool:
        """Tell whether the tracker's own title of an issue may be shown."""
        if concept in self.tracker_titles or fold(kind) in self.title_types:
            return True
        return any(fold(label) in self.title_labels for label in labels)

    def round_day(self, on: dt.date, *, is_past: bool = False) -> dt.date:
        """Round a day to the policy's period.

        Args:
            on: The day.
            is_past: Something happened on it. Then the first day of the period stands for it, so
                that it is not told as one to come; else the last, so that nothing is promised earlier.
        """
        if self.dates == "week":
            first = on - dt.timedelta(days=on.weekday())
            return first if is_past else first + dt.timedelta(days=min(6, (dt.date.max - first).days))
        if self.dates == "month":
            return on.replace(day=1 if is_past else calendar.monthrange(on.year, on.month)[1])
        return on

    def round_size(self, size: float) -> float:
        """Round a size to the policy's step, halves away from zero."""
        if not self.size_step:
            return size
        return math.copysign(math.floor(abs(size) / self.size_step + 0.5) * self.size_step, size)

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of what the policy opens, in hex; it tells nothing of what it withholds."""
        opened = {
            "k": self.k,
            "order": self.order,
            "tracker_titles": sorted(self.tracker_titles),
            "round": [self.dates, self.size_step],
            "show": {concept: sorted(switches) for concept, switches in sorted(self.show.items())},
        }
        return hashlib.sha256(json.dumps(opened, sort_keys=True).encode()).hexdigest()

    def _is_embargoed(self, label: str) -> bool:
        return label in self.embargo_labels or self.today < self.embargoes.get(label, dt.date.min)

    def _is_told_of(self, names: Iterable[str]) -> bool:
        return any(self.told.get(fold(name), dt.date.max) <= self.today for name in names)


def parse_policy(text: str, *, file: str) -> Policy:
    """Read a policy.

    Args:
        text: TOML; the reference of its keys is the shipped `client-detailed`.
        file: Its name, for faults.

    Returns:
        The policy, default deny.

    Raises:
        FaultsError: Every fault of the text at once, each with line, key and what was expected.
    """
    raw = read_toml(text, file=file)
    try:
        return _policy(_Document.model_validate(raw))
    except ValidationError as exc:
        raise FaultsError(faults_of(exc, _Document, text=text, file=file)) from exc


@functools.cache
def shipped(name: str) -> Policy:
    """Return a policy that comes with the program.

    Raises:
        LookupError: There is none of that name.
    """
    if name not in SHIPPED:
        raise LookupError(f"found policy {name!r}; expected a path or one of {', '.join(SHIPPED)}")
    return parse_policy(shipped_text(name), file=f"{name}.toml")


def shipped_text(name: str) -> str:
    """Return the TOML of a shipped policy."""
    source = resources.files("connector.disclosure") / "policies" / f"{name}.toml"
    return source.read_text(encoding="utf-8")


@functools.lru_cache(maxsize=8192)  # few labels, asked for on every issue
def fold(label: str) -> str:
    """Return a label or type name in the form in which they are compared."""
    return unicodedata.normalize("NFKC", label).strip().casefold()


def _policy(document: _Document) -> Policy:
    labels = dict.fromkeys([*ALWAYS_INTERNAL, *map(fold, document.withhold.labels)])
    opened = {name: frozenset(getattr(document.show, name)) for name in _Show.model_fields}
    return Policy(
        name=document.name,
        k=document.k,
        internal_labels=tuple(labels),
        embargo_labels=tuple(sorted(map(fold, document.withhold.embargo))),
        embargoes=_folded(document.withhold.until),
        tell_first=tuple(sorted(map(fold, document.withhold.tell_first))),
        told=_folded(document.withhold.told),
        order=tuple(document.wording.order),
        tracker_titles=frozenset(document.wording.tracker_titles),
        title_labels=frozenset(map(fold, document.wording.labels)),
        title_types=frozenset(map(fold, document.wording.types)),
        dates=document.rounding.dates,
        size_step=document.rounding.sizes,
        show={name: switches for name, switches in opened.items() if switches},
    )


def _folded(days: Mapping[str, dt.date]) -> Mapping[str, dt.date]:
    """Fold the names; of two that are one the later day counts."""
    latest: dict[str, dt.date] = {}
    for name, day in days.items():
        latest[fold(name)] = max(day, latest.get(fold(name), day))
    return latest


@functools.lru_cache(maxsize=65536)
def _is_marked(label: str, word: str) -> bool:
    """Tell whether a label is the word, or starts with it as a prefix: `internal-notes`, `private/x`."""
    return label == word or bool(re.match(re.escape(word) + r"[\W_]", label))
