"""What an audience may see: an allow-list of concepts and fields, read from TOML. Absent means denied."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from mappings.errors import FaultsError
from mappings.validation import faults_of, read_toml

DEFAULT_K: Final = 3
ALWAYS_INTERNAL: Final = ("internal", "confidential", "private")
SHIPPED: Final = ("client-default", "client-detailed", "dates-only")

Told = Literal["title", "text", "state", "key", "link"]
GoalSwitch = Literal["title", "text", "state", "progress", "due", "key", "link"]
MilestoneSwitch = Literal["title", "state", "promised", "agreed", "planned", "actual", "moves", "progress"]
ScopeSwitch = Literal["agreed", "approved", "undecided", "taken_out", "current", "done", "estimates"]
ActionSwitch = Told | Literal["needed_by", "waiting"]
RiskSwitch = Told | Literal["likelihood", "impact", "response"]
DecisionSwitch = Told | Literal["needed_by", "decided"]
RequestSwitch = Told | Literal["raised", "decided"]
FeedbackSwitch = Told | Literal["received"]
WorkSwitch = Told | Literal["goal", "estimates"]
HealthSwitch = Literal["state", "reasons"]
Wordable = Literal["goals", "milestones", "items", "risks", "actions", "decisions", "requests", "feedback"]
Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _Withhold(_Strict):
    labels: list[Label] = []
    embargo: list[Label] = []


class _Wording(_Strict):
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


class _Document(_Strict):
    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    k: Annotated[int, Field(ge=1, le=100)] = DEFAULT_K
    withhold: _Withhold = _Withhold()
    wording: _Wording = _Wording()
    show: _Show = _Show()


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A parsed policy. What it does not open is closed.

    `show` maps a concept to its open fields. `internal_labels` always holds those that no policy
    can drop. `tracker_titles` names concepts whose tracker title was itself agreed with the client;
    `title_labels` and `title_types` open the tracker's title of single issues.
    """

    name: str
    k: int = DEFAULT_K
    internal_labels: tuple[str, ...] = ALWAYS_INTERNAL
    embargo_labels: tuple[str, ...] = ()
    tracker_titles: frozenset[str] = frozenset()
    title_labels: frozenset[str] = frozenset()
    title_types: frozenset[str] = frozenset()
    show: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def shows(self, concept: str, switch: str) -> bool:
        """Tell whether a field of a concept is open."""
        return switch in self.show.get(concept, frozenset())

    def is_told(self, concept: str) -> bool:
        """Tell whether anything of a concept is open."""
        return bool(self.show.get(concept))

    def withholds(self, labels: Iterable[str]) -> bool:
        """Tell whether one of the labels keeps an issue from this audience."""
        folded = [fold(label) for label in labels]
        if any(label in self.embargo_labels for label in folded):
            return True
        return any(_is_marked(label, word) for label in folded for word in self.internal_labels)

    def opens_title(self, concept: str, *, labels: Iterable[str], kind: str) -> bool:
        """Tell whether the tracker's own title of an issue may be shown."""
        if concept in self.tracker_titles or fold(kind) in self.title_types:
            return True
        return any(fold(label) in self.title_labels for label in labels)


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
        tracker_titles=frozenset(document.wording.tracker_titles),
        title_labels=frozenset(map(fold, document.wording.labels)),
        title_types=frozenset(map(fold, document.wording.types)),
        show={name: switches for name, switches in opened.items() if switches},
    )


@functools.lru_cache(maxsize=65536)
def _is_marked(label: str, word: str) -> bool:
    """Tell whether a label is the word, or starts with it as a prefix: `internal-notes`, `private/x`."""
    return label == word or bool(re.match(re.escape(word) + r"[\W_]", label))
