"""A message goes out whole, to one reader, encrypted, and what a server answers is understood."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
from dataclasses import replace
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from connector.disclosure.view import ClientText
from connector.publish.mail import email
from connector.publish.pdf import PDF
from connector.publish.post import (
    MOST_ATTACHED,
    Envelope,
    NoMailError,
    Outcome,
    Server,
    compose,
    send,
    subject,
)
from tests.connector.made_views import NOW, Shape, made_view
from tests.connector.postbox import postbox

VIEW = made_view(Shape())
FILES = email(VIEW)
ENVELOPE = Envelope(
    sender="status@northwind.example",
    recipient="anna@acme.example",
    reply_to="rita@northwind.example",
    edition="abc234",
    series="def567",
    reader="ghi234",
)
MESSAGE = compose(VIEW, FILES, ENVELOPE)


def always() -> bool:
    """Let it be sent."""
    return True


def context_and_file(folder: Path, *names: x509.GeneralName) -> tuple[ssl.SSLContext, Path]:
    """Make a certificate of a server, and the file by which a client knows it."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    made = (
        x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=key.public_key())
        .serial_number(1)
        .not_valid_before(NOW - dt.timedelta(days=3650))
        .not_valid_after(NOW + dt.timedelta(days=3650))
        .add_extension(x509.SubjectAlternativeName(names), critical=True)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file, secret = folder / "server.pem", folder / "server.key"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, secret)
    return context, file


def test_arrives_encrypted_after_a_login(tmp_path: Path) -> None:
    """STARTTLS with a checked certificate, then the login, then the message, byte for byte."""
    tls, known = context_and_file(tmp_path, x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    with postbox(tls=tls) as box:
        server = Server(url=f"smtp://me:hunter22@127.0.0.1:{box.port}", ca_file=known)
        handed = send(server, MESSAGE, ENVELOPE, begin=always)
    assert handed.outcome is Outcome.TAKEN, handed.reason
    assert box.received[0].content == MESSAGE
    assert box.received[0].mail_from == ENVELOPE.sender


def test_a_certificate_of_another_host_is_refused(tmp_path: Path) -> None:
    """Whoever stands between is told nothing: not the password, not the message."""
    tls, known = context_and_file(tmp_path, x509.DNSName("elsewhere.example"))
    with postbox(tls=tls) as box:
        server = Server(url=f"smtp://me:hunter22@127.0.0.1:{box.port}", ca_file=known)
        handed = send(server, MESSAGE, ENVELOPE, begin=always)
    assert handed.outcome is Outcome.LATER
    assert "certificate" in handed.reason.lower()
    assert box.received == []


def test_a_server_beyond_this_machine_must_encrypt() -> None:
    """Without STARTTLS nothing is said to it; only a loopback address may do without."""
    with postbox(host="127.0.0.2") as box:
        server = Server(url=f"smtp://me:hunter22@127.0.0.2:{box.port}")
        handed = send(server, MESSAGE, ENVELOPE, begin=always)
    assert handed.outcome is Outcome.LATER
    assert "STARTTLS" in handed.reason
    assert box.received == []


def test_a_refused_login_tells_no_password(tmp_path: Path) -> None:
    """The reason names what the server said, never what it was told."""
    tls, known = context_and_file(tmp_path, x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    with postbox(tls=tls) as box:
        server = Server(url=f"smtp://me-too:s3cret%40word@127.0.0.1:{box.port}", ca_file=known)
        handed = send(server, MESSAGE, ENVELOPE, begin=always)
    assert handed.outcome is Outcome.LATER
    assert "535" in handed.reason
    assert not [one for one in ("s3cret", "me-too", "word@") if one in handed.reason + repr(server)]


def test_nothing_is_sent_where_somebody_else_sends() -> None:
    """Asked right before the message; the answer no leaves the server without it."""
    with postbox() as box:
        server = Server(url=box.url)
        handed = send(server, MESSAGE, ENVELOPE, begin=lambda: False)
    assert handed.outcome is Outcome.HELD
    assert box.received == []


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        pytest.param("451 later", Outcome.LATER, id="temporary"),
        pytest.param("554 spam", Outcome.REFUSED, id="permanent"),
    ],
)
def test_understands_what_the_server_says_to_a_message(answer: str, outcome: Outcome) -> None:
    """4xx: try again; 5xx: never."""
    with postbox() as box:
        box.judged[ENVELOPE.recipient] = answer
        handed = send(Server(url=box.url), MESSAGE, ENVELOPE, begin=always)
    assert handed.outcome is outcome
    assert handed.reason == f"the mail server answered {answer.replace(' ', ': ')}"


def test_lines_that_begin_with_a_dot_arrive_as_they_are() -> None:
    """A lone dot would end the message early."""
    message = MESSAGE.partition(b"\r\n\r\n")[0] + b"\r\n\r\n.\r\n..\r\n.x\r\nlast\r\n"
    with postbox() as box:
        send(Server(url=box.url), message, ENVELOPE, begin=always)
    assert box.received[0].content == message


@pytest.mark.parametrize(
    "text", ["Kite\r\nBcc: all@acme.example", "Kite\nX: y\n\nbody", "Kite\x0bX: y", 'K"<x>, y']
)
def test_no_text_can_begin_another_header(text: str) -> None:
    """Line ends in a name become spaces; quotes and commas stay inside the name."""
    hostile = replace(VIEW, project=ClientText(text, written=True), publisher=ClientText(text, written=True))
    read = message_from_bytes(compose(hostile, FILES, ENVELOPE), policy=policy.default)
    plain = message_from_bytes(MESSAGE, policy=policy.default)
    assert read.keys() == plain.keys()
    assert [one.addr_spec for one in read["From"].addresses] == [ENVELOPE.sender]


@pytest.mark.parametrize("language", ["en", "de", "zh-CN"])
def test_the_subject_speaks_the_readers_language(language: str) -> None:
    """Project, verdict and edition, as the catalogue orders them."""
    view = made_view(Shape(language=language))
    read = message_from_bytes(compose(view, email(view), ENVELOPE), policy=policy.default)
    assert view.verdict is not None
    assert str(read["Subject"]) == subject(view)
    assert view.project.value in subject(view)
    assert view.verdict.state.word.value in subject(view)
    assert view.edition.label.value in subject(replace(view, verdict=None))


def test_the_same_edition_to_the_same_reader_is_the_same_message() -> None:
    """Nothing of it hangs on the moment or on chance."""
    assert compose(VIEW, FILES, ENVELOPE) == MESSAGE


def test_a_small_pdf_comes_along_and_a_large_one_stays_on_the_page() -> None:
    """Attached up to 2 MB: servers refuse large mails."""
    small = compose(VIEW, {**FILES, PDF: b"%PDF-1.7"}, ENVELOPE)
    large = compose(VIEW, {**FILES, PDF: b"0" * (MOST_ATTACHED + 1)}, ENVELOPE)
    read = message_from_bytes(small, policy=policy.default)
    assert [part.get_filename() for part in read.iter_attachments()] == ["summary.pdf"]
    assert b"application/pdf" not in large


def test_an_edition_of_before_has_no_mail() -> None:
    """What was published without one is told, not made up."""
    with pytest.raises(NoMailError, match="without a mail"):
        compose(VIEW, {}, ENVELOPE)
