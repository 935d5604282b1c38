"""The page's own words in the reader's language, and how dates and numbers are written there."""

from __future__ import annotations

import datetime as dt
import functools
import gettext
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, get_timezone_name
from babel.messages import Catalog as Messages
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

LANGUAGES: Final = ("en", "de", "zh-CN")
_FALLBACK: Final = {"zh": "zh-CN"}
_PAGE: Final = "page."
_UTC: Final = frozenset({"UTC", "Etc/UTC"})  # has no place whose name people would use


class UnknownLanguageError(ValueError):
    """There is no catalogue for a language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """The messages of one language. A message with a number has a form for each plural."""

    language: str
    locale: Locale
    messages: Mapping[str, tuple[str, ...]]
    plural: Callable[[int], int]

    def say(self, key: str, **parts: str) -> str:
        """Return a message with its places filled.

        Raises:
            KeyError: The catalogue has no such message, or a place is not filled.
        """
        return self.messages[key][0].format_map(parts)

    def count(self, key: str, number: int, **parts: str) -> str:
        """Return the plural form of a message for `number`; its place is called `n`."""
        forms = self.messages[key]
        return forms[min(self.plural(number), len(forms) - 1)].format_map({"n": self.number(number), **parts})

    def page(self) -> dict[str, str]:
        """Return the fixed texts of the page, without their prefix, ordered by name."""
        keys = sorted(key for key in self.messages if key.startswith(_PAGE))
        return {key.removeprefix(_PAGE): self.messages[key][0] for key in keys}

    def day(self, on: dt.date) -> str:
        """Write a day, e.g. `23 November 2026`."""
        return format_date(on, format=self.say("format.day"), locale=self.locale)

    def period(self, on: dt.date, name: str) -> str:
        """Write the week or month that a day lies in, e.g. `week of 23 November 2026`.

        Args:
            on: The day.
            name: `week`, from Monday on, or `month`.
        """
        first = on - dt.timedelta(days=on.weekday()) if name == "week" else on
        return format_date(first, format=self.say(f"format.period.{name}"), locale=self.locale)

    def month(self, on: dt.date) -> str:
        """Write the month of a day, e.g. `Nov 2026`."""
        return format_date(on, format=self.say("format.month"), locale=self.locale)

    def year(self, on: dt.date) -> str:
        """Write the year of a day, e.g. `2026`."""
        return format_date(on, format=self.say("format.year"), locale=self.locale)

    def clock(self, timezone: ZoneInfo) -> str:
        """Write what people call a time zone, e.g. `Central European Time`."""
        if timezone.key in _UTC:
            return "UTC"
        return get_timezone_name(timezone, locale=self.locale)

    def moment(self, at: dt.datetime, timezone: ZoneInfo) -> str:
        """Write an instant in a time zone, e.g. `23 November 2026, 09:00`."""
        return format_datetime(at, format=self.say("format.moment"), tzinfo=timezone, locale=self.locale)

    def number(self, value: float) -> str:
        """Write a number with at most one decimal."""
        return format_decimal(round(value, 1), locale=self.locale)

    def percent(self, value: int) -> str:
        """Write a percentage given as 0-100."""
        return format_percent(value / 100, locale=self.locale)


@functools.cache
def catalogue(language: str) -> Catalogue:
    """Return the catalogue of a language, given as BCP 47: `en`, `de-AT`, `zh-CN`.

    Raises:
        UnknownLanguageError: Neither the language nor its main form has a catalogue.
    """
    main = language.partition("-")[0].lower()
    for name in (language, main, _FALLBACK.get(main, "")):
        if name in LANGUAGES:
            return _read(name, language)
    raise UnknownLanguageError(f"found language {language!r}; expected one of {', '.join(LANGUAGES)}")


def _read(name: str, language: str) -> Catalogue:
    books = [_book(file, name) for file in _parts(name)]
    return Catalogue(
        language=language,
        locale=Locale.parse(name.replace("-", "_")),
        messages={
            str(_key(message.id)): _forms(message.string) for book in books for message in book if message.id
        },
        plural=gettext.c2py(books[0].plural_expr),
    )


def _parts(name: str) -> tuple[str, ...]:
    """Return the files of a language, `en.po` first: each part of what is said has one, `mail.en.po`."""
    main, folder = f"{name}.po", resources.files("connector.disclosure") / "texts"
    found = sorted(file.name for file in folder.iterdir() if file.name.endswith(f".{main}"))
    return (main, *found)


def _book(file: str, name: str) -> Messages:
    source = resources.files("connector.disclosure") / "texts" / file
    with source.open("rb") as stream:
        return read_po(stream, locale=name.replace("-", "_"), abort_invalid=True)


def _key(identity: str | tuple[str, ...] | list[str]) -> str:
    return identity if isinstance(identity, str) else identity[0]


def _forms(text: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ())
