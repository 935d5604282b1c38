"""What was agreed first stays: agreeing anew, agreeing late, and the account a client reads."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from mappings.presets import preset_text
from tests.connector.inbox import Inbox, inbox
from tests.connector.workbench import AGREED_ITEMS, START, Workbench, tracker

FIRST, LATER = dt.date(2026, 10, 1), dt.date(2026, 10, 15)
AGREED_ON = START.date() - dt.timedelta(days=5)
PAST = f"""
  [project.agreement]
  baseline_on = {AGREED_ON}
  approved_by = "J. Doe, Acme"
"""
WITHOUT_BUGS = """[[rule]]
name = "bugs"
concept = "none"
when = { type = ["Bug"] }

[[rule]]"""


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Workbench:
    """Give a workbench in a folder of its own."""
    return Workbench(tmp_path, monkeypatch, capsys)


@contextmanager
def configured(bench: Workbench, more: str = "") -> Iterator[Inbox]:
    """Serve the tracker and keep the alerts; nothing was synced yet."""
    with tracker(bench) as server, inbox() as box:
        bench.configure(server, more=f'\n  [project.alerts]\n  to = ["{box.url}"]\n{more}')
        yield box


def status(bench: Workbench, *options: str) -> Any:
    """Return the status document."""
    return bench.do("status", "apollo", "--json", *options).document


def project_row(document: Any) -> Any:
    """Return the project's ledger in items."""
    return next(r for r in document["scope"] if (r["container"], r["unit"]) == ("project", "items"))


def published(bench: Workbench) -> Any:
    """Publish, and return the page's data."""
    bench.do("publish", "apollo")
    return json.loads((bench.folder / "site/apollo/client/editions/1/summary.json").read_text("utf-8"))


def test_agreeing_anew_never_deletes_the_first_promise(bench: Workbench) -> None:
    """The date moved and was agreed anew: both agreements stand, and `status` keeps the first promise."""
    with configured(bench):
        bench.do("sync")
        bench.do("baseline", "set", "apollo", "--approved-by", "J. Doe, Acme")
        bench.pass_days(3)
        bench.r1.move(bench.now, release_on=LATER)
        bench.add_story()
        bench.do("sync")
        bench.pass_days(1)
        bench.do("baseline", "set", "apollo", "--approved-by", "J. Doe, Acme", "--note", "amendment 1")
        document, before = status(bench), status(bench, "--as-of", f"{START:%Y-%m-%d}")
        first = bench.do("baseline", "show", "apollo", "1").out
        difference = bench.do("baseline", "diff", "apollo", "1", "2").out
        page = published(bench)
    (milestone,) = document["milestones"]
    assert (milestone["first_promised_on"], milestone["baseline_on"]) == (str(FIRST), str(LATER))
    assert milestone["variance_working_days"] == {"first": 10, "baseline": 0, "last_edition": None}
    assert [(move["from"], move["to"]) for move in milestone["moves"]] == [(str(FIRST), str(LATER))]
    assert (document["baseline"]["number"], before["baseline"]["number"]) == (2, 1)
    assert before["milestones"][0]["baseline_on"] == str(FIRST)
    assert (project_row(document)["baseline"], project_row(before)["baseline"]) == (11, 10)
    assert f"R1: {FIRST}" in first
    assert "scope tolerance ratio: 0.05" in first
    assert "counted by rules " in first
    assert "not those of today" not in first
    assert "newly_added 1, added 0, changed 1, removed 0, unaffected 10" in difference
    (told,) = page["milestones"]
    assert (told["promised"], told["agreed"]) == (str(FIRST), str(LATER))


def test_a_past_agreement_gives_ledger_and_creep_on_the_first_sync(bench: Workbench) -> None:
    """What came and went before the agreed day is part of it, or nothing; what came after is booked."""
    early = bench.world.issue(
        "APO", at=START - dt.timedelta(days=9), summary="Early", type="Story", fix_versions=["R1"]
    )
    early.move(START - dt.timedelta(days=8), "Done", "Won't Do")
    bench.now = START - dt.timedelta(days=2)
    late = bench.add_story("Late")
    bench.now = START
    with configured(bench, PAST) as box:
        bench.do("sync")
        document = status(bench)
        bench.pass_days(0.1)
        bench.do("sync")
    row = project_row(document)
    assert (row["baseline"], row["unapproved_added"], row["removed"]) == (AGREED_ITEMS, 1, 0)
    assert [entry["item"] for entry in row["entries"]] == [late.key]
    assert row["creep_ratio"] == pytest.approx(1 / AGREED_ITEMS)
    (message,) = box.received
    assert late.key in message["message"]
    assert early.key not in message["message"]


def test_a_past_agreement_that_was_kept_alerts_of_nothing(bench: Workbench) -> None:
    """All that happened lies before the agreed day: the first sync books nothing and tells nobody."""
    bench.now = START - dt.timedelta(days=9)
    bench.add_story("Early").move(START - dt.timedelta(days=8), "Done", "Won't Do")
    bench.add_story("Early too")
    bench.now = START
    with configured(bench, PAST) as box:
        bench.do("sync")
        document = status(bench)
    assert project_row(document)["entries"] == []
    assert project_row(document)["baseline"] == AGREED_ITEMS + 1
    assert document["deviations"] == []
    assert box.received == []


def test_a_client_reads_four_totals_with_what_was_decided_here(bench: Workbench) -> None:
    """Agreed, approved, added and not yet decided, taken out; a recorded request in client words only."""
    with configured(bench):
        bench.do("sync")
        bench.do("baseline", "set", "apollo", "--approved-by", "J. Doe, Acme")
        bench.pass_days(1)
        came = [bench.add_story(f"Wish {number}").key for number in range(7)]
        for story in bench.stories[:3]:
            story.move(bench.now, "Done", "Won't Do")
        bench.do("sync")
        covers = [part for key in came[:4] for part in ("--item", key)]
        told = ("--client-title", "Four more payment methods")
        record = ("change", "record", "apollo", "--by", "J. Doe, Acme")
        bench.do(*record, "--title", "INTERNAL four", "--approve", *covers, *told)
        bench.do(*record, "--title", "INTERNAL one", "--propose", "--item", came[4])
        page = published(bench)
    (account,) = page["scope"]
    totals = {line["part"]: line["amount"] for line in account["lines"]}
    assert {name: totals[name] for name in ("agreed", "approved", "undecided", "taken_out", "current")} == {
        "agreed": 10,
        "approved": 4,
        "undecided": 3,
        "taken_out": 3,
        "current": 14,
    }
    (request,) = page["requests"]
    assert request["head"]["title"] == "Four more payment methods"
    assert request["head"]["state"]["code"] == "approved"
    assert "INTERNAL" not in json.dumps(page)


def test_nature_and_origin_go_with_every_addition(bench: Workbench) -> None:
    """In the status, in `explain`, and in the alert, as the rules tell them; never as somebody's fault."""
    with configured(bench) as box:
        bench.do("sync")
        bench.do("baseline", "set", "apollo", "--approved-by", "J. Doe, Acme")
        bench.pass_days(1)
        bug = bench.world.issue("APO", at=bench.now, summary="Wrong", type="Bug", fix_versions=["R1"])
        wish = bench.world.issue(
            "APO", at=bench.now, summary="W", type="Story", fix_versions=["R1"], labels=["client-request"]
        )
        bench.do("sync")
        document, told = status(bench), bench.do("explain", "apollo", wish.key).out
    found = {e["item"]: (e["nature"], e["origin"]) for e in project_row(document)["entries"]}
    assert found[bug.key] == ("defect", "unknown")
    assert found[wish.key][1] == "client"
    assert "origin client" in told
    assert "Came up with: client 1, not recorded 1." in box.received[-1]["message"]


def test_a_change_of_rules_makes_no_creep(bench: Workbench) -> None:
    """Bugs that the rules count from today on were there before: both sides are counted anew."""
    for number in range(4):
        bench.world.issue("APO", at=START, summary=f"Bug {number}", type="Bug", fix_versions=["R1"])
    with configured(bench) as box:
        text = bench.config.read_text(encoding="utf-8")
        rules = bench.folder / "mine.toml"
        rules.write_text(preset_text("jira-scrum").replace("[[rule]]", WITHOUT_BUGS, 1), encoding="utf-8")
        bench.config.write_text(
            text.replace('kind = "jira"', 'kind = "jira"\n  rules = "mine.toml"'), "utf-8"
        )
        bench.do("sync")
        bench.do("baseline", "set", "apollo", "--approved-by", "J. Doe, Acme")
        bench.pass_days(2)
        rules.write_text(preset_text("jira-scrum"), encoding="utf-8")
        bench.do("sync")
        document, shown = status(bench), bench.do("baseline", "show", "apollo").out
    assert project_row(document)["unapproved_added"] == 0
    assert box.received == []
    assert "not those of today" in shown
