"""Atlassian Document Format as plain text. Pure; unknown nodes pass the text they hold.

Source:
    Rich text fields of REST v3 are such documents; node types are added over time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

MAX_DEPTH = 200  # no writer nests so deep; deeper text is dropped

_BLOCKS = frozenset(
    {"paragraph", "heading", "codeBlock", "blockquote", "listItem", "taskItem", "decisionItem", "tableRow",
     "panel", "rule", "mediaSingle", "expand", "nestedExpand"}
)  # fmt: skip
_ATTRIBUTES = ("text", "shortName", "url")  # where inline nodes without text keep what a reader sees


def plain_text(value: object) -> str:
    """Return what a reader of a rich text sees, without its form.

    Args:
        value: A document, or text as REST v2 gives it, or None.

    Returns:
        Lines of text; "" for nothing.
    """
    if value is None or isinstance(value, str):
        return (value or "").strip()
    text = "".join(_pieces(value, depth=0))
    lines = [line.rstrip() for line in text.splitlines()]
    return "\n".join(line for line in lines if line).strip()


def _pieces(node: object, *, depth: int) -> Iterator[str]:
    if isinstance(node, Sequence) and not isinstance(node, (str, bytes)):
        for child in node:
            yield from _pieces(child, depth=depth)
    elif isinstance(node, Mapping) and depth < MAX_DEPTH:
        yield from _node(node, depth=depth)


def _node(node: Mapping[object, object], *, depth: int) -> Iterator[str]:
    kind, text = str(node.get("type")), node.get("text")
    if kind == "hardBreak":
        yield "\n"
    if kind == "listItem":
        yield "- "
    if isinstance(text, str):
        yield text
    elif "content" not in node:
        yield _shown(node.get("attrs"))
    yield from _pieces(node.get("content"), depth=depth + 1)
    if kind in _BLOCKS:
        yield "\n"
    elif kind in {"tableCell", "tableHeader"}:
        yield "\t"


def _shown(attributes: object) -> str:
    if not isinstance(attributes, Mapping):
        return ""
    shown = (attributes.get(name) for name in _ATTRIBUTES)
    return next((value for value in shown if isinstance(value, str)), "")
