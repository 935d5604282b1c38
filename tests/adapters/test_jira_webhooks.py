"""What Jira's webhooks hint at: deletions, touched issues, a version's date before. Never more."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from adapters.errors import MalformedError
from adapters.jira import parse, webhooks
from adapters.protocol import DateHint, Fate, Hints, Whereabouts, Window
from connector.demo.trackers.jira.cloud import JiraCloud
from tests.adapters.jira_notes import Notebook
from tests.adapters.jira_world import NOW, adapter, small_world

AT_MS = 1_790_000_000_000
AT = dt.datetime.fromtimestamp(AT_MS / 1000, dt.UTC)
CONTEXT = parse.Context(prefix="jira", project="APO")


def of_issue(event: str, *items: dict[str, Any], project: str = "APO", key: str = "APO-7") -> dict[str, Any]:
    """Return a payload about issue 10007."""
    fields = {"project": {"id": "10001" if project == "APO" else "10002", "key": project}, "summary": "x"}
    return {
        "timestamp": AT_MS,
        "webhookEvent": event,
        "issue": {"id": "10007", "key": key, "fields": fields},
        "changelog": {"id": "1", "items": list(items)},
    }


def of_version(*items: dict[str, Any], event: str = "jira:version_updated", project: int = 10001) -> Any:
    """Return a payload about version 20001, as it is now."""
    version = {"id": "20001", "name": "R1", "releaseDate": "2026-10-15", "projectId": project}
    return {
        "timestamp": AT_MS,
        "webhookEvent": event,
        "version": version,
        "changelog": {"items": list(items)},
    }


def hints(payload: dict[str, Any]) -> Hints:
    """Read a payload for project APO, whose id is 10001."""
    return webhooks.hints(payload, CONTEXT, project_id="10001")


MOVED_OUT = {"field": "project", "fieldId": "project", "from": "10001", "to": "10002"}
RENAMED = {"field": "Key", "fromString": "APO-7", "toString": "OPS-3"}
DATE = {"field": "releaseDate", "from": "2026-10-01", "to": "2026-10-15"}
KEY = "jira:issue:10007"


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        pytest.param(
            of_issue("jira:issue_deleted"),
            Hints(fates={KEY: Whereabouts(fate=Fate.DELETED, ref="APO-7")}),
            id="deleted",
        ),
        pytest.param(of_issue("jira:issue_created"), Hints(touched=(KEY,)), id="created"),
        pytest.param(of_issue("jira:issue_updated"), Hints(touched=(KEY,)), id="updated"),
        pytest.param(
            of_issue("jira:issue_updated", MOVED_OUT, project="OPS", key="OPS-3"),
            Hints(touched=(KEY,)),
            id="moved out of the project",
        ),
        pytest.param(
            of_issue("jira:issue_updated", RENAMED, project="OPS", key="OPS-3"),
            Hints(touched=(KEY,)),
            id="moved, told by the key",
        ),
        pytest.param(of_issue("jira:issue_updated", project="OPS", key="OPS-3"), Hints(), id="another's"),
        pytest.param(
            of_issue("jira:issue_deleted", project="OPS", key="OPS-3"), Hints(), id="another's loss"
        ),
        pytest.param(of_issue("comment_created"), Hints(), id="a comment"),
        pytest.param(
            {"webhookEvent": "jira:issue_updated", "issue": {"id": "10007", "key": "APO-7"}},
            Hints(touched=(KEY,)),
            id="trimmed",
        ),
        pytest.param({"webhookEvent": "sprint_started", "sprint": {"id": 7}}, Hints(), id="a sprint"),
        pytest.param(of_version(), Hints(), id="a version as it is now"),
        pytest.param(of_version(DATE, project=10002), Hints(), id="a version of another project"),
        pytest.param(
            of_version(DATE),
            Hints(
                dates=(
                    DateHint(
                        key="jira:version:20001",
                        name="R1",
                        at=AT,
                        old_on=dt.date(2026, 10, 1),
                        new_on=dt.date(2026, 10, 15),
                    ),
                )
            ),
            id="a version's date moved",
        ),
        pytest.param(of_version({**DATE, "from": "2026-10-15"}), Hints(), id="to the same day"),
    ],
)
def test_trap_47_hints_at_what_the_payload_says_and_no_more(payload: dict[str, Any], expected: Hints) -> None:
    """A payload hints the same however often it comes; what it hints at is read again by id."""
    assert hints(payload) == hints(payload) == expected


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"action": "edited", "milestone": {}},
        {"webhookEvent": None},
        {"webhookEvent": "jira:issue_updated", "issue": "APO-7"},
        of_version({**DATE, "from": "soon"}),
    ],
)
def test_what_is_no_payload_of_jira_is_refused(payload: dict[str, Any]) -> None:
    """A payload of another tracker, or with an unreadable date, is refused without its values."""
    with pytest.raises(MalformedError) as caught:
        hints(payload)
    assert "soon" not in str(caught.value)


def test_a_versions_project_is_known_from_the_last_sync() -> None:
    """A version names its project by id alone: a pull notes it for a year, no webhook asks for it."""
    notes = Notebook()
    with JiraCloud(small_world(), clock=lambda: NOW) as server:
        source = adapter(server, world=notes.environment())
        assert source.hints(of_version(DATE)) == Hints()
        list(source.pull(Window()))
        server.log.clear()
        notes.now += dt.timedelta(days=365)
        assert adapter(server, world=notes.environment()).hints(of_version(DATE)).dates
        assert server.log == []
