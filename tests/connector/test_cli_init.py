"""The first quarter of an hour: init writes what works, looks where it may, and overwrites nothing."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path

import pytest

from connector.config import load_config
from connector.demo.trackers.github.server import GitHubServer
from connector.demo.trackers.github.world import GitHubWorld
from connector.demo.trackers.jira.datacenter import JiraDataCenter
from tests.connector.workbench import START, Workbench, tracker


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Workbench:
    """Give a workbench in a folder of its own."""
    return Workbench(tmp_path, monkeypatch, capsys)


@pytest.mark.parametrize("kind", ["jira", "github"])
def test_writes_a_configuration_that_is_valid(bench: Workbench, kind: str) -> None:
    """Without any address it is a draft to fill in, and `check` finds no fault in it."""
    told = bench.do("init", "--kind", kind, "--yes").out
    assert str(bench.config) in told
    bench.do("check")
    assert "baseline_on" in bench.config.read_text()


def test_refuses_to_overwrite(bench: Workbench) -> None:
    """A configuration that is there stays as it is."""
    bench.config.write_text("# mine\n")
    refused = bench.run("init", "--kind", "jira", "--yes")
    assert refused.code == 2
    assert "overwrites nothing" in refused.err
    assert bench.config.read_text() == "# mine\n"


def test_with_a_token_it_looks_and_the_rest_works_unedited(bench: Workbench) -> None:
    """init, check --online, sync, preview on a Jira site: no line edited in between."""
    with tracker(bench) as server:
        bench.patch.setenv("TEST_JIRA_EMAIL", server.email)
        bench.patch.setenv("TEST_JIRA_TOKEN", server.token)
        source = ("--site", server.url, "--project", "APO", "--email", "env:TEST_JIRA_EMAIL")
        told = bench.do("init", "--kind", "jira", "--yes", *source, "--token", "env:TEST_JIRA_TOKEN").out
        bench.do("check", "--online")
        bench.do("sync")
        preview = bench.do("preview", "apo").out
    assert "  goals: type Epic\n" in told
    assert "  risks: type Risk\n" in told
    assert "milestones: 1 open with a date\n" in told
    assert (bench.folder / "rules" / "apo.toml").is_file()
    assert "milestone: R1" in preview


def test_only_fields_of_ones_own_rules_are_missed(bench: Workbench) -> None:
    """A preset's guesses are silent; a field that a person wrote and the tracker lacks has file and line."""
    with tracker(bench) as server:
        bench.patch.setenv("TEST_JIRA_EMAIL", server.email)
        bench.patch.setenv("TEST_JIRA_TOKEN", server.token)
        source = ("--site", server.url, "--project", "APO", "--email", "env:TEST_JIRA_EMAIL")
        begun = bench.do("init", "--kind", "jira", "--yes", *source, "--token", "env:TEST_JIRA_TOKEN")
        before = bench.do("check", "--online")
        rules = bench.folder / "rules" / "apo.toml"
        text = rules.read_text().replace('"Decided on"', '"Signed on"')
        rules.write_text(text)
        line = 1 + text[: text.index('"Signed on"')].count("\n")
        after = bench.do("check", "--online")
    assert "found no field" not in begun.err + before.err
    assert "found field" not in before.err
    assert f"rules/apo.toml:{line}: found field 'Signed on'; expected one that the tracker has" in after.err
    assert after.err.count("found field") == 1


def test_a_data_center_needs_the_token_alone(bench: Workbench) -> None:
    """No e-mail is written for a site that is no Cloud."""
    with JiraDataCenter(bench.world, clock=lambda: bench.now) as server:
        bench.patch.setenv("TEST_JIRA_TOKEN", server.token)
        source = ("--site", server.url, "--project", "APO", "--token", "env:TEST_JIRA_TOKEN")
        told = bench.do("init", "--kind", "jira", "--yes", *source).out
        bench.do("sync")
    assert "Data Center" in told
    assert "email" not in tomllib.loads(bench.config.read_text())["project"][0]["source"][0]


def test_github_without_dates_proposes_milestones(bench: Workbench) -> None:
    """A repository with undated milestones gets proposals, commented out; the draft works as it is."""
    world = GitHubWorld("acme/apollo")
    stage = world.milestone("Beta", at=START - dt.timedelta(days=9))
    world.issue("Login", at=START - dt.timedelta(days=8), milestone=stage)
    with GitHubServer(world, clock=lambda: bench.now) as server:
        bench.patch.setenv("TEST_GITHUB_TOKEN", server.token)
        source = (
            "--repository",
            "acme/apollo",
            "--api",
            f"{server.url}/api/v3",
            "--token",
            "env:TEST_GITHUB_TOKEN",
        )
        bench.do("init", "--kind", "github", "--yes", *source)
        bench.do("sync")
    text = bench.config.read_text()
    assert "# [[project.milestone]]" in text
    assert '# name = "Beta"' in text


def test_a_wrong_token_writes_nothing(bench: Workbench) -> None:
    """Asked to look and refused: exit 3, and the next try starts afresh."""
    with tracker(bench) as server:
        bench.patch.setenv("TEST_JIRA_EMAIL", server.email)
        bench.patch.setenv("TEST_JIRA_TOKEN", "wrong")
        source = ("--site", server.url, "--project", "APO", "--email", "env:TEST_JIRA_EMAIL")
        refused = bench.run("init", "--kind", "jira", "--yes", *source, "--token", "env:TEST_JIRA_TOKEN")
    assert refused.code == 3
    assert not bench.config.exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(["--yes"], "--kind", id="no tracker named"),
        pytest.param(
            ["--kind", "jira", "--yes", "--token", "abc123"], "--token", id="a secret in plain text"
        ),
        pytest.param(["--kind", "github", "--yes", "--site", "https://x"], "--site", id="a key of the other"),
        pytest.param(["--kind", "jira", "--yes", "--key", "No Key"], "key:", id="no key"),
        pytest.param(
            ["--kind", "jira", "--yes", "--add", "luna"], "found no such file", id="nothing to add to"
        ),
    ],
)
def test_refuses_what_cannot_work(bench: Workbench, arguments: list[str], words: str) -> None:
    """What was found and expected is told, secrets are not, and nothing is written."""
    refused = bench.run("init", *arguments)
    assert refused.code == 2
    assert words in refused.err
    assert "abc123" not in refused.err
    assert not bench.config.exists()


def test_defects_may_be_told_apart_from_the_start(bench: Workbench) -> None:
    """Asked for, the rule file says so, whether or not anybody looked at the tracker."""
    bench.do("init", "--kind", "jira", "--yes", "--defects", "apart")
    bench.do("check")
    (source,) = load_config(bench.config).projects[0].sources
    assert 'defects = "apart"' in source.rules_text().text


def test_an_added_project_takes_the_defaults(bench: Workbench) -> None:
    """What `[defaults]` says reaches a project that init added, unless init was told otherwise."""
    bench.do("init", "--kind", "jira", "--yes")
    bench.do("init", "--add", "luna", "--kind", "github", "--yes", "--timezone", "Asia/Shanghai")
    with bench.config.open("a", encoding="utf-8") as text:
        text.write('\n[defaults]\nlanguage = "de"\ntimezone = "Europe/Berlin"\nsync_every = "6h"\n')
    luna = load_config(bench.config).project("luna")
    assert (luna.language, luna.timezone, luna.sync_every) == (
        "de",
        "Asia/Shanghai",
        dt.timedelta(hours=6),
    )


def test_adds_a_project_beside_the_first_one(bench: Workbench) -> None:
    """The configuration only gains an include; both projects work; a second time is refused."""
    bench.do("init", "--kind", "jira", "--yes")
    before = bench.config.read_text()
    bench.do("init", "--add", "luna", "--kind", "github", "--yes", "--name", "Luna")
    bench.do("check")
    text = bench.config.read_text()
    refused = bench.run("init", "--add", "luna", "--kind", "github", "--yes")
    assert text == 'include = ["projects/*.toml"]\n\n' + before
    assert "luna" in bench.do("status").out
    assert refused.code == 2
    assert bench.config.read_text() == text
