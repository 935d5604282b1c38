"""Markdown for clients: few tags, safe links, and plain text that says the same."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.disclosure.markup import ATTRIBUTES, SCHEMES, TAGS, plain_text, rich_text
from connector.disclosure.wording import TEXT_LIMIT

MARKDOWN = st.text(alphabet="ab1 \n\t*_`#>-+.)([]<>!&;:/\\\"'=~|\u202e\u200bäл", max_size=120)


class _Seen(HTMLParser):
    """Collects tags with their attributes."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def seen(html: str) -> list[tuple[str, dict[str, str | None]]]:
    """Return the tags of a piece of HTML."""
    reader = _Seen()
    reader.feed(html)
    return reader.tags


def html(text: str) -> str:
    """Render a text on one line, "" if nothing is left."""
    made = rich_text(text)
    return re.sub(r"\s*\n\s*", "", made.html) if made else ""


def plain(text: str) -> str:
    """Return the plain text of what is rendered."""
    made = rich_text(text)
    return made.text if made else ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello *you*, **me** `x<y`", "<p>Hello <em>you</em>, <strong>me</strong> <code>x&lt;y</code></p>"),
        ("# Title\ntext", "<p><strong>Title</strong></p><p>text</p>"),
        ("- a\n- b", "<ul><li>a</li><li>b</li></ul>"),
        ("2. Oktober", '<ol start="2"><li>Oktober</li></ol>'),
        ("> said", "<blockquote><p>said</p></blockquote>"),
        ("```\na <b>\nc\n```", "<p><code>a &lt;b&gt;<br>c</code></p>"),
        ("a\\\nb", "<p>a<br>b</p>"),
        ("Text\n---\nmore", "<p>Text</p><p>more</p>"),
        ("<b onclick=x>hi</b>", "<p>&lt;b onclick=x&gt;hi&lt;/b&gt;</p>"),
        ("![Plan](https://t.example/x.png)", "<p>Plan</p>"),
        ("[x](javascript:alert) [y](http://a.b) [z](//a.b) [d](data:text/html,x)", "<p>x y z d</p>"),
        (
            "[us](https://a.example/x)",
            '<p><a href="https://a.example/x" rel="noreferrer">us</a> (https://a.example/x)</p>',
        ),
        (
            '[us](https://a.example/x "unseen")',
            '<p><a href="https://a.example/x" rel="noreferrer">us</a> (https://a.example/x)</p>',
        ),
        (
            "<https://a.example>",
            '<p><a href="https://a.example" rel="noreferrer">https://a.example</a></p>',
        ),
        (
            "[us](mailto:a@b.example)",
            '<p><a href="mailto:a@b.example" rel="noreferrer">us</a> (a@b.example)</p>',
        ),
    ],
)
def test_renders_the_little_a_page_may_hold(text: str, expected: str) -> None:
    """Simple markup shows, everything else is read as words."""
    assert html(text) == expected


def test_an_address_that_differs_from_its_words_is_shown() -> None:
    """Nobody is led elsewhere than they read: the address stands behind the words, on paper too."""
    text = "[https://bank.example](https://evil.example)"
    assert plain(text) == "https://bank.example (https://evil.example)"


def test_plain_text_keeps_paragraphs_and_lists() -> None:
    """Paragraphs are apart by an empty line, items of a list stand below each other."""
    text = "One\nline.\n\n- a\n- b\n  1. c\n  2. d\n\nEnd"
    assert plain(text) == "One line.\n\n- a\n- b\n  1. c\n  2. d\n\nEnd"


@pytest.mark.parametrize("text", ["", " \n ", "***", "---", "\u200b", "&#8203;".replace("&#8203;", "\u2060")])
def test_a_text_without_words_is_none(text: str) -> None:
    """What leaves nothing to read is no text."""
    assert rich_text(text) is None


def test_hidden_characters_do_not_come_back_as_entities() -> None:
    """Entities are not decoded: a direction mark cannot be written as one."""
    made = plain("a &#x202e;b &rlm;")
    assert made == "a &#x202e;b &rlm;"


def test_a_long_text_ends_in_an_ellipsis() -> None:
    """Nobody floods a page."""
    assert len(plain("word " * 2_000)) <= TEXT_LIMIT + 1
    assert plain("word " * 2_000).endswith("…")


@given(text=MARKDOWN)
def test_holds_the_listed_tags_attributes_and_links_alone(text: str) -> None:
    """Whatever is written, only listed tags and attributes come out, and links only to listed schemes."""
    made = rich_text(text)
    for tag, attributes in seen(made.html) if made else ():
        assert tag in TAGS
        assert set(attributes) <= ATTRIBUTES.get(tag, set()) | ({"rel"} if tag == "a" else set())
        if "href" in attributes:
            assert str(attributes["href"]).partition(":")[0].lower() in SCHEMES
            assert attributes["rel"] == "noreferrer"


@given(text=MARKDOWN)
def test_html_and_plain_text_say_the_same(text: str) -> None:
    """The plain text is what the HTML says, without a hidden or control character in either."""
    made = rich_text(text)
    if made is None:
        return
    assert made.text == plain_text(made.html)
    assert not {"\u202e", "\u200b", "\t"} & set(made.html + made.text)
