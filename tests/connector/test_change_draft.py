"""The drafted change request: complete, neutral, its internal words marked, nothing withheld in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.pipeline.change_letter import MARK
from tests.connector.workbench import AGREED_ITEMS, Workbench, tracker

HOSTILE = "Pay <b>now</b> | [click](http://evil.example)\nnext `line`"


@pytest.fixture
def bench(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Workbench]:
    """A project with an agreement, and what happened then: pieces came in, one of them hidden, one left."""
    bench = Workbench(tmp_path, monkeypatch, capsys)
    with tracker(bench) as server:
        bench.configure(server)
        bench.do("sync")
        bench.do("baseline", "set", "apollo", "--approved-by", "J. Doe, Acme")
        bench.pass_days(2)
        bench.world.issue(
            "APO", at=bench.now, summary="Gift cards", type="Story", fix_versions=["R1"], points=8
        )
        bench.add_story(HOSTILE)
        bench.world.issue("APO", at=bench.now, summary="Wrong total", type="Bug", fix_versions=["R1"])
        bench.world.issue(
            "APO",
            at=bench.now,
            summary="Margin of Acme",
            type="Story",
            fix_versions=["R1"],
            labels=["confidential"],
        )
        bench.stories[0].move(bench.now, "Done", "Won't Do")
        bench.r1.move(bench.now, release_on=bench.now.date().replace(month=10, day=8))
        bench.pass_days(1)
        bench.do("sync")
        yield bench


def test_the_letter(bench: Workbench) -> None:
    """What came in, its nature and size, what was taken out, dates, what if declined, a place to sign."""
    ended = bench.do("change", "draft", "apollo")
    text = ended.out
    assert text.startswith("# Change request: Apollo web shop\n")
    assert "agreement no. 1 of 1 September 2026" in text
    assert "- In all: 3 pieces of work, 8 points and 2 not estimated" in text
    assert "- Nature: 1 defect" in text
    assert "### R1: 3 pieces of work" in text
    assert f"| **[{MARK}]** Gift cards (" in text
    assert "## Agreed work that was taken out without a decision" in text
    assert "Story number 0" in text
    assert "- R1: agreed for 1 October 2026, planned for 8 October 2026, so far 5 working days later" in text
    assert "how many days the work above costs cannot be said (" in text
    assert "## If it is declined" in text
    assert "| Signature: | Signature: |" in text
    assert "It says nothing about who caused the change" in text
    assert ended.err.count("--item APO-") == 3


def test_the_tracker_s_words_are_no_markup(bench: Workbench) -> None:
    """A title with markup, a link, a cell border and a line break stays one plain cell."""
    text = bench.do("change", "draft", "apollo").out
    assert r"Pay \<b\>now\</b\> \| \[click\]\(http://evil.example\) next \`line\`" in text


def test_what_is_withheld_is_not_in_it(bench: Workbench) -> None:
    """Neither its title nor its number nor its count; the PM is told beside the draft."""
    ended = bench.do("change", "draft", "apollo")
    assert "Margin" not in ended.out
    assert "must not know of it: APO-" in ended.err


def test_one_milestone_and_a_later_day(bench: Workbench) -> None:
    """A milestone goes by its name; an unknown one is refused with those that are known."""
    assert "3 pieces" in bench.do("change", "draft", "apollo", "--milestone", "r1").out
    ended = bench.run("change", "draft", "apollo", "--milestone", "R9")
    assert (ended.code, "expected one of: R1" in ended.err) == (2, True)
    nothing = bench.do("change", "draft", "apollo", "--since", f"{bench.now:%Y-%m-%d}").out
    assert nothing.startswith("nothing came in without a decision")


def test_it_is_written_where_no_client_reads(bench: Workbench) -> None:
    """`--output` prints the path alone; a place under the site's output is refused."""
    file = bench.folder / "letters" / "change.md"
    assert bench.do("change", "draft", "apollo", "--output", str(file)).out.strip() == str(file)
    assert "Gift cards" in file.read_text(encoding="utf-8")
    inside = bench.folder / "site" / "apollo" / "change.md"
    ended = bench.run("change", "draft", "apollo", "--output", str(inside))
    assert (ended.code, inside.exists()) == (2, False)


def test_what_is_decided_is_no_longer_asked_for(bench: Workbench) -> None:
    """The command that the draft names records the decision; the next draft leaves it out."""
    refs = [story.key for story in bench.stories[AGREED_ITEMS:]]
    bench.do("change", "record", "apollo", "--title", "x", "--approve", "--by", "J. Doe", "--item", *refs)
    text = bench.do("change", "draft", "apollo").out
    assert "2 pieces of work" in text
    assert "evil" not in text


def test_without_an_agreement_nothing_is_beyond_it(bench: Workbench) -> None:
    """The error says how one is made."""
    (bench.folder / "clientview.db").unlink()
    bench.do("sync")
    ended = bench.run("change", "draft", "apollo")
    assert ended.code == 2
    assert "clientview baseline set apollo" in ended.err
