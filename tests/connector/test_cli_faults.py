"""What people write wrong: every fault at once, the right exit code, never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.cli.app import run
from tests.connector.workbench import Workbench, tracker

RULES_WITH_THREE_FAULTS = """\
name = "own"
sizes = "points"

[[rule]]
name = "epics"
concept = "gaol"
when = { type = "Epic" }

[[rule]]
name = "rest"
concept = "scope_item"
when = { titel = "x" }
"""


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Workbench:
    """Give a workbench in a folder of its own."""
    return Workbench(tmp_path, monkeypatch, capsys)


def test_a_missing_configuration_ends_with_2(bench: Workbench) -> None:
    """The message says how to get one."""
    ended = bench.run("status")
    assert ended.code == 2
    assert "clientview init" in ended.err


def test_check_names_every_fault_of_every_file(bench: Workbench) -> None:
    """Three faults of a rule file and one of the configuration come together, each with its line."""
    with tracker(bench) as server:
        bench.configure(server)
    (bench.folder / "own.toml").write_text(RULES_WITH_THREE_FAULTS)
    text = bench.config.read_text().replace('kind = "jira"', 'kind = "jira"\n  rules = "own.toml"')
    bench.config.write_text(text.replace('client = "Acme GmbH"', 'cleint = "Acme GmbH"'))
    ended = bench.run("check")
    assert ended.code == 2
    assert "4 faults" in ended.err
    for line in (2, 6, 12):
        assert f"own.toml:{line}: " in ended.err
    assert "cleint" in ended.err


def test_a_rule_file_with_faults_stops_the_sync_before_anything_is_pulled(bench: Workbench) -> None:
    """All of them are told, exit 2, and the tracker was not asked."""
    with tracker(bench) as server:
        bench.configure(server)
        (bench.folder / "own.toml").write_text(RULES_WITH_THREE_FAULTS)
        text = bench.config.read_text().replace('kind = "jira"', 'kind = "jira"\n  rules = "own.toml"')
        bench.config.write_text(text)
        ended = bench.run("sync")
        asked = len(server.log)
    assert ended.code == 2
    assert ended.out.count("own.toml:") == 3
    assert asked == 0


def test_a_project_with_faults_does_not_stop_the_others(bench: Workbench) -> None:
    """They are synced; the exit code tells that one was not."""
    with tracker(bench) as server:
        bench.configure(server)
        (bench.folder / "own.toml").write_text(RULES_WITH_THREE_FAULTS)
        text = bench.config.read_text()
        second = text[text.index("[[project]]") :].replace("apollo", "broken")
        bench.config.write_text(text + second.replace('kind = "jira"', 'kind = "jira"\n  rules = "own.toml"'))
        ended = bench.run("run", "--once")
    assert ended.code == 2
    assert "jira:APO: 12 issues" in ended.out
    assert "broken\n  failed: " in ended.out


def test_check_names_a_policy_that_is_not_shipped(bench: Workbench) -> None:
    """A misspelt policy is found before anybody tries to publish by it, at its line."""
    with tracker(bench) as server:
        bench.configure(server)
    text = bench.config.read_text()
    bench.config.write_text(f'{text}\n[project.audience.steering]\npolicy = "client-defalt"\n')
    ended = bench.run("check")
    assert ended.code == 2
    line = bench.config.read_text().splitlines().index('policy = "client-defalt"') + 1
    assert f"clientview.toml:{line}: project[0].audience.steering.policy: found 'client-defalt'" in ended.err


def test_check_finds_nothing_wrong_in_what_is_right(bench: Workbench) -> None:
    """It needs no tracker and no secret."""
    with tracker(bench) as server:
        bench.configure(server)
    bench.patch.delenv("TEST_JIRA_TOKEN")
    assert "no fault found" in bench.do("check").out


def test_check_online_says_where_issues_would_land(bench: Workbench) -> None:
    """Credentials are tried, and each rule has its count; nothing is stored."""
    with tracker(bench) as server:
        bench.configure(server)
        told = bench.do("check", "--online").out
    assert "Jira Cloud" in told
    assert "12 issues, placed by rule:" in told
    assert "jira-scrum.toml" in told
    sources = bench.status()["sources"]
    assert isinstance(sources, list)
    assert [(one["last_success_at"], one["issues"]) for one in sources] == [(None, 0)]


def test_check_online_with_a_wrong_token_ends_with_3(bench: Workbench) -> None:
    """The tracker's refusal is told with what to do."""
    with tracker(bench) as server:
        bench.configure(server)
        bench.patch.setenv("TEST_JIRA_TOKEN", "wrong")
        ended = bench.run("check", "--online")
    assert ended.code == 3
    assert "Check the token" in ended.out


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["nonsense"], id="unknown command"),
        pytest.param(["sync", "--nonsense"], id="unknown option"),
        pytest.param(["status", "apollo", "--fail-on", "bad"], id="unknown level"),
        pytest.param(["forecast", "apollo"], id="a command of a later version"),
        pytest.param(["baseline", "set", "apollo"], id="missing option"),
    ],
)
def test_wrong_use_ends_with_2(bench: Workbench, arguments: list[str]) -> None:
    """Usage is a matter of the person at the keyboard."""
    assert bench.run(*arguments).code == 2


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "2026-09-01T08:00:00"])
def test_a_date_that_is_none_ends_with_2(bench: Workbench, text: str) -> None:
    """What was found and what was expected are told."""
    with tracker(bench) as server:
        bench.configure(server)
        ended = bench.run("status", "apollo", "--as-of", text)
    assert ended.code == 2
    assert f"--as-of: found {text!r}" in ended.err


def test_what_nobody_foresaw_is_one_sentence(
    bench: Workbench, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A defect ends with 1 and says that nothing stored was lost."""

    def defect(_path: object, _clock: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("connector.pipeline.workspace.open_workspace", defect)
    ended = bench.run("status")
    assert ended.code == 1
    assert "something unforeseen happened (ZeroDivisionError); what was stored before is intact" in ended.err


def test_help_and_version_end_with_0(capsys: pytest.CaptureFixture[str]) -> None:
    """They need nothing."""
    assert run(["--help"]) == 0
    assert "baseline" in capsys.readouterr().out
    assert run(["--version"]) == 0
    assert capsys.readouterr().out.startswith("clientview ")
