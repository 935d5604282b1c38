"""Feedback from the command line to the words on the page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.clock import system_clock
from connector.disclosure.answers import edition_name
from connector.disclosure.scribe import opaque_id
from connector.pipeline.feedback_news import audiences_to_tell, publish_feedback_news
from connector.pipeline.keyring import id_key
from connector.pipeline.workspace import open_workspace
from tests.connector.workbench import Workbench, tracker

EDITIONS = "site/apollo/client/editions"
WORDED = "<!-- client -->\nSearch takes long\n<!-- /client -->\n\nh2. Client reason\nIt is as agreed."
MAIL = ["--from", "Wanda Oakes", "--note", "she was angry"]


@pytest.fixture
def bench(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Workbench]:
    """A project that was synced, and a first edition of it."""
    bench = Workbench(tmp_path, monkeypatch, capsys)
    with tracker(bench) as server:
        bench.configure(server, approval="new-text")
        bench.do("sync")
        bench.do("publish", "apollo", "--approved-by", "P. Manager")
        yield bench


def add(bench: Workbench, title: str = "Dark appearance", *options: str) -> str:
    """Enter feedback; return what it is called."""
    return bench.do("feedback", "add", "apollo", "--title", title, *options).out.split()[0]


def told(bench: Workbench) -> list[dict[str, object]]:
    """Publish, and return the feedback that the edition tells."""
    bench.do("publish", "apollo", "--approved-by", "P. Manager", "--fresh")
    data = (newest(bench) / "summary.json").read_text(encoding="utf-8")
    return json.loads(data)["feedback"]  # type: ignore[no-any-return] # JSON


def newest(bench: Workbench) -> Path:
    """Return the folder of the newest edition."""
    folders = [each for each in (bench.folder / EDITIONS).iterdir() if each.is_dir()]
    return max(folders, key=lambda each: int(each.name))


def listed(bench: Workbench) -> list[dict[str, object]]:
    """Return what `feedback list` prints for programs."""
    document = bench.do("feedback", "list", "apollo", "--json").document
    assert (document["schema"], document["project"]) == ("clientview.feedback/1", "apollo")
    return document["feedback"]  # type: ignore[return-value] # JSON


def news(bench: Workbench) -> list[int | None]:
    """Do what follows a sync; return the numbers of the editions, None for one that was left."""
    bench.run("status", "apollo", "--json")  # sets the clock
    with open_workspace(bench.config, system_clock()) as workspace:
        project = workspace.project("apollo")
        names = audiences_to_tell(workspace, project)
        return [publish_feedback_news(workspace, project, name).number for name in names]


def test_from_the_command_line_to_the_page(bench: Workbench) -> None:
    """Entered, looked at, planned for R1, declined with a reason: the client reads each in their words."""
    name = add(bench, "Dark appearance", "--text", "For the **evening**.", "--class", "wish", *MAIL)
    assert name == "FB-1"
    first = told(bench)[0]
    assert first["head"]["state"]["word"] == "Received"  # type: ignore[index] # JSON
    assert first["kind"] == "Wish"
    bench.do("feedback", "state", "apollo", "fb-1", "planned", "--planned-for", "r1")
    planned = told(bench)[0]
    assert (planned["head"]["state"]["word"], planned["planned"]) == ("Planned", "R1")  # type: ignore[index] # JSON
    bench.do("feedback", "state", "apollo", "FB-1", "declined", "--reason", "It is *outside* of the offer.")
    assert told(bench)[0]["head"]["state"]["word"] == "Declined"  # type: ignore[index] # JSON
    text = (newest(bench) / "index.html").read_text(encoding="utf-8")
    assert "It is <em>outside</em> of the offer." in text
    for form in newest(bench).glob("*.[hmj]*"):
        published = form.read_text(encoding="utf-8")
        assert not [word for word in ("Wanda", "angry", "FB-1") if word in published], form.name


def test_from_the_tracker_to_the_page(bench: Workbench) -> None:
    """An issue of type Feedback: class and plan by label and version, then why not; the rest stays inside."""
    asked = bench.world.issue(
        "APO",
        at=bench.now,
        summary="search lame, client moans",
        type="Feedback",
        labels=["complaint", "urgency:high"],
        fix_versions=["R1"],
        description=WORDED,
    )
    bench.do("sync")
    first = told(bench)[0]
    assert first["head"]["title"] == "Search takes long"  # type: ignore[index] # JSON
    assert (first["head"]["state"]["word"], first["planned"]) == ("Planned", "R1")  # type: ignore[index] # JSON
    assert (first["kind"], "reason" in first) == ("Complaint", False)
    bench.pass_days(1)
    asked.move(bench.now, "Done", "Won't Do")
    bench.do("sync")
    last = told(bench)[0]
    assert last["head"]["state"]["word"] == "Declined"  # type: ignore[index] # JSON
    assert "It is as agreed." in str(last["reason"])
    assert "moans" not in (newest(bench) / "index.html").read_text(encoding="utf-8")


def test_the_list_tells_how_long_it_took_and_what_comes_first(bench: Workbench) -> None:
    """In working days; a priority that was set by name goes before the table and says whose it is."""
    add(bench, "A small wish", "--class", "Wunsch", "--on", "2026-08-31")
    add(bench, "It is broken", "--class", "defect", "--urgency", "high", "--on", "2026-08-28")
    bench.pass_days(1)
    bench.do("feedback", "state", "apollo", "FB-2", "looked-at")
    bench.pass_days(1)
    found = listed(bench)
    assert [(one["item"], one["priority"], one["age_days"]) for one in found] == [
        ("FB-2", "high", 4),
        ("FB-1", "low", 3),
    ]
    assert found[0]["first_look_days"] == 3
    bench.do("feedback", "priority", "apollo", "FB-1", "high", "--by", "Ann", "--note", "promised")
    bench.do("feedback", "state", "apollo", "FB-2", "done")
    text = bench.do("feedback", "list", "apollo").out
    assert text.index("FB-1 [wish] received: A small wish") < text.index("FB-2 [defect] done: It is broken")
    assert "priority high (set by Ann: promised; by itself wish, no urgency," in text
    assert "answered after 4 working days" in text
    in_status: list[dict[str, object]] = bench.status()["feedback"]  # type: ignore[assignment] # JSON
    assert {one["item"] for one in in_status} == {"FB-1", "FB-2"}


def test_a_reply_is_filed_under_what_it_answers(bench: Workbench) -> None:
    """The opaque reference of a mail's subject names an edition or a thing; an unknown one is refused."""
    secret = id_key(bench.folder)
    edition = opaque_id(edition_name("apollo", "client", 1), secret)
    story = bench.stories[0]
    thing = opaque_id(f"jira:issue:{story.id}", secret)
    add(bench, "About the edition", "--ref", f"Re: {edition.upper()}")
    add(bench, "About a story", "--ref", thing)
    found = {str(one["item"]): one for one in listed(bench)}
    assert found["FB-1"]["answers"] == "edition 1 for client"
    assert (found["FB-2"]["answers"], found["FB-2"]["linked"]) == (story.key, [story.key])
    assert found["FB-2"]["stage"] == "planned"
    refused = bench.run("feedback", "add", "apollo", "--title", "x", "--ref", "k0000000000")
    assert (refused.code, "which nothing of project apollo goes by" in refused.err) == (2, True)


REFUSALS = (
    (["add", "apollo", "--title", " "], "--title: found nothing"),
    (["add", "apollo", "--title", "x", "--class", "rant"], "expected one of: defect, wish, question"),
    (["add", "apollo", "--title", "x", "--urgency", "11"], "expected high, medium or low"),
    (["add", "apollo", "--title", "x", "--link", "APO-999"], "found no issue 'APO-999'"),
    (["add", "apollo", "--title", "x", "--on", "2030-01-01"], "still to come"),
    (["add", "apollo", "--title", "x", "--text", "a", "--text-file", "b"], "expected one of them"),
    (["state", "apollo", "FB-9", "done"], "found no feedback 'FB-9'; expected one of: FB-1"),
    (["state", "apollo", "FB-1", "gone"], "expected one of: received, looked-at, planned, done, declined"),
    (["state", "apollo", "FB-1", "done", "--reason", "x"], "expected it with declined alone"),
    (["state", "apollo", "FB-1", "done", "--planned-for", "R1"], "expected it with planned alone"),
    (["state", "apollo", "FB-1", "planned", "--planned-for", "R9"], "name of a milestone: R1"),
    (["priority", "apollo", "FB-1", "top", "--by", "Ann"], "expected high, medium, low, or table"),
)


def test_what_is_not_understood_is_refused(bench: Workbench) -> None:
    """Found, expected, what to do; and nothing is kept."""
    add(bench)
    before = listed(bench)
    for options, message in REFUSALS:
        refused = bench.run("feedback", *options)
        assert (refused.code, message in refused.err) == (2, True), refused.err
    assert listed(bench) == before


def test_a_change_of_state_alone_goes_out_at_once(bench: Workbench) -> None:
    """Under `new-text` the next edition is there after one sync; it is asked about once a change."""
    add(bench)
    assert news(bench) == [None]  # a new title: a person approves it
    told(bench)
    bench.do("feedback", "state", "apollo", "FB-1", "looked-at")
    assert news(bench) == [3]
    assert news(bench) == []
    bench.do("feedback", "state", "apollo", "FB-1", "done")
    assert "edition 4 for client" in bench.do("run", "--once").out
    assert "edition" not in bench.do("run", "--once").out
    bench.do("feedback", "state", "apollo", "FB-1", "planned", "--planned-for", "R1")
    bench.add_story()
    bench.do("sync")
    assert news(bench) == [None]  # other news is left to the rhythm
    bench.do("feedback", "state", "apollo", "FB-1", "declined", "--reason", "Words nobody approved.")
    assert news(bench) == [None]


def test_the_tracker_s_state_is_changed_there(bench: Workbench) -> None:
    """A stage of feedback that the tracker holds follows its issue; its priority may be set here."""
    asked = bench.world.issue("APO", at=bench.now, summary="Too slow", type="Feedback")
    bench.do("sync")
    refused = bench.run("feedback", "state", "apollo", asked.key, "done")
    assert (refused.code, "is the tracker's" in refused.err) == (2, True)
    assert (
        "priority high (set by Ann"
        in bench.do("feedback", "priority", "apollo", asked.key, "high", "--by", "Ann").out
    )
