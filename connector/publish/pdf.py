"""The edition on paper: `summary.pdf`, tagged for screen readers, a few A4 pages for a usual project.

WeasyPrint makes it; it comes with the extra `pdf` and is imported only here, when asked for. The same
view gives the same bytes with the same version of WeasyPrint and the same fonts.
"""

from __future__ import annotations

import importlib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from connector.disclosure.view import ClientView, Thing
from connector.errors import UsageError
from connector.publish import environment, outline, timeline
from connector.publish.letter import Length, Shown, letter, palette, shown

if TYPE_CHECKING:
    from weasyprint import Document

PDF: Final = "summary.pdf"
VARIANT: Final = "pdf/ua-1"
MOST_ROWS: Final = 12  # of each list; more are counted
MOST_TABLE_ROWS: Final = 24  # of goals and milestones
_ROW: Final = 20  # height of a row of the timeline, in the drawing's own unit
_LENGTH: Final = Length(rows=MOST_ROWS, has_texts=True)
_PICTURES: Final = 0x1F000  # first code point of the blocks of pictures


class NoPdfError(UsageError):
    """No PDF can be made here: the extra `pdf`, or a library that it needs, is not installed."""


class MissingGlyphsError(UsageError):
    """No installed font has a character of the text; the reader would see a box in its place.

    `characters` are those without a glyph, `packages` Debian's packages that bring one.
    """

    def __init__(self, characters: Sequence[str]) -> None:
        self.characters = tuple(characters)
        self.packages = tuple(dict.fromkeys(map(package_for, characters)))
        named = ", ".join(f"U+{ord(one):04X}" for one in self.characters[:10])
        super().__init__(
            f"{PDF}: found no font with {named}; expected one: install {' '.join(self.packages)},"
            " or take the characters out of the words"
        )


def is_available() -> bool:
    """Tell whether a PDF can be made: the extra `pdf` and its system libraries are installed."""
    try:
        importlib.import_module("weasyprint")
    except (ImportError, OSError):  # OSError: it cannot load Pango
        return False
    return True


def pdf(view: ClientView) -> bytes:
    """Print an edition.

    Args:
        view: What the client may see; nothing else is read.

    Returns:
        A PDF/UA-1 document. Its dates are the edition's, its identifier the edition's mark.

    Raises:
        NoPdfError: The extra is not installed.
        MissingGlyphsError: No font has a character of the text.
        UnsafeValueError: A template tried to print something that is not client-safe.
    """
    if not is_available():
        raise NoPdfError(
            f"{PDF}: found no WeasyPrint; expected it: pip install 'clientview[pdf]',"
            " and Debian's packages libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
        )
    document = _laid_out(_page(view))
    printed: bytes = document.write_pdf(
        pdf_variant=VARIANT, pdf_identifier=view.edition.fingerprint.value.encode()
    )
    missing = _missing(document)
    if missing:
        raise MissingGlyphsError(missing)
    return printed


def package_for(character: str) -> str:
    """Return Debian's package of a font that has a character."""
    if ord(character) in range(_PICTURES, 0x20000):
        return "fonts-noto-color-emoji"
    is_wide = unicodedata.east_asian_width(character) in {"W", "F"}
    return "fonts-noto-cjk" if is_wide else "fonts-noto-core"


def _laid_out(page: str) -> Document:
    from weasyprint import HTML  # noqa: PLC0415 - an extra, slow to import
    from weasyprint.urls import URLFetcher  # noqa: PLC0415

    nothing_from_outside = URLFetcher(allowed_protocols=("data",), allow_redirects=False)
    return HTML(string=page, url_fetcher=nothing_from_outside).render()


def _missing(document: Document) -> Sequence[str]:
    """Return the characters for which no font had a glyph, in order."""
    found = {chr(code) for font in document.fonts.values() for code in font.missing}
    return sorted(one for one in found if unicodedata.category(one) not in {"Cc", "Cf", "Zs", "Zl", "Zp"})


def _page(view: ClientView) -> str:
    page, colours = environment.page_environment(), palette(view.theme)
    style = page.get_template("pdf.css.j2").render(c=colours)
    line = timeline.draw(outline.schedule(view).ahead, today=view.edition.today, ticks=view.ticks)
    return page.get_template("pdf.html.j2").render(
        view=view,
        c=colours,
        style=Markup(style),  # noqa: S704 - our own template; its only values are checked colours
        timeline=line,
        height=(len(line.rows) + 1) * _ROW if line else 0,
        glance=outline.glance(view),
        letter=letter(view, _LENGTH),
        **_lists(view),
    )


def _lists(view: ClientView) -> Mapping[str, Shown[Thing]]:
    """Return the lists that stand whole in print, as far as they are not endless."""
    lengths: Mapping[str, tuple[Iterable[Thing], int]] = {
        "goals": (view.goals, MOST_TABLE_ROWS),
        "milestones": (outline.schedule(view).ahead, MOST_TABLE_ROWS),
        "work": (view.work, MOST_ROWS),
        "risks": (view.risks, MOST_ROWS),
        "decisions": (view.decisions, MOST_ROWS),
        "requests": (view.requests, MOST_ROWS),
        "feedback": (view.feedback, MOST_ROWS),
    }
    return {name: shown(things, rows) for name, (things, rows) in lengths.items()}
