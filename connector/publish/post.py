"""The door editions leave by as mail: one message for each recipient, handed to one SMTP server.

A message is composed from the client view and the bytes of its edition alone. The same edition to
the same recipient gives the same bytes, and the same Message-ID.
"""

from __future__ import annotations

import email.policy
import enum
import re
import smtplib
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, quote, unquote, urlsplit

from connector.disclosure.view import ClientText, ClientView

MOST_ATTACHED: Final = 2_000_000  # bytes of a PDF; servers refuse large mails
TIMEOUT_S: Final = 60.0  # for each answer of the server
SUBMISSION: Final = 587  # port of `smtp://` without one
SUBMISSIONS: Final = 465  # port of `smtps://` without one
_HTML: Final = "email.html"
_TEXT: Final = "email.txt"
_PDF: Final = "summary.pdf"
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_TECHNICAL: Final = frozenset(
    {"Date", "Message-ID", "List-Id", "List-Unsubscribe", "Auto-Submitted", "Content-Language"}
)
_DOT: Final = re.compile(rb"^\.", re.MULTILINE)


class NoMailError(Exception):
    """An edition has no mail: it was published by a version that made none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """Who writes to whom, and the opaque names by which programs know the mail again.

    `edition`, `series` and `reader` are letters and digits: of this edition to this reader, of all
    editions to this audience, of this reader of this audience.
    """

    sender: str
    recipient: str
    reply_to: str
    edition: str
    series: str
    reader: str

    @property
    def domain(self) -> str:
        """The sender's domain."""
        return self.sender.rpartition("@")[2]

    @property
    def message_id(self) -> str:
        """The Message-ID: the same whenever this edition is sent to this reader."""
        return f"<{self.edition}@{self.domain}>"


class Outcome(enum.Enum):
    """How handing a message over ended. DOUBT: no answer came after all of it was sent."""

    TAKEN = "taken"
    LATER = "later"  # not taken now; nothing was delivered
    REFUSED = "refused"  # for good
    DOUBT = "doubt"
    HELD = "held"  # somebody else sends it


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """How handing a message over ended. `reason` holds no credentials."""

    outcome: Outcome
    reason: str = ""
    is_server: bool = False  # the server as a whole did not answer: others would fare alike


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """The SMTP server: `smtps://` (encrypted at once) or `smtp://` (by STARTTLS, but on loopback)."""

    url: str  # with its credentials
    ca_file: Path | None = None

    def __repr__(self) -> str:
        """Tell nothing: the address may hold a password."""
        return "Server(…)"


def compose(view: ClientView, files: Mapping[str, bytes], envelope: Envelope) -> bytes:
    """Write the message that brings an edition to a reader.

    Args:
        view: The view of the edition.
        files: The files of the edition by name: `email.html`, `email.txt`, and `summary.pdf` where
            there is one; it is attached if it is small.
        envelope: Who writes to whom.

    Returns:
        The message with CRLF line ends.

    Raises:
        NoMailError: The edition has no mail.
        ValueError: An address cannot stand in a header.
    """
    if _HTML not in files or _TEXT not in files:
        raise NoMailError("this edition was published without a mail; the next one will have one")
    message = EmailMessage(policy=email.policy.SMTP)
    for name, value in _headers(view, envelope):
        message[name] = value
    message.set_content(files[_TEXT].decode(), cte="quoted-printable")
    message.add_alternative(files[_HTML].decode(), subtype="html", cte="quoted-printable")
    if len(files.get(_PDF, b"")) in range(1, MOST_ATTACHED):
        message.add_attachment(files[_PDF], maintype="application", subtype="pdf", filename=_PDF)
    _name_boundaries(message, envelope)
    return message.as_bytes()


def fixed_texts(message: bytes) -> tuple[str, ...]:
    """Return the headers that say nothing of the project: names that programs know the mail by, and the date.

    Args:
        message: From `compose`.
    """
    read = email.message_from_bytes(message, policy=email.policy.SMTP)
    headers = [f"{name}: {value}" for name, value in read.items() if name in _TECHNICAL]
    borders = [part.get_boundary() or "" for part in read.walk() if part.is_multipart()]
    return (*headers, *borders, *(f"{name}:" for name, _ in read.items()))


def subject(view: ClientView) -> str:
    """Return the subject line: project, verdict, edition, in the reader's language."""
    parts = {"project": _line(view.project), "edition": _line(view.edition.label)}
    if view.verdict is None:
        return view.texts["mail_subject_plain"].value.format_map(parts)
    return view.texts["mail_subject"].value.format_map({**parts, "state": _line(view.verdict.state.word)})


def send(server: Server, message: bytes, envelope: Envelope, *, begin: Callable[[], bool]) -> Handed:
    """Hand one message to the server, once.

    Args:
        server: The server.
        message: From `compose`.
        envelope: Whose addresses the server is told.
        begin: Called when the server is ready to take the message, right before it is sent; False
            stops it.

    Returns:
        How it ended. Only `Outcome.DOUBT` leaves open whether the message arrives.
    """
    parts = urlsplit(server.url)
    stage = "connecting"
    try:
        with _connected(parts, server.ca_file) as smtp:
            stage = "addressing"
            _address(smtp, envelope)
            if not begin():
                return Handed(outcome=Outcome.HELD)
            stage = "sending"
            return _hand_over(smtp, message, parts)
    except smtplib.SMTPResponseException as exc:
        return _refused(exc.smtp_code, exc.smtp_error, parts, is_server=stage == "connecting")
    except (smtplib.SMTPException, OSError) as exc:
        return Handed(outcome=Outcome.LATER, reason=_told(exc, parts), is_server=stage == "connecting")


def reach(server: Server) -> str:
    """Connect, encrypt and log in as for a message, and send none.

    Returns:
        Why a message could not be handed over now; "" where it could.
    """
    parts = urlsplit(server.url)
    try:
        with _connected(parts, server.ca_file) as smtp:
            smtp.ehlo_or_helo_if_needed()
    except smtplib.SMTPResponseException as exc:
        return _refused(exc.smtp_code, exc.smtp_error, parts).reason
    except (smtplib.SMTPException, OSError) as exc:
        return _told(exc, parts)
    return ""


def _headers(view: ClientView, envelope: Envelope) -> Iterator[tuple[str, str | Address]]:
    yield "From", Address(_line(view.publisher), addr_spec=envelope.sender)
    yield "To", Address(addr_spec=envelope.recipient)
    yield "Reply-To", Address(addr_spec=envelope.reply_to)
    yield "Subject", subject(view)
    yield "Date", format_datetime(view.edition.published.at)
    yield "Message-ID", envelope.message_id
    yield "List-Id", f"<{envelope.series}.{envelope.domain}>"
    yield (
        "List-Unsubscribe",
        f"<mailto:{quote(envelope.reply_to, safe='@')}?subject=unsubscribe%20{envelope.reader}>",
    )
    yield "Auto-Submitted", "auto-generated"
    yield "Content-Language", _line(view.language)


def _line(text: ClientText) -> str:
    """Return a text as one line: nothing in it can begin another header."""
    return " ".join(text.value.split())


def _name_boundaries(message: EmailMessage, envelope: Envelope) -> None:
    """Name the borders between the parts by the edition, not by chance."""
    parts = (part for part in message.walk() if part.is_multipart())
    for number, part in enumerate(parts):
        part.set_boundary(f"=_{envelope.edition}_{number}")


@contextmanager
def _connected(parts: SplitResult, ca_file: Path | None) -> Iterator[smtplib.SMTP]:
    """Give an encrypted, authenticated connection. The server is told the end, its answer not awaited."""
    smtp = _open(parts, ssl.create_default_context(cafile=None if ca_file is None else str(ca_file)))
    try:
        if parts.username:
            smtp.login(unquote(parts.username), unquote(parts.password or ""))
        yield smtp
        with suppress(smtplib.SMTPException, OSError):
            smtp.putcmd("quit")
    finally:
        smtp.close()


def _open(parts: SplitResult, context: ssl.SSLContext) -> smtplib.SMTP:
    host = parts.hostname or ""
    if parts.scheme == "smtps":
        return smtplib.SMTP_SSL(host, parts.port or SUBMISSIONS, timeout=TIMEOUT_S, context=context)
    smtp = smtplib.SMTP(host, parts.port or SUBMISSION, timeout=TIMEOUT_S)
    try:
        _encrypt(smtp, host, context)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _encrypt(smtp: smtplib.SMTP, host: str, context: ssl.SSLContext) -> None:
    smtp.ehlo()
    if smtp.has_extn("starttls"):
        smtp.starttls(context=context)
    elif host not in _LOOPBACK:
        raise smtplib.SMTPNotSupportedError("it offers no encryption (STARTTLS); expected it, or smtps://")


def _address(smtp: smtplib.SMTP, envelope: Envelope) -> None:
    smtp.ehlo_or_helo_if_needed()
    for tell, address in ((smtp.mail, envelope.sender), (smtp.rcpt, envelope.recipient)):
        code, answer = tell(address)
        if code not in {250, 251}:
            raise smtplib.SMTPResponseException(code, answer)


def _hand_over(smtp: smtplib.SMTP, message: bytes, parts: SplitResult) -> Handed:
    """Send the message. Until its last line is on the way the server cannot have taken it."""
    code, answer = smtp.docmd("DATA")
    if code != 354:
        return _refused(code, answer, parts)
    smtp.send(_DOT.sub(b"..", message) + b".\r\n")
    try:
        code, answer = smtp.getreply()
    except (smtplib.SMTPException, OSError) as exc:
        return Handed(outcome=Outcome.DOUBT, reason=f"no answer after it was sent: {_told(exc, parts)}")
    return Handed(outcome=Outcome.TAKEN) if code == 250 else _refused(code, answer, parts)


def _refused(code: int, answer: bytes | str, parts: SplitResult, *, is_server: bool = False) -> Handed:
    """Judge an answer that is no yes: 5xx for good, unless the server refused us as a whole."""
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    is_final = 500 <= code < 600 and not is_server
    return Handed(
        outcome=Outcome.REFUSED if is_final else Outcome.LATER,
        reason=f"the mail server answered {code}: {_clean(text, parts)}",
        is_server=is_server,
    )


def _told(exc: Exception, parts: SplitResult) -> str:
    what = exc.strerror if isinstance(exc, OSError) and exc.strerror else str(exc) or type(exc).__name__
    return f"the mail server {parts.hostname}: {_clean(str(what), parts)}"


def _clean(text: str, parts: SplitResult) -> str:
    """Return an answer on one line, without what the address keeps secret."""
    line = " ".join(text.split())
    for secret in (parts.password, parts.username):
        for form in {secret or "", unquote(secret or "")}:
            line = line.replace(form, "…") if len(form) > 2 else line
    return line[:300]
