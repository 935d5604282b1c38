"""The small trackers ship in the package: they need nothing that tests alone have."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import connector.demo.trackers

ROOM = Path(connector.demo.trackers.__file__).parent
MODULES = sorted(ROOM.rglob("*.py"))
ALLOWED = {"connector", "graphql"} | set(sys.stdlib_module_names)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOM)))
def test_a_module_imports_the_room_the_clock_and_the_standard_library(path: Path) -> None:
    """A tracker knows no adapter, no mapping and no test; of connector, itself and the clock."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    named += [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    assert {name.partition(".")[0] for name in named} <= ALLOWED
    ours = [name for name in named if name.startswith("connector")]
    assert all(name == "connector.clock" or name.startswith("connector.demo.trackers") for name in ours)


def test_graphql_is_loaded_by_its_first_query_only() -> None:
    """Importing and starting the servers does not load the GraphQL engine."""
    code = (
        "import sys\n"
        "from connector.demo.trackers.github.server import GitHubServer\n"
        "from connector.demo.trackers.github.world import GitHubWorld\n"
        "from connector.demo.trackers.jira.cloud import JiraCloud\n"
        "from connector.demo.trackers.jira.datacenter import JiraDataCenter\n"
        "with GitHubServer(GitHubWorld('acme/apollo')):\n"
        "    pass\n"
        "sys.exit('graphql' in sys.modules)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
