"""Who may see which field is decided for every field there is, and the projector keeps to it."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import replace
from types import ModuleType

import pytest

from adapters import records
from connector.disclosure.fields import CONCEPTS, switches
from connector.disclosure.policy import Policy
from mappings import concepts
from tests.connector import disclosure_sample as sample

EVERYTHING = Policy(
    name="everything",
    tracker_titles=frozenset({*CONCEPTS.values(), "milestones"}),
    show={
        "health": frozenset({"state", "reasons"}),
        "milestones": frozenset(
            {"title", "state", "promised", "agreed", "planned", "actual", "moves", "progress"}
        ),
        "scope": frozenset({"agreed", "approved", "undecided", "taken_out", "current", "done", "estimates"}),
        **{
            concept: frozenset(
                switch.partition(".")[2]
                for opened in switches().values()
                for switch in opened
                if switch.startswith(f"{concept}.")
            )
            | {"link"}
            for concept in CONCEPTS.values()
        },
    },
)


def types_of(module: ModuleType) -> list[type]:
    """Return the dataclasses that a module defines."""
    return [
        kind
        for kind in vars(module).values()
        if isinstance(kind, type) and dataclasses.is_dataclass(kind) and kind.__module__ == module.__name__
    ]


@pytest.mark.parametrize("module", [records, concepts], ids=["records", "concepts"])
def test_every_field_is_decided(module: ModuleType) -> None:
    """A field of a record or concept that nobody decided about fails the build."""
    fields = {
        f"{kind.__name__}.{field.name}"
        for kind in types_of(module)
        if kind is not concepts.Base
        for field in dataclasses.fields(kind)
    }
    decided = set(switches())
    assert fields <= decided, f"decide in connector/disclosure/fields.py about {sorted(fields - decided)}"


def test_the_table_names_no_field_that_is_gone() -> None:
    """The table holds nothing but existing fields."""
    kinds = [*types_of(records), *types_of(concepts)]
    fields = {f"{kind.__name__}.{field.name}" for kind in kinds for field in dataclasses.fields(kind)}
    assert set(switches()) <= fields


def test_the_projector_discloses_a_field_by_its_switch_only() -> None:
    """With everything open, each disclosed field of a concept stands in the table under that switch."""
    table = switches()
    manifest = sample.projection(policy=EVERYTHING).manifest
    disclosed = {(entry.source_field, entry.rule) for entry in manifest}
    of_concepts = {(field, rule) for field, rule in disclosed if field.partition(".")[0] in CONCEPTS}
    computed = {"Goal.progress", "Goal.status"}  # of GoalState, not of the concept
    assert all(rule in table[field] for field, rule in of_concepts if field not in computed)
    assert len(of_concepts) > 20


def test_records_are_internal_whatever_the_policy() -> None:
    """No policy discloses a field of a record, but for the address that `link` opens."""
    manifest = sample.projection(policy=EVERYTHING, urls={}).manifest
    named = {entry.source_field.partition(".")[0] for entry in manifest}
    assert not named & {kind.__name__ for kind in types_of(records)}


@pytest.mark.parametrize("switch", sorted({s for opened in switches().values() for s in opened if "." in s}))
def test_a_switch_shows_its_field_and_no_other(switch: str) -> None:
    """Opening one field on top of the titles lets out that field alone."""
    concept, _, name = switch.partition(".")
    titles = replace(sample.policy(), show={concept: frozenset({"title"})})
    opened = replace(titles, show={concept: frozenset({"title", name})})
    before = {entry.rule for entry in sample.projection(policy=titles).manifest}
    after = {entry.rule for entry in sample.projection(policy=opened).manifest}
    extra = {rule for rule in after - before if not re.match(r"opaque|fixed|configuration|always", rule)}
    assert extra <= {switch}
