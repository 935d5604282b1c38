"""The words of alerts: whole in every language, each of them used, written as the language is."""

from __future__ import annotations

import ast
import datetime as dt
import functools
import re
import string
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import connector.alerts
from connector.alerts.decide import Transition
from connector.alerts.tellers import TELLERS
from connector.alerts.texts import LANGUAGES, speech, spoken
from connector.analysis.rulebook import BY_NAME
from connector.analysis.state import HealthStatus, QualityKind, Severity
from mappings.concepts import Level, Nature, Origin

CODE = Path(connector.alerts.__file__).parent
ENGLISH = speech("en")
GLOSSARY = (Path(__file__).parents[2] / "docs" / "glossary.zh-CN.md").read_text(encoding="utf-8")
CLIENT_WORDS = re.findall(r"^\| ([a-z][a-z ]+) \| ([^|]+) \|", GLOSSARY, re.MULTILINE)
OWN_WORDS = re.findall(r"^\| ([^|a-z]+) \| ([a-z0-9][a-z0-9 %]+) \|", GLOSSARY, re.MULTILINE)
HAN = "[\u4e00-\u9fff]"
FAMILIES = {
    "rule": set(TELLERS),
    "remedy": set(TELLERS),
    "over": {*TELLERS, "any"},
    "title": {one.value for one in Transition},
    "level": {one.value for one in Severity},
    "status": {one.value for one in HealthStatus},
    "nature": {*(one.value for one in Nature), "all", "each"},
    "origin": {*(one.value for one in Origin), "each"},
    "rating": {*(one.value for one in Level), "none"},
    "quality": {*(one.value for one in QualityKind), "what", "each", "why", "effect"},
}


def places(text: str) -> set[str]:
    """Return the places that a text has."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@functools.cache
def asked() -> tuple[tuple[str, re.Pattern[str], bool], ...]:
    """Return what `_asked` finds."""
    return tuple(_asked())


def _asked() -> Iterator[tuple[str, re.Pattern[str], bool]]:
    """Yield file, key and whether it is said for every key that the code asks for, as a pattern."""
    for file in sorted(CODE.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            is_said = isinstance(node, ast.Call) and getattr(node.func, "attr", "") in {"say", "count"}
            if is_said and isinstance(node, ast.Call) and node.args:
                for pattern in keys(node.args[0]):
                    yield file.name, pattern, True
            elif isinstance(node, ast.Constant | ast.JoinedStr):
                for pattern in keys(node):
                    yield file.name, pattern, False


def keys(node: ast.expr) -> Iterator[re.Pattern[str]]:
    """Yield the keys that an expression may be: a text, one with places, or one of two."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield re.compile(re.escape(node.value))
    elif isinstance(node, ast.JoinedStr):
        parts = (
            re.escape(str(one.value)) if isinstance(one, ast.Constant) else r"\w+" for one in node.values
        )
        yield re.compile("".join(parts))
    elif isinstance(node, ast.IfExp):
        yield from (*keys(node.body), *keys(node.orelse))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_message_and_no_other(language: str) -> None:
    """No message is missing anywhere, none is empty but the gap between Chinese sentences."""
    messages = speech(language).messages
    assert set(messages) == set(ENGLISH.messages)
    empty = {key for key, forms in messages.items() if not all(forms)}
    assert empty == ({"format.gap"} if language == "zh-CN" else set())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_places_of_a_message_are_the_same_in_every_language(language: str) -> None:
    """What English tells, each language tells; only a singular may leave its number out."""
    wrong = {
        key: (form, ENGLISH.messages[key])
        for key, forms in speech(language).messages.items()
        for form in forms
        if places(form) | {"n"} != places(ENGLISH.messages[key][-1]) | {"n"}
        or "n" in places(ENGLISH.messages[key][-1]) - places(forms[-1])
    }
    assert wrong == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_counted_has_the_plurals_of_its_language(language: str) -> None:
    """English and German have two forms, Chinese one."""
    counted = {key for key, forms in ENGLISH.messages.items() if len(forms) > 1}
    wanted = 1 if language == "zh-CN" else 2
    found = {
        key for key, forms in speech(language).messages.items() if key in counted and len(forms) != wanted
    }
    assert counted
    assert found == set()


def test_whatever_is_said_is_in_the_catalogues() -> None:
    """No rule runs into a message that is not there."""
    said = [(file, pattern) for file, pattern, is_said in asked() if is_said]
    assert len(said) > 100
    missing = [(file, one.pattern) for file, one in said if not any(map(one.fullmatch, ENGLISH.messages))]
    assert missing == []


def test_whatever_is_in_the_catalogues_is_said() -> None:
    """No message is left over."""
    named = {
        pattern.pattern
        for _, pattern, _ in asked()
        if re.search("[a-z]", pattern.pattern.replace(r"\w+", ""))
    }
    used = re.compile("|".join(sorted(named)))
    assert [key for key in ENGLISH.messages if not used.fullmatch(key)] == []


@pytest.mark.parametrize("family", FAMILIES)
def test_each_thing_that_is_named_has_a_name(family: str) -> None:
    """Every rule, level and state has a word, and no word is for nothing."""
    found = {key.partition(".")[2] for key in ENGLISH.messages if key.startswith(f"{family}.")}
    assert found == FAMILIES[family]


def test_every_rule_has_somebody_who_tells_of_it() -> None:
    """The table of the rules and those who speak for them are the same."""
    assert set(TELLERS) == set(BY_NAME)


def test_chinese_is_punctuated_as_chinese() -> None:
    """Full-width marks beside Chinese signs and places, a space between sign and number, none else."""
    wrong = []
    for key, (text,) in speech("zh-CN").messages.items():
        bare = re.sub(r"`[^`]*`|clientview backtest", "x", text)
        beside = re.search(rf"(?:{HAN}|}})\s*[,;:?!()]|[,;:?!()]\s*{HAN}", bare)
        junk = re.search(
            rf"{HAN} {HAN}|  |\s[，。；：（）、”]|[，。；：（）、“]\s|{HAN}\{{n\}}|\{{n\}}{HAN}", bare
        )
        if beside or junk:
            wrong.append((key, text))
    assert wrong == []


def test_chinese_keeps_to_its_glossary() -> None:
    """Where the English says a word of the glossary, the Chinese says the word that stands beside it."""
    terms = {english: chinese.split("、") for english, chinese in CLIENT_WORDS if english != "reached"}
    terms |= {english: [chinese] for chinese, english in OWN_WORDS}
    assert len(OWN_WORDS) > 10
    chinese = speech("zh-CN").messages
    wrong = [
        (word, key, chinese[key][0])
        for word, words in terms.items()
        for key, forms in ENGLISH.messages.items()
        if re.search(rf"\b{word}s?\b", re.sub(r"{\w+}", "", forms[-1]), re.IGNORECASE)
        and not any(one.strip() in chinese[key][0] for one in words)
    ]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_fits_its_line(language: str) -> None:
    """No message brings a line break or a blank at its end."""
    joints = {"format.gap", "format.comma", "format.break"}
    forms = [
        form
        for key, all_forms in speech(language).messages.items()
        if key not in joints
        for form in all_forms
    ]
    assert [form for form in forms if "\n" in form or form != form.strip()] == [
        form for form in forms if form.startswith((" (", " and its"))
    ]


@pytest.mark.parametrize(
    ("asked_for", "expected"),
    [
        (None, "en"),
        ("en", "en"),
        ("en-GB", "en"),
        ("de", "de"),
        ("de-AT", "de"),
        ("zh-CN", "zh-CN"),
        ("zh", "zh-CN"),
        ("zh-Hans-SG", "zh-CN"),
        ("fr", None),
        ("pt-BR", None),
    ],
)
def test_a_language_is_spoken_or_english_is(asked_for: str | None, expected: str | None) -> None:
    """A variant speaks as its language does; what nobody wrote is told in English."""
    assert spoken(asked_for) == expected
    assert speech(asked_for).language == (expected or "en")


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "en",
            (
                "3 Sep 2026",
                "3 Sep",
                "3 Sep 2026, 06:05 Europe/Berlin",
                "28.6 %",
                "1,234.5",
                "1 item",
                "2.5 items",
            ),
        ),
        (
            "de",
            (
                "03.09.2026",
                "03.09.",
                "03.09.2026, 06:05 Uhr (Europe/Berlin)",
                "28,6 %",
                "1.234,5",
                "1 Vorgang",
                "2,5 Vorgänge",
            ),
        ),
        (
            "zh-CN",
            (
                "2026年9月3日",
                "9月3日",
                "2026年9月3日 06:05（Europe/Berlin）",
                "28.6%",
                "1,234.5",
                "1 个工作项",
                "2.5 个工作项",
            ),
        ),
    ],
)
def test_numbers_and_days_are_written_as_the_language_does(language: str, expected: tuple[str, ...]) -> None:
    """By its own marks and order; a broken number is of many."""
    say, at = speech(language), dt.datetime(2026, 9, 3, 4, 5, tzinfo=dt.UTC)
    assert expected == (
        say.day(at.date()),
        say.day(at.date(), year=False),
        say.instant(at, ZoneInfo("Europe/Berlin")),
        say.percent(0.2864),
        say.number(1234.5),
        say.count("amount.items", 1),
        say.count("amount.items", 2.5),
    )


@given(names=st.lists(st.text("ABC", min_size=1, max_size=3), max_size=8), most=st.integers(1, 5))
def test_a_list_names_some_and_counts_the_rest(names: list[str], most: int) -> None:
    """What is named and what is counted are all."""
    for say in map(speech, LANGUAGES):
        rest = len(names) - most
        text = say.listed(names, most)
        assert text.startswith(say.joined(names[:most]))
        assert (str(rest) in text) == (rest > 0)
        assert say.listed(names, most, total=len(names) + 20) != text


def test_asking_for_help_reads_no_catalogue() -> None:
    """The command line is there at once."""
    program = "import sys, connector.cli.app, connector.cli.alerts; sys.exit('babel' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False, timeout=60).returncode == 0
