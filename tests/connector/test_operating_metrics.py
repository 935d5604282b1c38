"""What `/metrics` tells is what the store holds, counted by hand."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from connector import __version__
from connector.analysis.state import Severity
from connector.pipeline.vitals import vitals
from connector.pipeline.workspace import Workspace
from connector.store.alerts import AlertPhase
from connector.store.client_links import ClientLink
from connector.store.deliveries import DeliveryState, Way
from connector.store.drafts import Draft
from connector.store.outbox import NewMessage
from connector.store.totals import RunTotal
from connector.web.metrics import FIGURES, text
from tests.connector.operations import (
    GITHUB,
    JIRA,
    NOW,
    ago,
    alert,
    ask,
    edition,
    installation,
    lost,
    pulled,
    served,
    story,
)

ORDER = ("version", "project", "source", "audience", "outcome", "severity", "state")
Samples = dict[tuple[str, tuple[str, ...]], float]


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """An installation of two projects."""
    with installation(tmp_path) as opened:
        yield opened


def read(page: str) -> Samples:
    """Read a page of metrics: (name, label values) to value."""
    return {
        (sample.name, tuple(sample.labels[name] for name in ORDER if name in sample.labels)): sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }


def scraped(workspace: Workspace) -> Samples:
    """Scrape once, over HTTP."""
    with served(workspace) as address:
        answer = ask(f"{address}/metrics")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    return read(answer.text)


def run(project: str, source: str = "", *, outcome: str = "done", hours: float = 1, **did: float) -> RunTotal:
    """Make what one run did, `hours` ago."""
    values = {"seconds": 2.0, "requests": 0.0, "waited_s": 0.0, **did}
    return RunTotal(
        project=project,
        source=source,
        outcome=outcome,
        seconds=values["seconds"],
        requests=int(values["requests"]),
        waited_s=values["waited_s"],
        last_at=ago(hours),
        last_s=values["seconds"],
    )


def test_an_empty_store_tells_what_it_can(workspace: Workspace) -> None:
    """Nothing is invented: what never happened has no sample, so nothing looks old or zero."""
    found = scraped(workspace)
    assert found.pop(("clientview_store_size_bytes", ())) > 0
    assert found.pop(("clientview_disk_free_bytes", ())) > 0
    assert found == {
        ("clientview_build_info", (__version__,)): 1,
        ("clientview_clock_moved", ()): 1,
        ("clientview_project_readable", ("apollo",)): 1,
        ("clientview_project_readable", ("beacon",)): 1,
    }


def test_syncs_requests_and_waits(workspace: Workspace) -> None:
    """Sums over outcomes; the last run is the newest of any outcome."""
    store = workspace.store
    store.totals.add([run("apollo", seconds=4, hours=9), run("apollo", JIRA, requests=7, waited_s=2.5)])
    store.totals.add([run("apollo", seconds=2, hours=8), run("apollo", JIRA, requests=3)])
    store.totals.add(
        [
            run("apollo", outcome="tracker_failed", seconds=30, hours=3),
            run("apollo", JIRA, outcome="tracker_failed", requests=4, waited_s=29),
        ]
    )
    found = scraped(workspace)
    assert found["clientview_syncs_total", ("apollo", "done")] == 2
    assert found["clientview_syncs_total", ("apollo", "tracker_failed")] == 1
    assert found["clientview_sync_duration_seconds_count", ("apollo",)] == 3
    assert found["clientview_sync_duration_seconds_sum", ("apollo",)] == 36
    assert found["clientview_sync_last_duration_seconds", ("apollo",)] == 30
    assert found["clientview_sync_last_timestamp_seconds", ("apollo",)] == ago(3).timestamp()
    assert found["clientview_requests_total", ("apollo", JIRA)] == 14
    assert found["clientview_waited_seconds_total", ("apollo", JIRA)] == 31.5


def test_sources_and_their_issues(workspace: Workspace) -> None:
    """An issue that is gone is not counted; a source that fails says so and keeps its last success."""
    pulled(workspace, "apollo", JIRA, story(1), story(2), at=ago(5))
    lost(workspace, "apollo", JIRA, keep=story(1), key=story(2).key)
    pulled(workspace, "beacon", GITHUB, at=ago(4))
    workspace.store.pulls.record_failure("beacon", GITHUB, at=ago(2), text="refused")
    found = scraped(workspace)
    assert found["clientview_issues", ("apollo", JIRA)] == 1
    assert found["clientview_issues", ("beacon", GITHUB)] == 0
    assert found["clientview_source_last_success_timestamp_seconds", ("apollo", JIRA)] == ago(1).timestamp()
    assert found["clientview_source_last_success_timestamp_seconds", ("beacon", GITHUB)] == ago(4).timestamp()
    assert found["clientview_source_failing", ("apollo", JIRA)] == 0
    assert found["clientview_source_failing", ("beacon", GITHUB)] == 1


def test_alerts_by_severity_and_state(workspace: Workspace) -> None:
    """Resolved ones, which pile up over the years, are not counted."""
    states = (
        alert("slipping", AlertPhase.FIRING),
        alert("overdue", AlertPhase.FIRING, Severity.CRITICAL),
        alert("buffer", AlertPhase.FIRING, Severity.CRITICAL),
        alert("volatile", AlertPhase.ACKNOWLEDGED),
        alert("scope_creep", AlertPhase.RESOLVED),
    )
    workspace.store.alerts.save("apollo", states=states, at=NOW)
    found = {key: value for key, value in scraped(workspace).items() if key[0] == "clientview_alerts"}
    assert found == {
        ("clientview_alerts", ("apollo", "critical", "firing")): 2,
        ("clientview_alerts", ("apollo", "warning", "firing")): 1,
        ("clientview_alerts", ("apollo", "warning", "acknowledged")): 1,
    }


def test_messages_and_deliveries_by_state(workspace: Workspace) -> None:
    """The age is that of the oldest message that still waits."""
    store = workspace.store
    for name, hours in (("a", 7), ("b", 6), ("c", 1)):
        message = NewMessage(channel="env:X", subject=name, body=name, dedupe_key=name)
        store.outbox.enqueue("apollo", [message], at=ago(hours))
    first, _, third = store.outbox.list("apollo")
    store.outbox.mark_sent(first.id, at=NOW)
    store.outbox.give_up(third.id, error="gone", at=NOW)
    addresses = [(Way.MAIL, f"{name}@acme.example") for name in "abc"]
    store.deliveries.hand_over("beacon", "client", 1, addresses=addresses, at=ago(1))
    doubtful = store.deliveries.list("beacon")[0]
    store.deliveries.end(doubtful.id, DeliveryState.IN_DOUBT, at=NOW)
    found = scraped(workspace)
    for state in ("sent", "failed", "waiting"):
        assert found["clientview_messages", ("apollo", state)] == 1
    assert found["clientview_message_oldest_waiting_seconds", ("apollo",)] == 6 * 3600
    assert found["clientview_deliveries", ("beacon", "waiting")] == 2
    assert found["clientview_deliveries", ("beacon", "in_doubt")] == 1


def test_editions_drafts_and_links(workspace: Workspace) -> None:
    """The newest edition's age, how long a draft has waited since the first, links that still open."""
    store = workspace.store
    for number, hours in ((1, 48), (2, 24)):
        store.editions.add(edition("apollo", number, at=ago(hours)), artefacts={})
    draft = Draft(
        project="apollo",
        audience="client",
        built_at=ago(1),
        content_hash="0" * 64,
        artefact_hash="0" * 64,
        view="{}",
        manifest="[]",
        waiting_since_at=ago(10),
    )
    store.drafts.put(draft)
    for number, (expires, revoked) in enumerate(
        ((None, None), (ago(-1), None), (ago(1), None), (None, ago(1)))
    ):
        link = ClientLink(
            project="apollo",
            audience="client",
            digest=f"{number:064d}",
            created_at=ago(9),
            expires_at=expires,
            revoked_at=revoked,
        )
        store.client_links.add(link)
    found = scraped(workspace)
    assert found["clientview_editions_total", ("apollo", "client")] == 2
    assert found["clientview_edition_age_seconds", ("apollo", "client")] == 24 * 3600
    assert found["clientview_draft_waiting_seconds", ("apollo", "client")] == 10 * 3600
    assert found["clientview_links_active", ("apollo", "client")] == 2


def test_what_is_configured_no_longer_wakes_nobody(workspace: Workspace) -> None:
    """A removed project, source or audience would look older each day."""
    pulled(workspace, "apollo", "jira:OLD", story(1), at=ago(2000))
    pulled(workspace, "zephyr", "jira:ZEP", story(2), at=ago(2000))
    workspace.store.editions.add(edition("zephyr", 1, at=ago(2000)), artefacts={})
    workspace.store.alerts.save("zephyr", states=[alert("slipping", AlertPhase.FIRING)], at=NOW)
    told = {labels[0] for (_, labels), _ in scraped(workspace).items() if labels}
    assert told == {__version__, "apollo", "beacon"}
    assert not any(one.source == "jira:OLD" for one in vitals(workspace).counts.sources)


def test_a_project_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """Its figures of before stay: whoever watches its sources goes on watching them."""
    (tmp_path / "own.toml").write_text("schema = 1\n", encoding="utf-8")
    with installation(tmp_path) as workspace:
        settings = workspace.config.projects[0].sources[0]
        broken = settings.model_copy(update={"rules_name": str(tmp_path / "gone.toml")})
        project = workspace.config.projects[0].model_copy(update={"sources": (broken,)})
        others = workspace.config.projects[1:]
        workspace.config = workspace.config.model_copy(update={"projects": (project, *others)})
        pulled(workspace, "apollo", JIRA, story(1), at=ago(1))
        found = read(text(vitals(workspace)).decode())
    assert found["clientview_project_readable", ("apollo",)] == 0
    assert found["clientview_project_readable", ("beacon",)] == 1
    assert found["clientview_issues", ("apollo", JIRA)] == 1


def test_a_scrape_reads_no_issue(workspace: Workspace) -> None:
    """Whatever stands in records: issues are counted from an index, so 100 000 cost a few milliseconds."""
    pulled(workspace, "apollo", JIRA, *(story(number) for number in range(1, 20)), at=ago(1))
    file = workspace.store.where
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE issues SET record = 'no JSON', history = 'no JSON'")
        plan = connection.execute(
            "EXPLAIN QUERY PLAN SELECT project, source, count(*) FROM issues"
            " WHERE gone_at IS NULL GROUP BY project, source"
        ).fetchall()
    connection.close()
    assert scraped(workspace)["clientview_issues", ("apollo", JIRA)] == 19
    assert [str(row[-1]) for row in plan] == ["SCAN issues USING COVERING INDEX ix_issues_source"]


def test_names_say_their_unit_and_kind() -> None:
    """As Prometheus advises: seconds and bytes, counters end in _total, no name twice."""
    names = [figure.name for figure in FIGURES]
    assert len(set(names)) == len(names)
    assert all(name.startswith("clientview_") for name in names)
    for figure in FIGURES:
        assert figure.name.endswith("_total") == (figure.kind == "counter")
        assert (figure.kind == "summary") == (figure.counts is not None)
        assert figure.about.strip()


def test_no_age_is_negative(workspace: Workspace) -> None:
    """Where the clock went back, an edition of the future is of now."""
    workspace.store.editions.add(edition("apollo", 1, at=NOW + dt.timedelta(hours=1)), artefacts={})
    assert scraped(workspace)["clientview_edition_age_seconds", ("apollo", "client")] == 0
