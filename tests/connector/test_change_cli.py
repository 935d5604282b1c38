"""Change control at the command line: decisions are recorded, listed, superseded; evidence comes back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.pipeline.agreeing import operating_user
from tests.connector.workbench import AGREED_ITEMS, START, Ended, Workbench, tracker

LETTER = b"From: j.doe@acme.example\r\nYes, please add gift cards.\x00\xff"


@pytest.fixture
def bench(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Workbench]:
    """A project with an agreement of the first day, and two stories that came on the third."""
    bench = Workbench(tmp_path, monkeypatch, capsys)
    with tracker(bench) as server:
        bench.configure(server)
        bench.do("sync")
        bench.do("baseline", "set", "apollo", "--approved-by", "J. Doe, Acme")
        bench.pass_days(2)
        bench.add_story("Gift cards")
        bench.add_story("Vouchers")
        bench.world.issue("APO", at=bench.now, summary="More payment methods", type="Change Request")
        bench.pass_days(1)
        bench.do("sync")
        yield bench


def record(bench: Workbench, *options: str) -> Ended:
    """Approve the first story that came."""
    covers = [] if {"--item", "--label", "--parent", "--request"} & set(options) else ["--item", gift(bench)]
    verdict = [] if {"--reject", "--propose"} & set(options) else ["--approve"]
    given = ["--title", "Gift cards", "--by", "J. Doe, Acme", *verdict, *covers, *options]
    return bench.run("change", "record", "apollo", *given)


def gift(bench: Workbench) -> str:
    """Return the ref of the first story that came."""
    return bench.stories[AGREED_ITEMS].key


def project_row(bench: Workbench) -> dict[str, object]:
    """Return the project's ledger in items."""
    rows: list[dict[str, object]] = bench.status()["scope"]  # type: ignore[assignment] # JSON
    return next(row for row in rows if (row["container"], row["unit"]) == ("project", "items"))


def changes(bench: Workbench) -> list[dict[str, object]]:
    """Return what `change list` prints for programs."""
    document = bench.do("change", "list", "apollo", "--json").document
    assert (document["schema"], document["project"]) == ("clientview.changes/1", "apollo")
    return document["changes"]  # type: ignore[return-value] # JSON


def test_a_recorded_approval_is_named_by_the_ledger_and_listed_by_status(bench: Workbench) -> None:
    """What it covers is approved growth, the rest stays creep; `explain` tells the same."""
    assert (project_row(bench)["approved_added"], project_row(bench)["unapproved_added"]) == (0, 2)
    ended = record(bench)
    assert ended.code == 0
    assert ended.out.splitlines()[:2] == [
        f"CR-1 approved by J. Doe, Acme on {bench.now:%Y-%m-%dT%H:%M:%SZ}: Gift cards",
        f"covers 1: {gift(bench)}",
    ]
    row = project_row(bench)
    assert (row["approved_added"], row["unapproved_added"]) == (1, 1)
    told = {e["item"]: (e["kind"], e["change_request"]) for e in row["entries"]}  # type: ignore[attr-defined]
    assert told[gift(bench)] == ("approved_add", "CR-1")
    requests: list[dict[str, object]] = bench.status()["change_requests"]  # type: ignore[assignment] # JSON
    own = next(one for one in requests if one["item"] == "CR-1")
    assert (own["verdict"], own["covers"]) == ("approved", [gift(bench)])
    assert "covered by CR-1" in bench.do("explain", "apollo", gift(bench)).out
    assert "nature " in bench.do("explain", "apollo", gift(bench)).out


def test_the_list_has_the_tracker_s_requests_and_ours(bench: Workbench) -> None:
    """With state, cover, decided when and by whom, who recorded it, and the hash of the evidence."""
    (bench.folder / "mail.eml").write_bytes(LETTER)
    record(bench, "--evidence", str(bench.folder / "mail.eml"), "--note", "mail of Tuesday")
    mine, tracker_s = sorted(changes(bench), key=lambda one: not one["recorded_here"])
    assert mine == {
        "ref": "CR-1",
        "recorded_here": True,
        "record": "CR-1",
        "title": "Gift cards",
        "client_title": "",
        "state": "approved",
        "superseded_by": None,
        "lost_request": None,
        "covers": [gift(bench)],
        "decided_at": f"{bench.now:%Y-%m-%dT%H:%M:%SZ}",
        "decided_by": "J. Doe, Acme",
        "recorded_by": operating_user(),
        "recorded_at": f"{bench.now:%Y-%m-%dT%H:%M:%SZ}",
        "note": "mail of Tuesday",
        "evidence": {
            "name": "mail.eml",
            "sha256": hashlib.sha256(LETTER).hexdigest(),
            "size_bytes": len(LETTER),
        },
    }
    assert (tracker_s["state"], tracker_s["record"], tracker_s["covers"]) == ("proposed", None, [])
    text = bench.do("change", "list", "apollo").out
    assert hashlib.sha256(LETTER).hexdigest() in text
    assert "recorded by" in text


def test_evidence_comes_back_byte_for_byte(bench: Workbench) -> None:
    """Of a decision and of a baseline; a file that is there is never overwritten."""
    letter, back = bench.folder / "signed.pdf", bench.folder / "back.pdf"
    letter.write_bytes(LETTER)
    digest = hashlib.sha256(LETTER).hexdigest()
    told = bench.do("baseline", "set", "apollo", "--approved-by", "J. Doe", "--evidence", str(letter)).out
    assert f"sha256 {digest}" in told
    assert f"sha256 {digest}" in bench.do("baseline", "show", "apollo").out
    letter.unlink()
    ended = bench.do("change", "evidence", "apollo", digest[:12], "--output", str(back))
    assert ended.out.strip() == str(back)
    assert back.read_bytes() == LETTER
    assert bench.run("change", "evidence", "apollo", digest, "--output", str(back)).code == 2


def test_a_verdict_for_a_request_of_the_tracker(bench: Workbench) -> None:
    """The request keeps its name; what else is covered is named by it."""
    (asked,) = [one["ref"] for one in changes(bench)]
    assert record(bench, "--request", str(asked), "--item", gift(bench)).code == 0
    (one,) = changes(bench)
    assert (one["ref"], one["record"], one["state"]) == (asked, "CR-1", "approved")
    told = {e["item"]: e["change_request"] for e in project_row(bench)["entries"]}  # type: ignore[attr-defined]
    assert told[gift(bench)] == asked


def test_a_verdict_whose_request_is_gone_stays_listed(bench: Workbench) -> None:
    """It has no effect, and says so; nothing recorded disappears."""
    request = bench.world.issue("APO", at=bench.now, summary="More", type="Change Request")
    bench.do("sync")
    record(bench, "--request", request.key, "--item", gift(bench))
    request.delete(bench.now)
    bench.do("sync", "--full")
    lost = next(one for one in changes(bench) if one["ref"] == "CR-1")
    assert lost["lost_request"] == request.key
    assert project_row(bench)["approved_added"] == 0
    assert "without effect" in bench.do("change", "list", "apollo").out


def test_a_later_record_takes_over_what_it_does_not_say(bench: Workbench) -> None:
    """Proposed, then approved: the cover and the client words stay, the first record stays listed."""
    record(bench, "--propose", "--client-title", "Gift cards for everyone")
    assert project_row(bench)["approved_added"] == 0
    bench.pass_days(1)
    given = ["--title", "Gift cards, signed", "--by", "J. Doe, Acme", "--approve", "--supersedes", "CR-1"]
    assert bench.run("change", "record", "apollo", *given).code == 0
    assert project_row(bench)["approved_added"] == 1
    by_ref = {one["ref"]: one for one in changes(bench)}
    assert by_ref["CR-2"]["client_title"] == "Gift cards for everyone"
    assert (by_ref["CR-1"]["superseded_by"], by_ref["CR-1"]["state"]) == ("CR-2", "proposed")
    assert bench.run("change", "record", "apollo", *given).code == 2


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--reject", "--propose"], "exactly one"),
        (["--on", "2026-12-24"], "still to come"),
        (["--on", "2026-09-30T10:00:00Z"], "still to come"),
        (["--item", "APO-999"], "found no issue 'APO-999'"),
        (["--request", "APO-2"], "no change request by the rules; expected one of: APO-"),
        (["--supersedes", "3"], "found no CR-3 to supersede"),
        (["--supersedes", "three"], "expected the number of a record"),
        (["--evidence", "nowhere.pdf"], "expected a readable file"),
        (["--by", " "], "expected the name"),
    ],
)
def test_what_cannot_be_recorded_is_refused(bench: Workbench, options: list[str], expected: str) -> None:
    """With what was found and what was expected; nothing is stored."""
    ended = record(bench, *options)
    assert ended.code == 2
    assert expected in ended.err
    assert len(changes(bench)) == 1


def test_what_covers_nothing_is_told(bench: Workbench) -> None:
    """A label nobody carries yet: recorded, with a warning."""
    ended = record(bench, "--label", "gift")
    assert ended.code == 0
    assert "covers no issue as things stand" in ended.err


def test_approved_before_it_came(bench: Workbench) -> None:
    """An approval of a past day makes the growth approved from that day on."""
    record(bench, "--on", f"{START:%Y-%m-%d}")
    as_of = bench.do("status", "apollo", "--json", "--as-of", f"{bench.now:%Y-%m-%dT%H:%M:%SZ}").document
    row = next(r for r in as_of["scope"] if r["container"] == "project")  # type: ignore[attr-defined]
    assert row["approved_added"] == 1
