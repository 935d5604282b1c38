"""The printed edition: whole, tagged, the same every time, and refused where a reader would see boxes."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject, NumberObject

from connector.disclosure.view import ClientText, ClientView
from connector.publish.pdf import MissingGlyphsError, NoPdfError, is_available, package_for, pdf
from tests.connector.made_views import Shape, made_view

SECTIONS = (
    "mail_note", "changes_title", "needs_title", "mail_next", "goals_title", "milestones_title",
    "scope_title", "work_title", "risks_title", "decisions_title", "requests_title", "feedback_title",
    "read_title", "sources_title", "verify_title",
)  # fmt: skip
AGAIN = """
import hashlib, sys
from connector.publish.pdf import pdf
from tests.connector.made_views import Shape, made_view
print(hashlib.sha256(pdf(made_view(Shape(things=1, goals=1)))).hexdigest())
"""


@pytest.fixture(scope="module", params=["en", "zh-CN"])
def view(request: pytest.FixtureRequest) -> ClientView:
    """Give a usual project's view in two languages."""
    return made_view(Shape(language=request.param))


@pytest.fixture(scope="module")
def printed(view: ClientView) -> bytes:
    """Print it once."""
    return pdf(view)


@pytest.fixture
def file(printed: bytes, tmp_path: Path) -> Path:
    """Put the printed edition into a file."""
    where = tmp_path / "summary.pdf"
    where.write_bytes(printed)
    return where


def poppler(*command: str | Path) -> str:
    """Ask poppler, a reader of other people's."""
    assert shutil.which(str(command[0])), f"{command[0]} is not installed: apt install poppler-utils"
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_has_every_section(view: ClientView, file: Path) -> None:
    """What the page tells stands in the text of the PDF, in the reader's language, in the same order."""
    text = " ".join(poppler("pdftotext", file, "-").split())
    places = [text.find(view.texts[name].value) for name in SECTIONS]
    assert view.verdict is not None
    assert view.verdict.sentence.value in text
    assert [name for name, place in zip(SECTIONS, places, strict=True) if place < 0] == []
    for milestone in view.milestones:
        assert milestone.head.title is not None
        assert milestone.head.title.value in text


def test_is_tagged_and_a_few_a4_pages(file: Path) -> None:
    """Screen readers get its structure; a usual project takes two to four sheets of A4."""
    told = dict(line.split(":", 1) for line in poppler("pdfinfo", file).splitlines())
    assert told["Tagged"].strip() == "yes"
    assert told["JavaScript"].strip() == "no"
    assert "A4" in told["Page size"]
    assert 2 <= int(told["Pages"]) <= 4


def test_says_its_language_and_how_it_is_built(view: ClientView, printed: bytes) -> None:
    """Language, title, outline, marked content, and a text for every drawing."""
    reader = PdfReader(io.BytesIO(printed))
    root = reader.root_object
    marks = root["/MarkInfo"].get_object()
    assert str(root["/Lang"]) == view.language.value
    assert isinstance(marks, DictionaryObject)
    assert str(marks["/Marked"]) == "True"
    assert [str(entry["/Title"]) for entry in reader.outline if isinstance(entry, dict)] == [
        view.project.value
    ]
    figures = [one for one in elements(root["/StructTreeRoot"]) if one.get("/S") == "/Figure"]
    assert figures
    assert all(one.get("/Alt") for one in figures)


def test_holds_no_other_word_about_itself(view: ClientView, printed: bytes) -> None:
    """Its properties are the project, the publisher and the edition's instant; nothing of this machine."""
    told = PdfReader(io.BytesIO(printed)).metadata
    assert told is not None
    assert set(told) == {"/Title", "/Author", "/Producer", "/CreationDate", "/ModDate"}
    assert told.author == view.publisher.value
    assert told.creation_date == view.edition.published.at


def test_leads_nowhere_but_where_the_view_leads(view: ClientView, printed: bytes) -> None:
    """Every link of the PDF is a link of the view."""
    known = {
        str(link.value)
        for link in (view.contact and view.contact.link, view.proof and view.proof.link)
        if link
    }
    if view.edition.page:
        known.add(view.edition.page.value)
    targets = {
        str(note.get_object()["/A"]["/URI"])
        for page in PdfReader(io.BytesIO(printed)).pages
        for note in page.get("/Annots", [])
        if "/URI" in note.get_object().get("/A", {})
    }
    assert targets <= known


def test_the_same_view_gives_the_same_bytes() -> None:
    """Printed by another process, with another order of hashing, nothing differs."""
    environment = {**os.environ, "PYTHONHASHSEED": "7"}
    again = subprocess.run(
        [sys.executable, "-c", AGAIN], check=True, capture_output=True, text=True, env=environment
    )
    assert again.stdout.strip() == hashlib.sha256(pdf(made_view(Shape(things=1, goals=1)))).hexdigest()


def test_refuses_a_character_that_no_font_has() -> None:
    """Private characters have no glyph anywhere: the PDF is refused with what would help."""
    view = replace(
        made_view(Shape(things=0, goals=0, milestones=0, work=0)),
        project=ClientText("Kite \U000f0000", written=True),
    )
    with pytest.raises(MissingGlyphsError, match=r"U\+F0000.*fonts-noto-core") as refused:
        pdf(view)
    assert refused.value.characters == ("\U000f0000",)


@pytest.mark.parametrize(
    ("character", "package"),
    [
        pytest.param("项", "fonts-noto-cjk", id="Chinese"),
        pytest.param("か", "fonts-noto-cjk", id="Japanese"),
        pytest.param("한", "fonts-noto-cjk", id="Korean"),
        pytest.param("🚀", "fonts-noto-color-emoji", id="picture"),
        pytest.param("ش", "fonts-noto-core", id="Arabic"),
        pytest.param("ä", "fonts-noto-core", id="Latin"),
    ],
)
def test_names_the_package_of_a_font(character: str, package: str) -> None:
    """The package that brings a character is named as Debian calls it."""
    assert package_for(character) == package


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing extra is a hint, not a crash."""
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    assert not is_available()
    with pytest.raises(NoPdfError, match=r"pip install 'clientview\[pdf\]'"):
        pdf(made_view(Shape()))


def elements(node: object) -> Iterator[DictionaryObject]:
    """Walk the structure tree."""
    found = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(found, list):
        for one in found:
            yield from elements(one)
    elif isinstance(found, DictionaryObject):
        yield found
        if "/K" in found and not isinstance(found["/K"], NumberObject):
            yield from elements(found["/K"])
