"""What syncs cost and how they ended is counted, in the report and over all of them."""

from __future__ import annotations

import datetime as dt
import threading
from pathlib import Path

import pytest

from adapters import wire
from connector.clock import system_clock
from connector.demo.trackers.exchange import Answer, Request, Serve
from connector.pipeline.pull import Order
from connector.pipeline.report import EXIT_INTERRUPTED, ProjectReport
from connector.pipeline.sync import sync_key
from connector.pipeline.tallying import OUTCOMES, UNFORESEEN, outcome
from connector.pipeline.workspace import open_workspace
from connector.scheduler.stopping import Stop
from connector.store import open_store
from connector.store.totals import RunTotal
from tests.builders import START
from tests.connector.workbench import Workbench, tracker


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Workbench:
    """Give a workbench in a folder of its own."""
    return Workbench(tmp_path, monkeypatch, capsys)


def total(source: str, *, outcome: str = "done", seconds: float, **more: float) -> RunTotal:
    """Make what one run did."""
    values = {"requests": 0, "waited_s": 0.0, **more}
    return RunTotal(
        project="apollo",
        source=source,
        outcome=outcome,
        seconds=seconds,
        requests=int(values["requests"]),
        waited_s=values["waited_s"],
        last_at=START,
        last_s=seconds,
    )


def totals(bench: Workbench) -> dict[tuple[str, str], RunTotal]:
    """Read the totals of a bench by source and outcome."""
    with open_store("sqlite:///clientview.db", folder=bench.folder) as store:
        return {(one.source, one.outcome): one for one in store.totals.list()}


def source_of(document: dict[str, object]) -> dict[str, object]:
    """Return the report of the one source."""
    projects = document["projects"]
    assert isinstance(projects, list)
    found: dict[str, object] = projects[0]["sources"][0]
    return found


def test_every_request_is_counted_and_every_wait(bench: Workbench) -> None:
    """As many as the tracker saw; a wait is as long as it asked for."""
    asked = []

    def patience(request: Request, serve: Serve) -> Answer:
        asked.append(request.path)
        if len(asked) == 2:
            return Answer(status=429, headers={"Retry-After": "7"})
        return serve(request)

    with tracker(bench) as server:
        bench.configure(server)
        server.middleware = patience
        source = source_of(bench.do("sync", "--json").document)
    assert source["requests"] == len(asked)
    assert source["waited_s"] == 7.0
    assert totals(bench)["jira:APO", "done"].requests == len(asked)
    assert totals(bench)["jira:APO", "done"].waited_s == 7.0


def test_totals_grow_by_every_run_and_keep_outcomes_apart(bench: Workbench) -> None:
    """Two good syncs, a refused login and a missing token: four runs of three outcomes."""
    with tracker(bench) as server:
        bench.configure(server)
        bench.do("sync")
        bench.pass_days(0.1)
        bench.do("sync")
        bench.patch.setenv("TEST_JIRA_TOKEN", "a-wrong-token")
        assert bench.run("sync").code == 3
        bench.patch.delenv("TEST_JIRA_TOKEN")
        assert bench.run("sync").code == 2
    found = totals(bench)
    runs = {key: one.runs for key, one in found.items()}
    whole = {("", "done"): 2, ("", "tracker_failed"): 1, ("", "not_possible"): 1}
    assert runs == whole | {("jira:APO", name): count for (_, name), count in whole.items()}
    assert found["", "done"].requests == found["jira:APO", "done"].requests > 0
    assert found["", "done"].last_at == bench.now


def test_a_sync_that_another_process_keeps_away_is_counted(bench: Workbench) -> None:
    """It ended without a report in the store, and still shows in the totals."""
    with tracker(bench) as server:
        bench.configure(server)
        with open_store("sqlite:///clientview.db", folder=bench.folder) as store:
            store.locks.acquire("apollo", owner="elsewhere:1", now=bench.now)
        assert bench.run("sync").code == 2
    assert totals(bench)["", "not_possible"].runs == 1


def test_a_sync_that_was_asked_to_stop_is_no_defect(bench: Workbench) -> None:
    """Each restart of the service would count as one, and wake somebody."""
    stop = Stop(system_clock())
    with tracker(bench) as server:
        bench.configure(server)
        server.middleware = lambda _request, _serve: Answer(status=429, headers={"Retry-After": "60"})
        with open_workspace(bench.config, system_clock()) as workspace:
            workspace.sleep = stop.sleep
            stop.wish()
            report = sync_key(workspace, "apollo", Order(), lambda _source, _done, _total: None)
    assert report.exit_code == EXIT_INTERRUPTED
    assert totals(bench)["", "interrupted"].runs == 1


def test_totals_only_grow(tmp_path: Path) -> None:
    """What a run did is added; the last one is kept apart."""
    with open_store("sqlite://", folder=tmp_path) as store:
        store.totals.add([total("jira:APO", seconds=2.0, requests=3, waited_s=1.5)])
        store.totals.add([total("jira:APO", seconds=0.5, requests=1), total("", seconds=3.0)])
        found = {one.source: one for one in store.totals.list()}
    kept = found["jira:APO"]
    assert (kept.runs, kept.seconds, kept.requests, kept.waited_s, kept.last_s) == (2, 2.5, 4, 1.5, 0.5)
    assert found[""].runs == 1


def test_totals_hold_under_threads(tmp_path: Path) -> None:
    """Projects that end at once are all counted."""
    with open_store("sqlite:///store.db", folder=tmp_path) as store:

        def add() -> None:
            for _ in range(10):
                store.totals.add([total("", seconds=1.0)])

        threads = [threading.Thread(target=add) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        (found,) = store.totals.list()
    assert (found.runs, found.seconds) == (40, 40.0)


def test_every_exit_code_has_an_outcome_of_its_own() -> None:
    """Also one that nobody foresaw."""
    names = [outcome(code) for code in (0, 1, 2, 3, 4, 130)]
    assert len(set(names)) == 6
    assert names[1] == UNFORESEEN
    assert set(OUTCOMES.values()) < set(names)


def test_a_report_without_costs_still_reads() -> None:
    """Reports stored before costs were counted are read as without."""
    text = (
        '{"project": "apollo", "started_at": "2026-09-01T09:00:00Z", "ended_at": "2026-09-01T09:00:01Z",'
        ' "sources": [{"source": "jira:APO"}]}'
    )
    (source,) = ProjectReport.model_validate_json(text).sources
    assert (source.requests, source.waited_s) == (0, 0.0)


@pytest.mark.parametrize(
    ("date", "at"),
    [
        ("Tue, 01 Sep 2026 09:00:00 GMT", dt.datetime(2026, 9, 1, 9, tzinfo=dt.UTC)),
        ("", None),
        ("yesterday", None),
        ("Tue, 99 Sep 2026 09:00:00 GMT", None),
    ],
)
def test_the_time_a_host_tells_is_read_or_unknown(date: str, at: dt.datetime | None) -> None:
    """A date that cannot be read says nothing."""
    assert wire.told_at({"date": date}) == at
    assert wire.told_at({}) is None
