"""What takes no room or is no text to a reader hides no value: characters, comments, tags, encodings."""

from __future__ import annotations

import base64
import html

import pytest

from connector.disclosure.internal import InternalValue
from connector.disclosure.leaks import find_leaks
from connector.disclosure.manifest import Disclosure

NO_ROOM = (
    *(0x01, 0x02, 0x08, 0x1B, 0x7F, 0x80, 0x9F, 0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5),
    *(0x180B, 0x180F, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x202A, 0x202E, 0x2060, 0x206F),
    *(0x3164, 0xFE00, 0xFE0F, 0xFEFF, 0xFFA0, 0xE0000, 0xE0041, 0xE01EF),
)


def is_found(page: str, value: str) -> bool:
    """Search a page for one value."""
    internal = [InternalValue(value, "Issue.title", "jira:issue:1")]
    return not find_leaks({"index.html": page.encode()}, internal, (), fixed=()).is_clean


def test_no_character_without_room_hides_a_value() -> None:
    """Controls, joiners, marks of direction, variants and tags are read over wherever they stand."""
    hiding = [f"{code:x}" for code in NO_ROOM if not is_found(f"<p>Na{chr(code)}dir plan</p>", "Nadir plan")]
    assert hiding == []


@pytest.mark.parametrize(
    "page",
    [
        '<style>.a{content:"Na/* nothing */dir plan"}</style>',
        "<p>Na<!-- nothing -->dir plan</p>",
        "<p>Na<![CDATA[dir]]> plan</p>",
        "<p>Na&lt;b&gt;dir&lt;/b&gt; plan</p>",
    ],
)
def test_no_markup_hides_a_value(page: str) -> None:
    """Comments of a page or of a style sheet, sections, tags, and tags that were escaped."""
    assert is_found(page, "Nadir plan")


@pytest.mark.parametrize(
    "mark",
    [
        "quar<b>rel-ab</b>out-invoices",
        "quar&lt;b&gt;rel-ab&lt;/b&gt;out-invoices",
        "&lt;quar<b>rel-ab</b>out-invoices&gt;",
    ],
)
def test_neither_do_markup_and_other_white_space_together(mark: str) -> None:
    """A long value is found by its letters alone, with the tags between them taken out."""
    assert is_found(f"<p>{mark}</p>", "quarrel about invoices")


def test_quoted_printable_hides_nothing_outside_of_mails() -> None:
    """Letters behind equals signs are read in any artefact, over a break of the line too."""
    assert is_found("<p>N=C3=A4dir pl=\nan</p>", "Nädir plan")
    assert is_found("<p>N=C3=A4dir\npl=C3=A4n</p>", "Nädir plän")


@pytest.mark.parametrize(
    "packed",
    [
        pytest.param(base64.b64encode(b"Nadir plan12").decode(), id="alone"),
        pytest.param(base64.b64encode(b"Nadir plan12").decode() + "x", id="with a letter behind it"),
        pytest.param(base64.b64encode(b"\xff\xfeNadir plan").decode(), id="with bytes that are no text"),
    ],
)
def test_what_is_packed_is_found_behind_long_words(packed: str) -> None:
    """Words that look like packed text are passed over, what follows them is not."""
    assert is_found(f"<p>Everything about invoices: {packed} </p>", "Nadir plan")


def test_every_place_of_a_value_is_judged() -> None:
    """A value that was disclosed in one place leaks in another: the first, one between, or the last."""
    told = [Disclosure(path="p", text="the Nadir plan day", source_field="Goal.title", record="", rule="r")]
    internal = [InternalValue("Nadir plan", "Issue.title", "jira:issue:1")]
    allowed, leak = "the Nadir plan day", "a Nadir plan"
    for words in ((leak, allowed, allowed), (allowed, leak, allowed), (allowed, allowed, leak)):
        page = "".join(f"<p>{each}</p>" for each in words).encode()
        assert not find_leaks({"index.html": page}, internal, told, fixed=()).is_clean


def test_a_long_value_with_other_marks_than_ascii_is_found_by_its_letters() -> None:
    """A dash of any kind between the words is none of its letters."""
    assert is_found("<p>quarrel - about - invoices</p>", "quarrel—about—invoices")


@pytest.mark.parametrize(
    "value",
    [
        "Nadir %41bc plan",
        "Nadir &amp; plan",
        "Nadir &#65;bc plan",
        r"Nadir \u0041bc plan",
        "xn--bcher-kva.test",
    ],
)
def test_a_value_that_holds_an_escape_itself_is_found(value: str) -> None:
    """In the page its escape is undone, in whatever way it is written: so it is in the value."""
    assert is_found(f"<p>{value}</p>", value)
    assert is_found(f"<p>{html.escape(value)}</p>", value)


@pytest.mark.parametrize("value", ["R&amp;D", "%41bcd"])
def test_a_word_of_the_tracker_that_holds_one_counts_beside_its_field_alone(value: str) -> None:
    """The tracker's own vocabulary is no leak where it stands for something else."""
    internal = [InternalValue(value, "Issue.type", "jira:issue:1")]
    page = f"<p>{html.escape(value)}</p>".encode()
    assert find_leaks({"index.html": page}, internal, (), fixed=()).is_clean


def test_the_longest_word_of_the_tracker_counts() -> None:
    """Where `open` was disclosed, `open again` is not let pass for it."""
    internal = [InternalValue(text, "Issue.status", "jira:issue:1") for text in ("open", "open again")]
    told = [Disclosure(path="p", text="open", source_field="Risk.state", record="", rule="risks.state")]

    def is_clean(page: str) -> bool:
        return find_leaks({"index.html": page.encode()}, internal, told, fixed=()).is_clean

    assert is_clean("<p>Status: open</p>")
    assert not is_clean("<p>Status: open again</p>")


@pytest.mark.parametrize(
    "header",
    [
        "From: a@b.example (Nadir plan)",
        "To: team: a@b.example (Nadir plan);",
        "Date: Mon, 23 Nov 2026 09:00:00 +0000 (Nadir plan)",
        "Date: Nadir plan",
        "Content-Type: text/plain; charset=utf-8 (Nadir plan)",
        "Message-ID: <a@b.example> (Nadir plan)",
        'Content-Disposition: attachment; filename*0="Nadir "; filename*1="plan"',
        "X-Anything: Nadir plan",
    ],
)
def test_no_place_of_a_mail_s_header_hides_a_value(header: str) -> None:
    """A comment that a mail program drops, a value that breaks its header's form, a name in pieces."""
    internal = [InternalValue("Nadir plan", "Issue.title", "jira:issue:1")]
    mail = f"{header}\r\nSubject: (3) hello\r\n\r\nbody\r\n".encode()
    assert not find_leaks({"mail.eml": mail}, internal, (), fixed=()).is_clean
