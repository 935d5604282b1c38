"""What may be asked of GitHub: settings, addresses, GraphQL documents and the allow-list."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
from graphql import OperationDefinitionNode, OperationType, build_schema, parse, validate
from pydantic import ValidationError

from adapters.github.documents import (
    COUNT_DOCUMENT,
    EVERY_FEATURE,
    Feature,
    Part,
    census_document,
    issues_document,
    numbered_document,
    places_document,
    rest_document,
    unsupported,
)
from adapters.github.queries import Rules
from adapters.github.settings import GitHubSettings
from adapters.wire import Request

SDL = Path(__file__).with_name("github_schema.graphql").read_text(encoding="utf-8")
API = "https://api.github.com"
RULES = Rules(api=API, graphql_url=f"{API}/graphql")
SUBSETS = [
    frozenset(chosen) for size in range(len(Feature) + 1) for chosen in itertools.combinations(Feature, size)
]


def settings(**told: Any) -> GitHubSettings:
    """Make settings of acme/apollo."""
    return GitHubSettings.model_validate({"repository": "acme/apollo", "token": "t", **told})


@pytest.mark.parametrize(
    ("api", "graphql_url"),
    [
        ("https://api.github.com/", "https://api.github.com/graphql"),
        ("https://ghe.example.com/api/v3", "https://ghe.example.com/api/graphql"),
        ("https://api.acme.ghe.com", "https://api.acme.ghe.com/graphql"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/graphql"),
    ],
)
def test_graphql_is_found_from_the_rest_root(api: str, graphql_url: str) -> None:
    """Beside it on Enterprise Server, below it elsewhere."""
    assert settings(api=api).graphql_url == graphql_url


@pytest.mark.parametrize(
    ("told", "key"),
    [
        pytest.param({"repository": "apollo"}, "repository", id="no owner"),
        pytest.param({"repository": "acme/apollo/issues"}, "repository", id="a path"),
        pytest.param({"repository": "acme/apollo?x"}, "repository", id="a query"),
        pytest.param({"api": "http://ghe.example.com/api/v3"}, "api", id="plain http"),
        pytest.param({"api": "https://user:pw@ghe.example.com"}, "api", id="a password"),
        pytest.param({"token": ""}, "token", id="empty token"),
        pytest.param({"graphql": "on"}, "graphql", id="unknown word"),
        pytest.param({"repo": "acme/apollo"}, "repo", id="unknown key"),
    ],
)
def test_wrong_settings_are_named(told: dict[str, str], key: str) -> None:
    """Each fault under its key; the token is never shown."""
    with pytest.raises(ValidationError) as caught:
        settings(**told)
    assert [fault["loc"] for fault in caught.value.errors()] == [(key,)]


def test_the_token_is_not_printed() -> None:
    """Neither by str nor by repr."""
    assert "hush" not in f"{settings(token='hush')} {settings(token='hush')!r}"


@pytest.mark.parametrize("features", SUBSETS, ids=lambda f: "+".join(sorted(f)) or "none")
def test_documents_are_valid_whatever_is_left_out(features: frozenset[Feature]) -> None:
    """Against the public schema, one operation each, and it is a query that may leave the house."""
    schema = build_schema(SDL)
    for document in _documents(features):
        parsed = parse(document)
        (operation,) = [one for one in parsed.definitions if isinstance(one, OperationDefinitionNode)]
        assert operation.operation is OperationType.QUERY
        assert validate(schema, parsed) == []
        assert RULES.allows(post(document, variables={}))


def _documents(features: frozenset[Feature]) -> list[str]:
    parts = [Part.EVENTS, *([Part.BLOCKERS] if Feature.BLOCKERS in features else []), Part.EVENTS]
    return [
        issues_document(features),
        *(census_document(features, labels=labels) for labels in (True, False)),
        numbered_document(features, count=3),
        places_document(features, count=1),
        rest_document(features, parts),
        COUNT_DOCUMENT,
    ]


@pytest.mark.parametrize(
    ("message", "named"),
    [
        ("Field 'issueType' doesn't exist on type 'Issue'", {Feature.TYPES}),
        ("No such type IssueTypeAddedEvent, so it can't be a fragment condition", {Feature.TYPES}),
        ("Cannot query field 'issueType' on type 'Issue'. Did you mean 'parent'?", {Feature.TYPES}),
        ("Value 'PARENT_ISSUE_ADDED_EVENT' does not exist in 'X' enum.", {Feature.PARENTS}),
        ("Field 'stateReason' doesn't accept argument 'enableDuplicate'", {Feature.DUPLICATES}),
        ("Field 'stateReason' doesn't exist on type 'Issue'", {Feature.REASONS}),
        ("Something went wrong while executing your query", set()),
    ],
)
def test_a_validation_error_names_what_a_server_lacks(message: str, named: set[Feature]) -> None:
    """In GitHub's words and in other servers' words."""
    assert unsupported([message], EVERY_FEATURE) == named


def get(url: str) -> Request:
    """Make a GET."""
    return Request(method="GET", url=url)


def post(query: Any, url: str = f"{API}/graphql", **more: Any) -> Request:
    """Make a GraphQL request."""
    return Request(method="POST", url=url, json={"query": query, **more})


@pytest.mark.parametrize(
    "request_",
    [
        get(f"{API}/repos/acme/apollo"),
        get(f"{API}/repos/acme/apollo/issues/3/timeline"),
        get(f"{API}/repositories/77/issues?after=abc&page=2"),
        get(f"{API}/user"),
        post(issues_document(EVERY_FEATURE), variables={"first": 1}),
        post(COUNT_DOCUMENT),
    ],
    ids=str,
)
def test_reading_calls_may_leave(request_: Request) -> None:
    """GETs below the API, and GraphQL queries."""
    assert RULES.allows(request_)


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(post("mutation { addStar { id } }"), id="mutation"),
        pytest.param(post("  mutation X { a }"), id="mutation behind spaces"),
        pytest.param(post("subscription { a }"), id="subscription"),
        pytest.param(post("{ viewer { login } }"), id="anonymous"),
        pytest.param(post("queryX { a }"), id="other word"),
        pytest.param(post("#query\nmutation { a }"), id="mutation behind a comment"),
        pytest.param(post("query A { a } mutation B { b }", operationName="B"), id="chosen mutation"),
        pytest.param(post(None), id="no text"),
        pytest.param(post("query A { a }", url=f"{API}/repos/acme/apollo/issues"), id="not to GraphQL"),
        pytest.param(Request(method="POST", url=f"{API}/repos/acme/apollo/issues", json={}), id="POST"),
        pytest.param(Request(method="PATCH", url=f"{API}/repos/acme/apollo/issues/3"), id="PATCH"),
        pytest.param(Request(method="DELETE", url=f"{API}/repos/acme/apollo"), id="DELETE"),
        pytest.param(get(f"{API}/orgs/acme/members"), id="elsewhere"),
        pytest.param(get(f"{API}/user/emails"), id="more of the user"),
        pytest.param(get("https://api.github.com.evil.example/user"), id="other host"),
        pytest.param(get("https://apiXgithub.com/user"), id="dot is a dot"),
    ],
)
def test_everything_else_stays_here(request_: Request) -> None:
    """Nothing writes, nothing goes elsewhere."""
    assert not RULES.allows(request_)
