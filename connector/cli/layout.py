"""Tables, days and instants as every text view of the command line shows them."""

from __future__ import annotations

import datetime as dt

from rich.table import Table


def table(*columns: str) -> Table:
    """Return an empty table without lines, whose cells fold rather than lose text."""
    found = Table(box=None, pad_edge=False, header_style="dim")
    for column in columns:
        found.add_column(column, overflow="fold")
    return found


def day(on: dt.date | None) -> str:
    """Write a day as ISO 8601; `-` for none."""
    return "-" if on is None else on.isoformat()


def at(instant: dt.datetime) -> str:
    """Write an instant to the minute, in UTC."""
    return f"{instant:%Y-%m-%d %H:%M}Z"


def signed(days: int | None) -> str:
    """Write working days with their sign; `-` where they are not known."""
    return "-" if days is None else f"{days:+d} wd"
