"""What may stand in a rule file: its keys, their defaults, the form of their values.

Everything a person may shorten (one word for a list of one, a field's name for a table) is
lengthened here, so that the rest knows one form only. Documented in `docs/reference/rules.md`.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from adapters.records import Category
from mappings.concepts import Concept, Level, Stage
from mappings.patterns import fault_of_pattern
from mappings.predicates import as_text

FIELD_KEYS = (
    "estimate",
    "due",
    "client_title",
    "client_text",
    "client_response",
    "likelihood",
    "impact",
    "response",
    "category",
    "proximity",
    "treatment",
    "owner",
    "review",
    "needed_by",
    "decided",
    "decided_by",
    "options",
    "client_options",
    "outcome",
    "client_outcome",
    "feedback_class",
    "urgency",
    "reason",
    "client_reason",
)
"""Keys of `[fields]`: what may be read from somewhere else than its usual place."""


def _as_list(value: object) -> object:
    return value if isinstance(value, list | tuple) else [value]


def _as_text(value: object) -> object:
    return as_text(value) if isinstance(value, bool | int | float) else value


def _as_source(value: object) -> object:
    if isinstance(value, str | list):
        return {"field": value}
    if not isinstance(value, dict):
        raise PydanticCustomError("source", "the name of a field, or a table with field, label or heading")
    return value


def _not_empty(text: str) -> str:
    if not text.strip():
        raise PydanticCustomError("empty", "some text")
    return text


def _some(value: object) -> object:
    if value in ([], ()):
        raise PydanticCustomError("empty", "at least one")
    return value


def _as_size(value: object) -> object:
    return {"unit": value} if isinstance(value, str) else value


def _usable(pattern: str) -> str:
    if fault := fault_of_pattern(pattern):
        raise PydanticCustomError("pattern", "{fault}", {"fault": fault})
    return pattern


def _usable_value(value: str) -> str:
    if is_pattern(value):
        _usable(value[1:-1])
    return value


def is_pattern(value: str) -> bool:
    """Say whether a wanted field value is a pattern: `/…/`."""
    return len(value) > 2 and value.startswith("/") and value.endswith("/")


Word = Annotated[str, AfterValidator(_not_empty)]
Words = Annotated[tuple[Word, ...], BeforeValidator(_as_list)]
Levels = Annotated[tuple[int, ...], BeforeValidator(_as_list)]
Categories = Annotated[tuple[Category, ...], BeforeValidator(_as_list)]
Value = Annotated[Word, BeforeValidator(_as_text), AfterValidator(_usable_value)]
Values = Annotated[tuple[Value, ...], BeforeValidator(_some), BeforeValidator(_as_list)]


class Section(BaseModel):
    """A table of the file. Unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class When(Section):
    """Conditions of a rule; all that are given must hold."""

    type: Words = ()
    level: Levels = ()
    subtask: bool | None = None
    label: Words = ()
    component: Words = ()
    status: Words = ()
    resolution: Words = ()
    category: Categories = ()
    field: dict[str, Values] = {}
    title: Annotated[Word, AfterValidator(_usable)] | None = None
    has_children: bool | None = None
    all: Annotated[tuple[When, ...], BeforeValidator(_as_list)] = ()
    any: Annotated[tuple[When, ...], BeforeValidator(_as_list)] = ()
    not_: Annotated[When | None, Field(alias="not")] = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if all(getattr(self, name) == info.default for name, info in type(self).model_fields.items()):
            raise PydanticCustomError("empty", "at least one condition")
        return self


class RuleSection(Section):
    """One `[[rule]]`. Without `when` it is the catch-all."""

    name: Word
    concept: Concept
    when: When | None = None


class Source(Section):
    """Where a value is read: the first of these places that holds one."""

    field: Words = ()  # custom fields, by id, type key or name
    label: Words = ()  # prefixes of labels: `likelihood:` reads `likelihood:high`
    heading: Words = ()  # headings of the text: the paragraph below is the value

    @model_validator(mode="after")
    def _names_a_place(self) -> Self:
        if not (self.field or self.label or self.heading):
            raise PydanticCustomError("empty", "a `field`, a `label` prefix or a `heading`")
        return self


SourceValue = Annotated[Source, BeforeValidator(_as_source)]


class Size(Section):
    """How scope items are counted. With `field`, in the unit (points unless said) it holds."""

    unit: Literal["items", "points", "hours"] = "points"
    field: Words = ()

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.unit == "items" and self.field:
            raise PydanticCustomError("unit", "the unit 'points' or 'hours' beside a `field`")
        return self


class Dropped(Section):
    """`[dropped]`: resolutions and statuses that take an item out of scope."""

    resolutions: Words = ()
    statuses: Words = ()


class Done(Section):
    """`[done]`: statuses that count as done besides those of the category done."""

    statuses: Words = ()


class Marks(Section):
    """Any of these marks an issue."""

    types: Words = ()
    statuses: Words = ()
    labels: Words = ()
    categories: Categories = ()


class VerdictSection(Section):
    """`[verdict]`: what a change request or decision has come to. `rejected` is asked first."""

    approved: Marks = Marks()
    rejected: Marks = Marks()


class Covers(Section):
    """`[covers]`: what makes an issue covered by a change request."""

    links: Words = ()
    children: bool = True


class NatureSection(Section):
    """`[nature]`: what an added item is."""

    defect: Marks = Marks()
    new: Marks = Marks()


class OriginSection(Section):
    """`[origin]`: whose wish an added item is."""

    client: Marks = Marks()
    third_party: Marks = Marks()
    supplier: Marks = Marks()


class FeedbackState(Section):
    """One of `[feedback] states`: where feedback stands that `when` fits. Without: the rest."""

    words: Word
    state: Stage | None = None
    when: When | None = None


class FeedbackKind(Section):
    """One of `[feedback] classes`. `words` are for the client; without `when` it is only known by name."""

    name: Word
    words: str = ""
    when: When | None = None


class PriorityRow(Section):
    """One row of `[[feedback.priority]]`."""

    classes: Words = ()
    urgency: Annotated[tuple[Level, ...], BeforeValidator(_as_list)] = ()
    touches: bool | None = None
    priority: Level


class FeedbackSection(Section):
    """`[feedback]`: where feedback stands, of which class it is, what comes first; the first that fits."""

    states: tuple[FeedbackState, ...] = ()
    classes: tuple[FeedbackKind, ...] = ()
    priority: tuple[PriorityRow, ...] = ()


class Fields(Section):
    """`[fields]`: values that are read from a custom field, a label or the text of the issue."""

    estimate: SourceValue | None = None
    due: SourceValue | None = None
    client_title: SourceValue | None = None
    client_text: SourceValue | None = None
    client_response: SourceValue | None = None
    likelihood: SourceValue | None = None
    impact: SourceValue | None = None
    response: SourceValue | None = None
    category: SourceValue | None = None
    proximity: SourceValue | None = None
    treatment: SourceValue | None = None
    owner: SourceValue | None = None
    review: SourceValue | None = None
    needed_by: SourceValue | None = None
    decided: SourceValue | None = None
    decided_by: SourceValue | None = None
    options: SourceValue | None = None
    client_options: SourceValue | None = None
    outcome: SourceValue | None = None
    client_outcome: SourceValue | None = None
    feedback_class: SourceValue | None = None
    urgency: SourceValue | None = None
    reason: SourceValue | None = None
    client_reason: SourceValue | None = None


class RuleFile(Section):
    """A whole rule file."""

    name: Word
    description: str = ""
    size: Annotated[Size, BeforeValidator(_as_size)] = Size(unit="items")
    defects: Literal["in", "apart"] = "in"
    dropped: Dropped = Dropped()
    done: Done = Done()
    fields: Fields = Fields()
    verdict: VerdictSection = VerdictSection()
    covers: Covers = Covers()
    nature: NatureSection = NatureSection()
    origin: OriginSection = OriginSection()
    feedback: FeedbackSection = FeedbackSection()
    rule: Annotated[tuple[RuleSection, ...], BeforeValidator(_some)]
