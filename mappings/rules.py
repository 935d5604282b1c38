"""A rule file, parsed: how the records of a source become concepts.

`parse_rules` reads the text once, reports every fault in it at once, and turns conditions into
predicates. The rest of this floor only asks the frozen result.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from pydantic import ValidationError

from mappings.concepts import Concept, Nature, Origin, Stage, Verdict
from mappings.errors import Fault, FaultsError
from mappings.positions import locate
from mappings.predicates import (
    NO_NAMES,
    AllOf,
    AnyOf,
    CategoryIs,
    ChildrenAre,
    FieldIs,
    LevelIs,
    ListHas,
    Names,
    Not,
    Predicate,
    SubTaskIs,
    TextIs,
    TitleMatches,
    folded,
    names,
    reads_texts,
)
from mappings.priorities import Row
from mappings.rulefile import FIELD_KEYS, Marks, RuleFile, Source, When, is_pattern
from mappings.validation import fault_at, faults_of, read_toml

SizeUnit = Literal["items", "points", "hours"]
NEVER: Predicate = AnyOf(())
"""Holds of nothing: of a class that is known by its name alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule. `where` is what a trace calls it: `file:line name`; `why` its conditions in words."""

    name: str
    where: str
    concept: Concept
    predicate: Predicate
    why: str
    is_catch_all: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StateWords:
    """How the rules call where feedback stands. `stage` None: what its disposition says."""

    words: str = ""
    stage: Stage | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KindWords:
    """A class of feedback, "" for none, and what it is called for the client, "" while nobody said."""

    name: str
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """A parsed rule file. Rules are in the order of the file: the first that matches counts.

    `fingerprint` is the SHA-256 of what the file says; comments and layout do not change it.
    `fields` are the custom fields a tracker must be asked for. `sources` tells, for each key of
    `[fields]` that is given, where its value is read. `is_coarse`: no rule looks at titles or custom
    fields, so that issues alike in all else are placed alike. `placed` remembers where, for speed
    alone: histories ask for thousands of versions that are alike.
    """

    name: str
    file: str
    fingerprint: str
    rules: tuple[Rule, ...]
    description: str = ""
    size_unit: SizeUnit = "items"
    defects: Literal["in", "apart"] = "in"
    fields: frozenset[str] = frozenset()
    sources: Mapping[str, Source] = field(default_factory=dict)
    dropped_resolutions: Names = NO_NAMES
    dropped_statuses: Names = NO_NAMES
    done_statuses: Names = NO_NAMES
    verdicts: tuple[tuple[Verdict, Predicate], ...] = ()  # in the order of asking
    natures: tuple[tuple[Nature, Predicate], ...] = ()
    origins: tuple[tuple[Origin, Predicate], ...] = ()
    cover_links: frozenset[str] = frozenset()  # folded relation words
    cover_children: bool = True
    feedback_states: tuple[tuple[StateWords, Predicate], ...] = ()
    feedback_classes: tuple[tuple[KindWords, Predicate], ...] = ()
    feedback_priority: tuple[Row, ...] = ()  # empty: the default table
    is_coarse: bool = False
    placed: dict[tuple[object, ...], object] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )


def parse_rules(text: str, *, file: str) -> Rules:
    """Parse a rule file.

    Args:
        text: The TOML text.
        file: Its name in faults and traces.

    Raises:
        FaultsError: With every fault of the file, each with its line and dotted key.
    """
    data = read_toml(text, file=file)
    try:
        parsed = RuleFile.model_validate(data)
    except ValidationError as exc:
        raise FaultsError(faults_of(exc, RuleFile, text=text, file=file)) from exc
    if faults := tuple(_faults_of_order(parsed, text=text, file=file)):
        raise FaultsError(faults)
    canonical = json.dumps(data, sort_keys=True, ensure_ascii=False, default=str)
    return _compiled(parsed, text, file=file, fingerprint=hashlib.sha256(canonical.encode()).hexdigest())


# ----------------------------------------------------------------------------------- private


def _faults_of_order(parsed: RuleFile, *, text: str, file: str) -> Iterator[Fault]:
    seen: dict[str, int] = {}
    for position, rule in enumerate(parsed.rule):
        line = locate(text, ("rule", position))
        if rule.name in seen:
            yield fault_at(
                ("rule", position, "name"),
                text=text,
                file=file,
                found=f"'{rule.name}' again, first used in line {seen[rule.name]}",
                expected="a name of its own for each rule",
            )
        seen.setdefault(rule.name, line)
        if rule.when is None and position < len(parsed.rule) - 1:
            yield fault_at(
                ("rule", position),
                text=text,
                file=file,
                found="a rule without `when` before the last rule",
                expected="the catch-all last: no rule behind it can ever match",
            )


def _compiled(parsed: RuleFile, text: str, *, file: str, fingerprint: str) -> Rules:
    sources = _sources(parsed)
    rules = tuple(_rules(parsed, text, file=file))
    return Rules(
        name=parsed.name,
        file=file,
        fingerprint=fingerprint,
        description=parsed.description,
        rules=rules,
        is_coarse=not any(reads_texts(rule.predicate) for rule in rules),
        size_unit=parsed.size.unit,
        defects=parsed.defects,
        fields=frozenset(_asked(parsed, sources)),
        sources=sources,
        dropped_resolutions=names(parsed.dropped.resolutions),
        dropped_statuses=names(parsed.dropped.statuses),
        done_statuses=names(parsed.done.statuses),
        verdicts=(
            (Verdict.REJECTED, _marked(parsed.verdict.rejected)),
            (Verdict.APPROVED, _marked(parsed.verdict.approved)),
        ),
        natures=((Nature.DEFECT, _marked(parsed.nature.defect)), (Nature.NEW, _marked(parsed.nature.new))),
        origins=(
            (Origin.CLIENT, _marked(parsed.origin.client)),
            (Origin.THIRD_PARTY, _marked(parsed.origin.third_party)),
            (Origin.SUPPLIER, _marked(parsed.origin.supplier)),
        ),
        cover_links=frozenset(map(folded, parsed.covers.links)),
        cover_children=parsed.covers.children,
        feedback_states=tuple(
            (StateWords(words=state.words, stage=state.state), predicate_of(state.when))
            for state in parsed.feedback.states
        ),
        feedback_classes=tuple(
            (KindWords(name=kind.name, words=kind.words), predicate_of(kind.when) if kind.when else NEVER)
            for kind in parsed.feedback.classes
        ),
        feedback_priority=tuple(Row(**row.model_dump()) for row in parsed.feedback.priority),
    )


def _rules(parsed: RuleFile, text: str, *, file: str) -> Iterator[Rule]:
    for position, rule in enumerate(parsed.rule):
        predicate = predicate_of(rule.when)
        yield Rule(
            name=rule.name,
            where=f"{file}:{locate(text, ('rule', position))} {rule.name}",
            concept=rule.concept,
            predicate=predicate,
            why=str(predicate),
            is_catch_all=rule.when is None,
        )


def _sources(parsed: RuleFile) -> dict[str, Source]:
    given = {key: getattr(parsed.fields, key) for key in FIELD_KEYS}
    if parsed.size.field:
        given["estimate"] = Source(field=parsed.size.field)
    return {key: source for key, source in given.items() if source is not None}


def _asked(parsed: RuleFile, sources: Mapping[str, Source]) -> Iterator[str]:
    for source in sources.values():
        yield from source.field
    told = parsed.feedback
    conditions = [each.when for group in (parsed.rule, told.states, told.classes) for each in group]
    for when in conditions:
        yield from _asked_by(when)


def _asked_by(when: When | None) -> Iterator[str]:
    if when is not None:
        yield from when.field
        for part in (*when.all, *when.any, when.not_):
            yield from _asked_by(part)


def predicate_of(when: When | None) -> Predicate:
    """Turn the conditions of a rule into one predicate; None holds always."""
    if when is None:
        return AllOf(())
    parts = tuple(_parts(when))
    return parts[0] if len(parts) == 1 else AllOf(parts)


def _parts(when: When) -> Iterator[Predicate]:
    """Yield the conditions, the cheapest and most telling first."""
    if when.subtask is not None:
        yield SubTaskIs(when.subtask)
    if when.level:
        yield LevelIs(frozenset(when.level))
    if when.has_children is not None:
        yield ChildrenAre(when.has_children)
    yield from _text_parts(when)
    yield from (_field_is(name, values) for name, values in when.field.items())
    if when.title is not None:
        yield TitleMatches(re.compile(when.title, re.IGNORECASE))
    yield from _nested_parts(when)


def _text_parts(when: When) -> Iterator[Predicate]:
    if when.type:
        yield TextIs("type", names(when.type))
    if when.status:
        yield TextIs("status", names(when.status))
    if when.resolution:
        yield TextIs("resolution", names(when.resolution))
    if when.category:
        yield CategoryIs(frozenset(when.category))
    if when.label:
        yield ListHas("labels", names(when.label))
    if when.component:
        yield ListHas("components", names(when.component))


def _nested_parts(when: When) -> Iterator[Predicate]:
    yield from (predicate_of(part) for part in when.all)
    if when.any:
        yield AnyOf(tuple(predicate_of(part) for part in when.any))
    if when.not_ is not None:
        yield Not(predicate_of(when.not_))


def _field_is(name: str, values: Iterable[str]) -> FieldIs:
    wanted = tuple(values)
    return FieldIs(
        name=name,
        names=names(value for value in wanted if not is_pattern(value)),
        patterns=tuple(re.compile(value[1:-1], re.IGNORECASE) for value in wanted if is_pattern(value)),
    )


def _marked(marks: Marks) -> Predicate:
    """Any of the marks; without marks: never."""
    parts: list[Predicate] = []
    if marks.types:
        parts.append(TextIs("type", names(marks.types)))
    if marks.statuses:
        parts.append(TextIs("status", names(marks.statuses)))
    if marks.labels:
        parts.append(ListHas("labels", names(marks.labels)))
    if marks.categories:
        parts.append(CategoryIs(frozenset(marks.categories)))
    return AnyOf(tuple(parts))
