"""From draft to page by the real command line: approved, unchanged, held, searched, repaired."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from connector.demo.trackers.jira import edits
from tests.connector.workbench import Workbench, tracker

PAGE = "site/apollo/client/index.html"


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Workbench:
    """Give a workbench in a folder of its own."""
    return Workbench(tmp_path, monkeypatch, capsys)


def test_a_preview_is_a_local_page_and_publishes_nothing(bench: Workbench) -> None:
    """The draft lies beside the configuration, says what is new, and the output stays empty."""
    with tracker(bench) as server:
        bench.configure(server)
        bench.do("sync")
        told = bench.do("preview", "apollo").out
    assert "first edition for these readers: 1 goal, 1 milestone" in told
    assert "milestone: R1, planned 1 October 2026" in told
    assert "without client words, so only counted: " in told
    assert "leak check: passed; " in told
    assert told.endswith("next: clientview publish apollo\n")
    assert (bench.folder / ".clientview/preview/apollo/client/index.html").is_file()
    assert not (bench.folder / "site").exists()


def test_publishes_and_publishes_nothing_new_twice(bench: Workbench) -> None:
    """The first edition is written; the same content again makes no second one."""
    with tracker(bench) as server:
        bench.configure(server)
        bench.do("sync")
        first = bench.do("publish", "apollo").out
        page = (bench.folder / PAGE).read_bytes()
        again = bench.do("publish", "apollo").out
    assert "edition 1 published" in first
    assert "nothing changed since the last edition; no new one" in again
    assert (bench.folder / PAGE).read_bytes() == page
    assert not (bench.folder / "site/apollo/client/editions/2").exists()


def test_an_edition_that_asks_for_approval_gets_one_or_stays(bench: Workbench) -> None:
    """Under `always` nothing goes out without a name; the name is kept with the edition."""
    with tracker(bench) as server:
        bench.configure(server, approval="always")
        bench.do("sync")
        refused = bench.run("publish", "apollo")
        page_after_refusal = (bench.folder / PAGE).exists()
        bench.do("publish", "apollo", "--approved-by", "P. Manager", "--note", "first of all")
        listed = bench.do("editions", "list", "apollo").out
    assert refused.code == 4
    assert "--approved-by" in refused.err
    assert not page_after_refusal
    assert "approved by P. Manager (first of all)" in listed


def test_only_new_text_asks_for_approval_under_new_text(bench: Workbench) -> None:
    """Numbers and dates go out by themselves; a title nobody approved before does not."""
    with tracker(bench) as server:
        bench.configure(server, approval="new-text")
        bench.do("sync")
        assert bench.run("publish", "apollo").code == 4
        bench.do("publish", "apollo", "--approved-by", "P. Manager")
        bench.pass_days(1)
        bench.stories[0].move(bench.now, "Done", resolution="Done")
        bench.do("sync")
        second = bench.do("publish", "apollo").out
        bench.world.version("APO", "R2 – the next one", at=bench.now)
        bench.pass_days(1)
        bench.add_story().fix_versions(bench.now, add="R2 – the next one")
        bench.do("sync")
        third = bench.run("publish", "apollo")
    assert "edition 2 published" in second
    assert third.code == 4


def test_what_changed_since_the_preview_is_shown_and_refused(bench: Workbench) -> None:
    """The difference is printed, exit 4, page untouched; --fresh takes it as it is."""
    with tracker(bench) as server:
        bench.configure(server)
        bench.do("sync")
        bench.do("preview", "apollo")
        bench.pass_days(1)
        bench.stories[0].move(bench.now, "Done", resolution="Done")
        bench.do("sync")
        refused = bench.run("publish", "apollo")
        is_there = (bench.folder / PAGE).exists()
        bench.do("publish", "apollo", "--fresh")
    assert refused.code == 4
    assert "1 of 10" in refused.err
    assert "--fresh" in refused.err
    assert not is_there


def test_time_alone_does_not_spoil_a_preview(bench: Workbench) -> None:
    """A draft is published as previewed although hours have passed."""
    with tracker(bench) as server:
        bench.configure(server)
        bench.do("sync")
        bench.do("preview", "apollo")
        bench.pass_days(0.2)
        bench.do("publish", "apollo")


def test_nothing_is_published_under_a_moved_clock(bench: Workbench) -> None:
    """Unless the configuration says that it is a rehearsal."""
    with tracker(bench) as server:
        bench.configure(server)
        bench.config.write_text(bench.config.read_text().replace("rehearsal = true\n", ""))
        bench.do("sync")
        refused = bench.run("publish", "apollo")
    assert refused.code == 4
    assert "CLIENTVIEW_NOW" in refused.err


def test_nothing_is_published_of_a_source_never_read(bench: Workbench) -> None:
    """A part of the truth is no page."""
    with tracker(bench) as server:
        bench.configure(server)
        refused = bench.run("publish", "apollo")
    assert refused.code == 4
    assert "was never read well" in refused.err


def test_hiding_that_makes_the_verdict_untrue_is_held(bench: Workbench) -> None:
    """A verdict that rests on withheld items goes out only with a reason, which is recorded."""
    agreement = '\n  [project.agreement]\n  baseline_on = 2026-09-01\n  approved_by = "J. Doe"\n'
    with tracker(bench) as server:
        bench.configure(server, more=agreement)
        bench.do("sync")
        bench.pass_days(1)
        for number in range(3):
            bench.add_story(f"Secret {number}").label(bench.now, add="internal")
        bench.do("sync")
        seen = bench.do("preview", "apollo").out
        refused = bench.run("publish", "apollo")
        bench.do("publish", "apollo", "--reason", "agreed by phone")
        listed = bench.do("editions", "list", "apollo").out
    assert "HELD: with what is withheld, the page would say otherwise: health" in seen
    assert 'next: clientview publish apollo --reason "TEXT"' in seen
    assert refused.code == 4
    assert "health" in refused.err
    assert "agreed by phone" in listed


def test_readers_who_see_no_verdict_are_not_kept_waiting_for_one(bench: Workbench) -> None:
    """Withheld items that change the health alone hold no page that does not tell the health."""
    more = (
        '\n  [project.agreement]\n  baseline_on = 2026-09-01\n  approved_by = "J. Doe"\n'
        '\n  [project.audience.dates]\n  policy = "dates-only"\n'
    )
    with tracker(bench) as server:
        bench.configure(server, more=more)
        bench.do("sync")
        bench.pass_days(1)
        for number in range(3):
            bench.add_story(f"Secret {number}").label(bench.now, add="internal")
        bench.do("sync")
        told = bench.do("publish", "apollo", "--audience", "dates", "--approved-by", "P. Manager").out
    assert "dates" in told


def test_a_leak_stops_everything_and_is_not_repeated(bench: Workbench) -> None:
    """A person's name inside client words is found; place and field are named, the name is not."""
    bench.world.person("anna", "Annabella Bergstroem", email="anna@acme.example")
    with tracker(bench) as server:
        bench.configure(server)
        bench.stories[0].assign_to(bench.now, "anna")
        (bench.folder / "wording").mkdir()
        words = '[APO-1]\ntitle = "Checkout, as Annabella Bergstroem wants it"\n'
        (bench.folder / "wording" / "apollo.toml").write_text(words, encoding="utf-8")
        bench.pass_days(0.1)
        bench.do("sync")
        refused = [bench.run("preview", "apollo"), bench.run("publish", "apollo")]
    for ended in refused:
        assert ended.code == 4
        assert "index.html" in ended.err
        assert "Person.name" in ended.err
        assert "Annabella" not in ended.err + ended.out
    assert not (bench.folder / PAGE).exists()


def test_a_name_in_a_title_of_the_tracker_is_taken_out(bench: Workbench) -> None:
    """Where the policy opens the tracker's titles, people go out of them, and preview says so."""
    bench.world.person("anna", "Annabella Bergstroem", email="anna@acme.example")
    with tracker(bench) as server:
        bench.configure(server)
        bench.stories[0].assign_to(bench.now, "anna")
        bench.world.version("APO", "Ask Annabella Bergstroem", at=bench.now)
        bench.add_story().fix_versions(bench.now, add="Ask Annabella Bergstroem")
        bench.pass_days(0.1)
        bench.do("sync")
        told = bench.do("preview", "apollo").out
        bench.do("publish", "apollo")
    page = (bench.folder / PAGE).read_text(encoding="utf-8")
    assert "Ask [removed]" in page
    assert "Annabella" not in page
    assert "person ×1" in told


def test_an_edition_recorded_but_not_written_is_written_at_the_next_publish(bench: Workbench) -> None:
    """A crash between recording and writing leaves the old page, and is mended."""
    with tracker(bench) as server:
        bench.configure(server)
        bench.do("sync")
        bench.do("publish", "apollo")
        page = bench.folder / PAGE
        before = page.read_bytes()
        page.unlink()
        mended = bench.do("publish", "apollo")
    assert page.read_bytes() == before
    assert "recorded but not written: written now" in mended.err


def test_the_manifest_names_every_value_and_its_rule(bench: Workbench) -> None:
    """For each disclosed value: source and rule; as text and as JSON."""
    with tracker(bench) as server:
        bench.configure(server)
        bench.do("sync")
        bench.do("publish", "apollo")
        text = bench.do("editions", "show", "apollo", "1", "--manifest").out
        document = bench.do("editions", "show", "apollo", "--manifest", "--json").document
        missing = bench.run("editions", "show", "apollo", "7")
    assert "'R1' from MilestoneState.name jira:version:" in text
    manifest = document["manifest"]
    assert isinstance(manifest, dict)
    assert {"path", "text", "source_field", "record", "rule"} == set(manifest["disclosed"][0])
    assert missing.code == 2


def test_explain_tells_what_each_audience_sees(bench: Workbench) -> None:
    """Counted, told and withheld are told apart."""
    with tracker(bench) as server:
        bench.configure(server)
        bench.stories[1].label(bench.now, add="internal")
        bench.stories[2].edit(bench.now, edits.value("description", "h2. Client title\nPay by card"))
        bench.pass_days(0.1)
        bench.do("sync")
        counted, withheld = (bench.do("explain", "apollo", s.key).out for s in bench.stories[:2])
    assert "client: counted in totals at most" in counted
    assert "client: withheld; learns nothing of it" in withheld


def test_a_full_output_ends_with_2_and_keeps_the_page(bench: Workbench) -> None:
    """Where the folder cannot be written the last page stays, and the next publish mends it."""
    with tracker(bench) as server:
        bench.configure(server)
        bench.do("sync")
        (bench.folder / "site").write_text("in the way")
        refused = bench.run("publish", "apollo")
        (bench.folder / "site").unlink()
        bench.do("publish", "apollo")
    assert refused.code == 2
    assert "could not be written" in refused.err
    assert (bench.folder / PAGE).is_file()


def test_hiding_that_makes_a_forecast_untrue_is_held(bench: Workbench) -> None:
    """Readers who are told when a milestone is likely are told it of all the work there is."""
    with tracker(bench) as server:
        bench.configure(server)
        bench.r1.move(bench.now, release_on=None)  # a date that was set is not worked out from the work left
        for story in bench.stories[:7]:
            bench.pass_days(2)
            story.move(bench.now, "Done", resolution="Done")
        bench.do("sync")
        open_said = bench.do("preview", "apollo").out
        for number in range(25):
            bench.add_story(f"Secret {number}").label(bench.now, add="internal")
        bench.pass_days(0.1)
        bench.do("sync")
        held = bench.do("preview", "apollo").out
        refused = bench.run("publish", "apollo")
    assert "HELD" not in open_said
    assert "HELD: with what is withheld, the page would say otherwise: the forecast of R1 " in held
    assert refused.code == 4
    assert "the forecast of R1" in refused.err


def test_the_name_of_a_policy_is_searched_too(bench: Workbench) -> None:
    """It stands in the signed statement, so it is no place for what nobody may know."""
    policy = bench.folder / "own.toml"
    shown = (files("connector.disclosure") / "policies" / "dates-only.toml").read_text(encoding="utf-8")
    policy.write_text(shown.replace('name = "dates-only"', 'name = "hide-the-margin"'), encoding="utf-8")
    with tracker(bench) as server:
        bench.configure(server, more='  policy = "own.toml"\n')
        bench.stories[0].label(bench.now, add="hide-the-margin")
        bench.pass_days(0.1)
        bench.do("sync")
        refused = bench.run("publish", "apollo")
    assert refused.code == 4
    assert "statement.json, " in refused.err
    assert "Issue.labels" in refused.err
