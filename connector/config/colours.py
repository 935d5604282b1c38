"""Colours that a publisher chooses: which there are, and whether people can read them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

TONES: Final = ("good", "caution", "bad", "done", "neutral")
NAMES: Final = tuple(f"{name}{twin}" for name in ("accent", *TONES) for twin in ("", "-dark"))
"""What `[site] colours` may name. The twin with `-dark` is the colour of the dark mode."""
COLOUR: Final = re.compile(r"#[0-9a-f]{6}")

# What the page's style lays these colours on, by mode.
LIGHT: Final[Mapping[str, str]] = {
    "page": "#f6f7f8",
    "card": "#ffffff",
    "track": "#e3e8ec",
    "good-bg": "#e6f4ec",
    "caution-bg": "#fcf2da",
    "bad-bg": "#fdebe9",
    "done-bg": "#e6f0f8",
    "neutral-bg": "#eceff2",
}
DARK: Final[Mapping[str, str]] = {
    "page": "#11151a",
    "card": "#1a2027",
    "track": "#343e48",
    "good-bg": "#14301f",
    "caution-bg": "#35280b",
    "bad-bg": "#43201d",
    "done-bg": "#14293b",
    "neutral-bg": "#262e36",
}
_TEXT: Final = 4.5
_GRAPHIC: Final = 3.0
_STEPS: Final = 100  # between a colour and black or white, where a readable one is looked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A colour on a background, and the contrast it needs there."""

    background: str  # its name in the style
    value: str
    needed: float
    purpose: str  # text or graphics

    def ratio(self, colour: str) -> float:
        """Return the contrast of a colour on this background."""
        return contrast(colour, self.value)


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21.

    Args:
        one: A colour as `#rrggbb`.
        other: Another.

    Source:
        WCAG 2.2, definition of contrast ratio: (L1 + 0.05) / (L2 + 0.05).
    """
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def pairs(name: str) -> Sequence[Pair]:
    """List where the page uses a colour, with the contrast that is needed there.

    Args:
        name: One of `NAMES`.

    Source:
        WCAG 2.2, 1.4.3 (text, 4.5:1) and 1.4.11 (graphics, 3:1).
    """
    plain = name.removesuffix("-dark")
    backgrounds = LIGHT if plain == name else DARK
    texts = ("page", "card") if plain == "accent" else ("card", f"{plain}-bg")
    graphics = ("track",) if plain == "accent" else ()
    return (
        *(Pair(background=one, value=backgrounds[one], needed=_TEXT, purpose="text") for one in texts),
        *(Pair(background=one, value=backgrounds[one], needed=_GRAPHIC, purpose="bars") for one in graphics),
    )


def colour_faults(colours: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Yield (name, found, expected) for each colour that cannot be read where the page uses it.

    Args:
        colours: Colours as `#rrggbb`, by names of `NAMES`.
    """
    for name, colour in colours.items():
        worst = min(pairs(name), key=lambda pair: pair.ratio(colour) / pair.needed)
        ratio = worst.ratio(colour)
        if ratio < worst.needed:
            found = f"{colour}, {_floor(ratio)}:1 as {worst.purpose} on {worst.background} {worst.value}"
            yield name, found, f"at least {worst.needed:g}:1, such as {_readable(name, colour)}"


def _readable(name: str, colour: str) -> str:
    """Return the nearest colour of the same hue that can be read: darker for light pages, else lighter."""
    end = "#ffffff" if name.endswith("-dark") else "#000000"
    mixed = (_mix(colour, end, step / _STEPS) for step in range(_STEPS + 1))
    return next(one for one in mixed if all(pair.ratio(one) >= pair.needed for pair in pairs(name)))


def _mix(colour: str, end: str, share: float) -> str:
    channels = zip(_channels(colour), _channels(end), strict=True)
    return "#" + "".join(f"{round(one + (other - one) * share):02x}" for one, other in channels)


def _floor(ratio: float) -> str:
    """Write a ratio so that one that is too small never reads as enough."""
    return f"{int(ratio * 100) / 100:.2f}"


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)


def _channels(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour.removeprefix("#")))
