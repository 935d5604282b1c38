"""A badge: the verdict's word in a small picture, to stand in a portal or a wiki of the client.

It tells the word alone. Where the verdict is closed it tells which edition is the newest.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from connector.disclosure.view import ClientText, ClientView, Colour, Tone
from connector.publish.environment import page_environment

BADGE: Final = "badge.svg"
_COLOURS: Final[Mapping[Tone, Colour]] = {  # of the light page, each readable with white on it
    Tone.GOOD: Colour("#176b41"),
    Tone.CAUTION: Colour("#7d5200"),
    Tone.BAD: Colour("#a4231b"),
    Tone.DONE: Colour("#1d567f"),
    Tone.NEUTRAL: Colour("#4a5560"),
}
_SQUARE: Final = 11.0  # px of a Chinese character at 11 px
_USUAL: Final = 6.3  # px of a Latin small letter, of those that are not in the list
_WIDTHS: Final = {
    **dict.fromkeys("ijlI.,:;'|!", 3.2),
    **dict.fromkeys("ftr ", 4.2),
    **dict.fromkeys("mwMW", 9.4),
}
_CAPITAL: Final = 7.4
_BOLD: Final = 1.09  # as much wider bold letters are
_MARGIN: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One half of the badge. `x`, `middle`, `width` and `text_width` are px."""

    text: ClientText
    x: int
    width: int

    @property
    def middle(self) -> float:
        """Where its text is centred."""
        return self.x + self.width / 2

    @property
    def text_width(self) -> int:
        """How wide its text is drawn, whatever font there is."""
        return self.width - 2 * _MARGIN


def badge(view: ClientView) -> bytes:
    """Draw the badge of an edition; the same view gives the same bytes.

    Raises:
        UnsafeValueError: A text of the view is not client-safe.
    """
    label, word = _fields(view)
    tone = view.verdict.state.tone if view.verdict else Tone.NEUTRAL
    template = page_environment().get_template("badge.svg.j2")
    return template.render(view=view, label=label, word=word, colour=_colour(view, tone)).encode()


def fixed_texts(view: ClientView) -> tuple[str, ...]:
    """Return what the badge holds besides its template and values that the view tells: how wide texts are."""
    widths = (f'textLength="{field.text_width}"' for field in _fields(view))
    return (BADGE, *(colour.value for colour in _COLOURS.values()), *widths)


def _fields(view: ClientView) -> tuple[Field, Field]:
    label = _field(view.texts["portal_badge"], x=0)
    word = view.verdict.state.word if view.verdict else view.edition.label
    return label, _field(word, x=label.width, bold=_BOLD)


def _field(text: ClientText, *, x: int, bold: float = 1.0) -> Field:
    return Field(
        text=text, x=x, width=round(sum(_width(letter, bold) for letter in text.value)) + 2 * _MARGIN
    )


def _width(letter: str, bold: float) -> float:
    if unicodedata.east_asian_width(letter) in {"W", "F"}:
        return _SQUARE
    return bold * _WIDTHS.get(letter, _CAPITAL if letter.isupper() else _USUAL)


def _colour(view: ClientView, tone: Tone) -> Colour:
    return view.theme.colours.get(tone.value, _COLOURS[tone])
