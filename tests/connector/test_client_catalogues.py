"""The client's words: complete in every part, without words of the trade, Chinese by its glossary."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from connector.disclosure.catalogue import LANGUAGES, catalogue
from connector.publish.render import render
from tests.connector.made_views import Shape, made_view
from tests.connector.page_parts import Page

TEXTS = Path(str(resources.files("connector.disclosure") / "texts"))
PARTS = sorted({file.name.removesuffix("en.po") for file in TEXTS.glob("*en.po")})
GLOSSARY = Path(__file__).parents[2] / "docs" / "glossary.zh-CN.md"
TERMS = re.findall(r"^\| ([a-z][a-z ]+) \| ([^|]+) \|", GLOSSARY.read_text(encoding="utf-8"), re.MULTILINE)
DOCUMENT = "agreement."  # a contract has words of its own
PLACE = re.compile(r"{\w+}")
HAN = "[\u4e00-\u9fff]"
TRADE = {
    "en": r"p ?(50|70|85|95)\b|\bpercentile|\bcreep|\bbuffer|\bbaseline|\bbacklog|\bepics?\b|\bsprint|\bstory"
    r"|\bvelocity|\bburn[- ]?(up|down)|\bblocker|\bticket|\bwont ?fix",
    "de": r"p ?(50|85)\b|puffer|basislinie|basisplan|baseline|backlog|rückstand|\bepic|sprint|story|schleich"
    r"|creep|burn|velocity|ticket",
    "zh-CN": r"p ?(50|85)\b|蔓延|缓冲|基线|基准|积压|待办列表|史诗|冲刺|迭代|故事点|燃尽|燃起|工单|backlog"
    r"|sprint|epic",
}


def messages(language: str) -> dict[str, tuple[str, ...]]:
    """Return every message of every part."""
    return dict(catalogue(language).messages)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("part", PARTS)
def test_every_part_is_there_and_read(part: str, language: str) -> None:
    """A part exists in every language, and what stands in it can be said; no message stands in two parts."""
    with (TEXTS / f"{part}{language}.po").open("rb") as stream:
        book = read_po(stream, abort_invalid=True)
    names = [each.id if isinstance(each.id, str) else each.id[0] for each in book if each.id]
    assert names != []
    assert [name for name in names if name not in messages(language)] == []
    others = [other for other in PARTS if other != part]
    for other in others:
        with (TEXTS / f"{other}{language}.po").open("rb") as stream:
            assert not {
                each.id if isinstance(each.id, str) else each.id[0] for each in read_po(stream) if each.id
            } & set(names)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_counted_has_its_plurals(language: str) -> None:
    """Where English has two forms, each language has as many as it knows: German two, Chinese one."""
    counted = [name for name, forms in messages("en").items() if len(forms) > 1]
    wanted = 1 if language == "zh-CN" else 2
    assert counted != []
    assert {name for name in counted if len(messages(language)[name]) != wanted} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_uses_words_of_the_trade(language: str) -> None:
    """What only project people say stands in no message, in no language."""
    found = [
        (name, form)
        for name, forms in messages(language).items()
        for form in forms
        if re.search(f"{TRADE['en']}|{TRADE[language]}", form, re.IGNORECASE)
    ]
    assert found == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_shows_words_of_the_trade(language: str) -> None:
    """Nor does any word that a template adds of its own."""
    page = Page(render(made_view(Shape(language=language)))["index.html"])
    shown = [*page.texts, *(value for _, given in page.tags for name, value in given.items() if name in SAID)]
    assert [text for text in shown if re.search(TRADE[language], text, re.IGNORECASE)] == []


SAID = frozenset({"aria-label", "title", "alt", "placeholder"})  # attributes that are read out


@pytest.mark.parametrize(("english", "chinese"), TERMS)
def test_chinese_keeps_to_its_glossary(english: str, chinese: str) -> None:
    """Where the English says a word of the glossary, the Chinese says the word that stands beside it."""
    told = messages("zh-CN")
    words = [word.strip() for word in chinese.split("、")]
    spoken = {name: PLACE.sub("", forms[-1]) for name, forms in messages("en").items()}
    wrong = {
        name: told[name][0]
        for name, text in spoken.items()
        if not name.startswith(DOCUMENT) and re.search(rf"\b{english}s?\b", text, re.IGNORECASE)
        if not any(word in told[name][0] for word in words)
    }
    assert wrong == {}


def test_chinese_is_set_as_chinese() -> None:
    """Full-width marks beside Chinese characters; no two words of Latin left where a Chinese one exists."""
    half = re.compile(rf"{HAN}[,;:!?()]|[,;:!?()]{HAN}")
    assert {n: f[0] for n, f in messages("zh-CN").items() if half.search(f[0])} == {}
    english = messages("en")
    same = {
        n
        for n, f in messages("zh-CN").items()
        if f == english[n] and re.search("[A-Za-z]{4}", PLACE.sub("", f[0]))
    }
    assert {name for name in same if not name.startswith(("source.", "format."))} == set()


def test_the_glossary_has_enough_words() -> None:
    """The glossary is read: it names what a client meets."""
    assert len(TERMS) > 15
