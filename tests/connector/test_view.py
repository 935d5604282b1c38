"""A client view holds leaves and parts only, keeps over storing, and does not change by itself."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from dataclasses import replace
from pathlib import Path

import pytest

import connector
from connector.disclosure.catalogue import catalogue
from connector.disclosure.leaves import leaves
from connector.disclosure.projector import project_for_client
from connector.disclosure.scribe import Scribe
from connector.disclosure.serial import dump_view, fingerprint, load_view
from connector.disclosure.view import ClientText, Colour, Image, Link
from connector.errors import SafetyError
from connector.publish.render import render
from tests.connector import disclosure_sample as sample


def test_a_view_survives_storing() -> None:
    """What is stored is read back equal, so that the next edition compares with what was said."""
    view = sample.projection(previous=sample.earlier_view()).view
    assert load_view(dump_view(view)) == view


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"language": 3}'])
def test_a_view_of_another_shape_is_none(text: str) -> None:
    """A stored view that this version cannot read counts as none, not as a crash."""
    assert load_view(text) is None


def test_the_same_input_gives_the_same_bytes() -> None:
    """Projection and rendering depend on their input alone."""
    first, second = (render(sample.projection().view) for _ in range(2))
    assert first == second


def test_the_fingerprint_ignores_what_passes_by_itself() -> None:
    """A day later, with fresher data and nothing else new, the content is the same."""
    later = sample.NOW + dt.timedelta(days=1)
    fresh = tuple(replace(source, last_success_at=later) for source in sample.STATE.sources)
    state = replace(sample.STATE, as_of=later, sources=fresh)
    given = sample.given(state, published_at=later, edition_number=8, previous=sample.earlier_view())
    same = sample.projection(previous=sample.earlier_view()).view
    assert fingerprint(project_for_client(given).view) == fingerprint(same)


def test_the_fingerprint_sees_every_content() -> None:
    """A moved date, a new word, a state: each gives another fingerprint."""
    views = [
        sample.projection().view,
        sample.projection(client_name="Someone else").view,
        project_for_client(sample.given(replace(sample.STATE, goals=sample.STATE.goals[:3]))).view,
        project_for_client(sample.given(replace(sample.STATE, milestones=sample.MILESTONES[:4]))).view,
    ]
    assert len({fingerprint(view) for view in views}) == len(views)


def test_ids_tell_nothing_and_stay() -> None:
    """An id is the same in the next edition, another with another secret, and never the issue's key."""
    risks = sample.projection().view.risks
    again = sample.projection(edition_number=8).view.risks
    other = sample.projection(id_key=b"another").view.risks
    assert [r.head.id for r in risks] == [r.head.id for r in again]
    assert not {r.head.id for r in risks} & {r.head.id for r in other}
    assert "301" not in str(risks[0].head.id)


def test_a_leaf_of_unknown_origin_is_refused() -> None:
    """A value that did not pass the scribe cannot be in an edition."""
    projection = sample.projection()
    foreign = replace(projection.view, client=ClientText("Smuggled"))
    scribe = Scribe(catalogue("en"), timezone="UTC", k=3, id_key=b"x")
    with pytest.raises(SafetyError, match="a value of unknown origin"):
        scribe.manifest(foreign)


def test_leaves_refuses_what_is_no_leaf() -> None:
    """A bare text, number or date in a view is a defect that stops everything."""

    @dataclasses.dataclass
    class Odd:
        title: str = "bare"

    with pytest.raises(TypeError, match="found str in a client view"):
        leaves(Odd())


@pytest.mark.parametrize("value", ["red", "#FFF", "#12345g", "#1f5f8b;}", "url(x)", "", "#1F5F8B"])
def test_a_colour_is_a_colour(value: str) -> None:
    """Nothing but #rrggbb gets into the style of the page."""
    with pytest.raises(ValueError, match="expected a colour"):
        Colour(value)


def test_only_disclosure_makes_client_values() -> None:
    """No other room makes a leaf of a client view, or a view: what is client-safe is decided in one place."""
    package = Path(connector.__file__).parent
    leaf = re.compile(r"\b(?:ClientText|ClientView|State|Day|Moment|Amount|Progress)\(")
    imported = re.compile(r"^from connector\.disclosure\.view import", re.MULTILINE)
    makers = {
        path.relative_to(package).parts[0]
        for path in package.rglob("*.py")
        if imported.search(text := path.read_text(encoding="utf-8"))
        and leaf.search(text.replace("case ", "#"))
    }
    assert makers <= {"disclosure", "publish"}
    publish = [p.read_text(encoding="utf-8") for p in (package / "publish").rglob("*.py")]
    assert not [
        line for text in publish for line in text.splitlines() if leaf.search(line) and "case " not in line
    ]


@pytest.mark.parametrize(
    "address",
    [
        "http://n.example/", "HTTPS://n.example/", "javascript:alert(1)", "data:text/html,x", "//n.example/x",
        "/etc/passwd", "a//b", "https://n.example/a b", "https://n.example/\"x", "https://n.example/'x",
        "https://n.example/<x", "https://n.example/\\x", "https://n.example/`x", "mailto:a:b", "ftp://n.example",
        "",
    ],
)  # fmt: skip
def test_a_link_that_is_not_plainly_harmless_is_refused(address: str) -> None:
    """Only `https:`, `mailto:` and places beside the page, and nothing that ends an attribute."""
    with pytest.raises(ValueError, match="another kind of address"):
        Link(address)


@pytest.mark.parametrize("kind", ["svg", "svg+xml", "gif", "PNG", "png;charset=utf-8"])
def test_a_picture_that_may_hold_more_than_a_picture_is_refused(kind: str) -> None:
    """Only PNG and JPEG inside the page: a drawing may hold scripts and addresses."""
    with pytest.raises(ValueError, match="another kind of picture"):
        Image(f"data:image/{kind};base64,AAAA")
    assert Image("data:image/jpeg;base64,AAAA").value
