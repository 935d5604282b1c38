"""The shape of the risk register in `status --json`; see `document`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from pydantic import Field

from connector.analysis.register import Direction, Register
from connector.pipeline.parts import ConceptPart, Instant, Part
from mappings.concepts import Level, Risk, Treatment


class ExposurePart(Part):
    """The exposure from an instant on."""

    at: Instant
    exposure: int | None = Field(description="1 to 9; null: not rated; 0: over.")


class ActionPart(ConceptPart):
    """A step of the response."""

    due_on: dt.date | None


class RiskPart(ConceptPart):
    """Something that may go wrong."""

    likelihood: Level | None
    impact: Level | None
    response: str
    due_on: dt.date | None
    exposure: int | None = Field(description="Likelihood times impact, 1 to 9; null: not rated; 0: over.")
    direction: Direction | None = Field(description="Of the exposure, against four weeks ago.")
    exposures: list[ExposurePart] = Field(description="Every change of it, oldest first.")
    category: str
    proximity_on: dt.date | None
    treatment: Treatment | None
    owner: str
    review_on: dt.date | None
    is_review_due: bool
    actions: list[ActionPart]
    overdue_actions: list[str]


class ComputedRiskPart(Part):
    """A risk that the records raise: nobody entered it, nobody rated it."""

    key: str
    rule: str
    object: str
    title: str
    category: str
    since: Instant | None = Field(description="Since when it stands, where that is known.")
    facts: Mapping[str, str | int | float | bool | tuple[str, ...] | None]


def risk_parts(risks: tuple[Risk, ...], kept: Register) -> list[RiskPart]:
    """Tell of the mapped risks as the register sees them."""
    return [_mapped(risk, kept) for risk in risks]


def _mapped(risk: Risk, kept: Register) -> RiskPart:
    one = kept.of(risk.key)
    return RiskPart(
        key=risk.key,
        item=risk.ref,
        title=risk.title,
        client_title=risk.words,
        disposition=risk.disposition,
        likelihood=risk.likelihood,
        impact=risk.impact,
        response=risk.response,
        due_on=risk.due_on,
        exposure=one.exposure if one else None,
        direction=one.direction if one else None,
        exposures=[ExposurePart.model_validate(point) for point in one.points] if one else [],
        category=risk.category,
        proximity_on=risk.proximity_on,
        treatment=risk.treatment,
        owner=risk.owner,
        review_on=risk.review_on,
        is_review_due=one.is_review_due if one else False,
        actions=[ActionPart.model_validate(action) for action in risk.actions],
        overdue_actions=list(one.overdue_actions) if one else [],
    )
