"""Before anything else: are the packages `adapters` and `mappings` ours?"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from connector.__main__ import foreign_owners


@pytest.mark.parametrize(
    ("owners", "foreign"),
    [
        pytest.param({}, (), id="an editable installation lists none"),
        pytest.param({"adapters": ["clientview"], "mappings": ["clientview"]}, (), id="ours alone"),
        pytest.param({"adapters": ["clientview", "adapters"]}, ("adapters",), id="overwritten"),
        pytest.param({"mappings": ["mappings"], "adapters": ["a"]}, ("a", "mappings"), id="both foreign"),
    ],
)
def test_finds_foreign_owners(owners: dict[str, list[str]], foreign: tuple[str, ...]) -> None:
    """Only our own distribution may own our packages; none named is fine."""
    assert foreign_owners(owners) == foreign


def test_a_foreign_package_stops_the_command_before_it_is_imported(tmp_path: Path) -> None:
    """Another distribution's `adapters` ends the command with 2, by name, without being run."""
    (tmp_path / "adapters").mkdir()
    (tmp_path / "adapters" / "__init__.py").write_text("raise SystemExit('the foreign package was run')\n")
    info = tmp_path / "adapters-1.3.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: adapters\nVersion: 1.3.0\n")
    (info / "RECORD").write_text("adapters/__init__.py,,\n")
    script = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from connector.__main__ import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", script, "status"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "another distribution, adapters, has overwritten" in done.stderr
    assert "foreign package was run" not in done.stderr
