"""The page speaks the reader's language, completely, and in words a client uses."""

from __future__ import annotations

import datetime as dt
import re
import string
from zoneinfo import ZoneInfo

import pytest

from connector.disclosure.catalogue import LANGUAGES, Catalogue, UnknownLanguageError, catalogue
from connector.publish.environment import template_names, template_source

TRADE_WORDS = {
    "en": ("p50", "p85", "creep", "buffer", "baseline", "backlog", "epic", "sprint", "story point"),
    "de": (
        "p50",
        "p85",
        "puffer",
        "basislinie",
        "basisplan",
        "baseline",
        "backlog",
        "epic",
        "sprint",
        "story point",
        "story-point",
        "schleichend",
    ),
    "zh-CN": (
        "p50",
        "p85",
        "蔓延",
        "缓冲",
        "基线",
        "基准",
        "积压",
        "待办列表",
        "史诗",
        "冲刺",
        "迭代",
        "故事点",
    ),
}


def places(text: str) -> set[str]:
    """Return the named places of a message."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_is_missing(language: str) -> None:
    """Every catalogue has the same messages with the same places, none of them empty."""
    english, other = catalogue("en").messages, catalogue(language).messages
    assert set(other) == set(english)
    for key, forms in other.items():
        assert all(form.strip() for form in forms), key
        assert {frozenset(places(form)) for form in forms} == {frozenset(places(english[key][-1]))}, key


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_catalogue_holds_words_of_the_trade(language: str) -> None:
    """A client reads none of the words that only project people use."""
    texts = [form.casefold() for forms in catalogue(language).messages.values() for form in forms]
    words = {*TRADE_WORDS["en"], *TRADE_WORDS[language]}
    assert [(word, text) for word in words for text in texts if word in text] == []


def test_every_text_of_the_templates_exists() -> None:
    """A template names no text that the catalogue lacks."""
    used = {
        name
        for source in map(template_source, template_names())
        for name in re.findall(r"\bt\.(\w+)", source)
    }
    assert used <= set(catalogue("en").page())
    assert len(used) > 40


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        pytest.param("en", "1 February 2027", id="English"),
        pytest.param("de", "1. Februar 2027", id="German"),
        pytest.param("zh-CN", "2027年2月1日", id="Chinese"),
        pytest.param("zh", "2027年2月1日", id="the main form stands for its only catalogue"),
        pytest.param("de-AT", "1. Februar 2027", id="a region falls back to its language"),
    ],
)
def test_writes_days_as_the_reader_does(language: str, expected: str) -> None:
    """Dates are written in the reader's language."""
    assert catalogue(language).day(dt.date(2027, 2, 1)) == expected


def test_writes_instants_in_the_readers_zone() -> None:
    """An instant is told in the audience's time zone: 23:30 UTC is the next day in Shanghai."""
    at = dt.datetime(2026, 11, 23, 23, 30, tzinfo=dt.UTC)
    assert catalogue("zh-CN").moment(at, ZoneInfo("Asia/Shanghai")) == "2026年11月24日 07:30"


@pytest.mark.parametrize(
    ("number", "expected"), [(1, "waiting for 1 working day"), (2, "waiting for 2 working days")]
)
def test_counts_in_the_right_plural(number: int, expected: str) -> None:
    """One working day, two working days."""
    assert catalogue("en").count("dates.waiting", number) == expected


def test_refuses_a_language_without_catalogue() -> None:
    """A page in a language we do not have is refused by name, not half translated."""
    with pytest.raises(UnknownLanguageError, match="found language 'tlh'; expected one of en, de, zh-CN"):
        catalogue("tlh")


def test_tracker_text_is_no_message() -> None:
    """Braces in a title stay braces: only the message has places."""
    book: Catalogue = catalogue("en")
    assert "{n}" in book.say("reason.overdue.named", what="Release {n}")
