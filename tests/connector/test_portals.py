"""Two clients on one installation: side by side only where listed, and nobody else's name anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest

from tests.connector.agency import Files, agency, publish

PORTAL = "clients/acme/client/index.html"
OPAQUE = '  path = "opaque"'
BOARD = '  [project.audience.board]\n  approval = "never"\n  policy = "dates-only"'
TOKEN = re.compile(r"[a-z2-7]{32}")
PROJECT_LINK = re.compile(r'<h2><a href="([^"]+)">')


@dataclass(frozen=True, slots=True)
class Published:
    """What lies in the output, and Acme's page as it was after each step."""

    files: Files
    pages: Mapping[str, str]


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    """Publish Apollo, then the others, Hermes for a second audience too; a new edition; a withdrawal."""
    pages: dict[str, str] = {}
    with agency(tmp_path_factory.mktemp("plain")) as bench:
        site = bench.folder / "site"
        files = publish(bench, "apollo")
        pages["apollo alone"] = (site / PORTAL).read_text(encoding="utf-8")
        publish(bench, "hermes", "zeus", hermes=BOARD)
        pages["both"] = (site / PORTAL).read_text(encoding="utf-8")
        bench.pass_days(7)
        bench.stories[0].move(bench.now, "Done", resolution="Done")
        publish(bench, "apollo", hermes=BOARD)
        pages["a new edition"] = (site / PORTAL).read_text(encoding="utf-8")
        withdrawal = ("--audience", "client", "--withdraw", "1", "--reason", "wrong numbers")
        bench.do("publish", "hermes", *withdrawal, "--approved-by", "P. Manager")
        pages["a withdrawal"] = (site / PORTAL).read_text(encoding="utf-8")
        yield Published(files, pages)


@pytest.fixture(scope="module")
def opaque(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Files]:
    """Publish Acme's projects, Hermes for an opaque audience."""
    with agency(tmp_path_factory.mktemp("opaque")) as bench:
        yield publish(bench, "apollo", "hermes", hermes=OPAQUE)


def test_projects_of_one_client_stand_side_by_side(plain: Published) -> None:
    """Title, verdict, next milestone, edition and the way to each."""
    page = plain.pages["both"]
    assert PROJECT_LINK.findall(page) == [
        "../../../apollo/client/index.html",
        "../../../hermes/client/index.html",
    ]
    assert all(
        words in page for words in ("Apollo web shop", "Hermes parcel service", "Acme GmbH", "Hermes gate")
    )
    assert page.count("Edition 1") == 2


@pytest.mark.parametrize(
    ("below", "words"),
    [
        pytest.param(folder, words, id=f"{words} in {folder}")
        for folders, names in (
            (("apollo/", "hermes/", "clients/acme/"), ("zeus", "Zeus", "ZEU", "Olymp")),
            (("zeus/",), ("apollo", "Apollo", "hermes", "Hermes", "Acme", "APO-", "HER-")),
            (("apollo/",), ("hermes", "Hermes", "HER-")),
            (("hermes/",), ("apollo", "Apollo", "APO-")),
            (("",), ("Hidden word", "Story number")),
        )
        for folder in folders
        for words in names
    ],
)
def test_no_file_names_another_client(plain: Published, below: str, words: str) -> None:
    """Neither names nor keys of others, nor tracker words, in a file or path: page, mail, feed, calendar."""
    assert any(path.startswith(below) for path in plain.files.paths())
    assert plain.files.holding(words, below=below) == ()


def test_the_page_follows_each_publication(plain: Published) -> None:
    """A project appears with its first edition and changes with the next; a withdrawn one leaves."""
    assert "Hermes" not in plain.pages["apollo alone"]
    assert "Edition 2" not in plain.pages["both"]
    assert "Edition 2" in plain.pages["a new edition"]
    assert "Edition 1" in plain.pages["a new edition"]
    assert "Apollo web shop" in plain.pages["a withdrawal"]
    assert "Hermes" not in plain.pages["a withdrawal"]


def test_only_the_audience_of_the_same_name_is_shown(plain: Published) -> None:
    """An audience of one project has a page of its own, without the projects that have none."""
    page = (plain.files.output / "clients/acme/board/index.html").read_text(encoding="utf-8")
    assert PROJECT_LINK.findall(page) == ["../../../hermes/board/index.html"]
    assert "pollo" not in page
    assert "board" not in plain.pages["both"]


def test_without_a_list_nothing_is_side_by_side(plain: Published) -> None:
    """A project that no client lists is on no page but its own."""
    assert {path.split("/")[1] for path in plain.files.paths() if path.startswith("clients/")} == {"acme"}
    assert all(path.startswith("zeus/client/") for path in plain.files.holding("Zeus"))


def test_opaque_places_tell_neither_project_nor_audience(opaque: Files) -> None:
    """The address of an opaque audience, and of the page that leads to it, is one name; no index lists it."""
    folders = {path.split("/")[0] for path in opaque.paths() if "/" in path}
    hidden = {folder for folder in folders if TOKEN.fullmatch(folder)}
    assert folders - hidden == {"apollo"}
    assert len(hidden) == 2
    for folder in hidden:
        assert all(opaque.holding(words, below=f"{folder}/") == () for words in ("hermes", "HER-"))
    assert not (opaque.output / "index.html").exists()


def test_a_page_over_an_opaque_project_leads_to_its_place(opaque: Files) -> None:
    """Every link of it leads to a page that exists."""
    pages = [path for path in opaque.holding("<bdi>Acme GmbH</bdi></h1>") if TOKEN.match(path)]
    (portal,) = pages
    links = PROJECT_LINK.findall((opaque.output / portal).read_text(encoding="utf-8"))
    assert len(links) == 2
    assert all((opaque.output / portal).parent.joinpath(link).resolve().is_file() for link in links)
