"""REST requests and answers keep to GitHub's published description, by the table derived from it.

`CLIENTVIEW_GITHUB_OPENAPI` names the description itself (`api.github.com.json`): then the table too
is compared with it.
"""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.protocol import Environment, Window
from adapters.registry import adapter_class
from connector.demo.trackers.exchange import Logged
from tests.trackers.caller import Caller
from tests.trackers.github_openapi import derived, described, read_table
from tests.trackers.servers import github
from tests.trackers.worlds import NOW, after, orbit

WHOLE = os.environ.get("CLIENTVIEW_GITHUB_OPENAPI", "")
TABLE = read_table()
IN_PART = ("/user", "/rate_limit", "/repos/{owner}/{repo}")  # the small tracker serves what clients read
HERE = "/repos/acme/apollo"


@pytest.fixture(params=["GraphQL", "REST alone"])
def log(request: pytest.FixtureRequest) -> Iterator[list[Logged]]:
    """Return every exchange of our adapter with the small tracker, whatever it can be asked to do."""
    world = orbit()
    with github(world, clock=lambda: NOW) as server:
        server.graphql_status = 200 if request.param == "GraphQL" else 404
        kind = adapter_class("github")
        keys = {"repository": world.name, "api": f"{server.url}/api/v3", "token": server.token}
        settings = kind.settings_model.model_validate(keys)
        adapter = kind.open(settings, Environment(now=lambda: NOW, sleep=lambda _seconds: None))
        for window in (Window(), Window(since=after(5))):
            list(adapter.pull(window))
        keys_of = [f"github:{world.name}:issue:{number}" for number in range(1, 8)]
        list(adapter.fetch(keys_of))
        list(adapter.census())
        adapter.locate(keys_of)
        adapter.catalogue()
        adapter.close()
        with Caller(server) as caller:
            _ask_for_the_rest(caller)
        yield list(server.log)


def _ask_for_the_rest(caller: Caller) -> None:
    """Ask for what our adapter did not need this time."""
    caller.get("/user")
    caller.get("/rate_limit")
    caller.get(f"{HERE}/labels")
    caller.get(f"{HERE}/issue-types")
    caller.get(f"{HERE}/milestones", state="all", sort="due_on", direction="asc", per_page=50)
    caller.get(f"{HERE}/milestones/1")
    caller.get(f"{HERE}/issues", state="all", sort="updated", direction="asc", per_page=2)
    for number in (1, 2, 6):
        for part in ("timeline", "events", "sub_issues", "parent", *_DEPENDENCIES):
            caller.get(f"{HERE}/issues/{number}/{part}")
        caller.get(f"{HERE}/issues/{number}")


_DEPENDENCIES = ("dependencies/blocked_by", "dependencies/blocking")


def test_every_request_is_a_described_one(log: list[Logged]) -> None:
    """Its path is in the description, its parameters are, and a parameter's value is one of those."""
    asked = [one for one in log if not one.path.endswith("/graphql")]
    faults = set()
    for one in asked:
        found = described(one.path, TABLE)
        unknown = ["no such path"] if found is None else found.unknown_query(one.request.params)
        faults |= {f"{one.method} {one.path}: {what}" for what in unknown}
    assert faults == set()
    assert {one.method for one in asked} == {"GET"}


def test_every_answer_is_a_described_one(log: list[Logged]) -> None:
    """Its status is, its rows have the keys they must have, no others, and of the right JSON types."""
    faults, seen = set(), set()
    for one in log:
        found = described(one.path, TABLE)
        if found is None:
            continue
        seen.add(found.path)
        if one.status not in (*found.statuses, 404):
            faults.add(f"{found.path}: {one.status}")
        if one.status == 200:
            wrong = found.faults_of(json.loads(one.answer.body))
            kept = [what for what in wrong if found.path not in IN_PART or "missing" not in what]
            faults |= {f"{found.path}: {what}" for what in kept}
    assert faults == set()
    assert seen == set(TABLE["paths"])


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"number": "12"}, "number is string, described as integer"),
        ({"invented": 1}, "invented is not described"),
        ({"title": None}, "title is null, described as string"),
    ],
)
def test_the_table_sees_what_is_wrong(change: dict[str, object], fault: str) -> None:
    """A key too many, a wrong type, a missing key, an object for a list."""
    with github(orbit(), clock=lambda: NOW) as server, Caller(server) as caller:
        rows = caller.get(f"{HERE}/issues", state="all").json()
    found = described(f"{HERE}/issues", TABLE)
    assert found is not None
    assert found.faults_of(rows) == []
    assert found.faults_of([copy.copy(rows[0]) | change]) == [fault]
    assert found.faults_of([{k: v for k, v in rows[0].items() if k != "url"}]) == ["url is missing"]
    assert found.faults_of(rows[0]) == ["found dict, expected a list"]
    assert found.unknown_query([("state", "all"), ("state", "any"), ("sice", "x")]) == ["state=any", "sice=x"]


if WHOLE:

    def test_the_table_is_what_the_description_says() -> None:
        """Derived anew from the published description it is the same."""
        assert derived(json.loads(Path(WHOLE).read_text(encoding="utf-8"))) == TABLE
