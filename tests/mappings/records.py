"""Records for the tests of this floor, with defaults for what a test does not care about."""

from __future__ import annotations

import datetime as dt
from typing import TypedDict, Unpack

from adapters.records import Category, FieldValue, Issue, Link, LinkKind
from mappings.presets import preset_text
from mappings.rules import Rules, parse_rules

AT = dt.datetime(2026, 9, 1, 8, 0, tzinfo=dt.UTC)
SOURCE = "jira:APO"


class IssueParts(TypedDict, total=False):
    """What a test may say of an issue."""

    title: str
    body: str
    type: str
    level: int | None
    status: str
    category: Category
    resolution: str
    labels: tuple[str, ...]
    components: tuple[str, ...]
    milestones: tuple[str, ...]
    parent: str | None
    points: float | None
    hours: float | None
    due_on: dt.date | None
    security: str
    source: str
    closed_at: dt.datetime | None
    fields: dict[str, FieldValue]


def issue(number: int = 1, **parts: Unpack[IssueParts]) -> Issue:
    """Make an issue with key `APO-<number>`."""
    parts.setdefault("source", SOURCE)
    parts.setdefault("title", f"Issue {number}")
    return Issue(key=f"APO-{number}", ref=f"APO-{number}", created_at=AT, updated_at=AT, **parts)


def link(a: int, b: int, *, kind: LinkKind = LinkKind.RELATES, name: str = "relates to") -> Link:
    """Make a link between two issues of `issue`."""
    return Link(id=f"{a}-{b}-{name}", source=SOURCE, a=f"APO-{a}", b=f"APO-{b}", kind=kind, name=name)


def preset(name: str) -> Rules:
    """Parse a preset."""
    return parse_rules(preset_text(name), file=name)


def rules(body: str) -> Rules:
    """Parse a rule file; a catch-all for scope is added where the body has no rule."""
    catch_all = '[[rule]]\nname = "rest"\nconcept = "scope_item"\n'
    return parse_rules(f'name = "test"\n{body}\n{"" if "[[rule]]" in body else catch_all}', file="test.toml")
