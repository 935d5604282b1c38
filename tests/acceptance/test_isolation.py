"""Two clients on one installation: what is made for one never names the other, or is not made."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.demo.trackers.jira.world import JiraWorld
from tests.acceptance.desk import Desk, Ended
from tests.acceptance.sites import HEAD, Paper, cloud, jira_source
from tests.trackers.worlds import after

OTHER = """
[[project]]
key = "hermes"
name = "Riverboat"
client = "Initech Traders"

  [project.audience.client]
  approval = "never"
"""
SHARED = """
[client.acme]
name = "Acme group"
projects = ["apollo", "hermes"]
"""


def publish(folder: Path, title: str, *, other: str = OTHER) -> tuple[Ended, dict[str, bytes]]:
    """Publish a project with a goal of that title, beside the project of another client."""
    world, desk = JiraWorld(), Desk(folder)
    world.person("anna", "Anna Berg", email="anna@northwind.example")
    world.project("APO", "Apollo")
    world.issue("APO", at=after(1), summary=title, type="Epic")
    with cloud(world, lambda: desk.now) as site:
        source = jira_source(desk, site)
        own = Paper(sources=[source]).project()
        desk.config.write_text(
            HEAD + own + other.replace("  [project.aud", f"{source}\n  [project.aud"), "utf-8"
        )
        desk.do("sync")
        ended = desk.run("publish", "apollo")
    return ended, {path: body for path, body in desk.published().items() if path.startswith("apollo")}


def test_neither_clients_files_name_the_other(tmp_path: Path) -> None:
    """No key, name or client of the other stands in any file, path or report of the first."""
    ended, files = publish(tmp_path, "Search the catalogue")
    assert ended.code == 0
    assert files
    for word in (b"hermes", b"riverboat", b"initech"):
        assert not [path for path, body in files.items() if word in body.lower() or word in path.encode()]


@pytest.mark.parametrize(
    "title", ["Do it as for Initech Traders", "As for INITECH  TRADERS", "As for Initech-Traders"]
)
def test_a_title_that_names_another_client_stops_the_publication(tmp_path: Path, title: str) -> None:
    """Exit 4: the report names the field, not the client; nothing is published."""
    ended, files = publish(tmp_path, title)
    assert ended.code == 4
    assert "OtherProject.client" in ended.err
    assert "nitech" not in ended.err
    assert files == {}


def test_a_project_named_as_a_common_word_stops_nothing(tmp_path: Path) -> None:
    """A goal whose title holds the other project's name as a word of its own is published."""
    ended, files = publish(tmp_path, "Book a riverboat online")
    assert ended.code == 0
    assert b"Book a riverboat online" in files["apollo/client/index.html"]


def test_projects_of_one_client_share_its_name(tmp_path: Path) -> None:
    """Where both are the same client's, its name stands on both pages; the other's key does not."""
    shared = OTHER.replace("Initech Traders", "Acme GmbH") + SHARED
    ended, files = publish(tmp_path, "Search the catalogue", other=shared)
    assert ended.code == 0
    assert b"Acme GmbH" in files["apollo/client/index.html"]
    assert not [path for path, body in files.items() if b"hermes" in body.lower()]
