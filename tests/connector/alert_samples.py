"""One deviation of every rule, in the fictional Apollo web shop, and what its message must tell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from connector.alerts.texts import Speech
from connector.analysis.facts import SourceFacts
from connector.analysis.state import (
    PROJECT,
    Deviation,
    EntryKind,
    Fact,
    Fever,
    FeverZone,
    GoalState,
    HealthStatus,
    Move,
    ProjectState,
    Trend,
)
from mappings.concepts import (
    ClientAction,
    Decision,
    Disposition,
    Goal,
    Level,
    Nature,
    Origin,
    Picture,
    Risk,
    ScopeItem,
)
from tests.connector.alert_scenes import (
    AGREED_AT,
    BERLIN,
    CHECKOUT,
    NOW,
    R2,
    deviation,
    entry,
    milestone,
    row,
    state,
)
from tests.connector.dated import ON, forecast

SOURCE = "jira:APO"
LATER_ON = ON(2026, 12, 18)  # the 85 % date of Release 2
SINCE = dt.datetime(2026, 9, 30, 6, 36, tzinfo=dt.UTC)  # of every sample
READ_AT = NOW - dt.timedelta(hours=30)
_REASON = "401: the token was refused"

Values = Callable[[Speech], tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A deviation, and the values that its message must hold, as the language writes them."""

    found: Deviation
    since: Values
    amount: Values
    why: Values
    effect: Values
    command: str


def apollo() -> ProjectState:
    """Return the project with all that the samples stand on."""
    moves = (
        Move(seen_at=NOW, from_on=ON(2026, 11, 13), to_on=ON(2026, 11, 27)),
        Move(seen_at=NOW, from_on=ON(2026, 11, 27), to_on=ON(2026, 12, 11)),
    )
    release = replace(
        milestone(),
        moves=moves,
        forecast=forecast(LATER_ON),
        buffer_days=10,
        variance_baseline=8,
        fever=Fever(done_ratio=0.25, used_ratio=0.8, zone=FeverZone.RED),
        trend=Trend(moves=4, turns=2, net_days=20, total_days=24, slope=0.5, extrapolated_on=ON(2027, 1, 15)),
    )
    added = [
        replace(entry(number, "2026-10-09"), nature=Nature.NEW, origin=Origin.CLIENT)
        for number in (54, 55, 60)
    ]
    gone = entry(26, "2026-10-26", kind=EntryKind.REMOVED, why="dropped")
    judged = state(scope=[replace(row(R2, 14, *added, gone), creep_days=6)], release=release)
    goal = GoalState(
        key=CHECKOUT, ref="APO-2", title="Checkout", done=0, total=13, status=HealthStatus.AT_RISK
    )
    source = SourceFacts(name=SOURCE, last_success_at=READ_AT, failed_since=NOW, failure=f"{_REASON}.")
    return replace(judged, goals=(goal,), picture=_picture(), sources=(source,))


def samples() -> Mapping[str, Sample]:
    """Return a sample of every rule that has a teller, by its name."""
    return {one.found.rule: one for one in (*_of_scope(), *_of_dates(), *_of_reading(), *_of_care())}


def _picture() -> Picture:
    items = tuple(
        ScopeItem(
            key=f"jira:issue:{number}",
            ref=f"APO-{number}",
            title=f"Story {number}",
            created_at=AGREED_AT,
            milestones=(R2,),
            goals=(CHECKOUT,),
            disposition=Disposition.OPEN,
        )
        for number in (26, 54, 55, 60)
    )
    owed = ClientAction(
        key="jira:issue:71", ref="APO-71", title="Texts", created_at=AGREED_AT, holds_up=("jira:issue:54",)
    )
    late = Decision(
        key="jira:issue:72",
        ref="APO-72",
        title="Which host?",
        created_at=AGREED_AT,
        needed_by=ON(2026, 11, 6),
    )
    grave = Risk(
        key="jira:issue:73",
        ref="APO-73",
        title="Supplier fails",
        created_at=AGREED_AT,
        likelihood=Level.MEDIUM,
        impact=Level.HIGH,
    )
    goal = Goal(key=CHECKOUT, ref="APO-2", title="Checkout", created_at=AGREED_AT)
    return Picture(goals=(goal,), items=items, client_actions=(owed,), decisions=(late,), risks=(grave,))


def _stood(speech: Speech) -> tuple[str, ...]:
    return (speech.instant(SINCE, BERLIN.zone),)


def _on(*days: dt.date) -> Values:
    return lambda speech: tuple(speech.day(day) for day in days)


def _numbers(*numbers: float) -> Values:
    return lambda speech: tuple(speech.number(number) for number in numbers)


def _words(*words: str) -> Values:
    return lambda _speech: words


def _said(*keys: str) -> Values:
    return lambda speech: tuple(speech.say(key) for key in keys)


def _of_scope() -> tuple[Sample, ...]:
    creep = Sample(
        found=deviation("scope_creep", facts={"tolerance": 0.05}),
        since=_stood,
        amount=lambda speech: (speech.percent(0.2143), speech.percent(0.05), "14"),
        why=lambda speech: ("APO-54 Story 54", "APO-60 Story 60", speech.say("origin.client")),
        effect=lambda speech: (speech.day(LATER_ON), speech.count("effect.creep", 6)),
        command="clientview explain apollo APO-54",
    )
    dropped = Sample(
        found=deviation("scope_dropped"),
        since=_stood,
        amount=_numbers(1, 14),
        why=lambda speech: ("APO-26 Story 26", speech.say("gone.dropped")),
        effect=_on(LATER_ON),
        command="clientview explain apollo APO-26",
    )
    return (creep, dropped)


def _of_dates() -> tuple[Sample, ...]:
    causes = "clientview forecast apollo --since 2026-09-30"
    worth = {"recall": 0.75, "false_alarms": 0.2}
    return (
        Sample(
            found=deviation("slipping", facts={"days": 20}),
            since=_stood,
            amount=lambda speech: (speech.day(ON(2026, 12, 11)), speech.day(ON(2026, 11, 13)), "20"),
            why=_words("APO-26", "APO-54", "APO-55"),
            effect=_on(LATER_ON, ON(2027, 1, 15)),
            command=causes,
        ),
        Sample(
            found=deviation("overdue", facts={"days": 4, "due_on": "2026-11-17"}),
            since=_on(ON(2026, 11, 17)),
            amount=_numbers(4, 9, 14),
            why=_words("APO-26", "APO-54", "APO-55"),
            effect=_on(LATER_ON),
            command=causes,
        ),
        Sample(
            found=deviation("buffer"),
            since=_stood,
            amount=lambda speech: (speech.percent(0.8), speech.percent(0.25), "10", "8"),
            why=_words("APO-26", "APO-54", "APO-55"),
            effect=_on(LATER_ON, ON(2027, 1, 15)),
            command=causes,
        ),
        Sample(
            found=deviation("silently_at_risk", facts={"days": 5, "limit_on": "2026-12-14", **worth}),
            since=_stood,
            amount=lambda speech: (speech.day(ON(2026, 12, 11)), speech.day(ON(2026, 12, 14)), "5"),
            why=_words("APO-26", "APO-54", "APO-55"),
            effect=lambda speech: (speech.day(LATER_ON), speech.percent(0.75), speech.percent(0.2)),
            command=causes,
        ),
        Sample(
            found=deviation("volatile"),
            since=_stood,
            amount=_numbers(4, 2, 24, 20),
            why=_on(ON(2026, 11, 13), ON(2026, 11, 27), ON(2026, 12, 11)),
            effect=_on(LATER_ON, ON(2027, 1, 15)),
            command="clientview forecast apollo",
        ),
    )


def _of_reading() -> tuple[Sample, ...]:
    frozen = _said("effect.frozen")
    return (
        Sample(
            found=deviation("sync_failed", SOURCE),
            since=lambda speech: (speech.instant(READ_AT, BERLIN.zone),),
            amount=_words(SOURCE),
            why=_words(_REASON),
            effect=frozen,
            command="clientview check --online",
        ),
        Sample(
            found=deviation("guard_tripped", SOURCE, facts={"reason": "40 of 80 issues are missing"}),
            since=_stood,
            amount=_numbers(40, 80),
            why=_words("40 of 80 issues are missing"),
            effect=frozen,
            command='clientview sync apollo --accept --by NAME --reason "TEXT"',
        ),
        Sample(
            found=deviation("sync_stale", SOURCE),
            since=lambda speech: (speech.instant(READ_AT, BERLIN.zone),),
            amount=lambda speech: (speech.count("stale.hours", 30),),
            why=_said("stale.why"),
            effect=frozen,
            command="clientview sync apollo",
        ),
        Sample(
            found=deviation("token_ending", SOURCE, facts={"ends_on": "2026-12-04", "days": 11}),
            since=_stood,
            amount=lambda speech: (speech.day(ON(2026, 12, 4)), "11"),
            why=_said("token.why"),
            effect=_said("token.effect"),
            command="clientview check --online",
        ),
    )


def _of_care() -> tuple[Sample, ...]:
    return (*_of_work(), *_of_people(), *_of_records())


def _of_work() -> tuple[Sample, ...]:
    held: Mapping[str, Fact] = {
        "count": 7,
        "items": ("APO-54", "APO-55", "APO-60", "APO-61", "APO-62"),
        "since_on": "2026-11-03",
        "days": 14,
        "blocked_by": ("APO-12",),
        "chain": ("APO-12", "APO-54", "APO-26"),
    }
    return (
        Sample(
            found=deviation("goal_idle", CHECKOUT, facts={"open": 4, "last_on": "2026-10-02"}),
            since=_on(ON(2026, 10, 2)),
            amount=_numbers(4),
            why=_words("APO-26", "APO-54", "APO-55"),
            effect=_on(LATER_ON),
            command="clientview explain apollo APO-2",
        ),
        Sample(
            found=deviation("ageing", facts={"count": 2, "items": ("APO-54", "APO-55")}),
            since=_stood,
            amount=_numbers(2),
            why=_words("APO-54", "APO-55"),
            effect=_on(LATER_ON),
            command="clientview explain apollo APO-54",
        ),
        Sample(
            found=deviation("blocked", facts=held),
            since=_on(ON(2026, 11, 3)),
            amount=_numbers(7, 14),
            why=lambda speech: (
                speech.count(
                    "format.listed", 4, names=speech.say("format.item", item="APO-60", title="Story 60")
                ),
                "APO-12",
                "APO-12 → APO-54 → APO-26",
            ),
            effect=_on(LATER_ON),
            command="clientview explain apollo APO-54",
        ),
    )


def _of_people() -> tuple[Sample, ...]:
    return (
        Sample(
            found=_named("waiting_on_client", "71", "Texts", {"days": 12, "needed_by": "2026-11-20"}),
            since=_stood,
            amount=lambda speech: ("12", speech.day(ON(2026, 11, 20))),
            why=_words("APO-54"),
            effect=_on(LATER_ON),
            command="clientview explain apollo APO-71",
        ),
        Sample(
            found=_named("decision_overdue", "72", "Which host?", {"days": 11}),
            since=_on(ON(2026, 11, 6)),
            amount=_numbers(11),
            why=_said("decision.why"),
            effect=_said("effect.unknown"),
            command="clientview explain apollo APO-72",
        ),
        Sample(
            found=_named("risk_unanswered", "73", "Supplier fails", {}),
            since=_stood,
            amount=_said("rating.medium", "rating.high"),
            why=_said("unanswered.why"),
            effect=_said("effect.unknown"),
            command="clientview explain apollo APO-73",
        ),
    )


def _of_records() -> tuple[Sample, ...]:
    gaps: Mapping[str, Fact] = {"count": 6, "total": 30, "items": ("APO-81", "APO-82", "APO-83", "APO-84")}
    doubts: Mapping[str, Fact] = {
        "kinds": ("unreadable", "missing_estimate"),
        "counts": ("unreadable=3", "missing_estimate=2"),
        "examples": ("APO-91", "APO-92", "APO-93"),
    }
    unsent: Mapping[str, Fact] = {
        "reason": "550 mailbox unavailable",
        "waiting": 4,
        "since_on": "2026-11-21",
    }
    return (
        Sample(
            found=deviation("edition_overdue", "client", facts={"due_on": "2026-11-06"}),
            since=_on(ON(2026, 11, 6)),
            amount=_numbers(11),
            why=_said("edition.why"),
            effect=_said("edition.effect"),
            command="clientview preview apollo --audience client",
        ),
        Sample(
            found=deviation("unmapped", PROJECT, facts=gaps),
            since=_stood,
            amount=_numbers(6, 30),
            why=_words("APO-81", "APO-82", "APO-83"),
            effect=_said("unmapped.effect"),
            command="clientview unmapped apollo",
        ),
        Sample(
            found=deviation("data_quality", PROJECT, facts=doubts),
            since=_stood,
            amount=_numbers(3, 2),
            why=_words("APO-91", "APO-92", "APO-93"),
            effect=_said("quality.effect"),
            command="clientview check --online",
        ),
        Sample(
            found=deviation("channel_failed", "env:PM_ALERT_URL", facts=unsent),
            since=_on(ON(2026, 11, 21)),
            amount=_numbers(4),
            why=_words("550 mailbox unavailable"),
            effect=_said("channel.effect"),
            command="clientview alerts test apollo",
        ),
    )


def _named(rule: str, number: str, name: str, facts: Mapping[str, Fact]) -> Deviation:
    return replace(deviation(rule, f"jira:issue:{number}", facts=facts), object_name=name)
