"""The house's laws that are not import contracts."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CODE = sorted(p for floor in ("adapters", "mappings", "connector") for p in (ROOT / floor).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
WALL = 400  # lines
BANNED = {"utils", "helpers", "common", "misc", "manager", "base"}


def ident(path: Path) -> str:
    """Name a file in test reports."""
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", [*CODE, *TESTS], ids=ident)
def test_a_module_says_what_it_is_and_stays_small(path: Path) -> None:
    """Every module has a docstring, a name of the trade, and at most 400 lines."""
    text = path.read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(text)), "no docstring"
    assert text.count("\n") <= WALL, f"{text.count(chr(10))} lines"
    assert path.stem not in BANNED


@pytest.mark.parametrize("path", CODE, ids=ident)
def test_no_code_asserts(path: Path) -> None:
    """Assertions are for tests; a program that can be wrong raises."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert not [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Assert)]


def test_test_folders_are_packages() -> None:
    """Without tests/__init__.py a folder tests/adapters would shadow adapters."""
    folders = {path.parent for path in TESTS}
    assert [ident(folder) for folder in folders if not (folder / "__init__.py").exists()] == []
