"""Nothing internal is ever published: a marker in every internal value, every policy, every encoding."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from connector.demo.trackers.jira.cloud import JiraCloud
from connector.demo.trackers.jira.datacenter import JiraDataCenter
from connector.disclosure.policy import SHIPPED, shipped_text
from tests.acceptance.desk import Desk
from tests.acceptance.markers import Markers
from tests.acceptance.planted_github import planted_github
from tests.acceptance.planted_jira import planted_jira
from tests.acceptance.sites import Paper, center, cloud, github_source, hub, jira_source

AUDIENCES = "".join(
    f'\n  [project.audience.{name}]\n  policy = "{name}"\n  approval = "never"\n' for name in SHIPPED
)
FORMS = {
    "index.html", "summary.json", "summary.md", "summary.pdf", "email.html", "email.txt", "feed.xml",
    "milestones.ics", "badge.svg", "statement.json", "statement.sig",
}  # fmt: skip


@dataclass(slots=True)
class Planted:
    """A desk whose tracker is full of markers."""

    desk: Desk
    paper: Paper
    markers: Markers

    def publish(self, audiences: str) -> dict[str, bytes]:
        """Publish for these audiences alone; returns what was published."""
        self.paper.more = audiences
        self.paper.write(self.desk)
        self.desk.do("publish", "apollo")
        return self.desk.published()

    def publish_under(self, policy: str, *, code: int = 0) -> dict[str, bytes]:
        """Publish under a policy of our own, for an audience of its own; returns its files."""
        (self.desk.folder / "own.toml").write_text(policy, encoding="utf-8")
        name = f"own{len(self.desk.seen)}"
        self.paper.more = f'\n  [project.audience.{name}]\n  policy = "own.toml"\n  approval = "never"\n'
        self.paper.write(self.desk)
        assert self.desk.run("publish", "apollo").code == code
        return {path: content for path, content in self.desk.published().items() if f"/{name}/" in path}


@pytest.fixture(scope="module", params=["cloud", "center", "github"])
def planted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Planted]:
    """Serve a tracker full of markers, and pull it."""
    desk, paper, markers = Desk(tmp_path_factory.mktemp(request.param)), Paper(), Markers()
    if request.param == "github":
        with hub(planted_github(markers), lambda: desk.now) as server:
            server.middleware = markers.salt
            paper.sources = [github_source(desk, server)]
            yield _pulled(desk, paper, markers)
        return
    project = planted_jira(markers)
    serve = cloud if request.param == "cloud" else center
    with serve(project.world, lambda: desk.now) as site:
        _pull_jira(desk, paper, site, markers, project.rules)
        yield _pulled(desk, paper, markers)


def _pull_jira(
    desk: Desk, paper: Paper, site: JiraCloud | JiraDataCenter, markers: Markers, rules: str
) -> None:
    site.middleware = markers.salt
    (desk.folder / "rules.toml").write_text(rules, encoding="utf-8")
    paper.sources = [jira_source(desk, site, rules="rules.toml")]


def _pulled(desk: Desk, paper: Paper, markers: Markers) -> Planted:
    paper.write(desk)
    desk.do("sync")
    desk.do("baseline", "set", "apollo", "--on", "2026-08-20", "--approved-by", "J. Doe, Acme")
    return Planted(desk, paper, markers)


def test_the_markers_are_in_what_was_pulled(planted: Planted) -> None:
    """What is searched for has been read: the store and the PM's status are full of markers."""
    held = {"store": (planted.desk.folder / "clientview.db").read_bytes()}
    assert len(planted.markers.found(held)) > 60
    assert planted.markers.found({"status": planted.desk.do("status", "apollo", "--json").out.encode()})


def test_no_marker_is_published_under_any_shipped_policy(planted: Planted) -> None:
    """Every file and file name of every audience, in plain and encoded forms: no marker."""
    files = planted.publish(AUDIENCES)
    assert {path.split("/")[1] for path in files if "/" in path} == set(SHIPPED)
    assert {Path(path).suffix for path in files} >= {".html", ".json", ".md", ".txt", ".xml", ".ics", ".svg"}
    assert planted.markers.found(files) == frozenset()
    page = files["apollo/client-detailed/index.html"].decode()
    assert all(words in page for words in ("Checkout", "R1", "Supplier may be late"))
    assert "Supplier may be late" not in files["apollo/dates-only/index.html"].decode()


CLOSED = """
name = "own"
[wording]
tracker_titles = ["milestones"]
[show]
milestones = ["title", "planned"]
"""


@pytest.mark.parametrize(
    ("opened", "place"),
    [
        pytest.param('tracker_titles = ["milestones", "risks"]\n', "risk", id="risks"),
        pytest.param('tracker_titles = ["milestones", "decisions"]\n', "decision", id="decisions"),
        pytest.param('tracker_titles = ["milestones", "requests"]\n', "change request", id="requests"),
        pytest.param('tracker_titles = ["milestones", "actions"]\n', "client action", id="actions"),
        pytest.param('tracker_titles = ["milestones", "feedback"]\n', "feedback", id="feedback"),
        pytest.param('tracker_titles = ["milestones", "items"]\n', "title ", id="items"),
    ],
)
def test_a_policy_that_opens_one_field_shows_that_one(
    planted: Planted, request: pytest.FixtureRequest, opened: str, place: str
) -> None:
    """The titles of one concept become readable, of issues that are not withheld, and nothing else does."""
    concept = request.node.callspec.id.rpartition("-")[2]
    policy = CLOSED.replace('tracker_titles = ["milestones"]\n', opened) + f'{concept} = ["title"]\n'
    found = planted.markers.found(planted.publish_under(policy))
    assert found
    assert {_concept_of(where) for where in found} == {place.replace("-", " ").strip()}
    assert not withheld(found)


def withheld(found: frozenset[str]) -> list[str]:
    """Return the places of issues that this audience must not learn of."""
    marked = ("internal", "Confidential", "private")
    return [where for where in found if "withheld" in where or where.startswith(marked)]


def _concept_of(where: str) -> str:
    """Reduce `Risk of day 20: title` to `risk`, and `title 3` to `title`; another field stays as it is."""
    head, _, field = where.partition(": ")
    if field == "title":
        return head.partition(" of day")[0].lower().replace("-", " ")
    return head.rstrip(" 0123456789") if head.startswith("title ") else where


def test_a_policy_cannot_open_what_is_absolute(planted: Planted) -> None:
    """People, comments and withheld issues have no switch: a policy that names one is refused with 2."""
    for field in ("assignee", "comments", "reporter", "security"):
        assert not planted.publish_under(CLOSED + f'items = ["{field}"]\n', code=2)
        assert f"'{field}'" in planted.desk.seen[-1]


def test_everything_open_still_withholds_the_withheld(planted: Planted) -> None:
    """The widest policy there can be names no person, no comment, no withheld issue and no money."""
    every = ("goals", "milestones", "items", "risks", "actions", "decisions", "requests", "feedback")
    titles = ", ".join(f'"{concept}"' for concept in every)
    wide = shipped_text("client-detailed").replace('"goals", "milestones"', titles)
    found = planted.markers.found(planted.publish_under(wide))
    assert {where for where in found if _concept_of(where) == where} == set()
    assert found
    assert not withheld(found)


def test_logs_and_files_beside_the_output_hold_no_secret(planted: Planted) -> None:
    """Tokens stand in no output, no log, no store and no page."""
    secrets = [value for name, value in planted.desk.env.items() if name.endswith("TOKEN")]
    everything = "\n".join(planted.desk.seen)
    files = [path for path in planted.desk.folder.rglob("*") if path.is_file()]
    for secret in secrets:
        assert secret not in everything
        assert not [path for path in files if secret.encode() in path.read_bytes()]


def test_nothing_else_lies_in_the_output(planted: Planted) -> None:
    """The folder holds forms of editions, their signed statements and the public key, and nothing else."""
    files = planted.desk.published()
    keys = {path for path in files if path.startswith("clientview-key") and path.endswith(".pem")}
    assert {Path(path).name for path in files if path not in keys} <= FORMS
    assert all(files[path].startswith(b"-----BEGIN PUBLIC KEY-----") for path in keys)
