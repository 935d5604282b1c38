"""Rich text becomes the text a reader sees."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.jira.adf import MAX_DEPTH, plain_text


def text(words: str) -> dict[str, Any]:
    """Return a text node."""
    return {"type": "text", "text": words}


def node(kind: str, *content: dict[str, Any], **attributes: Any) -> dict[str, Any]:
    """Return a node with content."""
    return {"type": kind, "attrs": attributes, "content": list(content)}


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        pytest.param("h1. As it is\n", "h1. As it is", id="v2 text"),
        pytest.param(None, "", id="nothing"),
        pytest.param(
            node("doc", node("paragraph", text("a"), text("b")), node("paragraph", text("c"))),
            "ab\nc",
            id="paragraphs",
        ),
        pytest.param(node("paragraph", text("a"), {"type": "hardBreak"}, text("b")), "a\nb", id="break"),
        pytest.param(
            node("bulletList", node("listItem", node("paragraph", text("a"))), node("listItem", text("b"))),
            "- a\n- b",
            id="list",
        ),
        pytest.param(node("paragraph", {"type": "mention", "attrs": {"text": "@Ann"}}), "@Ann", id="mention"),
        pytest.param(
            {"type": "inlineCard", "attrs": {"url": "https://x.example"}}, "https://x.example", id="card"
        ),
        pytest.param(node("newNodeOf2031", node("paragraph", text("kept"))), "kept", id="unknown node"),
        pytest.param(
            node("table", node("tableRow", node("tableCell", text("a")), node("tableCell", text("b")))),
            "a\tb",
            id="table",
        ),
    ],
)
def test_passes_the_text(document: object, expected: str) -> None:
    """Blocks are lines, unknown nodes pass the text they hold."""
    assert plain_text(document) == expected


def test_a_bottomless_document_ends() -> None:
    """Nesting beyond any writer's is cut, not followed until the stack ends."""
    document = text("deep")
    for _ in range(MAX_DEPTH * 3):
        document = node("blockquote", document)
    assert plain_text(document) == ""


VALUES = st.recursive(
    st.none() | st.integers() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["type", "text", "content", "attrs"]), inner, max_size=4)
    ),
    max_leaves=15,
)


@given(VALUES)
def test_no_document_breaks_it(document: object) -> None:
    """Whatever is there instead of a document, text comes out."""
    assert isinstance(plain_text(document), str)
