"""After a change of address: the pages move, and the old ones are named until somebody removes them."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.connector.workbench import Workbench, tracker


def test_pages_move_and_the_old_folder_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Even where nothing else changed; the warning ends when the old folder is removed."""
    bench = Workbench(tmp_path, monkeypatch, capsys)
    old = tmp_path / "site" / "apollo" / "client"
    with tracker(bench) as server:
        bench.configure(server)
        bench.do("sync")
        assert "no audience has any more" not in bench.do("publish", "apollo").err
        bench.configure(server, more='  path = "opaque"\n')
        moved = bench.do("publish", "apollo").err
        shutil.rmtree(old.parent)
        removed = bench.do("publish", "apollo").err
    (place,) = (entry for entry in (tmp_path / "site").iterdir() if re.fullmatch(r"[a-z2-7]{32}", entry.name))
    assert f"{old}: pages of an address that no audience has any more" in moved
    assert "no audience has any more" not in removed
    assert (place / "index.html").read_bytes() == (place / "editions" / "1" / "index.html").read_bytes()
    assert {"feed.xml", "milestones.ics", "badge.svg"} <= {entry.name for entry in place.iterdir()}
