"""The edition as data keeps the schema that the documentation publishes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from connector.analysis.state import ProjectState
from connector.disclosure.catalogue import LANGUAGES
from connector.disclosure.policy import SHIPPED, shipped
from connector.disclosure.projector import project_for_client
from connector.publish.render import render
from mappings.concepts import Picture
from tests.connector import disclosure_sample as sample
from tests.connector.edition_schema import edition_schema

PUBLISHED = json.loads(
    (Path(__file__).parents[2] / "docs/reference/edition.schema.json").read_text(encoding="utf-8")
)
EMPTY = replace(sample.STATE, goals=(), milestones=(), scope=(), picture=Picture(), sources=(), baseline=None)


def test_the_published_schema_is_the_view_s_own() -> None:
    """The file in the documentation says what the types of a client view say."""
    jsonschema.Draft202012Validator.check_schema(PUBLISHED)
    assert edition_schema() == PUBLISHED


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("policy", SHIPPED)
@pytest.mark.parametrize("state", [sample.STATE, EMPTY], ids=["full", "empty"])
def test_every_edition_keeps_it(language: str, policy: str, state: ProjectState) -> None:
    """Full or empty, under every policy and in every language, the data validates."""
    given = sample.given(
        state, language=language, policy=shipped(policy), previous=sample.earlier_view(language=language)
    )
    data = json.loads(render(project_for_client(given).view)["summary.json"])
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    jsonschema.Draft202012Validator(PUBLISHED, format_checker=checker).validate(data)


def test_a_field_that_nobody_described_is_refused() -> None:
    """The schema is closed: what it does not name is no part of an edition."""
    data = json.loads(render(sample.projection().view)["summary.json"])
    with pytest.raises(jsonschema.ValidationError, match="assignee"):
        jsonschema.validate({**data, "assignee": "x"}, PUBLISHED)
