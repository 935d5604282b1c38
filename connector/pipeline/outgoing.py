"""What one delivery brings: composed from its edition alone, and searched as a whole before it leaves."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Final

from connector.disclosure.internal import InternalValue
from connector.disclosure.leaks import find_leaks
from connector.disclosure.manifest import CONFIGURED, Disclosure
from connector.disclosure.serial import load_view
from connector.disclosure.view import ClientView
from connector.errors import ConnectorError, SafetyError, UsageError
from connector.pipeline import disclosing, judging
from connector.pipeline.drafted import disclosed_by
from connector.pipeline.keyring import id_key
from connector.pipeline.places import series_of
from connector.pipeline.workspace import Project, Workspace
from connector.publish import bundle, mail, post
from connector.store.chain import LinkKind
from connector.store.deliveries import Delivery, Way
from connector.store.editions import Edition

_END_OF_HEADERS: Final = b"\r\n\r\n"
_TOKEN_BYTES: Final = 15  # 120 bits, 24 letters and digits


class CalledOffError(ConnectorError):
    """A delivery is no longer to be made: withdrawn, or taken out of the configuration."""


class UndeliverableError(ConnectorError):
    """A delivery cannot be made as its edition is; trying again would not help."""


class Writer:
    """Writes what is brought to the addresses of one project."""

    def __init__(self, workspace: Workspace, project: Project) -> None:
        self._workspace = workspace
        self._project = project
        self._searched: set[tuple[str, int]] = set()  # audience and number of editions

    def mail(self, delivery: Delivery) -> tuple[post.Envelope, bytes]:
        """Write the message of a delivery by mail.

        Raises:
            CalledOffError: It is no longer to be sent.
            UndeliverableError: The edition has no mail, or cannot be read.
            SafetyError: An internal value stands in it.
            UsageError: `[mail]` names no sender.
        """
        edition, view = self._edition(delivery)
        envelope = self._envelope(delivery)
        files = self._workspace.store.editions.artefacts(delivery.project, delivery.audience, delivery.number)
        try:
            message = post.compose(view, files, envelope)
        except (post.NoMailError, ValueError, KeyError) as exc:
            raise UndeliverableError(f"no mail can be made of edition {delivery.number}: {exc}") from exc
        self._search(edition, view, files, envelope, message)
        return envelope, message

    def _search(
        self,
        edition: Edition,
        view: ClientView,
        files: Mapping[str, bytes],
        envelope: post.Envelope,
        message: bytes,
    ) -> None:
        """Search a message: the first of an edition as a whole, of the others the headers, which differ."""
        own: tuple[str, ...] = post.fixed_texts(message)
        searched = message.partition(_END_OF_HEADERS)[0] + _END_OF_HEADERS
        if (edition.audience, edition.number) not in self._searched:
            own = (*own, *bundle.fixed_texts(view), *mail.fixed_texts(files, view.theme))
            searched = message
        addresses = (envelope.sender, envelope.recipient, envelope.reply_to)
        self._refuse_leaks("message.eml", searched, edition, own, addresses)
        self._searched.add((edition.audience, edition.number))

    def chat(self, delivery: Delivery) -> str:
        """Write the message of a delivery to a chat channel: the verdict's sentence and the link.

        Raises:
            CalledOffError: It is no longer to be sent.
            UndeliverableError: The edition cannot be read.
            SafetyError: An internal value stands in it.
        """
        edition, view = self._edition(delivery)
        said = view.verdict.sentence if view.verdict else view.edition.label
        link = view.edition.page
        text = said.value if link is None else f"{said.value}\n{link.value}"
        self._refuse_leaks("chat.txt", text.encode(), edition, bundle.fixed_texts(view), ())
        return text

    def _edition(self, delivery: Delivery) -> tuple[Edition, ClientView]:
        self._refuse_called_off(delivery)
        edition = self._workspace.store.editions.get(delivery.project, delivery.audience, delivery.number)
        view = load_view(edition.view)
        if view is None:
            raise UndeliverableError(f"edition {delivery.number} was stored by another version; publish anew")
        return edition, view

    def _refuse_called_off(self, delivery: Delivery) -> None:
        audience = self._project.settings.audiences.get(delivery.audience)
        wanted = () if audience is None else audience.mail if delivery.way is Way.MAIL else audience.chat
        if delivery.address not in wanted:
            raise CalledOffError("the address is no longer in the configuration")
        chain = self._workspace.store.chain.list(delivery.project, delivery.audience)
        if any(link.kind is LinkKind.WITHDRAWN and link.number == delivery.number for link in chain):
            raise CalledOffError("the edition was withdrawn")

    def _envelope(self, delivery: Delivery) -> post.Envelope:
        settings = self._workspace.config.mail
        if settings.sender is None:
            raise UsageError('[mail]: found no `sender`; expected an address such as "status@example.com"')
        contact = self._project.settings.contact.email
        place = (delivery.project, delivery.audience)
        return post.Envelope(
            sender=settings.sender,
            recipient=delivery.address,
            reply_to=settings.reply_to or contact or settings.sender,
            edition=self._token("mail", *place, str(delivery.number), delivery.address),
            series=series_of(self._workspace, *place),
            reader=self._token("reader", *place, delivery.address),
        )

    def _token(self, *parts: str) -> str:
        """Return an opaque name: the same for the same parts, and telling nothing of them."""
        key = id_key(self._workspace.config.folder)
        digest = hmac.new(key, "\0".join(parts).encode(), hashlib.sha256).digest()
        return base64.b32encode(digest[:_TOKEN_BYTES]).decode().lower()

    def _refuse_leaks(
        self, name: str, content: bytes, edition: Edition, fixed: Sequence[str], addresses: Sequence[str]
    ) -> None:
        told = (*disclosed_by(edition), *map(_configured, addresses))
        report = find_leaks({name: content}, self._values, told, fixed=fixed)
        if not report.is_clean:
            found = "; ".join(map(str, report.leaks))
            raise SafetyError(f"internal values stand in what would be sent: {found}. Nothing was sent")

    @cached_property
    def _values(self) -> tuple[InternalValue, ...]:
        facts = judging.facts_of(self._workspace, self._project)
        return disclosing.internal_values(self._workspace, self._project, facts)


def _configured(text: str) -> Disclosure:
    return Disclosure(path="mail", text=text, source_field="configuration", record="", rule=CONFIGURED)
