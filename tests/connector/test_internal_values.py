"""Internal values are sealed: whatever is done with one, its text does not come out by accident."""

from __future__ import annotations

import ast
import copy
import dataclasses
import json
import logging
import pickle
import pprint
import traceback
from collections.abc import Callable
from pathlib import Path
from string import Template

import pytest
from pydantic import BaseModel, TypeAdapter

from connector.disclosure.haystack import sections
from connector.disclosure.internal import InternalValue, OtherProject, of_others
from connector.disclosure.leaves import leaves
from connector.disclosure.needles import hits
from connector.disclosure.serial import dump_view
from connector.disclosure.view import ClientView
from connector.publish.document import document
from connector.publish.environment import page_environment, text_environment
from tests.connector import disclosure_sample as sample

SECRET = "the-s3cret-budget"
VALUE = InternalValue(SECRET, "Issue.title", "jira:issue:1")
VALUES = [VALUE]
ROOT = Path(__file__).parents[2]

REFUSED: dict[str, Callable[[], object]] = {
    "str": lambda: str(VALUE),
    "format": lambda: format(VALUE),
    "an f-string": lambda: f"{VALUE}",
    "an f-string with a width": lambda: f"{VALUE:>40}",
    "str.format": lambda: "{}".format(VALUE),  # noqa: UP032 - the old ways are the subject
    "percent": lambda: "%s" % VALUE,  # noqa: UP031 - the old ways are the subject
    "a string template": lambda: Template("$it").substitute(it=VALUE),
    "joining": lambda: " ".join(VALUES),  # type: ignore[arg-type]  # that is the point
    "adding": lambda: "" + VALUE,  # type: ignore[operator]  # that is the point
    "JSON": lambda: json.dumps(VALUE),
    "JSON by str": lambda: json.dumps([VALUE], default=str),
    "pickle": lambda: pickle.dumps(VALUE),
    "a copy": lambda: copy.copy(VALUE),
    "a deep copy": lambda: copy.deepcopy([VALUE]),
    "its fields": lambda: vars(VALUE),
    "as a dataclass": lambda: dataclasses.asdict(VALUE),  # type: ignore[call-overload]  # that is the point
    "unpacking": lambda: [*VALUE],  # type: ignore[misc]  # that is the point
    "an item": lambda: VALUE[0],  # type: ignore[index]  # that is the point
    "bytes": lambda: bytes(VALUE),  # type: ignore[call-overload]  # that is the point
    "a subclass": lambda: (
        type("Loud", (InternalValue,), {"__str__": lambda self: self.reveal()})("a", "b", "c") and str(VALUE)
    ),
    "the page's templates": lambda: page_environment().from_string("{{ it }}").render(it=VALUE),
    "revealed in a page": lambda: page_environment().from_string("{{ it.reveal() }}").render(it=VALUE),
    "the text's templates": lambda: text_environment().from_string("{{ it }}").render(it=VALUE),
    "revealed in a text": lambda: text_environment().from_string("{{ it.reveal() }}").render(it=VALUE),
    "a field of the view": lambda: dump_view(_smuggled()),
    "a field of the data": lambda: document(_smuggled()),
    "a walk of the view": lambda: leaves(_smuggled()),
    "an adapter": lambda: TypeAdapter(InternalValue),
    "a model": lambda: type("M", (BaseModel,), {"__annotations__": {"it": InternalValue}}),
}


def _smuggled() -> ClientView:
    """Return a client view that holds an internal value where a client text belongs."""
    return dataclasses.replace(sample.projection().view, project=VALUE)  # type: ignore[arg-type]  # the point


@pytest.mark.parametrize("way", REFUSED.values(), ids=REFUSED.keys())
def test_every_way_of_making_text_fails(way: Callable[[], object]) -> None:
    """Text, data, copies, templates and the adapter of the client view: all refuse, none tells it."""
    with pytest.raises(Exception, match=r".") as caught:  # of several kinds
        way()
    shown = "".join(traceback.format_exception(caught.value))
    assert SECRET not in shown.replace(f'SECRET = "{SECRET}"', "")


@pytest.mark.parametrize("way", [repr, ascii, pprint.pformat, lambda it: f"{it!r} {[it]} { ({'a': it}) }"])
def test_showing_it_tells_its_source_alone(way: Callable[[object], str]) -> None:
    """What a debugger, a failed assertion or a container shows names the field, never the value."""
    shown = way(VALUE)
    assert "Issue.title" in shown
    assert SECRET not in shown


def test_logging_shows_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """As an argument of a log record it is shown by its source; as the text of one it fails."""
    logging.getLogger("test").error("found %r", VALUE)
    assert SECRET not in caplog.text
    with pytest.raises(TypeError):
        logging.getLogger("test").error(VALUE)


def test_what_the_search_makes_of_it_is_sealed_too() -> None:
    """Neither a needle, nor a hit, nor a section of an artefact shows what it holds."""
    parts = sections("index.html", SECRET.encode())
    (hit, *_) = hits([VALUE], parts)
    assert SECRET not in f"{hit!r} {hit} {hit.needle!r} {hit.needle} {parts!r}"


def test_only_the_search_reveals() -> None:
    """In the whole program one module asks an internal value for its text: the search."""
    asking = {
        str(path.relative_to(ROOT))
        for room in ("adapters", "mappings", "connector")
        for path in (ROOT / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == "reveal"
    }
    assert asking == {"connector/disclosure/needles.py"}


ACME = OtherProject(key="acme-app", name="Riverboat", client="Acme Traders", group="Acme")


def told(
    *others: OtherProject, own: tuple[str, ...] = ("kite", "Kite", "Bright GmbH")
) -> set[tuple[str, str]]:
    """Return the values of other projects as pairs of text and field."""
    return {(value.reveal(), value.source_field) for value in of_others(others, own=own)}


def test_key_name_and_client_of_another_project_are_internal() -> None:
    """Everything by which the configuration calls another project is searched."""
    assert told(ACME) == {
        ("acme-app", "OtherProject.key"),
        ("/acme-app/", "OtherProject.key"),
        ("Riverboat", "OtherProject.name"),
        ("Acme Traders", "OtherProject.client"),
        ("Acme", "OtherProject.client"),
    }


def test_of_several_other_projects_each_is_searched() -> None:
    """The second is as internal as the first, in addresses too."""
    others = [OtherProject(key=key, name=f"The {key}", client=f"Client {key}") for key in ("a", "b", "c")]
    found = {text for text, _ in told(*others)}
    assert {"/a/", "/b/", "/c/", "The b", "Client c", "a", "b", "c"} <= found


def test_what_is_called_the_same_gives_nobody_away() -> None:
    """Two projects of one client share its name: that name is no secret; key and name of the other are."""
    other = OtherProject(key="kite-2", name="Riverboat", client="bright  gmbh")
    assert {field for _, field in told(other)} == {"OtherProject.key", "OtherProject.name"}


def test_empty_names_are_not_searched() -> None:
    """A project without client or group has none to be searched."""
    assert ("", "OtherProject.client") not in told(
        OtherProject(key="acme", name="Riverboat", client="", group=" ")
    )
    assert told() == set()
