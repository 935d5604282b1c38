"""Numbers, days and instants as a PM reads them in a message. Pure; English, whatever the page's language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LONGEST = 60  # characters of a tracker's title that a line repeats


def number(amount: float) -> str:
    """Write a number without needless digits: `4`, `2.5`."""
    rounded = round(amount, 2)
    return str(int(rounded)) if rounded == int(rounded) else str(rounded)


def count(amount: float, noun: str) -> str:
    """Write a number with its noun, given in the plural with an s: `1 item`, `4 items`."""
    return f"{number(amount)} {noun.removesuffix('s') if amount == 1 else noun}"


def percent(ratio: float) -> str:
    """Write a ratio as a percentage: `28.6 %`, `5 %`."""
    return f"{number(round(ratio * 100, 1))} %"


def day(on: dt.date, *, year: bool = True) -> str:
    """Write a day: `13 Nov 2026`, or `13 Nov` where the year is plain."""
    return f"{on.day} {_MONTHS[on.month - 1]}" + (f" {on.year}" if year else "")


def instant(at: dt.datetime, zone: dt.tzinfo) -> str:
    """Write an instant in a zone, and name the zone: `30 Sep 2026, 08:36 Europe/Berlin`."""
    local = at.astimezone(zone)
    return f"{day(local.date())}, {local:%H:%M} {zone}"


def listed(names: Sequence[str], most: int) -> str:
    """Join names, at most so many: `A, B and 3 more`."""
    shown = ", ".join(names[:most])
    return shown + (f" and {len(names) - most} more" if len(names) > most else "")


def one_line(text: str) -> str:
    """Keep a tracker's text on one line of bearable length, without control characters."""
    plain = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return plain if len(plain) <= _LONGEST else plain[: _LONGEST - 1].rstrip() + "…"


def sentence(text: str) -> str:
    """Begin a sentence; only our own article is raised, a tracker's name stays as it is written."""
    return f"T{text[1:]}" if text.startswith("the ") else text
