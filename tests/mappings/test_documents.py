"""The reference pages about rules and presets, held against what the program does."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from adapters.records import Issue
from mappings.classify import place
from mappings.picture import map_project
from mappings.predicates import folded
from mappings.presets import NAMES, preset_text
from mappings.rulefile import RuleFile, When
from mappings.rules import parse_rules
from tests.mappings.records import SOURCE, issue, link, preset

DOCS = Path(__file__).parents[2] / "docs" / "reference"
ROW = re.compile(r"^\|(.*)\|$", re.MULTILINE)
CODE = re.compile(r"`([^`]+)`")


def rows(page: str, columns: int) -> Iterator[list[str]]:
    """Yield the cells of the table rows with that many columns that begin with a preset's name."""
    for found in ROW.finditer((DOCS / page).read_text(encoding="utf-8")):
        cells = [cell.strip() for cell in found.group(1).split("|")]
        if len(cells) == columns and cells[0].strip("`") in NAMES and "concept" not in cells:
            yield [cells[0].strip("`"), *cells[1:]]


TABLE = list(rows("presets.md", 5))
CASES = [
    pytest.param(name, concept, column, word, id=f"{name}-{concept}-{word}")
    for name, concept, *cells in TABLE
    for column, cell in zip(("type", "label", "place"), cells, strict=True)
    for word in CODE.findall(cell)
]


def example(column: str, word: str) -> tuple[Issue, bool]:
    """Make an issue that shows a cell of the table, and whether it has children."""
    if column == "type":
        return issue(type=word, level=0), False
    if column == "label":
        return issue(type="Task", labels=(word.replace("*", " "),)), False
    if word.startswith("level "):
        return issue(type="Theme", level=int(word.removeprefix("level "))), False
    return issue(type="Task", level=-1 if word == "sub-task" else 0), word == "parent issue"


@pytest.mark.parametrize(("name", "concept", "column", "word"), CASES)
def test_presets_do_what_the_table_says(name: str, concept: str, column: str, word: str) -> None:
    """An issue made from a cell of the table lands in that row's concept, and nothing else claims it."""
    made, has_children = example(column, word)
    placement = place(made, preset(name), has_children=has_children)
    assert (placement.concept, placement.claims) == (concept, ())


@pytest.mark.parametrize("name", NAMES)
def test_the_table_says_all_that_presets_do(name: str) -> None:
    """Every type and label of a preset's rules stands in the table, in the order in which rules are asked."""
    told = [
        (concept, CODE.findall(types), CODE.findall(labels))
        for n, concept, types, labels, _ in TABLE
        if n == name
    ]
    written = [
        (
            rule["concept"],
            list(words(rule.get("when", {}), "type")),
            list(words(rule.get("when", {}), "label")),
        )
        for rule in tomllib.loads(preset_text(name))["rule"]
    ]
    assert told == written


def words(when: dict[str, object], key: str) -> Iterator[str]:
    """Yield the values of one condition, inside `any` too; what stands in `not` only narrows."""
    value = when.get(key, [])
    yield from [value] if isinstance(value, str) else value if isinstance(value, list) else []
    parts = when.get("any", [])
    for part in parts if isinstance(parts, list) else []:
        yield from words(part, key)


@pytest.mark.parametrize(
    ("name", "word"),
    [
        pytest.param(name, word, id=f"{name}-{word}")
        for name, cell in rows("presets.md", 2)
        for word in CODE.findall(cell)
    ],
)
def test_links_cover_as_the_table_says(name: str, word: str) -> None:
    """A link of each name, drawn either way, makes an approved request cover an item."""
    request, item, other = issue(1, labels=("change-request",)), issue(2), issue(3)
    links = (link(1, 2, name=word), link(3, 1, name=word.upper()))
    found = map_project([request, item, other], links, {SOURCE: preset(name)})
    assert found.change_requests[0].covers == ("APO-2", "APO-3")


@pytest.mark.parametrize("name", NAMES)
def test_the_table_names_every_link(name: str) -> None:
    """No link word of a preset is missing from the table."""
    told = {folded(word) for n, cell in rows("presets.md", 2) if n == name for word in CODE.findall(cell)}
    assert {folded(word) for word in preset(name).cover_links} == told


def keys_of(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """Yield the dotted keys of a section, one level deep: what a page must name."""
    for name, info in model.model_fields.items():
        key = f"{prefix}{info.alias or name}"
        inner = next((part for part in (info.annotation, *get_args(info.annotation)) if is_model(part)), None)
        if prefix or inner is None:
            yield key
        else:
            yield from keys_of(inner, f"{key}.")


def is_model(annotation: object) -> bool:
    """Whether an annotation is a section of the file."""
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


@pytest.mark.parametrize("key", sorted({*keys_of(RuleFile), *keys_of(When, "when.")}))
def test_every_key_is_documented(key: str) -> None:
    """A key that a rule file may hold stands in the reference."""
    assert f"`{key}`" in (DOCS / "rules.md").read_text(encoding="utf-8")


def test_the_example_of_the_reference_is_a_rule_file() -> None:
    """What the page shows can be used as it stands."""
    page = (DOCS / "rules.md").read_text(encoding="utf-8")
    (example_text,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    assert parse_rules(example_text, file="rules.md").name == "apollo"
