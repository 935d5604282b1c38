"""The document of the agreement: what was agreed, safe to read, with the difference after agreeing anew."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.disclosure.catalogue import LANGUAGES, catalogue
from connector.pipeline.agreeing import operating_user
from connector.publish.environment import template_source
from tests.connector.workbench import Workbench, tracker

MORE = """
  [project.agreement]
  buffer_days = 10
"""


@pytest.fixture
def bench(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Workbench]:
    """A project that agreed to ten stories and a date."""
    bench = Workbench(tmp_path, monkeypatch, capsys)
    with tracker(bench) as server:
        bench.configure(server, more=MORE)
        bench.do("sync")
        bench.do("baseline", "set", "apollo", "--approved-by", "J. Doe, Acme", "--note", "signed in Berlin")
        yield bench


def agree_anew(bench: Workbench) -> None:
    """Move the date, add four stories and take one out; then agree to that."""
    bench.pass_days(3)
    bench.r1.move(bench.now, release_on=bench.now.date().replace(month=10, day=15))
    for number in range(4):
        bench.add_story(f"Wish number {number}")
    bench.stories[0].move(bench.now, "Done", "Won't Do")
    bench.do("sync")
    bench.do("baseline", "set", "apollo", "--approved-by", "J. Doe, Acme")


def written(bench: Workbench, *options: str) -> str:
    """Return the document's text; its path is all the command prints."""
    (path,) = bench.do("report", "apollo", "agreement", *options).out.splitlines()
    return Path(path).read_text(encoding="utf-8")


def test_what_was_agreed(bench: Workbench) -> None:
    """Goals, dates, reserve, totals, how it is changed, a place to sign."""
    text = written(bench)
    assert text.startswith("# Apollo web shop: What we agreed\n")
    assert "- Client: Acme GmbH" in text
    assert "- In force since: 1 September 2026" in text
    assert "- **Checkout**" in text
    assert "| R1 | 1 October 2026 | 1 October 2026 |" in text
    assert r"10 working days are kept in reserve before the last milestone\." in text
    assert "Agreed: 10" in text
    assert "## How this agreement is changed" in text
    assert "| Signature | | |" in text
    assert "What changed from the version before" not in text
    for unknown in ("budget", "exclusion", "role"):
        assert unknown not in text.lower()


def test_who_approved_is_a_claim_and_who_claimed_it_is_internal(bench: Workbench) -> None:
    """The client reads the name that was stated, and that the supplier stated it; no account, no note."""
    text = written(bench)
    assert r"- Approved by: J\. Doe, Acme. The supplier states this name" in text
    assert "signed in Berlin" not in text
    assert f"{operating_user()} " not in text
    assert operating_user() in bench.do("baseline", "show", "apollo").out


def test_after_agreeing_anew_the_difference(bench: Workbench) -> None:
    """Totals before and now, small changes as such only, dates that moved; the first promise stays."""
    agree_anew(bench)
    text = written(bench)
    assert "- Version: 2" in text
    assert r"- Version before: 1 (1 September 2026)" in text
    assert "- Pieces of work agreed before: 10" in text
    assert "- Pieces of work agreed now: 13" in text
    assert "- Added: 4 to 5" in text  # with 10 and 13, a 4 would give away that 1 was taken out
    assert "- Taken out: fewer than 3" in text
    assert "| R1 | 1 October 2026 | 15 October 2026 |" in text  # the difference: before, now
    assert "| R1 | 15 October 2026 | 1 October 2026 |" in text  # the milestone: agreed, first promised
    assert "Wish number" not in text


def test_it_lies_where_the_contract_says(bench: Workbench) -> None:
    """Beside the configuration, by kind and day; elsewhere by --output, never where clients read pages."""
    (path,) = bench.do("report", "apollo", "agreement").out.splitlines()
    assert path == str(bench.folder / "reports" / "apollo" / f"agreement-{bench.now:%Y-%m-%d}.md")
    inside = bench.folder / "site" / "agreement.md"
    assert bench.run("report", "apollo", "agreement", "--output", str(inside)).code == 2
    assert not inside.exists()
    assert bench.run("report", "apollo", "agreement", "--audience", "nobody").code == 2


def test_html_says_the_same(bench: Workbench) -> None:
    """One page without script and without anything from elsewhere."""
    agree_anew(bench)
    text = written(bench, "--format", "html")
    for words in ("What we agreed", "J. Doe, Acme", "15 October 2026", "How this agreement is changed"):
        assert words in text
    assert "<script" not in text
    assert "http" not in text


def test_it_speaks_the_audience_s_language(bench: Workbench) -> None:
    """All of its words come from the catalogue of that language."""
    text = bench.config.read_text(encoding="utf-8")
    bench.config.write_text(text + '\n  [project.audience.berlin]\n  language = "de"\n', encoding="utf-8")
    german = written(bench, "--audience", "berlin")
    assert "Was vereinbart ist" in german
    assert r"Vor dem letzten Meilenstein sind 10 Arbeitstage als Reserve eingeplant\." in german


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_the_templates_exists(language: str) -> None:
    """A template of the document names no text that the catalogue lacks."""
    used = {
        name
        for template in ("agreement.md.j2", "agreement.html.j2")
        for name in re.findall(r"\bw\.(\w+)", template_source(template))
    }
    assert {f"agreement.{name}" for name in used} <= set(catalogue(language).messages)


def test_what_is_withheld_is_not_counted(bench: Workbench) -> None:
    """A confidential story that was agreed enters no number of the document."""
    bench.pass_days(1)
    bench.world.issue(
        "APO",
        at=bench.now,
        summary="Margin of Acme",
        type="Story",
        fix_versions=["R1"],
        labels=["confidential"],
    )
    bench.do("sync")
    bench.do("baseline", "set", "apollo", "--approved-by", "J. Doe, Acme")
    text = written(bench)
    assert "- Pieces of work agreed now: 10" in text
    assert "Margin" not in text


def test_a_leak_stops_it(bench: Workbench) -> None:
    """Somebody the tracker knows, named in client words, is found; nothing is written, no name repeated."""
    bench.pass_days(1)
    anna = bench.world.person("aschmidt", "Anna Schmidt")
    bench.world.issue("APO", at=bench.now, summary="Assigned", type="Story", assignee=anna)
    (bench.folder / "wording").mkdir()
    words = '[APO-1]\ntitle = "Checkout for Anna Schmidt"\n'
    (bench.folder / "wording" / "apollo.toml").write_text(words, encoding="utf-8")
    bench.do("sync")
    ended = bench.run("report", "apollo", "agreement")
    assert ended.code == 4
    assert "Person.name" in ended.err
    assert "Anna" not in ended.err
    assert not (bench.folder / "reports").exists()


def test_without_an_agreement_there_is_nothing_to_report(bench: Workbench) -> None:
    """The error says how one is made."""
    (bench.folder / "clientview.db").unlink()
    bench.do("sync")
    ended = bench.run("report", "apollo", "agreement")
    assert (ended.code, "clientview baseline set apollo" in ended.err) == (2, True)
