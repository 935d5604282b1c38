"""Conditions of a rule: parsed once into small frozen objects, then asked of every issue.

Text is compared without regard to case, form of letters (full-width, composed, curly apostrophe)
and outer space; `*` stands for any run of characters.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from adapters.records import Category, FieldValue, Issue
from mappings.patterns import SEARCHED_CHARACTERS

TextAttribute = Literal["type", "status", "resolution"]
ListAttribute = Literal["labels", "components"]


@dataclass(slots=True)
class Traits:
    """What conditions look at, each text brought to its compared form once."""

    type: str
    status: str
    resolution: str
    labels: tuple[str, ...]
    components: tuple[str, ...]
    category: Category
    level: int | None
    has_children: bool
    title: str
    fields: Mapping[str, FieldValue]


def traits_of(issue: Issue, *, has_children: bool) -> Traits:
    """Prepare an issue for being asked.

    Args:
        issue: The issue as it stands, or stood.
        has_children: Whether another issue that is not NONE has it as parent.
    """
    return Traits(
        type=folded(issue.type),
        status=folded(issue.status),
        resolution=folded(issue.resolution),
        labels=tuple(map(folded, issue.labels)),
        components=tuple(map(folded, issue.components)),
        category=issue.category,
        level=issue.level,
        has_children=has_children,
        title=issue.title,
        fields=issue.fields,
    )


@functools.lru_cache(maxsize=8192)
def folded(text: str) -> str:
    """Bring a text into the form in which texts are compared."""
    return unicodedata.normalize("NFKC", text).replace("’", "'").casefold().strip()


class Predicate(Protocol):
    """A condition. `str()` tells it in words."""

    def holds(self, traits: Traits) -> bool:
        """Say whether the condition holds for an issue."""
        ...


@dataclass(frozen=True, slots=True)
class Names:
    """A set of wanted texts, some with `*`."""

    exact: frozenset[str] = frozenset()
    globs: tuple[re.Pattern[str], ...] = ()
    written: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.written)

    def __contains__(self, text: str) -> bool:
        """Say whether a folded text is wanted."""
        return text in self.exact or (bool(self.globs) and any(glob.match(text) for glob in self.globs))

    def __str__(self) -> str:
        return " or ".join(f"'{word}'" for word in self.written)


NO_NAMES = Names()


def names(written: Iterable[str]) -> Names:
    """Make a set of wanted texts from what stands in a rule file."""
    words = tuple(written)
    globs = [folded(word) for word in words if "*" in word]
    return Names(
        exact=frozenset(folded(word) for word in words if "*" not in word),
        globs=tuple(
            re.compile(".*".join(map(re.escape, glob.split("*"))) + r"\Z", re.DOTALL) for glob in globs
        ),
        written=words,
    )


@dataclass(frozen=True, slots=True)
class TextIs:
    """The type, status or resolution is one of the names."""

    attribute: TextAttribute
    names: Names

    def holds(self, traits: Traits) -> bool:  # noqa: D102 - see Predicate
        if self.attribute == "type":
            return traits.type in self.names
        return (traits.status if self.attribute == "status" else traits.resolution) in self.names

    def __str__(self) -> str:
        return f"{self.attribute} is {self.names}"


@dataclass(frozen=True, slots=True)
class ListHas:
    """A label or component is one of the names."""

    attribute: ListAttribute
    names: Names

    def holds(self, traits: Traits) -> bool:  # noqa: D102 - see Predicate
        texts = traits.labels if self.attribute == "labels" else traits.components
        if not texts:
            return False
        if not self.names.globs:
            return not self.names.exact.isdisjoint(texts)
        return any(text in self.names for text in texts)

    def __str__(self) -> str:
        return f"{self.attribute[:-1]} is {self.names}"


@dataclass(frozen=True, slots=True)
class LevelIs:
    """The hierarchy level is one of these. Never holds where the tracker has no levels."""

    levels: frozenset[int]

    def holds(self, traits: Traits) -> bool:  # noqa: D102 - see Predicate
        return traits.level in self.levels

    def __str__(self) -> str:
        return "level is " + " or ".join(map(str, sorted(self.levels)))


@dataclass(frozen=True, slots=True)
class CategoryIs:
    """The status category is one of these."""

    categories: frozenset[Category]

    def holds(self, traits: Traits) -> bool:  # noqa: D102 - see Predicate
        return traits.category in self.categories

    def __str__(self) -> str:
        return "category is " + " or ".join(sorted(self.categories))


@dataclass(frozen=True, slots=True)
class SubTaskIs:
    """The issue is a sub-task (level below 0), or is none."""

    wanted: bool

    def holds(self, traits: Traits) -> bool:  # noqa: D102 - see Predicate
        return (traits.level is not None and traits.level < 0) == self.wanted

    def __str__(self) -> str:
        return "it is a sub-task" if self.wanted else "it is no sub-task"


@dataclass(frozen=True, slots=True)
class ChildrenAre:
    """The issue is a parent, or is none."""

    wanted: bool

    def holds(self, traits: Traits) -> bool:  # noqa: D102 - see Predicate
        return traits.has_children == self.wanted

    def __str__(self) -> str:
        return "it has children" if self.wanted else "it has no children"


@dataclass(frozen=True, slots=True)
class TitleMatches:
    """The pattern is found in the first `SEARCHED_CHARACTERS` of the title, in any case."""

    pattern: re.Pattern[str]

    def holds(self, traits: Traits) -> bool:  # noqa: D102 - see Predicate
        return self.pattern.search(traits.title[:SEARCHED_CHARACTERS]) is not None

    def __str__(self) -> str:
        return f"title matches /{self.pattern.pattern}/"


@dataclass(frozen=True, slots=True)
class FieldIs:
    """A custom field, or an element of one that is a list, has a wanted value or matches a pattern."""

    name: str
    names: Names
    patterns: tuple[re.Pattern[str], ...] = ()

    def holds(self, traits: Traits) -> bool:  # noqa: D102 - see Predicate
        value = traits.fields.get(self.name)
        if value is None:
            return False
        return any(self._wants(text) for text in (value if isinstance(value, tuple) else (as_text(value),)))

    def _wants(self, text: str) -> bool:
        cut = text[:SEARCHED_CHARACTERS]
        return folded(text) in self.names or any(pattern.search(cut) for pattern in self.patterns)

    def __str__(self) -> str:
        wanted = [*([str(self.names)] if self.names else []), *(f"/{p.pattern}/" for p in self.patterns)]
        return f"field '{self.name}' is " + " or ".join(wanted)


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds. Without parts: always."""

    parts: tuple[Predicate, ...]

    def holds(self, traits: Traits) -> bool:  # noqa: D102 - see Predicate
        for part in self.parts:  # noqa: SIM110 - a generator in all() costs twice the time here
            if not part.holds(traits):
                return False
        return True

    def __str__(self) -> str:
        return " and ".join(_bracketed(part) for part in self.parts) or "anything else"


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Predicate, ...]

    def holds(self, traits: Traits) -> bool:  # noqa: D102 - see Predicate
        for part in self.parts:  # noqa: SIM110 - as in AllOf
            if part.holds(traits):
                return True
        return False

    def __str__(self) -> str:
        return " or ".join(_bracketed(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Predicate

    def holds(self, traits: Traits) -> bool:  # noqa: D102 - see Predicate
        return not self.part.holds(traits)

    def __str__(self) -> str:
        return f"not ({self.part})"


def reads_texts(predicate: Predicate) -> bool:
    """Say whether a condition looks at what differs from issue to issue: its title or custom fields."""
    match predicate:
        case TitleMatches() | FieldIs():
            return True
        case AllOf() | AnyOf():
            return any(reads_texts(part) for part in predicate.parts)
        case Not():
            return reads_texts(predicate.part)
        case _:
            return False


def as_text(value: str | float | bool) -> str:
    """Write a field's value the way a rule file would: `true`, `3`, `2.5`."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


# ----------------------------------------------------------------------------------- private


def _bracketed(part: Predicate) -> str:
    return f"({part})" if isinstance(part, AllOf | AnyOf) and len(part.parts) > 1 else str(part)
