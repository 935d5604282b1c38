"""What the fictional project of the disclosure tests is about: its goals, risks, requests, feedback."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from mappings.concepts import (
    ChangeRequest,
    ClientAction,
    Decision,
    Disposition,
    Feedback,
    Goal,
    Level,
    Picture,
    Risk,
    RiskAction,
    ScopeItem,
    Stage,
    Treatment,
    Verdict,
)


def day(text: str) -> dt.date:
    """Read a day."""
    return dt.date.fromisoformat(text)


def at(text: str) -> dt.datetime:
    """Read a day as an instant, at nine in the morning UTC."""
    return dt.datetime.fromisoformat(f"{text}T09:00:00+00:00")


def goal(number: int, title: str, **more: object) -> Goal:
    """Make a goal."""
    return replace(
        Goal(
            key=f"jira:issue:10{number}",
            ref=f"KITE-{number}",
            title=title,
            type="Epic",
            source="jira:KITE",
            created_at=at("2026-06-01"),
        ),
        **more,  # type: ignore[arg-type]  # fields of the concept, by name
    )


GOALS = (
    goal(1, "Search the catalogue in three languages"),
    goal(2, "Pay by card, invoice and voucher", client_text="Voucher rules follow your sheet of 2 June."),
    goal(3, "See every order and its delivery", due_on=day("2027-01-29")),
    goal(4, "Help desk inside the shop"),
)


def _picture() -> Picture:
    made = at("2026-10-05")
    return Picture(
        goals=GOALS,
        items=(
            ScopeItem(
                key="jira:issue:201",
                ref="KITE-31",
                title="internal: swap PSP adapter",
                type="Story",
                client_title="Invoices as PDF",
                goals=(GOALS[1].key,),
                size=5.0,
                created_at=made,
                disposition=Disposition.DOING,
            ),
            ScopeItem(
                key="jira:issue:202", ref="KITE-32", title="refactor cart mess", type="Story", created_at=made
            ),
        ),
        risks=(
            Risk(
                key="jira:issue:301",
                ref="KITE-61",
                title="PSP contract stuck with legal",
                type="Risk",
                client_title="The payment provider may answer late",
                client_text="The contract for card payments is still with the provider.",
                client_response="We test a second provider and decide on 4 December which one goes live.",
                likelihood=Level.MEDIUM,
                impact=Level.HIGH,
                category="supplier, as ever",
                proximity_on=dt.date(2026, 12, 4),
                treatment=Treatment.REDUCE,
                owner="Rita Halloway",
                review_on=dt.date(2026, 11, 30),
                actions=(
                    RiskAction(
                        key="jira:issue:311",
                        ref="KITE-64",
                        title="shout at the PSP",
                        type="Sub-task",
                        client_title="Second provider tested",
                        created_at=made,
                        due_on=dt.date(2026, 12, 2),
                        disposition=Disposition.DOING,
                    ),
                    RiskAction(
                        key="jira:issue:312", ref="KITE-65", title="plan C, do not tell", created_at=made
                    ),
                ),
                created_at=made,
                disposition=Disposition.DOING,
            ),
            Risk(
                key="jira:issue:302",
                ref="KITE-62",
                title="Holiday freeze",
                type="Risk",
                client_title="Few people are available between the years",
                client_response="Nothing is planned to go live between 21 December and 8 January.",
                likelihood=Level.HIGH,
                impact=Level.LOW,
                created_at=made,
            ),
            Risk(
                key="jira:issue:303", ref="KITE-63", title="Lead dev may quit", type="Risk", created_at=made
            ),
        ),
        change_requests=(
            ChangeRequest(
                key="jira:issue:401",
                ref="KITE-71",
                title="CR vouchers",
                type="Change",
                client_title="Vouchers that cover only part of an order",
                verdict=Verdict.APPROVED,
                created_at=at("2026-09-07"),
                decided_at=at("2026-09-16"),
            ),
            ChangeRequest(
                key="jira:issue:402",
                ref="KITE-72",
                title="CR gift wrap",
                type="Change",
                client_title="Gift wrapping as an option at checkout",
                created_at=at("2026-11-12"),
            ),
        ),
        decisions=(
            Decision(
                key="jira:issue:501",
                ref="KITE-81",
                title="Which PSP",
                type="Decision",
                client_title="Which payment provider goes live first",
                needed_by=day("2026-12-04"),
                created_at=made,
            ),
            Decision(
                key="jira:issue:502",
                ref="KITE-82",
                title="Langs",
                type="Decision",
                client_title="Launch languages: English, German and French",
                created_at=made,
                disposition=Disposition.DONE,
                closed_at=at("2026-10-20"),
            ),
        ),
        client_actions=(
            ClientAction(
                key="jira:issue:601",
                ref="KITE-91",
                title="nag client for texts",
                type="Task",
                client_title="Final wording of the terms of sale",
                client_text="Our draft of 9 October is in your folder. Comments in the document are enough.",
                needed_by=day("2026-11-20"),
                created_at=at("2026-10-09"),
            ),
            ClientAction(
                key="jira:issue:602",
                ref="KITE-92",
                title="test cards",
                type="Task",
                client_title="Two test accounts for your warehouse system",
                needed_by=day("2026-12-02"),
                created_at=at("2026-11-16"),
            ),
        ),
        feedback=(
            Feedback(
                key="jira:issue:701",
                ref="KITE-95",
                title="search too slow",
                type="Feedback",
                client_title="Search felt slow with umlauts",
                created_at=at("2026-10-08"),
                disposition=Disposition.DONE,
                stage=Stage.DONE,
                kind="defect",
                answered_at=at("2026-10-21"),
            ),
            Feedback(
                key="jira:issue:702",
                ref="KITE-96",
                title="font",
                type="Feedback",
                client_title="Prices are hard to read on small phones",
                created_at=at("2026-11-18"),
                disposition=Disposition.DOING,
                stage=Stage.LOOKED_AT,
                kind="complaint",
                urgency=Level.HIGH,
                priority=Level.HIGH,
            ),
            Feedback(
                key="jira:issue:703",
                ref="KITE-97",
                title="dark mode, again",
                type="Feedback",
                client_title="A dark appearance for the evening",
                client_reason="It is outside of what was agreed.",
                given_by="Wanda Oakes",
                created_at=at("2026-11-02"),
                disposition=Disposition.DROPPED,
                stage=Stage.DECLINED,
                kind="looks",
                kind_words="Appearance",
                answered_at=at("2026-11-05"),
            ),
        ),
    )


PICTURE = _picture()
