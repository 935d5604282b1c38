"""Everything that goes wrong: the exit code of the contract, words that help, nothing lost, no traceback."""

from __future__ import annotations

import os
import resource
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from connector.demo.trackers.exchange import Answer, Request, Serve
from connector.demo.trackers.github.server import GitHubServer
from connector.demo.trackers.jira.face import JiraFace
from tests.acceptance.desk import Desk, Document
from tests.acceptance.sites import (
    GITHUB_TOKEN,
    JIRA_TOKEN,
    Paper,
    center,
    cloud,
    github_source,
    hub,
    jira_source,
)
from tests.connector.inbox import inbox
from tests.trackers.faults import (
    Faults,
    broken,
    captcha,
    forbidden,
    login_page,
    not_found,
    server_error,
    truncated,
    unauthorized,
)
from tests.trackers.worlds import apollo, crowd, orbit

KINDS = ("cloud", "center", "github")


class Office:
    """A desk with one served project, synced and published once."""

    def __init__(self, kind: str, desk: Desk, server: JiraFace | GitHubServer) -> None:
        """Write the configuration, pull and publish."""
        self.kind, self.desk, self.server = kind, desk, server
        self.paper = Paper(sources=[self.source()])
        self.paper.write(desk)
        desk.do("sync")
        desk.do("publish", "apollo", "--reason", "told by phone")
        self.before = self.facts()

    def source(self, **keys: str) -> str:
        """Return the source, with other keys where given."""
        if isinstance(self.server, GitHubServer):
            return github_source(self.desk, self.server, **keys)
        return jira_source(self.desk, self.server, **keys)

    def facts(self) -> tuple[Document, dict[str, bytes]]:
        """Return what is stored, as the status shows it, and what is published."""
        document = self.desk.status()
        kept = {name: document[name] for name in ("goals", "milestones", "scope", "risks")}
        kept["issues"] = [source["issues"] for source in document["sources"]]
        return kept, self.desk.published()

    def rules(self) -> set[str]:
        """Return the rules of the open deviations."""
        return {deviation["rule"] for deviation in self.desk.status()["deviations"]}

    def fails(self, code: int, *words: str, arguments: tuple[str, ...] = ("sync", "--full")) -> str:
        """Check that a command fails as it must, and that nothing stored or published changed."""
        ended = self.desk.run(*arguments)
        assert ended.code == code, ended.text
        for word in words:
            assert word in ended.text, ended.text
        assert JIRA_TOKEN not in ended.text
        assert GITHUB_TOKEN not in ended.text
        assert self.facts() == self.before
        return ended.text


@pytest.fixture(scope="module", params=KINDS)
def office(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Serve one project on each tracker."""
    desk = Desk(tmp_path_factory.mktemp(request.param))
    if request.param == "github":
        with hub(orbit(), lambda: desk.now) as server:
            yield Office("github", desk, server)
        return
    with (cloud if request.param == "cloud" else center)(apollo(), lambda: desk.now) as site:
        yield Office(request.param, desk, site)


@pytest.fixture(autouse=True)
def _mended(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let the tracker and the configuration be well again after each test."""
    yield
    if "office" in request.fixturenames:
        office: Office = request.getfixturevalue("office")
        office.server.middleware = None
        office.source()
        office.paper.write(office.desk)


FAULTS: dict[str, Callable[[], Faults]] = {
    "cloud a refused token": lambda: Faults().on(".*", unauthorized(), times=99),
    "center a captcha": lambda: Faults().on(".*", captcha(), times=99),
    "github a missing right": lambda: Faults().on(".*", forbidden(), times=99),
    "center not found": lambda: Faults().on(".*", not_found(), times=99),
    "github a dead server": lambda: Faults().on(".*", server_error(503), times=999),
    "center a login page": lambda: Faults().on(".*", login_page(), times=99),
    "github a broken line": lambda: Faults().on(".*", broken(), times=999),
    "cloud half a body": lambda: Faults().on(".*", truncated(), times=999),
}


def test_a_tracker_that_cannot_be_read(office: Office) -> None:
    """Exit 3, stored data and page stay, the PM's status tells of it; the next sync works."""
    for name, make in FAULTS.items():
        if not name.startswith(office.kind):
            continue
        office.server.middleware = make()
        office.fails(3, "apollo" if office.kind == "github" else "jira:APO")
        assert "sync_failed" in office.rules()
    office.server.middleware = None
    office.desk.do("sync", "--full")
    assert "sync_failed" not in office.rules()


def test_a_wrong_token(office: Office) -> None:
    """Exit 3; the token stands in no message; `check --online` says the same."""
    name = "ACC_GITHUB_TOKEN" if office.kind == "github" else "ACC_JIRA_TOKEN"
    office.desk.env[name] = "wr0ng-t0ken-value"
    told = office.fails(3) + office.fails(3, arguments=("check", "--online"))
    assert "wr0ng-t0ken-value" not in told


def test_an_unknown_project(office: Office) -> None:
    """Exit 3, by its name."""
    key = "repository" if office.kind == "github" else "project"
    office.paper.sources = [office.source(**{key: "acme/nothing" if office.kind == "github" else "NOPE"})]
    office.paper.write(office.desk)
    ended = office.desk.run("sync")
    office.paper.sources = [office.source()]
    assert ended.code == 3
    assert ("acme/nothing" if office.kind == "github" else "NOPE") in ended.text
    assert office.desk.published() == office.before[1]


def test_a_tracker_that_turned_empty(office: Office) -> None:
    """Exit 4, nothing changes, `--accept` asks who and why; with both it is taken, and recorded."""
    world, office.server.world = office.server.world, _empty(office.kind)  # type: ignore[assignment] # either kind
    try:
        office.fails(4, "no issue is left")
        office.fails(2, "--by", arguments=("sync", "--accept"))
        office.fails(2, "--reason", arguments=("sync", "--accept", "--by", "P. Manager"))
    finally:
        office.server.world = world
    assert "guard_tripped" in office.rules()
    office.desk.do("sync")
    assert "guard_tripped" not in office.rules()
    assert office.facts() == office.before


def _empty(kind: str) -> object:
    """Return a tracker of the same name with nothing in it."""
    if kind == "github":
        from connector.demo.trackers.github.world import GitHubWorld  # noqa: PLC0415 - for this test

        return GitHubWorld("acme/apollo")
    from connector.demo.trackers.jira.world import JiraWorld  # noqa: PLC0415 - for this test

    world = JiraWorld()
    world.project("APO", "Apollo web shop")
    return world


def test_an_expired_token_that_answers_200(tmp_path: Path) -> None:
    """Jira treats it as nobody and answers with nothing: that is no empty project, but exit 3."""
    for serve in (cloud, center):
        desk = Desk(tmp_path / serve.__name__)
        desk.folder.mkdir()
        with serve(apollo(), lambda desk=desk: desk.now) as site:  # type: ignore[misc] # a default binds it
            office = Office(serve.__name__, desk, site)
            site.signed_out = True
            office.fails(3, "token")


def test_what_people_write_wrong(tmp_path: Path) -> None:
    """Exit 2: unknown keys with the nearest known one; all faults of rule files and policies; no project."""
    desk = Desk(tmp_path)
    with cloud(apollo(), lambda: desk.now) as site:
        Office("cloud", desk, site)
        good = desk.config.read_text()
        desk.config.write_text(good.replace("client =", "cleint ="))
        told = desk.run("check").err
        desk.config.write_text(good + '\n[project.audience.own]\npolicy = "own.toml"\n')
        (tmp_path / "own.toml").write_text('name = "own"\n[show]\nrisks = ["titel"]\n')
        policy = desk.run("check")
        publishing = desk.run("publish", "apollo", "--audience", "own")
        desk.config.write_text(good.replace('kind = "jira"', 'kind = "jira"\n  rules = "r.toml"'))
        (tmp_path / "r.toml").write_text(
            'name = "r"\nsizes = "points"\n[[rule]]\nname = "a"\nconcept = "gaol"\n'
            '[[rule]]\nconcept = "risk"\n'
        )
        rules = desk.run("check")
        desk.config.write_text(good)
        no_project = desk.run("publish", "apolo")
    assert "clientview.toml:8" in told
    assert "client" in told.partition("cleint")[2]
    assert (policy.code, publishing.code, rules.code, no_project.code) == (2, 2, 2, 2)
    assert "own.toml:3" in policy.err
    assert [f"r.toml:{line}" in rules.err for line in (2, 5, 6)] == [True, True, True]
    assert "apollo" in no_project.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("status", "nowhere"),
        ("status", "apollo", "--as-of", "yesterday"),
        ("status", "apollo", "--fail-on", "much"),
        ("baseline", "set", "apollo"),
        ("baseline", "set", "apollo", "--approved-by", ""),
        ("baseline", "show", "apollo", "7"),
        ("editions", "show", "apollo", "99"),
        ("publish", "apollo", "--audience", "nobody"),
        ("explain", "apollo", "APO-9999"),
        ("sync", "--by", "somebody"),
        ("frobnicate",),
        (),
    ],
)
def test_wrong_use_ends_with_2(office: Office, arguments: tuple[str, ...]) -> None:
    """And says what was expected, on stderr, in a few lines."""
    ended = office.desk.run(*arguments)
    assert ended.code == 2, ended.text
    assert len(ended.err.splitlines() or ended.out.splitlines()) >= 1


def test_fail_on_ends_with_5(office: Office) -> None:
    """Only where there is a deviation of that level; the document is printed all the same."""
    office.server.middleware = Faults().on(".*", server_error(503), times=999)
    office.desk.run("sync")
    office.server.middleware = None
    found = office.desk.run("status", "apollo", "--json", "--fail-on", "critical")
    assert found.code == 5
    assert found.document["deviations"]
    office.desk.do("sync")


def test_a_tracker_that_dies_in_mid_pull(tmp_path: Path) -> None:
    """Exit 3; the next sync goes on behind the finished batches, and asks for none of them again.

    Thirteen pages of fifty, after a look and a sweep of names; of the ten asked for when it dies at
    most eight are in hand, so at least one is kept.
    """
    desk = Desk(tmp_path)
    with center(crowd(600), lambda: desk.now) as site:
        Paper(sources=[jira_source(desk, site)]).write(desk)
        site.middleware = Faults().on("/2/search", broken(), nth=13, times=999)
        assert desk.run("sync").code == 3
        assert desk.status()["sources"][0]["issues"] == 0
        site.middleware = None
        site.log.clear()
        desk.do("sync")
        read = [one.answer.body.count(b'"changelog"') for one in site.log if one.path.endswith("/2/search")]
        assert desk.status()["sources"][0]["issues"] == 600
    assert sum(read) <= 50 + 601 - 50  # the look is a page of its own


def test_killed_in_mid_sync(tmp_path: Path) -> None:
    """Kill -9 leaves the old state whole; the next sync ends what was begun."""
    desk, reached, opened = Desk(tmp_path), threading.Event(), threading.Event()

    def gate(request: Request, serve: Serve) -> Answer:
        if request.path.endswith("/search/jql") and len([one for one in site.log if "jql" in one.path]) >= 1:
            reached.set()
            opened.wait(30)
        return serve(request)

    with cloud(crowd(120), lambda: desk.now) as site:
        Paper(sources=[jira_source(desk, site)]).write(desk)
        site.middleware = gate
        with desk.start("sync") as process:
            assert reached.wait(60)
            process.send_signal(signal.SIGKILL)
            process.communicate()
        opened.set()
        site.middleware = None
        (source,) = desk.status()["sources"]
        assert (source["last_success_at"], source["complete"], source["issues"]) == (None, False, 0)
        desk.do("sync")
        assert desk.status()["sources"][0]["issues"] == 120


def test_a_full_disk(tmp_path: Path) -> None:
    """Wherever a file cannot grow, the command says so without a traceback; with room it works again."""
    desk = Desk(tmp_path)
    with cloud(crowd(100), lambda: desk.now) as site:
        Paper(sources=[jira_source(desk, site)]).write(desk)
        with desk.start("sync") as process:
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (300_000, 300_000))
            out, err = process.communicate(timeout=60)
        assert process.returncode == 2, out + err
        assert "Traceback" not in out + err
        assert "disk" in out + err or "large" in out + err
        desk.do("sync")
        assert desk.status()["sources"][0]["issues"] == 100


def test_an_output_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """Exit 2 and the folder named; the edition is published once it can be."""
    desk = Desk(tmp_path)
    with cloud(apollo(), lambda: desk.now) as site:
        Paper(sources=[jira_source(desk, site)]).write(desk)
        desk.do("sync")
        desk.output.write_text("a file stands where the folder should be")
        refused = desk.run("publish", "apollo", "--reason", "told by phone")
        desk.output.unlink()
        desk.do("publish", "apollo", "--reason", "told by phone")
    assert refused.code == 2
    assert "site" in refused.err
    assert b"Apollo web shop" in desk.published()["apollo/client/index.html"]


def test_an_alert_channel_that_is_down_stops_nothing(tmp_path: Path) -> None:
    """A sync that could not tell the PM is done all the same; the message waits and says why."""
    desk = Desk(tmp_path)
    with inbox(500) as channel, cloud(apollo(), lambda: desk.now) as site:
        more = f'\n  [project.alerts]\n  to = ["{channel.url}", "json://127.0.0.1:9/"]\n'
        Paper(sources=[jira_source(desk, site)], more=more).write(desk)
        ended = desk.do("sync")
        waiting = desk.do("alerts", "list", "--json").out
        assert desk.run("run", "--once").code == 0
    assert "last_error" in waiting
    assert ended.code == 0


def test_the_store_is_its_owners_alone(office: Office) -> None:
    """Readable by nobody else: it holds what clients must not see."""
    modes = {path.name: path.stat().st_mode & 0o077 for path in office.desk.folder.glob("clientview.db*")}
    assert modes
    assert set(modes.values()) == {0}
    assert os.access(office.desk.folder / "clientview.db", os.R_OK)
