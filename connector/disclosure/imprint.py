"""What an edition says of itself: its number and days, its proof, its look."""

from __future__ import annotations

from typing import Final

from connector.disclosure.answers import Answers
from connector.disclosure.given import ProjectionInput
from connector.disclosure.manifest import CONFIGURED
from connector.disclosure.scribe import Origin, Scribe
from connector.disclosure.view import (
    EditionView,
    Link,
    Moment,
    ProofView,
    RichText,
    Theme,
)

_PUBLISHED: Final = Origin(field="edition", rule=CONFIGURED)
_AS_OF: Final = Origin(field="SourceFacts.last_success_at", rule="always: as of")
_REVIEW: Final = Origin(field="project.review_cron", rule=CONFIGURED)
_NOTE: Final = Origin(field="edition.note", rule="note")
_ADDRESS: Final = Origin(field="site.base_url", rule=CONFIGURED)
_BLOCK: Final = 4  # characters of a fingerprint that are read at once
_SHOWN: Final = 16  # of its characters


def edition(given: ProjectionInput, scribe: Scribe, *, fingerprint: str) -> EditionView:
    """Say which edition this is, of which day, and what comes after it.

    Args:
        given: What the edition is made from.
        scribe: Makes the leaves.
        fingerprint: Of what the client sees, as hex digits; "" while that is not known yet.
    """
    shown = fingerprint[:_SHOWN]
    blocks = "-".join(shown[start : start + _BLOCK] for start in range(0, len(shown), _BLOCK))
    number = scribe.amount(given.edition_number, _PUBLISHED)
    return EditionView(
        number=number,
        label=scribe.fixed("edition.label", n=number.text),
        published=scribe.moment(given.published_at, _PUBLISHED),
        today=scribe.local_day(given.published_at, _PUBLISHED),
        fingerprint=scribe.opaque(blocks, field="fingerprint"),
        as_of=_oldest(given, scribe),
        next_on=scribe.day(given.next_edition_on, _PUBLISHED) if given.next_edition_on else None,
        review_on=scribe.day(given.review_on, _REVIEW) if given.review_on else None,
        answer=Answers(scribe=scribe, email=given.contact_email).to_edition(given),
        series=scribe.opaque(given.series, field="series") if given.series else None,
        page=_address(scribe, given.page_url),
        archive=_address(scribe, given.archive_url),
        feed=_address(scribe, given.feed_url),
        calendar=_address(scribe, given.calendar_url),
    )


def note(given: ProjectionInput, scribe: Scribe) -> RichText | None:
    """Let out what the project manager says to this edition."""
    return scribe.rich(given.note, _NOTE) if given.note.strip() else None


def proof(given: ProjectionInput, scribe: Scribe) -> ProofView | None:
    """Say whose key signed the edition, and where it lies."""
    if not given.proof_key:
        return None
    return ProofView(
        key=scribe.configured(given.proof_key, field="site.signing_key"),
        link=_address(scribe, given.proof_url),
    )


def theme(scribe: Scribe, theme: Theme) -> Theme:
    """Let out how the page presents itself."""
    return Theme(
        accent=scribe.colour(theme.accent),
        accent_dark=scribe.colour(theme.accent_dark),
        colours={name: scribe.colour(colour) for name, colour in sorted(theme.colours.items())},
        logo=scribe.image(theme.logo, field="site.logo") if theme.logo else None,
        footer=scribe.configured(theme.footer.value, field="site.footer") if theme.footer else None,
    )


def _address(scribe: Scribe, url: str) -> Link | None:
    """Let out a configured address, if it is one that a reader may safely follow."""
    return scribe.link(url, _ADDRESS) if url.startswith("https://") else None


def _oldest(given: ProjectionInput, scribe: Scribe) -> Moment | None:
    instants = [source.last_success_at for source in given.state.sources if source.last_success_at]
    return scribe.moment(min(instants), _AS_OF) if instants else None
