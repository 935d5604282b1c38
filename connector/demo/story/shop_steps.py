"""The web shop's steps: small milestones of a few days' work, most of them reached about when planned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connector.demo.story.card import Card


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A milestone that was reached. Days are counted as those of a card.

    It was due on `due`; on `told` it was put off to `put_off`, if ever; and it was reached on `reached`.
    """

    name: str
    begun: int
    due: int
    reached: int
    told: int | None = None
    put_off: int | None = None


STEPS: Mapping[str, Step] = {
    "design": Step(name="Design approved", begun=-66, due=-43, reached=-43),
    "data": Step(name="Product data complete", begun=-60, due=-37, reached=-34, told=-39, put_off=-34),
    "rehearsal": Step(name="Payment rehearsed", begun=-45, due=-24, reached=-20, told=-27, put_off=-20),
    "shoppers": Step(name="Search tried by shoppers", begun=-38, due=-17, reached=-16),
    "editors": Step(name="First pages by your editors", begun=-30, due=-10, reached=-10),
    "audit": Step(name="Accessibility audit passed", begun=-28, due=-6, reached=-3, told=-8, put_off=-3),
}

WORK: Mapping[str, Card] = {
    "step-design-1": Card(
        summary="Style tiles, 2 rounds", under="search", release="design", raised=-66, started=-64, ended=-55
    ),
    "step-design-2": Card(
        summary="Component library in Figma",
        under="search",
        release="design",
        raised=-66,
        started=-54,
        ended=-44,
    ),
    "step-data-1": Card(
        summary="PIM gap list", under="search", release="data", raised=-60, started=-56, ended=-47
    ),
    "step-data-2": Card(
        summary="Re-import after Acme cleaned up",
        under="search",
        release="data",
        raised=-60,
        started=-42,
        ended=-34,
    ),
    "step-rehearsal-1": Card(
        summary="Paylane sandbox runbook",
        under="checkout",
        release="rehearsal",
        raised=-58,
        started=-40,
        ended=-33,
    ),
    "step-rehearsal-2": Card(
        summary="Refund + chargeback dry run",
        under="checkout",
        release="rehearsal",
        raised=-58,
        started=-29,
        ended=-20,
    ),
    "step-shoppers-1": Card(
        summary="Usability test, 6 persons",
        under="search",
        release="shoppers",
        raised=-57,
        started=-26,
        ended=-19,
    ),
    "step-shoppers-2": Card(
        summary="Synonyms from test", under="search", release="shoppers", raised=-57, started=-19, ended=-16
    ),
    "step-editors-1": Card(
        summary="CMS roles + preview",
        under="operations",
        release="editors",
        raised=-56,
        started=-22,
        ended=-15,
    ),
    "step-editors-2": Card(
        summary="Half day with Acme's editors",
        under="operations",
        release="editors",
        raised=-56,
        started=-11,
        ended=-10,
    ),
    "step-audit-1": Card(
        summary="BITV check by external lab",
        under="search",
        release="audit",
        raised=-55,
        started=-18,
        ended=-7,
    ),
    "step-audit-2": Card(
        summary="Fix findings of the lab", under="search", release="audit", raised=-55, started=-7, ended=-3
    ),
}
"""Cards of the steps; `release` is the step's handle."""
