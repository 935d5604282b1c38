"""Puts marks around the words of a value, for the copy that shows where each came from."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Final

from connector.disclosure.view import Amount, ClientText, Day, Leaf, Moment, Progress, RichText, State

MARKED: Final = (ClientText, RichText, State, Day, Moment, Amount, Progress)


def marked(leaf: Leaf, around: Callable[[str], str]) -> Leaf:
    """Return a value with `around` its words; one that shows none is returned as it is."""
    match leaf:
        case ClientText():
            return _text(leaf, around)
        case RichText():
            return RichText(html=around(leaf.html), text=leaf.text)
        case State():
            return dataclasses.replace(leaf, word=_text(leaf.word, around))
        case Day() | Moment() | Amount() | Progress():
            return dataclasses.replace(leaf, text=_text(leaf.text, around))
        case _:
            return leaf


def _text(text: ClientText, around: Callable[[str], str]) -> ClientText:
    return ClientText(around(text.value), written=text.written)
