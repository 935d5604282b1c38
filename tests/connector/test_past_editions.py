"""What is told of other editions of an audience: what they said, or their number where that is lost."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from connector.clock import system_clock
from connector.disclosure.serial import dump_view
from connector.errors import SafetyError
from connector.pipeline.beside import newest_standing, past_editions
from connector.pipeline.portals import refresh
from connector.pipeline.workspace import open_workspace
from connector.store.chain import ChainLink, LinkFiles, LinkKind
from connector.store.editions import Edition, Editions
from tests.connector.past_views import edition
from tests.connector.test_config import SOURCE

AT = dt.datetime(2026, 11, 23, 23, 30, tzinfo=dt.UTC)  # the next day in Berlin
CONFIG = f'[[project]]\nkey = "apollo"\nlanguage = "de"\ntimezone = "Europe/Berlin"\n{SOURCE}'


def add(editions: Editions, number: int, view: str, *, manifest: str = "{}") -> None:
    """Keep an edition."""
    kept = Edition(
        project="apollo",
        audience="client",
        number=number,
        published_at=AT,
        approved_by="P. Manager",
        content_hash=str(number),
        artefact_hash=str(number),
        view=view,
        manifest=manifest,
    )
    editions.add(kept, artefacts={})


def withdraw(editions: Editions, number: int) -> None:
    """Take an edition back."""
    link = ChainLink(
        project="apollo",
        audience="client",
        sequence=1,
        number=number,
        kind=LinkKind.WITHDRAWN,
        statement=b"{}",
        signature=b"",
        recorded_at=AT,
        by="P. Manager",
        reason="wrong numbers",
    )
    editions.withdraw(link, LinkFiles())


def test_editions_are_told_of_however_old_they_are(tmp_path: Path) -> None:
    """One whose view a version before wrote otherwise has its number and its day, in the audience's words."""
    (tmp_path / "clientview.toml").write_text(CONFIG, encoding="utf-8")
    with open_workspace(tmp_path / "clientview.toml", system_clock()) as workspace:
        add(workspace.store.editions, 1, '{"an": "older idea of a view"}')
        add(workspace.store.editions, 2, dump_view(edition(2)))
        add(workspace.store.editions, 3, dump_view(edition(3)))
        withdraw(workspace.store.editions, 3)
        first, second, third = past_editions(workspace, "apollo", "client")
        newest = newest_standing(workspace, "apollo", "client")
    assert (first.number, str(first.label), str(first.day.text)) == (1, "Ausgabe 1", "24. November 2026")
    assert (first.verdict, first.view, first.is_withdrawn) == (None, None, False)
    assert (second.number, str(second.label), second.view) == (2, "Edition 2", edition(2))
    assert (third.withdrawn_at, third.changed_at) == (AT, AT)
    assert newest is not None
    assert newest[0].number == 2


def test_nothing_stands_where_all_were_withdrawn(tmp_path: Path) -> None:
    """Then an audience has no newest edition; nor has one that was never told anything."""
    (tmp_path / "clientview.toml").write_text(CONFIG, encoding="utf-8")
    with open_workspace(tmp_path / "clientview.toml", system_clock()) as workspace:
        assert newest_standing(workspace, "apollo", "client") is None
        add(workspace.store.editions, 1, dump_view(edition(1)))
        withdraw(workspace.store.editions, 1)
        assert newest_standing(workspace, "apollo", "client") is None


CLIENT = '[client.acme]\nprojects = ["apollo"]\n'
OTHER = f'[[project]]\nkey = "kite"\nname = "Kite web shop"\n{SOURCE}'
PAGE = "site/clients/acme/client/index.html"


def test_the_page_over_projects_is_searched_before_it_is_written(tmp_path: Path) -> None:
    """What no manifest of its editions accounts for stops it: the place is told, the value is not."""
    (tmp_path / "clientview.toml").write_text(CLIENT + CONFIG + OTHER, encoding="utf-8")
    with open_workspace(tmp_path / "clientview.toml", system_clock()) as workspace:
        add(workspace.store.editions, 1, dump_view(edition(1)), manifest='{"disclosed": []}')
        with pytest.raises(SafetyError, match=r"OtherProject\.name") as caught:
            refresh(workspace, "apollo", "client")
    assert "Kite" not in str(caught.value)
    assert not (tmp_path / PAGE).exists()


def test_the_page_over_projects_is_written_again_to_the_same_bytes(tmp_path: Path) -> None:
    """A project of no client has none; a second writing changes nothing."""
    (tmp_path / "clientview.toml").write_text(
        CLIENT + CONFIG + OTHER.replace("kite", "crow").replace("Kite", "Crow"), encoding="utf-8"
    )
    with open_workspace(tmp_path / "clientview.toml", system_clock()) as workspace:
        add(workspace.store.editions, 1, dump_view(edition(1)), manifest='{"disclosed": []}')
        assert refresh(workspace, "crow", "client") is None
        page = refresh(workspace, "apollo", "client")
        assert page == tmp_path / PAGE
        first = page.read_bytes()
        refresh(workspace, "apollo", "client")
        assert page.read_bytes() == first
