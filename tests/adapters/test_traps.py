"""Every trap of the trackers is a test named after it, or a sentence that says why it cannot occur.

The numbers are those of the list of traps that the adapters were built by: 1 to 50 are Jira's, 51 to
74 GitHub's, 75 to 80 anybody's.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "docs" / "reference" / "jira.md", ROOT / "docs" / "reference" / "github.md")
NAMED = re.compile(r"^\s*(?:async )?def test_trap_(?P<numbers>\d+(?:_\d+)*)_[a-z]", re.MULTILINE)
HEADING = "## Traps that cannot occur here"
SENTENCE = re.compile(r"^- (?P<number>\d+): (?P<why>\S.{20,})$", re.MULTILINE)
TRAPS = range(1, 81)


def held() -> dict[int, list[str]]:
    """Return the files that hold a test named after a trap, by its number."""
    found: dict[int, list[str]] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for match in NAMED.finditer(path.read_text(encoding="utf-8")):
            for number in match["numbers"].split("_"):
                found.setdefault(int(number), []).append(path.name)
    return found


def explained() -> dict[int, str]:
    """Return the sentences of the adapters' documents that say why a trap cannot occur."""
    found: dict[int, str] = {}
    for page in PAGES:
        _, _, below = page.read_text(encoding="utf-8").partition(f"{HEADING}\n")
        section = below.partition("\n## ")[0]
        found |= {int(match["number"]): match["why"] for match in SENTENCE.finditer(section)}
    return found


@pytest.mark.parametrize("number", TRAPS)
def test_every_trap_is_met(number: int) -> None:
    """A trap has a test of its name, or a sentence."""
    assert number in held() or number in explained(), f"nobody says what becomes of trap {number}"


def test_no_trap_is_invented() -> None:
    """Tests and sentences name traps of the list."""
    assert not [number for number in (*held(), *explained()) if number not in TRAPS]
