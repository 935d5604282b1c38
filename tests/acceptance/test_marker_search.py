"""The search for markers finds what it is meant to find: else the other tests would prove nothing."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Callable
from urllib.parse import quote

import pytest

from tests.acceptance.markers import Markers


def in_base64(before: int) -> Callable[[str], str]:
    """Encode a text that stands behind so many bytes: each place gives other letters."""
    return lambda text: base64.b64encode(b"." * before + text.encode() + b"!").decode()


WAYS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "upper case": str.upper,
    "entities": lambda text: "".join(f"&#{ord(letter)};" for letter in text),
    "hex entities": lambda text: "".join(f"&#x{ord(letter):x};" for letter in text),
    "entities of entities": lambda text: html.escape("".join(f"&#{ord(letter)};" for letter in text)),
    "percent": lambda text: "".join(f"%{ord(letter):02x}" for letter in text),
    "percent of a sentence": lambda text: quote(f"a & {text}"),
    "JSON escapes": lambda text: "".join(f"\\u{ord(letter):04x}" for letter in text),
    "JSON": json.dumps,
    "spaced out": " ".join,
    "markup inside": lambda text: f"{text[:4]}<b>{text[4:]}</b>",
    "hyphens": "-".join,
    "full width": lambda text: "".join(chr(ord(letter) + 0xFEE0) for letter in text),
    "hexadecimal": lambda text: text.encode().hex(),
}
WAYS |= {f"base64 behind {before} bytes": in_base64(before) for before in range(4)}


@pytest.mark.parametrize("way", list(WAYS))
def test_a_marker_is_found_however_it_is_written(way: str) -> None:
    """In a page, in data and in a file's name."""
    markers = Markers()
    written = WAYS[way](markers("secret"))
    assert markers.found({"page.html": f"<p>Agreed {written} today</p>".encode()}) == {"secret"}


def test_a_number_is_found_with_separators() -> None:
    """`1,082,731.00` and `1 082 731` are the same money."""
    markers = Markers()
    digits = f"{markers.number('money'):.0f}"
    grouped = f"{int(digits):,}"
    for text in (digits, grouped, grouped.replace(",", " "), grouped.replace(",", "."), grouped + ".00"):
        assert markers.found({"page.html": f"<td>{text}</td>".encode()}) == {"money"}


def test_nothing_is_found_where_nothing_is() -> None:
    """Words, encoded images and other markers are no markers of ours."""
    markers, others = Markers(), Markers("yq")
    markers("secret")
    page = f"A page with {others('x')} and {base64.b64encode(b'an image' * 20).decode()}"
    assert markers.found({"page.html": page.encode()}) == frozenset()
