"""Artefacts of every format with a text in one place of them, as real libraries write them."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Callable, Mapping
from email.message import EmailMessage
from xml.etree import ElementTree as ET

import icalendar
from weasyprint import HTML, Attachment

Written = tuple[str, bytes]
"""File name, and bytes."""


def mail(**places: str) -> Written:
    """Write a whole mail; `places`: subject, sender, text, page, name and body of an attachment."""
    message = EmailMessage()
    message["Subject"] = places.get("subject", "Edition 3")
    message["From"] = f'"{places.get("sender", "Studio")}" <studio@mail.example>'
    message["To"] = "client@mail.example"
    message.set_content(places.get("text", "Hello"), cte=places.get("cte", "quoted-printable"))
    message.add_alternative(
        f"<p>{html.escape(places.get('page', 'Hello'))}</p>", subtype="html", cte="base64"
    )
    body = places.get("body", "notes").encode()
    message.add_attachment(
        body, maintype="application", subtype="octet-stream", filename=places.get("name", "notes.txt")
    )
    return ("message.eml", message.as_bytes())


def mail_within(text: str) -> Written:
    """Write a mail that carries another mail."""
    inner, outer = EmailMessage(), EmailMessage()
    inner["Subject"] = text
    inner.set_content("Hello")
    outer["Subject"] = "Edition 3"
    outer.set_content("Hello")
    outer.add_attachment(inner)
    return ("message.eml", outer.as_bytes())


def pdf(*, title: str = "Edition", body: str = "Hello", attached: str = "") -> Written:
    """Print a page to a PDF."""
    page = HTML(string=f"<html lang=en><title>{html.escape(title)}</title><body>{body}")
    more = [Attachment(string=attached)] if attached else None
    return ("edition.pdf", page.write_pdf(attachments=more))


def calendar(text: str, *, place: str = "summary") -> Written:
    """Write a calendar of one event."""
    whole, event = icalendar.Calendar(), icalendar.Event()
    event.add(place, text)
    whole.add_component(event)
    return ("milestones.ics", whole.to_ical())


def feed(text: str) -> Written:
    """Write a feed whose entry holds escaped markup."""
    root = ET.Element("feed", xmlns="http://www.w3.org/2005/Atom")
    content = ET.SubElement(ET.SubElement(root, "entry"), "content", type="html")
    content.text = f"<p><b>{html.escape(text[:5])}</b>{html.escape(text[5:])}</p>"
    return ("feed.xml", ET.tostring(root))


def _cdata(text: str) -> Written:
    return ("feed.xml", f"<feed><title><![CDATA[{text[:4]}]]><![CDATA[{text[4:]}]]></title></feed>".encode())


def _drawing(text: str) -> Written:
    body = f"<svg><title>{html.escape(text)}</title><desc>x</desc></svg>"
    return ("badge.svg", body.encode())


def _described(text: str) -> Written:
    return ("badge.svg", f'<svg aria-label="x"><desc>{html.escape(text)}</desc></svg>'.encode())


def _page(text: str) -> Written:
    split = "<!-- a > b -->".join((html.escape(text[:4]), html.escape(text[4:])))
    return ("index.html", f"<p>{split}</p>".encode())


def _tooltip(text: str) -> Written:
    return ("index.html", f'<a href="#x" title="{html.escape(text)}">x</a>'.encode())


def _hidden_characters(text: str) -> Written:
    return ("index.html", "\u2060\x07\ufe0f".join(text).encode())


def _data(text: str) -> Written:
    return ("summary.json", json.dumps({"a": {"b": [f"see {text}"]}}).encode())


def _data_in_data(text: str) -> Written:
    return ("summary.json", json.dumps({"a": json.dumps({"b": json.dumps(text)})}).encode())


def _markup_in_data(text: str) -> Written:
    cut = f"<em>{html.escape(text[:6])}</em>{html.escape(text[6:])}"
    return ("summary.json", json.dumps({"a": cut}).replace("<", "\\u003c").encode())


def _markdown(text: str) -> Written:
    return (
        "summary.md",
        "".join(char if char.isalnum() or char == " " else f"\\{char}" for char in text).encode(),
    )


def _hexadecimal(text: str) -> Written:
    return ("summary.json", json.dumps({"a": text.encode().hex()}).encode())


def _spaced_digits(text: str) -> Written:
    return ("index.html", text.encode().hex(":").upper().encode())


def _odd_digits(text: str) -> Written:
    return ("index.html", f"a{text.encode().hex()}".encode())


def _twice_packed(text: str) -> Written:
    once = base64.b64encode(b"x" + text.encode())
    return ("index.html", b"<p>" + base64.urlsafe_b64encode(b"yz" + once) + b"</p>")


def _thrice_packed(text: str) -> Written:
    return ("index.html", base64.b64encode(base64.b64encode(html.escape(text).encode().hex().encode())))


def _packed_entities(text: str) -> Written:
    escaped = "".join(f"&#{ord(char)};" for char in text)
    return ("index.html", base64.b64encode(escaped.encode()))


def _plus(text: str) -> Written:
    return ("index.html", f'<a href="?q={"+".join(text.split())}&amp;z=1">x</a>'.encode())


PLACES: Mapping[str, Callable[[str], Written]] = {
    "the subject of a mail": lambda text: mail(subject=f"About {text}"),
    "the sender of a mail": lambda text: mail(sender=text),
    "the text of a mail": lambda text: mail(text=f"{'words ' * 20}{text}"),
    "the text of a mail in base64": lambda text: mail(text=text, cte="base64"),
    "the page of a mail": lambda text: mail(page=text),
    "the name of an attachment": lambda text: mail(name=f"{text}.txt"),
    "an attachment": lambda text: mail(body=text),
    "a mail in a mail": mail_within,
    "the title of a PDF": lambda text: pdf(title=text),
    "the text of a PDF": lambda text: pdf(body=f"<p style='width: 5em'>{html.escape(text)}</p>"),
    "the outline of a PDF": lambda text: pdf(body=f"<h1>{html.escape(text)}</h1>"),
    "an address in a PDF": lambda text: pdf(body=f'<a href="https://x.example/?q={html.escape(text)}">x</a>'),
    "an attachment of a PDF": lambda text: pdf(attached=text),
    "the summary of an event": calendar,
    "the description of an event": lambda text: calendar(f"{'words ' * 12}{text}", place="description"),
    "a feed": feed,
    "CDATA": _cdata,
    "the title of a drawing": _drawing,
    "the description of a drawing": _described,
    "text around a comment": _page,
    "an attribute": _tooltip,
    "characters that take no room": _hidden_characters,
    "data": _data,
    "data in data": _data_in_data,
    "markup in data": _markup_in_data,
    "Markdown": _markdown,
    "hexadecimal digits": _hexadecimal,
    "digits with colons": _spaced_digits,
    "digits at an odd place": _odd_digits,
    "base64 in base64": _twice_packed,
    "digits in base64 in base64": _thrice_packed,
    "entities in base64": _packed_entities,
    "an address with plus signs": _plus,
    "a file's name": lambda text: (f"{text}.html", b"<p>"),
}
"""Every place and way in which a text can stand in an edition."""
