"""Syncing by the real command line against a real tracker: what is stored, what is refused, what is kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from connector.clock import system_clock
from connector.demo.trackers.exchange import Answer, Request, Serve, answer_json
from connector.pipeline.workspace import open_workspace
from tests.connector.workbench import AGREED_ITEMS, Workbench, tracker

ALL_ISSUES = AGREED_ITEMS + 2  # and an epic and a risk
EMPTY = {"issues": [], "isLast": True}


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Workbench:
    """Give a workbench in a folder of its own."""
    return Workbench(tmp_path, monkeypatch, capsys)


def on_search(answer: Callable[[Request, Serve], Answer]) -> Callable[[Request, Serve], Answer]:
    """Let `answer` speak wherever issues are searched for."""

    def middleware(request: Request, serve: Serve) -> Answer:
        return answer(request, serve) if request.path.endswith("/search/jql") else serve(request)

    return middleware


def issues_of(bench: Workbench) -> object:
    """Count the issues that `status` knows."""
    sources = bench.status()["sources"]
    assert isinstance(sources, list)
    return sources[0]["issues"]


def test_stores_everything(bench: Workbench) -> None:
    """A first sync is a full one and stores every issue and milestone."""
    with tracker(bench) as server:
        bench.configure(server)
        report = bench.do("sync", "--json").document
    projects = report["projects"]
    assert isinstance(projects, list)
    (source,) = projects[0]["sources"]
    assert (source["source"], source["full"], source["new"], source["milestones"]) == (
        "jira:APO",
        True,
        ALL_ISSUES,
        1,
    )


def test_asks_only_for_what_changed(bench: Workbench) -> None:
    """A second sync asks since the last one; a day later it counts, too; --full, or a week, is everything."""
    with tracker(bench) as server:
        bench.configure(server)
        bench.do("sync")
        bench.pass_days(0.1)
        bench.add_story()
        second = bench.do("sync").out
        full = bench.do("sync", "--full").out
        bench.pass_days(1.1)
        next_day = bench.do("sync").out
        bench.pass_days(7.1)
        next_week = bench.do("sync").out
    assert "incremental" in second
    assert "1 new" in second
    assert "full" in full
    assert f"incremental, census of {ALL_ISSUES + 1}" in next_day
    assert "full" in next_week


def test_a_deleted_issue_is_gone_and_a_moved_one_is_elsewhere(bench: Workbench) -> None:
    """What a full pull misses is looked for by name: deleted and moved are told apart."""
    bench.world.project("OPS", "Operations")
    with tracker(bench) as server:
        bench.configure(server)
        bench.do("sync")
        bench.pass_days(1)
        bench.stories[0].delete(bench.now)  # APO-2: the epic came first
        bench.stories[1].relocate(bench.now, "OPS")
        bench.do("sync", "--full")
        told = [bench.do("explain", "apollo", key).out for key in ("apo-2", "APO-3")]
    assert "gone since" in told[0]
    assert ": deleted" in told[0]
    assert ": moved out" in told[1]


def nothing(request: Request, serve: Serve) -> Answer:
    """Answer like a site that was set up anew: whoever asks for an issue gets none."""
    if request.path.endswith("/issue/bulkfetch"):
        return answer_json({"issues": [], "issueErrors": []})
    return answer_json(EMPTY) if request.path.endswith("/search/jql") else serve(request)


def test_a_tracker_that_turns_empty_is_not_believed(bench: Workbench) -> None:
    """The sync ends with 4, nothing stored changes, until a person accepts by name and reason."""
    with tracker(bench) as server:
        bench.configure(server)
        bench.do("sync")
        server.middleware = nothing
        refused = bench.run("sync", "--full")
        again = bench.run("sync")
        kept = issues_of(bench)
        nameless = bench.run("sync", "--accept")
        accepted = bench.do("sync", "--accept", "--by", "P. Manager", "--reason", "the client started over")
    assert refused.code == again.code == 4
    assert "no issue is left of 12" in refused.out
    assert kept == ALL_ISSUES
    assert nameless.code == 2
    assert "accepted by P. Manager" in accepted.out
    assert issues_of(bench) == 0


def test_half_of_the_issues_missing_is_not_believed(bench: Workbench) -> None:
    """A project that shrank by half keeps its state, and the PM is told which guard tripped."""
    with tracker(bench) as server:
        bench.configure(server)
        bench.do("sync")
        bench.pass_days(0.5)
        for story in bench.stories[:7]:
            story.hide(bench.now)
        refused = bench.run("sync", "--full")
        rules = [deviation["rule"] for deviation in bench.status()["deviations"]]  # type: ignore[attr-defined] # JSON
    assert refused.code == 4
    assert "7 of 12 issues are missing" in refused.out
    assert rules == ["guard_tripped"]


def test_an_older_copy_is_not_believed(bench: Workbench) -> None:
    """A tracker put back from a backup knows less than we do: its state is refused."""
    with tracker(bench) as server:
        bench.configure(server)
        bench.pass_days(1)
        for story in bench.stories:
            story.rename(bench.now, "Renamed")
        bench.do("sync")
        bench.pass_days(0.1)
        bench.tracker_lags = dt.timedelta(hours=12)
        refused = bench.run("sync", "--full")
    assert refused.code == 4
    assert "earlier than" in refused.out


def test_a_wrong_token_ends_with_3_and_changes_nothing(bench: Workbench) -> None:
    """The message says what to check and never shows the token."""
    with tracker(bench) as server:
        bench.configure(server)
        bench.do("sync")
        bench.patch.setenv("TEST_JIRA_TOKEN", "wrong-t0ken-value")
        refused = bench.run("sync")
    assert refused.code == 3
    assert "Check the token" in refused.out
    assert "wrong-t0ken-value" not in refused.out + refused.err
    assert issues_of(bench) == ALL_ISSUES


def test_a_missing_token_ends_with_2(bench: Workbench) -> None:
    """A reference to nothing is a fault of the configuration, told by the variable's name."""
    with tracker(bench) as server:
        bench.configure(server)
        bench.patch.delenv("TEST_JIRA_TOKEN")
        refused = bench.run("sync")
    assert refused.code == 2
    assert "TEST_JIRA_TOKEN" in refused.out


def test_an_unknown_project_ends_with_2(bench: Workbench) -> None:
    """The known ones are named."""
    with tracker(bench) as server:
        bench.configure(server)
        refused = bench.run("sync", "apolo")
    assert refused.code == 2
    assert "found no project 'apolo'; expected one of: apollo" in refused.err


def test_trap_50_one_failing_source_marks_itself_alone(bench: Workbench) -> None:
    """The rest is stored, complete and judged; the exit code tells of the failure."""
    with tracker(bench) as server:
        second = f"""
  [[project.source]]
  kind = "jira"
  name = "other"
  site = "{server.url}"
  project = "NOPE"
  email = "env:TEST_JIRA_EMAIL"
  token = "env:TEST_JIRA_TOKEN"
"""
        bench.configure(server)
        text = bench.config.read_text().replace("  [project.audience", second + "\n  [project.audience")
        bench.config.write_text(text)
        ended = bench.run("sync")
        sources = bench.status()["sources"]
    assert ended.code == 3
    assert "jira:APO: 12 issues" in ended.out
    assert "other:NOPE" in ended.out
    assert isinstance(sources, list)
    assert {one["name"]: one["complete"] for one in sources} == {"jira:APO": True, "other:NOPE": False}


def test_a_tracker_that_dies_in_mid_pull_loses_nothing(bench: Workbench) -> None:
    """What was pulled before stays; the next sync ends what was begun."""
    dead = False

    def die(request: Request, serve: Serve) -> Answer:
        return Answer(status=0) if dead else serve(request)

    with tracker(bench) as server:
        bench.configure(server)
        bench.do("sync")
        server.middleware = on_search(die)
        dead = True
        failed = bench.run("sync", "--full")
        kept = issues_of(bench)
        dead = False
        bench.do("sync", "--full")
    assert failed.code == 3
    assert "Nothing is lost" in failed.out
    assert kept == ALL_ISSUES


def test_json_is_alone_on_stdout(bench: Workbench) -> None:
    """A moved clock is announced on stderr; stdout holds one document."""
    with tracker(bench) as server:
        bench.configure(server)
        ended = bench.do("sync", "--json")
    assert ended.document["projects"]
    assert "CLIENTVIEW_NOW moves the clock" in ended.err


def test_what_a_host_bears_is_shared_by_all_sources(bench: Workbench) -> None:
    """Two projects on one site do not ask it twice as much."""
    with tracker(bench) as server:
        bench.configure(server)
        with open_workspace(bench.config, system_clock()) as workspace:
            (source,) = workspace.project("apollo").sources
            first, second = (workspace.environment(name, source.rules).budgets for name in ("one", "other"))
    assert first.of("tracker.example") is second.of("tracker.example")


def test_full_forgets_what_was_remembered_of_the_tracker(bench: Workbench) -> None:
    """What rarely changes is asked for once a day, and at once where everything is asked for."""
    with tracker(bench) as server:
        bench.configure(server)
        bench.do("sync")
        with open_workspace(bench.config, system_clock()) as workspace:
            (source,) = workspace.project("apollo").sources
            until = bench.now + dt.timedelta(days=1)
            workspace.notes("apollo", source).write("made up", "kept", until=until)
        bench.do("sync", "--full")
        with open_workspace(bench.config, system_clock()) as workspace:
            assert workspace.notes("apollo", source).read("made up") is None
