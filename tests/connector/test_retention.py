"""Texts and names go when an issue has been closed for long; what is counted and told stays as it is."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple, cast

import pytest

from connector.demo.trackers.jira.issues import IssueActs
from connector.store import open_store
from tests.connector.agency import Said
from tests.connector.workbench import Workbench, tracker

RETENTION = '\n  [project.retention]\n  raw_for = "20d"\n  people_for = "10d"\n'
SECRET = "the vault opens with a spoon"
BODY = f"<!-- client -->\nGates that open\n<!-- /client -->\n## Notes\n{SECRET}\n"
ANNA, BERT, CARL = "Anna Quagmire", "Bert Zanzibar", "Carl Ypsilanti"


class Look(NamedTuple):
    """What retention must leave as it is, and the bytes of the store."""

    status: object
    past: str  # status of a day before the renaming
    disclosed: list[Any]
    store: bytes


class Seen(NamedTuple):
    """A project before and after its closed issues came of age."""

    folder: Path
    before: Look
    after: Look
    again: Any  # report of another full sync
    edited: Any  # report of the sync after an issue was changed in the tracker
    after_edit: bytes


class Heard:
    """Hears commands, for a bench of a module."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch
        self.readouterr()

    def readouterr(self) -> Said:
        """Give what was said since, and listen anew."""
        said = Said(
            *(getattr(sys, name).getvalue() if self._is_ours(name) else "" for name in ("stdout", "stderr"))
        )
        for name in ("stdout", "stderr"):
            self._patch.setattr(sys, name, StringIO())
        return said

    def _is_ours(self, name: str) -> bool:
        return isinstance(getattr(sys, name), StringIO)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    """Close some issues, let 30 days pass, and turn retention on."""
    with pytest.MonkeyPatch.context() as patch:
        capsys = cast("pytest.CaptureFixture[str]", Heard(patch))
        bench = Workbench(tmp_path_factory.mktemp("retention"), patch, capsys)
        yield play(bench, work(bench))


def work(bench: Workbench) -> IssueActs:
    """Let people work: a goal with client words and a renamed story are closed, another story stays open."""
    world, now = bench.world, bench.now
    for account, name in (("anna", ANNA), ("bert", BERT), ("carl", CARL)):
        world.person(account, name)
    gates = world.issue("APO", at=now, summary="Gates", type="Epic", description=BODY, assignee="anna")
    world.issue("APO", at=now, summary=f"Lamps for {CARL}", type="Epic")
    story, other = (
        world.issue(
            "APO", at=now, summary=title, type="Story", fix_versions=["R1"], description=BODY, assignee=who
        )
        for title, who in (("An earlier title", "anna"), ("Lamp plan", "carl"))
    )
    bench.stories[1].assign_to(now, "bert")
    bench.pass_days(1)
    story.rename(bench.now, "Gate plan", by="anna")
    for one in (gates, story, other):
        one.move(bench.now, "Done", resolution="Done", by="anna")
    return story


def play(bench: Workbench, story: IssueActs) -> Seen:
    """Sync for a month, without and with retention; then change a closed issue."""
    with tracker(bench) as server:
        bench.configure(server)
        bench.do("sync")
        bench.pass_days(30)
        bench.do("sync", "--full")
        before = look(bench)
        bench.configure(server, more=RETENTION)
        bench.do("sync", "--full")
        after = look(bench)
        again = bench.do("sync", "--full", "--json").document
        bench.pass_days(8)
        story.label(bench.now, add="billed")
        edited = bench.do("sync", "--full", "--json").document
    return Seen(bench.folder, before, after, again, edited, stored(bench))


def look(bench: Workbench) -> Look:
    """Look at a project."""
    past = bench.do("status", "apollo", "--json", "--as-of", "2026-09-01T12:00:00Z").out
    bench.do("preview", "apollo")
    with open_store("sqlite:///clientview.db", folder=bench.folder) as store:
        draft = store.drafts.get("apollo", "client")
    assert draft is not None
    return Look(bench.status(), past, json.loads(draft.manifest)["disclosed"], stored(bench))


def stored(bench: Workbench) -> bytes:
    """Read the store's file; what lay beside it was taken over when the last command closed it."""
    return (bench.folder / "clientview.db").read_bytes()


def source_of(report: Any) -> Any:
    """Return what a run report says of the one source."""
    return report["projects"][0]["sources"][0]


def test_numbers_stay_equal(seen: Seen) -> None:
    """The whole status, now and of a past day, is the same as before."""
    assert seen.before.status == seen.after.status
    assert seen.before.past == seen.after.past


def test_what_clients_read_stays_equal(seen: Seen) -> None:
    """Every disclosed value of the next edition is the same, client words from a marked block too."""
    assert seen.before.disclosed == seen.after.disclosed
    told = json.dumps(seen.after.disclosed)
    assert "Gates that open" in told
    assert "Lamps for [removed]" in told


def test_what_is_of_age_is_in_no_byte_of_the_store(seen: Seen) -> None:
    """Neither the text, nor who closed it, nor what it was called before."""
    for gone in (SECRET, ANNA, "An earlier title"):
        assert gone.encode() in seen.before.store
        assert gone.encode() not in seen.after.store


def test_what_is_still_open_keeps_its_people(seen: Seen) -> None:
    """Who works on an open issue stays known."""
    assert BERT.encode() in seen.after.store


def test_who_is_named_in_a_title_stays_known(seen: Seen) -> None:
    """Without the name nothing would keep it out of a page that shows the title."""
    assert CARL.encode() in seen.after.store
    with open_store("sqlite:///clientview.db", folder=seen.folder) as store:
        people = [p.name for issue in store.facts.load("apollo").issues for p in issue.people]
    assert CARL in people


def test_the_same_issue_pulled_again_is_no_change(seen: Seen) -> None:
    """A full pull brings the whole issue; it is compared with what it was, and nothing comes back."""
    source = source_of(seen.again)
    assert (source["full"], source["new"], source["changed"]) == (True, 0, 0)


def test_an_issue_that_changed_comes_whole_and_goes_again(seen: Seen) -> None:
    """A label more on a closed issue: one changed issue, and its text is out again after the same sync."""
    assert source_of(seen.edited)["changed"] == 1
    assert SECRET.encode() not in seen.after_edit
