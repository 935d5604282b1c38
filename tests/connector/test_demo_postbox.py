"""The demonstration's postbox keeps each mail as it was sent."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage

from connector.demo.postbox import Postbox


def test_mails_arrive_whole() -> None:
    """Headers, words beyond ASCII and lines of dots arrive as they were sent; what was taken is gone."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@x.example", "b@y.example", "Schöne Grüße, 第 2 期"
    mail.set_content("one\n.\n..two\n.three\n")
    with Postbox() as postbox:
        host, port = postbox.address.removeprefix("smtp://").split(":")
        with smtplib.SMTP(host, int(port)) as sender:
            sender.send_message(mail)
            sender.send_message(mail)
        first, second = postbox.taken()
        assert (first["to"], first["subject"]) == ("b@y.example", "Schöne Grüße, 第 2 期")
        assert first.get_content() == second.get_content() == mail.get_content()
        assert postbox.taken() == []
