"""Turns the document of the agreement into Markdown or HTML. Reads no record, no store, no configuration."""

from __future__ import annotations

from typing import Final, Literal

from connector.disclosure.agreed_view import AgreementView
from connector.publish import environment

Format = Literal["md", "html"]
NAMES: Final = {"md": "agreement.md", "html": "agreement.html"}


def render_agreement(document: AgreementView, form: Format) -> bytes:
    """Render the document; the same one gives the same bytes.

    Raises:
        UnsafeValueError: A template tried to print something that is not client-safe.
    """
    chosen = environment.page_environment() if form == "html" else environment.text_environment()
    template = chosen.get_template(f"{NAMES[form]}.j2")
    return template.render(
        document=document, view=document.view, terms=document.terms, w=document.terms.words
    ).encode()
