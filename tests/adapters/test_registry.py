"""Adapters are found by kind; a broken plug-in harms nobody else."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from pydantic import BaseModel

from adapters import registry
from adapters.errors import PluginError
from adapters.jira.settings import JiraSettings


class NotAnAdapter:
    """Lacks most of the protocol."""

    kind = "half"
    settings_model = BaseModel


class _Distribution:
    def __init__(self, name: str) -> None:
        self.name = name


def point(kind: str, target: str, owner: str) -> EntryPoint:
    """Return an entry point as an installed distribution declares it."""
    made = EntryPoint(name=kind, value=target, group=registry.GROUP)
    vars(made)["dist"] = _Distribution(owner)
    return made


def test_finds_the_built_in_kinds() -> None:
    """The four built-in kinds are there and work."""
    listed = {one.kind: one.problem for one in registry.kinds()}
    assert {"jira", "github", "replay", "memory"} <= listed.keys()
    assert [listed[kind] for kind in ("jira", "github", "replay", "memory")] == [""] * 4


def test_knows_the_settings_of_a_kind() -> None:
    """A kind's settings model can be asked for alone."""
    assert registry.settings_model("jira") is JiraSettings


def test_works_without_installed_entry_points() -> None:
    """A source checkout without a distribution has the built-in kinds."""
    assert sorted(registry.plugins([])) == ["github", "jira", "memory", "replay"]


def test_names_the_kinds_there_are() -> None:
    """An unknown kind is refused with the list of known ones."""
    with pytest.raises(PluginError, match="found kind 'jirra', expected one of github, jira, memory, replay"):
        registry.adapter_class("jirra")


@pytest.mark.parametrize("kind", ["jira", "linear"])
def test_refuses_a_kind_that_two_claim(kind: str) -> None:
    """A kind claimed twice, also one of ours, is refused naming both owners."""
    found = registry.plugins([point(kind, "a:A", "first-dist"), point(kind, "b:B", "second-dist")])
    with pytest.raises(PluginError, match="first-dist and by second-dist"):
        registry.load(kind, found)


@pytest.mark.parametrize(
    ("target", "words"),
    [
        pytest.param("no_such_module_here:X", "cannot be loaded: ModuleNotFoundError", id="no module"),
        pytest.param("json:NoSuchName", "cannot be loaded: AttributeError", id="no attribute"),
        pytest.param(f"{__name__}:NotAnAdapter", "lacks open, name, pull", id="half an adapter"),
        pytest.param("json:loads", "is no adapter", id="a function"),
    ],
)
def test_a_broken_plug_in_is_told_only_when_asked_for(target: str, words: str) -> None:
    """A plug-in that cannot be loaded fails for its own kind, by name, and for no other."""
    found = registry.plugins([point("broken", target, "broken-dist")])
    assert registry.load("memory", found).kind == "memory"
    with pytest.raises(PluginError, match=words) as caught:
        registry.load("broken", found)
    assert "broken-dist" in str(caught.value)


def test_our_own_entry_points_are_no_second_claim() -> None:
    """What this distribution declares is what is built in, once."""
    found = registry.plugins([point("jira", "adapters.jira.adapter:JiraAdapter", "clientview")])
    assert found["jira"].owners == ("clientview",)


def test_finding_imports_no_tracker() -> None:
    """Looking for plug-ins imports none: `--help` stays fast."""
    code = "import sys; from adapters import registry; registry.plugins(); print('jira' in sys.modules)"
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert done.stdout.strip() == "False"
