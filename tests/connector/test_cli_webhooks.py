"""Feeding in webhooks by the real command line: what no pull can see is kept, once."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from connector.store import open_store
from tests.connector.workbench import Workbench, tracker

APO = 10_001  # id of the bench's only project


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Workbench:
    """Give a workbench in a folder of its own."""
    return Workbench(tmp_path, monkeypatch, capsys)


def moved(bench: Workbench, old: str, new: str) -> dict[str, object]:
    """Make the payload that tells of a moved release date of R1."""
    item = {"field": "releaseDate", "from": old, "to": new}
    return {
        "timestamp": int(bench.now.timestamp() * 1000),
        "webhookEvent": "jira:version_updated",
        "version": {"id": bench.r1.id, "name": "R1", "projectId": APO},
        "changelog": {"items": [item]},
    }


def about(bench: Workbench, event: str, story: int) -> dict[str, object]:
    """Make a payload about a story."""
    issue = bench.stories[story]
    return {
        "timestamp": int(bench.now.timestamp() * 1000),
        "webhookEvent": event,
        "issue": {"id": str(issue.id), "key": issue.key, "fields": {"project": {"key": "APO"}}},
    }


def write(bench: Workbench, *payloads: object) -> str:
    """Write payloads to a file, a line each."""
    file = bench.folder / "deliveries.jsonl"
    file.write_text("".join(f"{json.dumps(one)}\n" for one in payloads), encoding="utf-8")
    return str(file)


def row(bench: Workbench, *arguments: str) -> dict[str, object]:
    """Feed in, and give what the one source took."""
    sources = bench.do("ingest-webhook", *arguments, "--json").document["sources"]
    assert isinstance(sources, list)
    (found,) = sources
    assert isinstance(found, dict)
    return found


def test_an_old_date_is_kept_once(bench: Workbench) -> None:
    """The same delivery again changes nothing; the date reaches what analysis is handed."""
    with tracker(bench) as server:
        bench.configure(server)
        bench.do("sync")
        file = write(bench, moved(bench, "2026-09-15", "2026-10-01"))
        first, again = row(bench, file), row(bench, file)
    assert (first["dates"], first["new_dates"]) == (1, 1)
    assert (again["dates"], again["new_dates"]) == (1, 0)
    with open_store("sqlite:///clientview.db", folder=bench.folder) as store:
        (hint,) = store.facts.load("apollo").hints
    assert (hint.key, str(hint.old_on), str(hint.new_on)) == (bench.milestone, "2026-09-15", "2026-10-01")


def test_a_date_counts_long_after_the_last_sync(bench: Workbench) -> None:
    """Payloads come when they come: which project is ours is remembered."""
    with tracker(bench) as server:
        bench.configure(server)
        bench.do("sync")
        bench.pass_days(9)
        first = row(bench, write(bench, moved(bench, "2026-09-15", "2026-10-01")))
    assert (first["dates"], first["new_dates"]) == (1, 1)


def test_before_the_first_sync_nothing_is_passed_by_in_silence(bench: Workbench) -> None:
    """A version names its project by an id that only a sync learns: it ends with 2, and says so."""
    with tracker(bench) as server:
        bench.configure(server)
        file = write(bench, moved(bench, "2026-09-15", "2026-10-01"))
        early = bench.run("ingest-webhook", file)
        bench.do("sync")
        late = row(bench, file)
    assert early.code == 2
    assert "First: clientview sync apollo" in early.out + early.err
    assert late["new_dates"] == 1


def test_a_touched_issue_is_read_at_once(bench: Workbench) -> None:
    """Before the next sync, by key; what is read again and is the same changes nothing."""
    with tracker(bench) as server:
        bench.configure(server)
        bench.do("sync")
        bench.pass_days(0.1)
        bench.stories[2].rename(bench.now, "Renamed by hook")
        file = write(bench, about(bench, "jira:issue_updated", 2))
        first, again = row(bench, file), row(bench, file)
        told = bench.do("explain", "apollo", bench.stories[2].key).out
    assert (first["touched"], first["read"], first["changed"]) == (1, 1, 1)
    assert (again["read"], again["changed"]) == (1, 0)
    assert "Renamed by hook" in told


def test_a_told_deletion_is_found_by_the_next_sync(bench: Workbench) -> None:
    """Jira does not tell deleted from hidden: the webhook does, and nobody waits for the census."""
    with tracker(bench) as server:
        bench.configure(server)
        bench.do("sync")
        bench.pass_days(0.1)
        payload = about(bench, "jira:issue_deleted", 3)
        bench.stories[3].delete(bench.now)
        taken = bench.do("ingest-webhook", write(bench, payload)).out
        bench.do("sync")
        told = bench.do("explain", "apollo", bench.stories[3].key).out
    assert "1 fate of issues (1 new)" in taken
    assert ": deleted" in told
    assert "hidden" not in told


def test_a_payload_nobody_knows_is_named(bench: Workbench) -> None:
    """It ends with 2 and the number of its line; what the others told is kept."""
    with tracker(bench) as server:
        bench.configure(server)
        bench.do("sync")
        file = write(bench, moved(bench, "2026-09-15", "2026-10-01"), {"zen": "Keep it"}, ["no object"])
        ended = bench.run("ingest-webhook", file)
    assert ended.code == 2
    assert "line 2" in ended.err
    assert "line 3" in ended.err
    assert "zen" not in ended.err + ended.out
    assert "1 moved date (1 new)" in ended.out


def test_a_payload_of_another_project_tells_nothing(bench: Workbench) -> None:
    """A site sends the hooks of all its projects to one address."""
    with tracker(bench) as server:
        bench.configure(server)
        bench.do("sync")
        payload = about(bench, "jira:issue_updated", 0)
        payload["issue"] = {"id": "1", "key": "OPS-1", "fields": {"project": {"key": "OPS"}}}
        ended = bench.do("ingest-webhook", write(bench, payload), "--project", "apollo")
    assert "nothing in it concerns a project here" in ended.out


def test_standard_input_is_a_file_too(bench: Workbench) -> None:
    """One payload as the tracker sent it, over several lines."""
    with tracker(bench) as server:
        bench.configure(server)
        bench.do("sync")
        text = json.dumps(moved(bench, "2026-09-15", "2026-10-01"), indent=2)
        bench.patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        assert row(bench, "-")["new_dates"] == 1


def test_a_tracker_that_is_down_loses_no_date(bench: Workbench) -> None:
    """What was told is kept; that touched issues were not read ends with 3."""
    with tracker(bench) as server:
        bench.configure(server)
        bench.do("sync")
        bench.patch.setenv("TEST_JIRA_TOKEN", "wrong")
        file = write(bench, moved(bench, "2026-09-15", "2026-10-01"), about(bench, "jira:issue_updated", 1))
        ended = bench.run("ingest-webhook", file, "--json")
    assert ended.code == 3
    assert '"new_dates": 1' in ended.out


@pytest.mark.parametrize(
    ("content", "found"),
    [
        pytest.param(b"", "found nothing", id="empty"),
        pytest.param(b"\xff\xfe\x00", "no UTF-8", id="no text"),
        pytest.param(None, "cannot be read", id="no file"),
    ],
)
def test_what_is_no_file_of_payloads_is_refused(bench: Workbench, content: bytes | None, found: str) -> None:
    """With 2, in plain words, naming the file."""
    file = bench.folder / "hooks.json"
    if content is not None:
        file.write_bytes(content)
    with tracker(bench) as server:
        bench.configure(server)
        ended = bench.run("ingest-webhook", str(file))
    assert ended.code == 2
    assert found in ended.err
    assert "hooks.json" in ended.err
