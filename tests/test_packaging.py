"""The wheel is what we think it is."""

from __future__ import annotations

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Return the names in a wheel built from this tree, without network."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as archive:
        return archive.namelist()


def test_its_top_level_is_the_three_floors(wheel: list[str]) -> None:
    """Nothing else may land in an environment: no tests, no data."""
    top = {name.split("/")[0] for name in wheel}
    assert {name for name in top if not name.endswith(".dist-info")} == {"adapters", "mappings", "connector"}


@pytest.mark.parametrize(
    "name",
    [
        "mappings/presets/jira-scrum.toml",
        "mappings/presets/jira-releases.toml",
        "mappings/presets/github-milestones.toml",
        "connector/config/config.example.toml",
        "connector/py.typed",
        "adapters/py.typed",
        "mappings/py.typed",
    ],
)
def test_it_holds_the_data_the_program_reads(wheel: list[str], name: str) -> None:
    """Presets, the example and the type markers are in the wheel."""
    assert name in wheel


def test_the_lock_has_hashes_and_names_no_address() -> None:
    """Installing is reproducible, and nothing says where from."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in text
    pinned = [line for line in text.splitlines() if "==" in line and not line.startswith(" ")]
    assert len(pinned) > 40
    assert text.count("--hash=sha256:") >= len(pinned)


def test_the_lock_covers_the_dependencies() -> None:
    """Every dependency of pyproject.toml is pinned."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = list(project["project"]["dependencies"])
    wanted += [each for each in project["dependency-groups"]["test"] if isinstance(each, str)]
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8").lower()
    names = [each.split(">")[0].split("<")[0].split("[")[0].split("=")[0].strip() for each in wanted]
    assert [name for name in names if f"\n{name.lower()}==" not in f"\n{text}"] == []
