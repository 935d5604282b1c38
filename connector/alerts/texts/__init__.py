"""What the project manager is told, in their language: one catalogue for each. Pure; internal.

These words never reach a client, so they may be those of the trade: creep, buffer, baseline.
"""

from __future__ import annotations

import datetime as dt
import functools
import gettext
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Final

from babel import Locale
from babel.dates import format_date, format_time
from babel.messages import Catalog
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

LANGUAGES: Final = ("en", "de", "zh-CN")
ENGLISH: Final = "en"
_FALLBACK: Final = {"zh": "zh-CN"}
_MANY: Final = 2  # a broken number takes the form of many

Value = str | float | dt.date
"""What fills a place of a message: a text as it is, a number or a day as the language writes it."""


def spoken(language: str | None) -> str | None:
    """Return the catalogue that speaks a language.

    Args:
        language: As BCP 47 (`de-AT`, `zh-CN`); None for English.

    Returns:
        One of `LANGUAGES`; None where there is none, and `speech` speaks English.
    """
    asked = language or ENGLISH
    main = asked.partition("-")[0].lower()
    return next((name for name in (asked, main, _FALLBACK.get(main)) if name in LANGUAGES), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """One language: its messages, and how it writes numbers, days, instants and lists."""

    language: str
    locale: Locale
    messages: Mapping[str, tuple[str, ...]]
    plural: Callable[[int], int]

    def knows(self, key: str) -> bool:
        """Whether there is a message of that name."""
        return key in self.messages

    def say(self, key: str, **values: Value) -> str:
        """Return a message with its places filled.

        Raises:
            KeyError: There is no such message, or a place is not filled.
        """
        return self.messages[key][0].format_map(self._written(values))

    def count(self, key: str, amount: float, **values: Value) -> str:
        """Return the form of a message that goes with an amount; its place is called `n`."""
        forms = self.messages[key]
        form = self.plural(int(amount) if amount == int(amount) else _MANY)
        return forms[min(form, len(forms) - 1)].format_map(self._written({"n": amount, **values}))

    def number(self, amount: float) -> str:
        """Write a number without needless digits: `4`, `2.5`."""
        return format_decimal(round(amount, 2), format="#,##0.##", locale=self.locale)

    def percent(self, ratio: float) -> str:
        """Write a ratio as a percentage: `28.6 %`, `5 %`."""
        share = format_decimal(round(ratio * 100, 1), format="#,##0.#", locale=self.locale)
        return self.say("format.percent", share=share)

    def day(self, on: dt.date, *, year: bool = True) -> str:
        """Write a day: `13 Nov 2026`, or `13 Nov` where the year is plain."""
        pattern = self.messages["format.day" if year else "format.day_short"][0]
        return format_date(on, format=pattern, locale=self.locale)

    def instant(self, at: dt.datetime, zone: dt.tzinfo) -> str:
        """Write an instant in a zone, and name the zone: `30 Sep 2026, 08:36 Europe/Berlin`."""
        local = at.astimezone(zone)
        clock = format_time(local.time(), format="HH:mm", locale=self.locale)
        return self.say("format.instant", day=local.date(), clock=clock, zone=str(zone))

    def listed(self, names: Sequence[str], most: int, *, total: int = 0) -> str:
        """Join names, at most so many: `A, B and 3 more`.

        Args:
            names: The first of them, or all.
            most: How many are shown.
            total: How many there are, where `names` are not all.
        """
        shown = self.joined(names[:most])
        rest = max(total, len(names)) - min(most, len(names))
        return self.count("format.listed", rest, names=shown) if rest > 0 else shown

    def joined(self, names: Sequence[str]) -> str:
        """Join names by the comma of lists: `A, B, C`."""
        return self.messages["format.comma"][0].join(names)

    def broken(self, parts: Sequence[str]) -> str:
        """Join marks or commands by the comma between clauses."""
        return self.messages["format.break"][0].join(parts)

    def flow(self, *sentences: str) -> str:
        """Set sentences one after the other; empty ones fall away."""
        return self.messages["format.gap"][0].join(filter(None, sentences))

    def _written(self, values: Mapping[str, Value]) -> dict[str, str]:
        return {name: self._write(value) for name, value in values.items()}

    def _write(self, value: Value) -> str:
        if isinstance(value, str):
            return value
        return self.day(value) if isinstance(value, dt.date) else self.number(value)


@functools.cache
def speech(language: str | None = None) -> Speech:
    """Return the speech of a language, English where there is none of it.

    Args:
        language: As BCP 47 (`de-AT`, `zh-CN`); None for English.
    """
    name = spoken(language) or ENGLISH
    books = [_book(file, name) for file in sorted(_files(name))]
    return Speech(
        language=name,
        locale=Locale.parse(_tag(name)),
        messages={_key(one.id): _forms(one.string) for book in books for one in book if one.id},
        plural=gettext.c2py(books[0].plural_expr),
    )


def _files(name: str) -> Iterator[str]:
    """Yield the files of a language: each part of what is said may have its own, `approval.en.po`."""
    for file in resources.files(__name__).iterdir():
        if file.name == f"{name}.po" or file.name.endswith(f".{name}.po"):
            yield file.name


def _book(file: str, name: str) -> Catalog:
    with (resources.files(__name__) / file).open("rb") as stream:
        return read_po(stream, locale=_tag(name), abort_invalid=True)


def _tag(name: str) -> str:
    return name.replace("-", "_")


def _key(identity: str | tuple[str, ...] | list[str]) -> str:
    return identity if isinstance(identity, str) else identity[0]


def _forms(text: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ())
