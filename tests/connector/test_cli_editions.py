"""Editions by the real command line: previewed together, noted, withdrawn, verified, made anew."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from connector.demo.trackers.jira import edits
from tests.connector.press import files_below
from tests.connector.workbench import Workbench, tracker

PAGE = "site/apollo/client/index.html"
HOME = "site/apollo/client"
BOARD = '\n  [project.audience.board]\n  policy = "dates-only"\n  approval = "never"\n'


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Workbench:
    """Give a workbench in a folder of its own."""
    return Workbench(tmp_path, monkeypatch, capsys)


@pytest.mark.usefixtures("paper")
def test_an_edition_is_published_whole_and_proves_itself(bench: Workbench) -> None:
    """Every form, its statement and the key; the fingerprint is told once; the same bytes come again."""
    with tracker(bench) as server:
        bench.configure(server)
        bench.do("sync")
        first = bench.do("publish", "apollo")
        second = bench.do("publish", "apollo")
    home = bench.folder / HOME
    forms = {p.name for p in (home / "editions/1").iterdir()}
    key = str(bench.folder / "site/clientview-key.pem")
    assert forms >= {"index.html", "summary.json", "summary.md", "email.html", "email.txt", "summary.pdf"}
    assert forms >= {"statement.json", "statement.sig"}
    assert {p.name for p in home.iterdir()} == {
        "index.html",
        "feed.xml",
        "milestones.ics",
        "badge.svg",
        "editions",
    }
    assert "Its fingerprint:" in first.err
    assert "Tell it to your client" in first.err
    assert "fingerprint" not in second.err
    proved = bench.do("verify", str(home / "index.html"), "--key", key)
    assert "intact, signed by the key" in proved.out
    assert bench.do("verify", str(home), "--key", key).out.startswith("edition 1: published 2026-09-01")
    assert bench.run("verify", str(home)).code == 4
    assert bench.run("verify", str(bench.config)).code == 2
    assert "intact: 1 statements" in bench.do("editions", "verify", "apollo").out
    assert bench.do("editions", "rebuild", "apollo").out == "client 1: the same bytes\n"


@pytest.mark.usefixtures("paper")
def test_a_character_that_no_font_has_keeps_an_edition_off_paper_alone(bench: Workbench) -> None:
    """The other forms go out, with a warning that names the character and the package."""
    bench.world.version("APO", "R2 \U00013000", at=bench.now, release_on=dt.date(2026, 12, 1))
    with tracker(bench) as server:
        bench.configure(server)
        bench.do("sync")
        looked = bench.do("preview", "apollo", "--pdf")
        done = bench.do("publish", "apollo")
    forms = {file.name for file in (bench.folder / HOME / "editions/1").iterdir()}
    assert "index.html" in forms
    assert "summary.pdf" not in forms
    for said in (looked.out, done.err):
        assert "not on paper: summary.pdf: found no font with U+13000; expected one: install fonts-" in said


def test_verifying_needs_no_configuration(bench: Workbench, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A reader has the files alone."""
    with tracker(bench) as server:
        bench.configure(server)
        bench.do("sync")
        bench.do("publish", "apollo")
    kept = tmp_path_factory.mktemp("reader") / "page.html"
    kept.write_bytes((bench.folder / PAGE).read_bytes())
    bench.config.unlink()
    assert "signer unproved" in bench.run("verify", str(kept)).out
    kept.write_bytes(kept.read_bytes().replace(b"Checkout", b"Checkin "))
    altered = bench.run("verify", str(kept))
    assert altered.code == 4
    assert "altered" in altered.err
    assert altered.out.endswith("NOT INTACT\n")


def publish_two(bench: Workbench) -> None:
    """Publish two editions, a day apart."""
    bench.do("sync")
    bench.do("publish", "apollo")
    bench.pass_days(1)
    bench.stories[0].move(bench.now, "Done", resolution="Done")
    bench.do("sync")
    bench.do("publish", "apollo")


def test_a_withdrawn_edition_gives_way_to_a_notice(bench: Workbench) -> None:
    """Its words and the reason are nowhere in what readers find; the record has who, when and why."""
    with tracker(bench) as server:
        bench.configure(server)
        publish_two(bench)
        unexplained = bench.run("publish", "apollo", "--withdraw", "2")
        why = ("--reason", "wrong numbers, ask Jane")
        done = bench.do("publish", "apollo", "--withdraw", "2", *why, "--approved-by", "P. Manager")
        again = bench.run("publish", "apollo", "--withdraw", "2", *why)
        listed = bench.do("editions", "list", "apollo").out
    assert (unexplained.code, again.code) == (2, 2)
    assert done.out.startswith("client: edition 2 withdrawn; a notice stands in its place: ")
    assert "WITHDRAWN 2026-09-02T08:00:00Z by P. Manager: wrong numbers, ask Jane" in listed
    assert b"ask Jane" not in b"".join(files_below(bench.folder / "site").values())
    notice = (bench.folder / HOME / "editions/2/index.html").read_text(encoding="utf-8")
    assert "Edition 2 was withdrawn" in notice
    assert "Edition 1 of 1 September 2026 is the newest one that holds." in notice
    assert "Checkout" not in notice
    assert "Withdrawn" in (bench.folder / HOME / "editions/index.html").read_text(encoding="utf-8")
    assert "withdrawn" in (bench.folder / HOME / "feed.xml").read_text(encoding="utf-8").lower()


def test_a_notice_says_nothing_that_became_internal(bench: Workbench) -> None:
    """Its contact is the edition's: one that the configuration dropped and the tracker knows is left out."""
    person = bench.world.person("adab", "Ada Byron", email="ada.byron@northwind.example")
    bench.stories[0].assign_to(bench.now, person)
    contact = '\n  [project.contact]\n  name = "Ada Byron"\n  email = "ada.byron@northwind.example"\n'
    with tracker(bench) as server:
        bench.configure(server, more=contact)
        publish_two(bench)
        named = bench.do("publish", "apollo", "--withdraw", "1", "--reason", "wrong numbers")
        bench.configure(server)
        dropped = bench.do("publish", "apollo", "--withdraw", "2", "--reason", "wrong numbers")
    notices = [(bench.folder / HOME / f"editions/{number}/index.html").read_text() for number in (1, 2)]
    assert ["Ada Byron" in notice for notice in notices] == [True, False]
    assert ["Apollo web shop" in notice for notice in notices] == [True, True]
    assert "contact, logo and footer" not in named.err
    assert "the notice leaves out contact, logo and footer of the edition" in dropped.err


def test_what_follows_a_withdrawal_needs_a_person(bench: Workbench) -> None:
    """Also where nothing else does; then the chain goes on, and all of it can be made anew."""
    with tracker(bench) as server:
        bench.configure(server)
        publish_two(bench)
        bench.do("publish", "apollo", "--withdraw", "2", "--reason", "wrong numbers")
        unasked = bench.run("publish", "apollo")
        bench.do("publish", "apollo", "--approved-by", "P. Manager")
    assert unasked.code == 4
    assert "the edition before was withdrawn" in unasked.err
    assert "Edition 3" in (bench.folder / PAGE).read_text(encoding="utf-8")
    key = str(bench.folder / "site/clientview-key.pem")
    assert "edition 2: WITHDRAWN" in bench.do("verify", str(bench.folder / HOME), "--key", key).out
    assert bench.do("editions", "verify", "apollo").out.startswith("client: intact: 4 statements")
    rebuilt = bench.do("editions", "rebuild", "apollo").out
    assert rebuilt == "client 1: the same bytes\nclient 2: the same bytes\nclient 3: the same bytes\n"


def test_the_only_edition_can_be_withdrawn(bench: Workbench) -> None:
    """Then nothing of it is left: no feed, no calendar, no badge; and nothing is published by itself."""
    with tracker(bench) as server:
        bench.configure(server)
        bench.do("sync")
        bench.do("publish", "apollo")
        bench.do("publish", "apollo", "--withdraw", "1", "--reason", "too early")
        by_itself = bench.run("publish", "apollo")
    left = files_below(bench.folder / HOME)
    assert "The next edition will take its place." in left["index.html"].decode()
    assert sorted(name for name in left if "/" not in name) == ["index.html"]
    assert b"R1" not in b"".join(left[name] for name in left if not name.endswith((".sig", ".json")))
    assert by_itself.code == 4


def test_a_note_is_searched_kept_approved_and_said_once(bench: Workbench) -> None:
    """It is new text whatever it says, stands on the page, and is gone with the next edition."""
    bench.world.person("anna", "Annabella Bergstroem", email="anna@acme.example")
    with tracker(bench) as server:
        bench.configure(server, approval="new-text")
        bench.stories[0].assign_to(bench.now, "anna")
        bench.pass_days(0.1)
        bench.do("sync")
        bench.do("publish", "apollo", "--approved-by", "P. Manager")
        person = bench.run("note", "apollo", "Thanks to Annabella Bergstroem")
        key = bench.run("note", "apollo", f"See {bench.stories[1].key}")
        title = bench.run("note", "apollo", "We did Story number 4.")
        nothing = bench.do("note", "apollo").out
        kept = bench.do("note", "apollo", "We are **ahead** of the plan.").out
        unapproved = bench.run("publish", "apollo")
        bench.do("publish", "apollo", "--approved-by", "P. Manager")
        page = (bench.folder / PAGE).read_text(encoding="utf-8")
        gone = bench.do("note", "apollo").out
        bench.pass_days(1)
        bench.do("publish", "apollo")
    assert [person.code, key.code, title.code] == [4, 4, 4]
    assert "Person.name" in person.err
    assert "Bergstroem" not in person.err
    assert nothing == gone == "client: no note\n"
    assert kept == "client: We are **ahead** of the plan.\n"
    assert unapproved.code == 4
    assert "We are <strong>ahead</strong> of the plan." in page
    assert "ahead" not in (bench.folder / PAGE).read_text(encoding="utf-8")


def test_all_drafts_are_previewed_and_published_together(bench: Workbench) -> None:
    """A line each; what changed since it was seen stays and is told, the others go out."""
    with tracker(bench) as server:
        bench.configure(server, more=BOARD)
        bench.do("sync")
        unseen = bench.do("publish", "--all-reviewed").out
        bench.do("preview", "--all")
        bench.pass_days(3)
        bench.stories[0].move(bench.now, "Done", resolution="Done")
        bench.do("sync")
        changed = bench.run("publish", "--all-reviewed")
        lines = bench.do("preview", "--all").out.splitlines()
        published = bench.do("publish", "--all-reviewed").out
    assert unseen == "no draft was previewed since its audience's last edition\n"
    assert changed.code == 4
    assert "apollo: audience client: this changed since the preview of 2026-09-01" in changed.err
    assert "apollo board: edition 1 published" in changed.out
    assert lines[0].startswith("apollo client: Cannot be said yet, first edition, new text ")
    assert lines[0].endswith(", waiting 3 days")
    assert lines[1].endswith("nothing new since edition 1")
    assert "apollo client: edition 1 published" in published


def test_what_the_service_drafted_nobody_has_seen(bench: Workbench) -> None:
    """Only what a person looked at is published as reviewed; the service never takes its place."""
    with tracker(bench) as server:
        bench.configure(server, approval="always", more='  publish_cron = "0 8 * * *"\n')
        drafted = bench.do("run", "--once").err
        unseen = bench.do("publish", "--all-reviewed", "--approved-by", "P. Manager").out
        bench.do("preview", "apollo")
        bench.pass_days(1)
        bench.stories[0].move(bench.now, "Done", resolution="Done")
        bench.do("run", "--once")
        refused = bench.run("publish", "apollo", "--approved-by", "P. Manager")
    assert "the draft for client awaits approval" in drafted
    assert unseen == "no draft was previewed since its audience's last edition\n"
    assert refused.code == 4
    assert "this changed since the preview of 2026-09-01" in refused.err


def test_the_managers_copy_marks_news_and_names_sources(bench: Workbench) -> None:
    """It is the page itself, plainly internal; it never lies where clients read."""
    copy = bench.folder / "mine.html"
    with tracker(bench) as server:
        bench.configure(server)
        bench.do("sync")
        bench.do("publish", "apollo")
        bench.pass_days(1)
        bench.r1.move(bench.now, release_on=dt.date(2026, 10, 15))
        bench.stories[2].edit(bench.now, edits.value("description", "h2. Client title\nPay by card"))
        bench.do("sync")
        bench.do("preview", "apollo", "--html", str(copy))
        refused = bench.run("preview", "apollo", "--html", str(bench.folder / "site/mine.html"))
    page = copy.read_text(encoding="utf-8")
    assert "INTERNAL" in page
    assert "<title>INTERNAL" in page
    assert (
        f"<small class='pm-source'>MilestoneState.name {bench.milestone} · milestones.title</small>" in page
    )
    assert "<b class='pm-tag'>moved, was 1 October 2026</b>" in page
    assert "<b class='pm-tag'>new</b>" in page
    assert not [char for char in page if ord(char) >= 0xF0000]
    assert refused.code == 4
    assert b"INTERNAL" not in b"".join(files_below(bench.folder / "site").values())


def test_the_service_leaves_to_people_what_is_theirs(bench: Workbench) -> None:
    """A held edition ends a run with 4, its draft kept; one after a withdrawal waits for approval."""
    agreed = '\n  [project.agreement]\n  baseline_on = 2026-09-01\n  approved_by = "J. Doe"\n'
    with tracker(bench) as server:
        bench.configure(server, more=f'  publish_cron = "0 8 * * *"\n{agreed}')
        bench.do("run", "--once")
        bench.do("publish", "apollo", "--withdraw", "1", "--reason", "too early")
        bench.pass_days(1)
        follows = bench.do("run", "--once").err
        bench.do("publish", "apollo", "--approved-by", "P. Manager")
        bench.pass_days(1)
        bench.stories[0].move(bench.now, "Done", resolution="Done")
        for number in range(3):
            bench.add_story(f"Secret {number}").label(bench.now, add="internal")
        held = bench.run("run", "--once")
        waiting = bench.do("preview", "--all").out
        numbers = [row["number"] for row in bench.do("editions", "list", "apollo", "--json").rows]
    assert "awaits approval: the edition before was withdrawn" in follows
    assert held.code == 4
    assert "without what is withheld the page would say otherwise: health" in held.err
    assert waiting.endswith("waiting 0 days, HELD\n")
    assert numbers == [1, 2]


def test_no_edition_names_another_project(bench: Workbench) -> None:
    """A title that names another client of the installation stops the publication."""
    other = (
        '\n[[project]]\nkey = "zebra"\nname = "Zebra portal"\nclient = "Zebra Holding"\n'
        '\n  [[project.source]]\n  kind = "github"\n  repository = "zebra/portal"\n  token = "env:TOKEN"\n'
    )
    bench.world.version("APO", "As for Zebra Holding", at=bench.now)
    with tracker(bench) as server:
        bench.configure(server, more=other)
        bench.add_story().fix_versions(bench.now, add="As for Zebra Holding")
        bench.pass_days(0.1)
        bench.do("sync", "apollo")
        refused = bench.run("publish", "apollo")
    assert refused.code == 4
    assert "OtherProject.client of zebra" in refused.err
    assert "Zebra Holding" not in refused.err
