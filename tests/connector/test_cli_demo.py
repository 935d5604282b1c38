"""The demonstration tells the whole job in a screen or two, and ends with the page."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.demo.run import MARK, run
from connector.errors import UsageError


def test_the_demonstration_ends_with_its_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A line a week, alerts by their subject, the last one whole; the last line is the page, the only one."""
    folder = tmp_path / "demo"
    assert run(folder) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == f"page: {folder}/site/apollo/client/index.html"
    assert Path(lines[-1].removeprefix("page: ")).is_file()
    assert sum(".html" in line for line in lines) == 1
    subjects = [line.split("alert: ", 1)[1] for line in lines if line.lstrip().startswith("alert: ")]
    assert any("Scope creep: Release 2: Checkout" in subject for subject in subjects)
    assert f"  | {subjects[-1]}" in lines
    mailed = [line for line in lines if line.startswith("Mailed to project.team@acme-gmbh.example: ")]
    assert len(mailed) == sum("published, approved by" in line for line in lines) == 2
    page = Path(lines[-1].removeprefix("page: ")).read_text(encoding="utf-8")
    assert "One thing decides the date of release 2" in page
    assert len(lines) < 80


def test_a_language_nobody_wrote_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    """Nothing is begun that cannot be told to its end."""
    with pytest.raises(UsageError, match="found language 'tlh'"):
        run(tmp_path / "demo", "tlh")
    assert not (tmp_path / "demo").exists()


def test_a_folder_that_is_not_the_demonstration_s_is_left_alone(tmp_path: Path) -> None:
    """It makes its own folder anew, and only that."""
    (tmp_path / "mine.txt").touch()
    with pytest.raises(UsageError, match="did not make"):
        run(tmp_path)
    assert (tmp_path / "mine.txt").exists()
    assert not (tmp_path / MARK).exists()
