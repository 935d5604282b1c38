"""The operators' pages say what the code does: every metric, event and check, every rule and exit code."""

from __future__ import annotations

import ast
import logging
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from connector.analysis.rulebook import RULES
from connector.pipeline.readiness import CHECKS
from connector.store.deliveries import DeliveryState
from connector.web.metrics import FIGURES

ROOT = Path(__file__).parents[1]
OPERATING = ROOT / "docs" / "reference" / "operating.md"
RUNBOOK = ROOT / "docs" / "reference" / "runbook.md"
EVENT = re.compile(r"[a-z_]+\.[a-z_]+")
FORMED = {f"delivery.{state.value}" for state in DeliveryState}  # of the state a delivery ended in
NEVER_ENDS = {"delivery.waiting", "delivery.sending"}
RESERVED = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}


def section(page: Path, heading: str) -> str:
    """Return what stands below a heading of a page."""
    text = page.read_text(encoding="utf-8")
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"{page.name} has no section {heading}"
    return found[1]


def rows(text: str) -> dict[str, list[str]]:
    """Return the rows of the tables in a text by the code word they begin with."""
    lines = [line for line in text.splitlines() if line.startswith("| `")]
    cells = [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines]
    return {row[0].strip("`"): row[1:] for row in cells}


@cache
def calls() -> tuple[ast.Dict, ...]:
    """Return every dictionary in the program that names an event, the demonstration left out."""
    files = [file for room in ("connector", "adapters") for file in sorted((ROOT / room).rglob("*.py"))]
    texts = [file.read_text(encoding="utf-8") for file in files if "demo" not in file.parts]
    return tuple(found for text in texts if '"event"' in text for found in _dictionaries(ast.parse(text)))


def _dictionaries(tree: ast.AST) -> Iterator[ast.Dict]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict) and "event" in _keys(node):
            yield node


def _keys(node: ast.Dict) -> list[object]:
    return [key.value for key in node.keys if isinstance(key, ast.Constant)]


def events() -> set[str]:
    """Return every event the program tells by a name of its own."""
    named = {
        str(value.value)
        for node in calls()
        for key, value in zip(node.keys, node.values, strict=True)
        if isinstance(key, ast.Constant) and key.value == "event" and isinstance(value, ast.Constant)
    }
    return {one for one in named if EVENT.fullmatch(one)} | (FORMED & told()) | set(warned())


def warned() -> Iterator[str]:
    """Yield the events that the service's own `_warn` is given."""
    for file in sorted((ROOT / "connector" / "scheduler").rglob("*.py")):
        yield from re.findall(r'_warn\([^"\n]+"([a-z_]+\.[a-z_]+)"', file.read_text(encoding="utf-8"))


def told() -> set[str]:
    """Return the events that the page tells of."""
    return set(rows(section(OPERATING, "The log")))


def test_every_metric_is_told_as_it_is() -> None:
    """Name, kind, labels and meaning, in the order they are written."""
    expected = {
        one.name: [one.kind, ", ".join(f"`{label}`" for label in one.labels) or "none", one.about]
        for one in FIGURES
    }
    found = rows(section(OPERATING, "Figures"))
    assert found == expected
    assert list(found) == list(expected)


def test_rules_for_prometheus_name_metrics_that_exist() -> None:
    """A rule that never fires is worse than none."""
    used = set(
        re.findall(r"clientview_\w+", OPERATING.read_text(encoding="utf-8") + RUNBOOK.read_text("utf-8"))
    )
    assert used <= {one.name for one in FIGURES}


def test_every_event_is_told_and_no_other() -> None:
    """Whoever searches the log for a name of the page finds it."""
    assert told() == events()
    assert not told() & NEVER_ENDS


def test_no_fact_of_an_event_is_named_like_a_part_of_a_line() -> None:
    """Logging refuses such a name at the moment it is used."""
    assert [key for node in calls() for key in _keys(node) if key in RESERVED] == []


@pytest.mark.parametrize("page", [OPERATING, RUNBOOK], ids=["operating", "runbook"])
def test_every_readiness_check_is_told(page: Path) -> None:
    """In the order they are tried, with something to do."""
    found = rows(section(page, "Readiness"))
    assert list(found) == [check.name for check in CHECKS]
    assert all(all(cells) for cells in found.values())


def test_the_page_says_of_a_check_what_the_service_says() -> None:
    """The remedy of an answer is that of the page."""
    found = rows(section(OPERATING, "Readiness"))
    assert {name: cells[-1] for name, cells in found.items()} == {one.name: one.remedy for one in CHECKS}


def test_the_runbook_has_every_rule_of_alerts() -> None:
    """An alert nobody knows what to do about is noise."""
    found = rows(section(RUNBOOK, "Alerts"))
    assert set(found) == {rule.name for rule in RULES}
    assert all(len(cells) == 2 and all(cells) for cells in found.values())


def test_the_runbook_has_every_exit_code() -> None:
    """Those of the contract, and an interruption."""
    assert set(rows(section(RUNBOOK, "Exit codes"))) == {"0", "1", "2", "3", "4", "5", "130"}


@pytest.mark.parametrize(
    "heading",
    [
        "A tracker cannot be read",
        "Messages do not go out",
        "A delivery failed or is in doubt",
        "A project is locked",
        "The store was migrated",
        "The store cannot be used",
        "The disk is full",
        "The clock jumped",
        "Put back a backup",
    ],
)
def test_the_runbook_has_every_emergency(heading: str) -> None:
    """Each with something to type or to do."""
    assert "`" in section(RUNBOOK, heading)
