"""Where exactly the rules of the search begin and end: one case on each side."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import json
from collections.abc import Iterator
from email.message import EmailMessage
from typing import get_type_hints

import pytest

from adapters.protocol import DateHint
from adapters.records import (
    Change,
    ChangeMode,
    Issue,
    Iteration,
    IterationSighting,
    Link,
    Milestone,
    MilestoneSighting,
    Person,
)
from connector.analysis.facts import SourceFacts
from connector.disclosure.formats import parts
from connector.disclosure.haystack import fold, fold_all, squeeze, squeeze_all, undo_escapes
from connector.disclosure.internal import InternalValue, values
from connector.disclosure.leaks import find_leaks
from connector.disclosure.manifest import Disclosure
from tests.connector import disclosure_sample as sample
from tests.connector.artefacts import mail, pdf

NOT_SECRET = {
    "Issue.source", "Issue.parent", "Change.issue", "Change.id", "Change.act", "Change.field",
    "Link.source", "Link.a", "Link.b", "Iteration.source", "DateHint.source",
}  # fmt: skip


def leaks(page: str, value: str, field: str = "Issue.title", *, told: tuple[str, ...] = ()) -> int:
    """Search a page for one value of a field; returns how many leaks were found."""
    manifest = [
        Disclosure(path="goals", text=text, source_field="Goal.title", record="", rule="goals.title")
        for text in told
    ]
    sought = [InternalValue(value, field, "jira:issue:1")]
    return len(find_leaks({"index.html": page.encode()}, sought, manifest, fixed=("<p>", "<b>")).leaks)


@pytest.mark.parametrize(
    ("escaped", "plain"),
    [
        ("&amp;amp;lt;", "<"),
        ("&#X41;&#65;&Auml", "AAÄ"),
        ("%C3%A4%2541", "äA"),
        ("%ff.", "\ufffd."),
        ("\\u0041\\U0042\\x43\\X44", "ABCD"),
        ("\\ud83d\\ude80", "🚀"),
        ("ä\\ud83d.", "ä\ufffd."),
        ("\\n\\r\\t\\b\\f|", "     |"),
        ("\\N\\R\\q", "NR\\q"),
        ("\\*\\[\\\\", "*[\\"),
        ("\\xzz", "\\xzz"),
        ("XN--BCHER-KVA.example", "bücher.example".replace("b", "B", 1).replace("cher", "CHER")),
        ("xn--bcher-kva", "bücher"),
        ("xn--99999999999", "xn--99999999999"),
        ("axn--bcher-kva", "axn--bcher-kva"),
    ],
)
def test_escapes_are_undone(escaped: str, plain: str) -> None:
    """Entities, percent signs, backslash escapes, surrogate pairs and punycode, up to three levels deep."""
    assert undo_escapes(escaped) == plain


@pytest.mark.parametrize(
    "texts",
    [
        ["Plain", "TWO  words", " edges "],
        ["", "\u200b", "x"],
        ["a \x01 b", "", "c"],
        ["Straße ﬁ Å", "ａｂｃ", "z\u0301"],
        ["tab\tand\nline", "\x07bell", "e\ufe0f"],
        [],
    ],
)
def test_many_texts_are_folded_as_each_alone(texts: list[str]) -> None:
    """What is done to all at once for speed is what is done to one."""
    assert fold_all(texts) == [fold(text) for text in texts]
    folded = fold_all(texts)
    assert squeeze_all(folded) == [squeeze(text) for text in folded]


@pytest.mark.parametrize(
    ("page", "count"),
    [
        ("1250", 1),
        ('<rect x="3" y="1250">', 0),
        ('<rect x="1250" rx="1" title="z">', 0),
        ("(1250)", 1), ("x 1250.", 1), ("1250, then", 1), ("1250,0", 0), ("1250.5", 0),
        ("12501", 0), ("91250", 0), ("9.1250", 0), ("9,1250", 0), ("a1250b", 1), (". 1250", 1),
        ("3 1250 4", 1), ("1,1250", 0), ('<rect x="1250">', 0), ('<path d="M 3 4 L 1250 9">', 0),
        ('<p title="1250">', 1), ('<rect x="3">1250', 1),
        ('<rect x="3" title="1250"/>', 1), ('="1250"', 1), ('<svg viewBox="0 0 1250 9">', 0),
        ('<rect data-x="1250"/>', 1),
    ],
)  # fmt: skip
def test_a_number_counts_whole_and_outside_of_drawings(page: str, count: int) -> None:
    """Not within a longer number, nor where a drawing's parts are placed; everywhere else it does."""
    assert leaks(page, "1250", "Issue.estimate") == count


@pytest.mark.parametrize(
    ("page", "field", "value", "count"),
    [
        ("Due: 3d", "Issue.due_on", "3d", 1),
        ("Created: 3d", "Issue.created_at", "3d", 1),
        ("Label: qa", "Issue.labels", "qa", 1),
        ("Labels: qa", "Issue.labels", "qa", 1),
        ("Labels: qaz", "Issue.labels", "qa", 0),
        ("Labels: qaz.", "Issue.labels", "qa", 0),
        ("Labels: qa-z", "Issue.labels", "qa", 1),
        ("mislabel: qa", "Issue.labels", "qa", 0),
        ("Client: ab", "OtherProject.client", "ab", 1),
        ("Project: ab", "OtherProject.name", "ab", 1),
        ("Project: ab", "Issue.labels", "ab", 0),
        ("Team tier — <b>A1</b>", "Issue.fields[Team tier]", "A1", 1),
        ("Priority is P1", "Issue.priority", "P1", 0),
        ("abc", "Issue.title", "abc", 0),
        ("abcd", "Issue.title", "abcd", 1),
        ("负责", "Issue.title", "负责", 1),
        ("负", "Issue.title", "负", 0),
        ("x -- a y", "Issue.body", "-- a", 0),
        ("x -- abcd y", "Issue.body", "-- abcd", 1),
        ("x a-- --bc y", "Issue.body", "a-- --bc", 1),
        ("x a-- -bc y", "Issue.body", "a-- -bc", 0),
        ("x -- a y", "Issue.title", "-- a", 1),
        ("Text: open", "Issue.status", "open", 0),
        ("Status: open", "Issue.status", "open", 1),
        ("Status: in careful review now", "Issue.status", "in careful review now", 1),
        ("is in careful review now", "Issue.status", "in careful review now", 0),
        ("t w e l v e l e t t", "Issue.title", "twelveletters", 0),
        ("t-w-e-l-v-e-l-e-t-t-e-r", "Issue.title", "twelve letter", 1),
        ("e-l-e-v-e-n-l-e-t-t", "Issue.title", "eleven lett", 0),
        ("负-责-人-王-伟-们", "Issue.title", "负责人王伟们", 1),
    ],
)
def test_what_is_narrow_counts_beside_its_field_only(page: str, field: str, value: str, count: int) -> None:
    """From four characters on everywhere, but vocabulary; from twelve letters on without white space."""
    assert leaks(page, value, field) == count


@pytest.mark.parametrize(
    ("field", "name", "count"),
    [
        ("Person.name", "Ann Quist", 1),
        ("Person.name", "王伟王", 1),
        ("Person.name", "Quist", 0),
        ("Person.email", "a@q.example", 1),
        ("Person.account", "aquist", 0),
        ("OtherProject.client", "Acme Traders", 1),
        ("OtherProject.client", "Acme", 0),
        ("OtherProject.name", "Mobile app", 0),
    ],
)
def test_who_may_not_be_named_in_written_words(field: str, name: str, count: int) -> None:
    """People and other clients of more than one word, and addresses, are found inside a disclosed title."""
    title = f"Plan by {name} for spring"
    assert leaks(f"<b>{title}</b>", name, field, told=(title,)) == count


@pytest.mark.parametrize(
    ("page", "told", "count"),
    [
        ("<b>first part second</b>", ("first part", "second"), 0),
        ("<b>first part, second</b>", ("first part", "second"), 0),
        ("<b>first part second</b>", ("first part",), 1),
        ("<b>first part second</b>", ("irst part", "second"), 1),
        ("<b>first part second</b>", ("first par", "second"), 1),
        ("<b>first part second</b>", ("first", "part second and more"), 1),
        ("<b>at first part second more</b>", ("at first part", "second more"), 0),
        ("<b>first part second</b>", ("f", "irst part second"), 0),
        ("<b>first part second</b>", ("fi", "rst part second"), 0),
        ("<b>some words before first part second</b>", ("some words before first",), 1),
    ],
)
def test_free_text_is_let_through_where_all_of_it_was_disclosed(
    page: str, told: tuple[str, ...], count: int
) -> None:
    """Disclosed texts side by side cover a line of a body, or it is a leak; each letter must be covered."""
    assert leaks(page, "first part second", "Issue.body", told=told) == count
    assert leaks(page, "first part second", "Issue.title", told=told) == (
        0 if "first part second" in told else 1
    )


def test_only_a_day_is_disclosed_in_its_short_form() -> None:
    """A disclosed instant lets its calendar form stand; a text with hyphens lets nothing else stand."""
    page = "DTSTAMP:20261205T080000Z"
    assert leaks(page, "20261205", "Issue.due_on", told=("2026-12-05T08:00:00Z",)) == 0
    assert leaks(page, "20261205", "Issue.due_on", told=("2026-12-05 or so",)) == 1


def test_a_mail_with_broken_headers_is_searched_as_it_is_written() -> None:
    """A header that a program cannot decode is searched raw; words around the parts are searched, too."""
    broken = b"Subject: =?utf-8?b?U2VjcmV0IHBsYW4?= and \xff Secret plan\r\n\r\nbody\r\n"
    texts = [part.text for part in parts("m.eml", broken)]
    assert any("Secret plan" in text for text in texts)
    around = mail()[1].replace(b"\n\n--==", b"\n\nSecret before\n--==", 1) + b"Secret after"
    found = {
        part.where: part.text.strip() for part in parts("m.eml", around) if part.where.startswith("beside")
    }
    assert found == {"beside part 1": "Secret after"} or "Secret before" in str(found)


def test_a_part_of_a_mail_is_read_by_its_kind() -> None:
    """An attached calendar is unfolded, told by its type; one part's name does not hide another's kind."""
    message = EmailMessage()
    folded = "BEGIN:VCALENDAR\r\nSUMMARY:Sec\r\n ret plan\r\nEND:VCALENDAR\r\n"
    message.add_attachment(folded.encode(), maintype="text", subtype="calendar", filename="x")
    assert [part.text for part in parts("m.eml", message.as_bytes()) if "Secret plan" in part.text]
    assert not [p for p in parts("x.txt", folded.encode()) if "Secret plan" in p.text]


def test_parts_are_told_apart() -> None:
    """Every part has a name of its own; those inside another one name it first."""
    message = EmailMessage()
    message["Subject"] = "x"
    message.add_attachment(pdf(attached="inner")[1], maintype="application", subtype="pdf", filename="a.pdf")
    where = [part.where for part in parts("m.eml", message.as_bytes())]
    assert where[:4] == ["headers of part 1", "headers of part 2", "part 2, text", "part 2, strings"]
    assert where[4:] == [f"part 2, inside {n}" for n in range(1, len(where) - 3)]


def test_bytes_that_are_no_text_are_searched_around() -> None:
    """A byte that is no UTF-8 hides nothing beside it."""
    report = find_leaks(
        {"a.txt": b"\xff\xfe Nadir plan \xff"},
        [InternalValue("Nadir plan", "Issue.title", "x")],
        (),
        fixed=(),
    )
    assert len(report.leaks) == 1


def filled(kind: type, **given: object) -> object:
    """Make a record whose every text is a word that names its field."""
    hints = get_type_hints(kind)
    found = dict(given)
    for field in dataclasses.fields(kind):
        word = f"{kind.__name__}.{field.name}"
        if field.name in given:
            continue
        if hints[field.name] in (str, str | None):
            found[field.name] = word
        elif hints[field.name] == tuple[str, ...]:
            found[field.name] = (word,)
    return kind(**found)


def records() -> Iterator[object]:
    """Yield a record of every kind, filled."""
    at = sample.at("2026-06-01")
    person = Person(role="assignee", account="Person.account", name="Person.name", email="Person.email")
    yield filled(
        Issue, key="Issue.key", created_at=at, updated_at=at, people=(person,), points=7251.0, hours=7252.0,
        fields={"Budget": "Issue.fields", "Tags": ("Issue.tags",), "Sum": 7253.512345}, url="https://host.example/x",
        closed_at=dt.datetime(2026, 6, 2, 3, 4, 5, tzinfo=dt.UTC), due_on=sample.day("2026-07-08"),
    )  # fmt: skip
    yield filled(Change, at=at, mode=ChangeMode.SET)
    yield filled(Change, at=at, mode=ChangeMode.LIST, old_list=("Change.was",), new_list=("Change.is",))
    yield filled(Link)
    yield filled(Milestone)
    yield filled(Iteration)
    yield filled(DateHint, at=at, old_on=None, new_on=None)


def test_every_text_of_every_record_is_searched() -> None:
    """A field of a record is searched for, or stands in the short list of those that tell nothing."""
    found = {type(record).__name__: record for record in records()}
    changes = tuple(record for record in records() if isinstance(record, Change))
    facts = sample.facts(
        found["Issue"],  # type: ignore[arg-type]  # an issue
        changes={"Issue.key": changes},
        links=(found["Link"],),
        sightings=(MilestoneSighting(seen_at=sample.NOW, milestone=found["Milestone"]),),  # type: ignore[arg-type]
        iterations=(IterationSighting(seen_at=sample.NOW, iteration=found["Iteration"]),),  # type: ignore[arg-type]
        hints=(found["DateHint"],),
        sources=(SourceFacts(name="Source.name", last_success_at=sample.NOW, complete=True, issues=1),),
    )
    sought = {value.reveal(): value for value in values(facts, hosts=("jira.example",))}
    words = {
        f"{name}.{field.name}"
        for name, record in found.items()
        for field in dataclasses.fields(record)  # type: ignore[arg-type]  # records are dataclasses
        if isinstance(getattr(record, field.name), str | tuple)
        and not isinstance(getattr(record, field.name), enum.Enum)
    }
    tags = {"Person.name", "Person.account", "Person.email", "Issue.fields", "Issue.tags", "Source.name"}
    more = {
        "Change.was",
        "Change.is",
        "7251",
        "7252",
        "7253.512345",
        "7253.51",
        "7,253.51",
        "7,254",
        "2026-07-08",
        "20260708",
        "kite",
    }
    extra = {"host.example", "jira.example", "https://host.example/x", "2026-06-02T03:04:05+00:00"}
    missing = (words | tags | more | extra) - set(sought)
    assert (
        missing - {"Issue.people", "Issue.url", "Change.old_list", "Change.new_list"} == NOT_SECRET & missing
    )
    named = {word for word in words & set(sought) if not word.endswith((".source", ".source_name"))}
    own = ("Milestone.", "Iteration.", "Link.", "DateHint.")
    assert {word for word in named if word.startswith(own) and sought[word].source_field != word} == set()
    assert {sought[word].source_field for word in ("Milestone.source", "Source.name")} == {"source name"}
    assert sought["Change.author"].source_field == "Change.author"
    assert sought["Change.old_text"].source_field == "Change.Change.field"
    told = {
        text: sought[text].source_field for text in ("Link.id", "Link.name", "DateHint.name", "7251", "kite")
    }
    assert told == {
        "Link.id": "Link.id", "Link.name": "Link.name", "DateHint.name": "DateHint.name",
        "7251": "Issue.estimate", "kite": "configuration project key",
    }  # fmt: skip


def test_lines_and_sentences_are_searched_from_four_characters_on() -> None:
    """Of a body: each line, each sentence, the rest of a line; what is shorter is not."""
    body = "abcd\nabc\nThe end. Aha. So it. ok\nIs it? Yes! Okay"
    found = {
        v.reveal()
        for v in values(sample.facts(sample.issue(1, "t", body=body)))
        if v.source_field == "Issue.body"
    }
    assert found == {
        "abcd", "The end. Aha. So it. ok", "The end.", "Aha.", "So it.", "Is it? Yes! Okay", "Is it?", "Yes!",
        "Okay",
    }  # fmt: skip


def test_a_backslash_may_stand_for_itself() -> None:
    r"""A path such as C:\nadir holds no line break, but in data and calendars it does."""
    sought = [InternalValue("nadir", "Issue.labels", "x")]
    for name, count in (("a.txt", 1), ("index.html", 1), ("summary.json", 0), ("milestones.ics", 0)):
        report = find_leaks({name: rb"C:\nadir\x"}, sought, (), fixed=())
        assert len(report.leaks) == count, name


def test_data_with_a_pair_of_surrogates_is_read() -> None:
    """JSON writes a rocket as two escapes; the value with it is found."""
    assert leaks(json.dumps("Launch 🚀 plan"), "launch 🚀 plan") == 1
