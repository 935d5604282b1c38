"""A recording gives the very records the live adapter gave."""

from __future__ import annotations

import dataclasses
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from pydantic import ValidationError

from adapters.errors import MalformedError, SettingsError
from adapters.jira.queries import search_fields
from adapters.protocol import Adapter, Batch, Window
from adapters.replay import ReplayAdapter, ReplaySettings
from adapters.testing import AdapterContract
from connector.demo.trackers.jira.datacenter import JiraDataCenter
from tests.adapters.jira_world import NOW, adapter, day, environment, issues, small_world


def replay(path: Path, **settings: Any) -> ReplayAdapter:
    """Return a replayed Jira project APO."""
    values = {"path": path, "format": "jira", "project": "APO", **settings}
    return ReplayAdapter.open(ReplaySettings.model_validate(values), environment())


def save(server: JiraDataCenter, folder: Path) -> None:
    """Save the payloads of a server's project as they are."""
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {server.token}"
    api = f"{server.url}/rest/api/2"
    for name, path in {"versions": "project/APO/versions", "fields": "field", "statuses": "status",
                       "issuetypes": "issuetype"}.items():  # fmt: skip
        (folder / f"{name}.json").write_bytes(session.get(f"{api}/{path}").content)
    custom = [one["id"] for one in session.get(f"{api}/field").json() if one["custom"]]
    query = {"jql": "project = APO ORDER BY created ASC, key ASC", "fields": search_fields(custom)}
    found = session.post(f"{api}/search", json={**query, "maxResults": 1000, "expand": ["changelog"]}).json()
    with gzip.open(folder / "issues.jsonl.gz", "wt") as file:
        file.writelines(json.dumps(issue) + "\n" for issue in found["issues"])
    session.close()


def records(batches: list[Batch]) -> set[str]:
    """Return the records of batches, but for their order."""
    return {
        repr(one)
        for batch in batches
        for one in (*batch.issues, *batch.changes, *batch.links, *(batch.milestones or ()))
    }


@pytest.fixture
def served() -> Iterator[JiraDataCenter]:
    """Serve the small project."""
    with JiraDataCenter(small_world(), clock=lambda: NOW) as server:
        yield server


class TestReplay(AdapterContract):
    """A recording keeps the contract."""

    folder: Path

    @pytest.fixture(autouse=True)
    def _recorded(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Record the small project in batches of ten lines."""
        monkeypatch.setattr("adapters.replay.adapter.BATCH_LINES", 10)
        with JiraDataCenter(small_world(), clock=lambda: NOW) as server:
            save(server, tmp_path)
        self.folder = tmp_path

    def make(self) -> Adapter:
        """Return the recording anew."""
        return replay(self.folder)


def test_gives_the_records_of_the_live_adapter(served: JiraDataCenter, tmp_path: Path) -> None:
    """Live and replayed records are equal, keys and links included."""
    save(served, tmp_path)
    live = list(adapter(served).pull(Window()))
    assert records(list(replay(tmp_path, site=served.url).pull(Window()))) == records(live)


def test_works_without_what_the_site_defines(served: JiraDataCenter, tmp_path: Path) -> None:
    """Statuses, types, points and sprints are gathered from the issues; an epic link must be named."""
    save(served, tmp_path)
    for name in ("fields", "statuses", "issuetypes"):
        (tmp_path / f"{name}.json").unlink()
    bare = replay(tmp_path, epic_link="customfield_10014")
    story = issues(list(bare.pull(Window())))["APO-2"]
    whole = issues(list(adapter(served).pull(Window())))["APO-2"]
    assert dataclasses.replace(story, url=whole.url) == whole


def write(folder: Path, name: str, *lines: object) -> None:
    """Write lines of JSON; text is written as it is."""
    (folder / name).write_text(
        "".join(f"{one if isinstance(one, str) else json.dumps(one)}\n" for one in lines)
    )


RAW = {"id": "1", "key": "APO-1", "fields": {"created": "2026-09-01T09:00:00.000+0000"}}


@pytest.mark.parametrize(
    ("name", "path"),
    [
        pytest.param("issues.jsonl", "", id="folder"),
        pytest.param("APO.issues_changelog.jsonl", "APO", id="beginning"),
        pytest.param("APO_2011-2013.issues.jsonl", "APO", id="beginning of a longer name"),
        pytest.param("APO.issues.jsonl", "", id="the only one in its folder"),
    ],
)
def test_finds_a_recording(tmp_path: Path, name: str, path: str) -> None:
    """A recording is a folder, or files that begin alike."""
    write(tmp_path, name, RAW)
    stem = name.removesuffix("issues.jsonl").removesuffix("issues_changelog.jsonl")
    write(tmp_path, f"{stem}project.json", {"versions": [{"id": "5", "name": "R1"}]})
    [batch] = replay(tmp_path / path).pull(Window())
    assert [one.ref for one in batch.issues] == ["APO-1"]
    assert [one.name for one in batch.milestones or ()] == ["R1"]


def test_prefers_the_recording_with_histories(tmp_path: Path) -> None:
    """Of one project saved both ways, the one with histories is read."""
    write(tmp_path, "APO.issues.jsonl", RAW)
    write(tmp_path, "APO.issues_changelog.jsonl", {**RAW, "key": "APO-2"})
    assert [one.ref for one in next(replay(tmp_path / "APO").pull(Window())).issues] == ["APO-2"]


@pytest.mark.parametrize("names", [(), ("A.issues.jsonl", "B.issues.jsonl")], ids=["none", "two"])
def test_refuses_to_guess_a_recording(tmp_path: Path, names: tuple[str, ...]) -> None:
    """None or several recordings are told with what was found."""
    for name in names:
        write(tmp_path, name, RAW)
    with pytest.raises(SettingsError, match=r"A\.issues" if names else "found none"):
        list(replay(tmp_path).pull(Window()))


def test_keeps_bad_lines_out(tmp_path: Path) -> None:
    """A line that is no issue is told by number; the rest is read."""
    write(tmp_path, "issues.jsonl", "{broken", RAW, [1], {"url": "x", "payload": {**RAW, "id": "2"}})
    [batch] = replay(tmp_path).pull(Window())
    assert [one.key for one in batch.issues] == ["jira:issue:1", "jira:issue:2"]
    assert [one.ref for one in batch.quarantined] == ["line 1", "line 3"]


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    """A file cut short is no end of the project."""
    whole = gzip.compress(b"".join(json.dumps({**RAW, "id": str(n)}).encode() + b"\n" for n in range(999)))
    (tmp_path / "issues.jsonl.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(MalformedError, match=r"issues\.jsonl\.gz"):
        list(replay(tmp_path).pull(Window()))


def test_since_brings_what_changed(served: JiraDataCenter, tmp_path: Path) -> None:
    """Since an instant only changed issues come, with their whole histories."""
    save(served, tmp_path)
    batches = list(replay(tmp_path).pull(Window(since=day(9))))
    assert {one.updated_at >= day(9) for batch in batches for one in batch.issues} == {True}


def test_reads_a_recorded_repository(tmp_path: Path) -> None:
    """A GitHub recording gives issues with histories and milestones; pull requests are left out."""
    milestone = {"id": 9, "number": 3, "title": "R1", "state": "open", "due_on": "2026-12-01T08:00:00Z"}
    at = {"created_at": "2026-09-01T09:00:00Z", "updated_at": "2026-09-01T09:00:00Z"}
    issue = {
        "id": 5,
        "number": 12,
        "title": "Log in",
        "state": "open",
        "labels": [],
        "milestone": milestone,
        **at,
    }
    event = {
        "id": 1,
        "event": "milestoned",
        "created_at": "2026-09-01T09:00:00Z",
        "milestone": {"title": "R1"},
    }
    pull = {"issue": {**issue, "number": 13, "pull_request": {"url": "x"}}, "events": []}
    write(
        tmp_path, "issues.jsonl", {"issue": issue, "events": [event]}, pull, {"type": "pull", "pull": {}}, []
    )
    source = replay(tmp_path, format="github", project=None, repository="acme/apollo")
    [batch] = source.pull(Window())
    assert source.name == "github:acme/apollo"
    assert [(one.key, one.milestones) for one in batch.issues] == [
        ("github:acme/apollo:issue:12", ("github:acme/apollo:milestone:3",))
    ]
    assert [(one.key, one.name) for one in batch.milestones or ()] == [
        ("github:acme/apollo:milestone:3", "R1")
    ]
    assert [one.new for one in batch.changes] == ["github:acme/apollo:milestone-title:R1"]
    assert [one.ref for one in batch.quarantined] == ["line 4"]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        pytest.param({"format": "jira"}, "project", id="no project"),
        pytest.param({"format": "github"}, "repository", id="no repository"),
        pytest.param({"format": "trello"}, "format", id="unknown format"),
        pytest.param({"format": "jira", "project": "A", "token": "x"}, "token", id="unknown key"),
    ],
)
def test_refuses_wrong_settings(settings: dict[str, str], words: str) -> None:
    """Settings that cannot work are refused by name."""
    with pytest.raises(ValidationError, match=words):
        ReplaySettings.model_validate({"path": "x", **settings})
