"""How a client answers: a mail to the contact whose subject names the thing by its opaque id."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import quote

from connector.disclosure.given import ProjectionInput
from connector.disclosure.manifest import CONFIGURED
from connector.disclosure.scribe import Origin, Scribe
from connector.disclosure.view import Code, ContactView, DecisionView, Link, NeedView

_CONTACT: Final = Origin(field="project.contact.email", rule=CONFIGURED)
_OVER: Final = frozenset({Code.DONE, Code.DROPPED, Code.APPROVED, Code.REJECTED})
_PLAIN: Final = "@"  # of a mail address, next to letters, digits and "-._~"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Writes the links by which a client answers; none where no address is configured."""

    scribe: Scribe
    email: str

    def link(self, reference: str) -> Link | None:
        """Return the link that answers a thing.

        Args:
            reference: The thing's opaque id: all that its mail tells of it.

        Source:
            RFC 6068: address and subject are percent-encoded in UTF-8.
        """
        if not self.email:
            return None
        ref = self.scribe.opaque(reference, field="opaque id")
        subject = self.scribe.fixed("dates.answer.subject", ref=ref).value
        address = quote(self.email, safe=_PLAIN)
        return self.scribe.link(f"mailto:{address}?subject={quote(subject, safe='')}", _CONTACT)

    def to_needs(self, needs: Iterable[NeedView]) -> tuple[NeedView, ...]:
        """Give each need its answer."""
        return tuple(replace(need, answer=self.link(need.head.id.value)) for need in needs)

    def to_decisions(self, decisions: Iterable[DecisionView]) -> tuple[DecisionView, ...]:
        """Give each decision that is still open its answer."""
        return tuple(
            each if is_taken(each) else replace(each, answer=self.link(each.head.id.value))
            for each in decisions
        )

    def to_edition(self, given: ProjectionInput) -> Link | None:
        """Return the link that answers an edition as a whole."""
        name = edition_name(given.state.project, given.audience, given.edition_number)
        return self.link(self.scribe.handle(name, field="edition").value)


def edition_name(project: str, audience: str, number: int) -> str:
    """Return what the opaque id of an edition is made of."""
    return f"edition {project} {audience} {number}"


def contact(scribe: Scribe, given: ProjectionInput) -> ContactView | None:
    """Say whom the client may ask: by name, or by address where no name is configured."""
    name = given.contact_name or given.contact_email
    if not name:
        return None
    field = "project.contact.name" if given.contact_name else "project.contact.email"
    address = f"mailto:{quote(given.contact_email, safe=_PLAIN)}"
    return ContactView(
        name=scribe.configured(name, field=field),
        link=scribe.link(address, _CONTACT) if given.contact_email else None,
    )


def is_taken(decision: DecisionView) -> bool:
    """Tell whether a decision was taken, or is no longer asked for."""
    state = decision.head.state
    return decision.decided is not None or (state is not None and state.code in _OVER)
