"""Where pages lie: plain or opaque, the same for ever, and what a change leaves behind is named."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

from connector.clock import system_clock
from connector.pipeline.keyring import FOLDER
from connector.pipeline.places import base_of, left_behind, place_of, portal_place, series_of
from connector.pipeline.workspace import Workspace, open_workspace

SOURCE = '  [[project.source]]\n  kind = "github"\n  repository = "acme/apollo"\n  token = "env:T"\n'
TOKEN = re.compile(r"[a-z2-7]{32}")
"""Five bits a character: 160 bits."""


def opened(folder: Path, *audiences: tuple[str, str, str], head: str = "") -> Workspace:
    """Open a workspace with audiences as (project, audience, path)."""
    projects: dict[str, str] = {}
    for project, audience, path in audiences:
        text = projects.setdefault(project, f'[[project]]\nkey = "{project}"\n{SOURCE}')
        projects[project] = f'{text}  [project.audience.{audience}]\n  path = "{path}"\n'
    file = folder / "clientview.toml"
    file.write_text(head + "".join(projects.values()), encoding="utf-8")
    return open_workspace(file, system_clock())


def test_a_plain_place_names_project_and_audience(tmp_path: Path) -> None:
    """As people would expect, and without any key."""
    with opened(tmp_path, ("apollo", "client", "plain")) as workspace:
        assert place_of(workspace, "apollo", "client") == "apollo/client"
    assert not (tmp_path / FOLDER / "id.key").exists()


def test_an_opaque_place_is_one_name_that_stays(tmp_path: Path) -> None:
    """At least 128 bits, safe in an address, the same in every run of the installation."""
    found = set()
    for _ in range(2):
        with opened(tmp_path, ("apollo", "client", "opaque")) as workspace:
            found.add(place_of(workspace, "apollo", "client"))
    (place,) = found
    assert TOKEN.fullmatch(place)


def test_another_installation_has_other_places(tmp_path: Path) -> None:
    """Who knows project and audience cannot tell the place without the installation's key."""
    places = set()
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        with opened(tmp_path / name, ("apollo", "client", "opaque")) as workspace:
            places.add(place_of(workspace, "apollo", "client"))
    assert len(places) == 2


def test_no_two_audiences_share_a_place(tmp_path: Path) -> None:
    """Whatever they are called and however they are mixed; nor do the ids of their editions collide."""
    names = ("a", "b", "a-b", "b-a", "editions", "client")
    audiences = [
        (project, audience, "opaque" if number % 2 else "plain")
        for number, (project, audience) in enumerate(itertools.product(names, names))
    ]
    with opened(tmp_path, *audiences) as workspace:
        places = {place_of(workspace, project, audience) for project, audience, _ in audiences}
        series = {series_of(workspace, project, audience) for project, audience, _ in audiences}
    assert len(places) == len(series) == len(audiences)
    assert places.isdisjoint(series)


CLIENT = '[site]\nbase_url = "https://s.example.com/x"\n[client.acme]\nprojects = ["apollo", "hermes"]\n'


def test_a_clients_page_is_opaque_as_soon_as_one_project_is(tmp_path: Path) -> None:
    """A plain address would lead to what an opaque one keeps apart."""
    plain = (("apollo", "client", "plain"), ("hermes", "client", "plain"), ("hermes", "board", "opaque"))
    with opened(tmp_path, *plain, head=CLIENT) as workspace:
        assert portal_place(workspace, "acme", "client") == "clients/acme/client"
        board = portal_place(workspace, "acme", "board")
        assert TOKEN.fullmatch(board)
        assert board != place_of(workspace, "hermes", "board")


def test_the_address_of_a_place_follows_the_base(tmp_path: Path) -> None:
    """With a slash behind it; none where nobody knows where pages are served."""
    with opened(tmp_path, ("apollo", "client", "plain"), head=CLIENT.replace(', "hermes"', "")) as workspace:
        assert base_of(workspace, "apollo/client") == "https://s.example.com/x/apollo/client/"
    with opened(tmp_path, ("apollo", "client", "plain")) as workspace:
        assert base_of(workspace, "apollo/client") is None


def test_what_a_change_leaves_behind_is_named(tmp_path: Path) -> None:
    """A page of an address that nobody has any more stays readable: `left_behind` says where."""
    for folder in ("apollo/client", "apollo/client/editions", "apollo/client/editions/1", "apollo/gone"):
        (tmp_path / "site" / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / "site" / folder / "index.html").write_text("a page")
    with opened(tmp_path, ("apollo", "client", "plain")) as workspace:
        assert left_behind(workspace.config) == (tmp_path / "site" / "apollo" / "gone",)
    with opened(tmp_path, ("apollo", "client", "opaque")) as workspace:
        place = place_of(workspace, "apollo", "client")
        (tmp_path / "site" / place).mkdir()
        (tmp_path / "site" / place / "index.html").write_text("a page")
        old = (tmp_path / "site" / "apollo" / "client", tmp_path / "site" / "apollo" / "gone")
        assert left_behind(workspace.config) == old
    with opened(tmp_path, ("apollo", "client", "plain"), ("apollo", "gone", "plain")) as workspace:
        assert left_behind(workspace.config) == (tmp_path / "site" / place,)


def test_nothing_is_left_behind_where_nothing_was_published(tmp_path: Path) -> None:
    """Neither an output that is not there, nor files that are no pages, are told of."""
    with opened(tmp_path, ("apollo", "client", "plain")) as workspace:
        assert left_behind(workspace.config) == ()
    (tmp_path / "site" / "keys").mkdir(parents=True)
    (tmp_path / "site" / "clientview-key.pem").write_text("a key")
    with opened(tmp_path, ("apollo", "client", "plain")) as workspace:
        assert left_behind(workspace.config) == ()
