"""The search reads every format as its reader's program does, and finds a value wherever one can stand."""

from __future__ import annotations

import io
from collections.abc import Callable
from email.message import EmailMessage

import pytest
from pypdf import PdfReader, PdfWriter

from connector.disclosure.formats import MOST_NESTED, parts
from connector.disclosure.internal import InternalValue, OtherProject, of_others
from connector.disclosure.leaks import LeakReport, find_leaks
from connector.disclosure.manifest import CONFIGURED, Disclosure
from connector.errors import SafetyError
from tests.connector import artefacts
from tests.connector.artefacts import PLACES, Written

SHORT = "Nadir"
LONG = "Quarrel about Ödegård's invoices"
WORDS = "Nadir plan"


def search(written: Written, *values: str, field: str = "Issue.title", told: str = "") -> LeakReport:
    """Search one artefact for values of a field; `told` was disclosed."""
    name, content = written
    sought = [InternalValue(value, field, "jira:issue:1") for value in values]
    manifest = (
        Disclosure(path="goals", text=told, source_field="Goal.title", record="", rule="goals.title"),
    )
    return find_leaks({name: content}, sought, manifest if told else (), fixed=("<p>",))


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES.keys())
@pytest.mark.parametrize("secret", [SHORT, WORDS, LONG])
def test_a_value_is_found_wherever_it_stands(place: Callable[[str], Written], secret: str) -> None:
    """A name, two words, a sentence: in every place of every format it is found, and never repeated."""
    report = search(place(secret), secret)
    assert [leak.source_field for leak in report.leaks] == ["Issue.title"]
    assert secret.lower() not in f"{report} {report.leaks[0]}".lower()


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES.keys())
def test_a_format_says_nothing_of_its_own(place: Callable[[str], Written]) -> None:
    """The same artefacts with another text hold none of the values."""
    assert search(place("Harbour survey"), SHORT, WORDS, LONG).is_clean


@pytest.mark.parametrize(
    "place", [name for name in PLACES if "mail" in name or "PDF" in name or "event" in name]
)
def test_a_disclosed_text_may_stand_in_every_format(place: str) -> None:
    """A value inside a disclosed text is exempt, however the format breaks, folds and encodes that text."""
    told = f"{LONG} as agreed in the spring"
    assert search(PLACES[place](told), "Ödegård", told=told).is_clean


def test_words_cut_at_the_end_of_a_line_are_put_together() -> None:
    """A PDF hyphenates and breaks lines; its text is searched without that."""
    narrow = '<html lang="en"><p style="width: 4em; hyphens: auto">Unbelievable state-of-the-art work'
    written = artefacts.pdf(body=narrow)
    text = parts(*written)[0].text
    assert "\u2010\n" not in text
    assert not search(written, "Unbelievable").is_clean
    assert not search(written, "state-of-the-art").is_clean


def test_ideographs_are_put_together_across_lines() -> None:
    """A Chinese name broken at the end of a line in a PDF is found."""
    written = artefacts.pdf(body='<p lang="zh" style="width: 3em">负责人王伟负责人')
    assert not search(written, "负责人王伟").is_clean


def test_a_pdf_is_known_by_its_first_bytes() -> None:
    """A PDF under another name, or attached without an ending, is read as one."""
    _, content = artefacts.pdf(title=LONG)
    assert not search(("edition", content), LONG).is_clean
    message = EmailMessage()
    message.add_attachment(content, maintype="application", subtype="octet-stream")
    assert not search(("message.eml", message.as_bytes()), LONG).is_clean


def test_an_encrypted_pdf_is_refused() -> None:
    """What cannot be read cannot be searched, so it cannot be published."""
    writer, out = PdfWriter(clone_from=PdfReader(io.BytesIO(artefacts.pdf()[1]))), io.BytesIO()
    writer.encrypt("word", algorithm="RC4-128")
    writer.write(out)
    with pytest.raises(SafetyError, match="a PDF that cannot be searched"):
        search(("edition.pdf", out.getvalue()), SHORT)


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7\n", b"%PDF-1.7\ntrailer << /Size 3 >>\n%%EOF"])
def test_a_damaged_pdf_is_refused(content: bytes) -> None:
    """A file that only claims to be a PDF is refused."""
    with pytest.raises(SafetyError, match="a PDF that cannot be searched"):
        search(("edition.pdf", content), SHORT)


def test_mails_nested_without_end_are_refused() -> None:
    """A mail attached to a mail as a file is opened, up to three deep; deeper ones are refused."""
    name, content = artefacts.mail(text=LONG)
    for _ in range(MOST_NESTED - 1):
        outer = EmailMessage()
        outer.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
        content = outer.as_bytes()
    assert not search((name, content), LONG).is_clean
    for _ in range(2):
        outer = EmailMessage()
        outer.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
        content = outer.as_bytes()
    with pytest.raises(SafetyError, match="nested more than 3 deep"):
        search((name, content), LONG)


def test_a_mail_in_an_unknown_character_set_is_refused() -> None:
    """Nobody could say what such a mail holds."""
    with pytest.raises(SafetyError, match="unknown character set"):
        search(("m.eml", b"Content-Type: text/plain; charset=klingon\n\nqapla"), SHORT)


def test_a_mail_in_another_character_set_is_read() -> None:
    """Latin-1 is decoded as such."""
    body = b"Content-Type: text/plain; charset=latin-1\nContent-Transfer-Encoding: 8bit\n\n"
    assert not search(("m.eml", body + LONG.encode("latin-1")), LONG).is_clean


def test_a_place_names_the_part() -> None:
    """A leak in a mail or PDF tells in which part it stands, and on which line of it."""
    (leak,) = search(artefacts.mail(subject=LONG), LONG).leaks
    assert leak.place == "headers of part 1, line 1 (as written)"
    (leak,) = search(artefacts.pdf(title=LONG), LONG).leaks
    assert leak.place.startswith("strings, line ")


def test_a_leak_names_no_record_that_is_the_secret() -> None:
    """Where the secret is the record's own key, the report keeps the key to itself."""
    report = search(("index.html", b"see jira:issue:1 there"), "jira:issue:1", field="Issue.key")
    assert "jira:issue:1" not in str(report)


def test_a_hidden_day_is_found_as_calendars_write_it() -> None:
    """`20261205` in a calendar is the internal day; a disclosed day may stand there in that form."""
    written = ("milestones.ics", b"BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20261205\r\nEND:VEVENT\r\n")
    assert not search(written, "20261205", field="Issue.due_on").is_clean
    assert search(written, "20261205", field="Issue.due_on", told="2026-12-05").is_clean


def test_punycode_is_read_both_ways() -> None:
    """A host is found in its letters where the value is punycode, and the other way round."""
    ascii_host = "xn--bcher-kva.example"
    assert not search(("index.html", f"https://{ascii_host}/".encode()), "bücher.example").is_clean
    assert not search(("index.html", "https://bücher.example/".encode()), ascii_host).is_clean


def test_a_disclosed_text_is_disclosed_line_by_line() -> None:
    """Paragraphs of one disclosed text may stand apart, in elements of their own."""
    page = ("index.html", b"<p>The new gate opens.</p><p>Then come the tests.</p>")
    assert search(page, "gate opens", told="The new gate opens.\n\nThen come the tests.").is_clean


def named_page(text: str, told: str, rule: str) -> LeakReport:
    """Search a page with a text for the names of another project."""
    other = OtherProject(key="ab", name="Mobile app", client="Acme Traders", group="Acme")
    manifest = (Disclosure(path="x", text=told, source_field="x", record="", rule=rule),)
    return find_leaks({"index.html": text.encode()}, of_others([other], own=()), manifest, fixed=())


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("Like the Mobile App", "OtherProject.name"),
        ("Also for ACME", "OtherProject.client"),
        ("Also for acme traders", "OtherProject.client"),
        ("https://status.example/ab/client/", "OtherProject.key"),
        ('{"project": "ab"}', "OtherProject.key"),
    ],
)
def test_another_project_is_found(text: str, field: str) -> None:
    """Key, name and client of another project are leaks, a short key in an address or beside its field."""
    assert field in {leak.source_field for leak in named_page(text, "x", CONFIGURED).leaks}


def test_another_project_may_be_called_like_a_common_word() -> None:
    """Its name inside a disclosed text, or in what the configuration says, stops nothing."""
    assert named_page("<b>Mobile app for couriers</b>", "Mobile app for couriers", "goals.title").is_clean
    assert named_page("<b>Acme Bank</b>", "Acme Bank", CONFIGURED).is_clean


def test_another_client_is_not_named_even_in_words_that_people_wrote() -> None:
    """A client's name of several words counts inside a title; configured words may hold it."""
    title = "Do it as for Acme Traders"
    assert not named_page(title, title, "goals.title").is_clean
    assert named_page(title, title, CONFIGURED).is_clean
