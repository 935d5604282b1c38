"""`wording` lists what lacks words, keeps what was filled, and the page tells it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.connector.workbench import Workbench, tracker

PAGE = "site/apollo/client/index.html"


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Workbench:
    """Give a workbench in a folder of its own."""
    return Workbench(tmp_path, monkeypatch, capsys)


def test_what_is_filled_is_told(bench: Workbench) -> None:
    """The risk without words is listed with its title as a comment; once filled, the page tells it."""
    with tracker(bench) as server:
        bench.configure(server)
        bench.world.issue("APO", at=bench.now, summary="Secret vendor", type="Risk").label(
            bench.now, add="internal"
        )
        bench.pass_days(0.1)
        bench.do("sync")
        first = bench.do("wording", "apollo").out
        file = bench.folder / "wording" / "apollo.toml"
        text = file.read_text(encoding="utf-8")
        before = bench.do("preview", "apollo").out
        filled = text.replace('title = ""', 'title = "The vendor may be **late**"', 1)
        filled = filled.replace('response = ""', 'response = "We test *another* one."', 1)
        file.write_text(filled, encoding="utf-8")
        again = bench.do("wording", "apollo").out
        bench.do("publish", "apollo", "--fresh")
    page = (bench.folder / PAGE).read_text(encoding="utf-8")
    assert "1 line to fill, 1 of them new" in first
    assert "# risk, open: " in text
    assert "Secret vendor" not in text
    assert "only counted: 1" in before
    assert "nothing lacks client words" in again
    assert file.read_text(encoding="utf-8") == filled
    assert "<em>another</em>" in page
    assert "The vendor may be **late**" in page  # a title is a line, not Markdown


def test_check_tells_the_faults_of_the_wording_file(bench: Workbench) -> None:
    """A misspelt key is told with file, line and the nearest key; nothing is written over."""
    text = '[APO-1]\ntitel = "x"\n'
    with tracker(bench) as server:
        bench.configure(server)
        bench.do("sync")
        (bench.folder / "wording").mkdir()
        file = bench.folder / "wording" / "apollo.toml"
        file.write_text(text, encoding="utf-8")
        ended = [bench.run(*words) for words in (("check",), ("wording", "apollo"), ("preview", "apollo"))]
    for one in ended:
        assert one.code == 2
        assert "apollo.toml:2" in one.err + one.out
        assert "title" in one.err + one.out
    assert file.read_text(encoding="utf-8") == text
