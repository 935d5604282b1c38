"""Every rule of deviation: when one begins, when it is over, how grave it is. The documents print it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connector.analysis.forecast.forecast import OWN
from connector.analysis.record import LEAST_RECALL, MOST_FALSE_ALARMS


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule. `on`, `off`, `warning` and `critical` are sentences without a full stop, "" for never."""

    name: str
    about: str  # what it is of
    on: str
    off: str
    info: str = ""
    warning: str = ""
    critical: str = ""
    keys: tuple[str, ...] = ()  # of the configuration, below `project`
    health: str = ""  # what it does to the verdict


_BREACH = "at risk; off track where it is critical and of the last open milestone"

RULES: tuple[Rule, ...] = (
    Rule(
        name="scope_creep",
        about="milestone, goal, project",
        on="unapproved growth above the warning ratio of the container",
        off="at or below the off ratio",
        warning="above the warning ratio",
        critical="above the critical ratio, and more than one item",
        keys=("agreement.scope_tolerance_ratio", "agreement.tolerance"),
        health="at risk; off track where it is critical and of the project or the last open milestone",
    ),
    Rule(
        name="scope_dropped",
        about="milestone, goal, project",
        on="an agreed item was taken out without an approved change request",
        off="none is missing any more",
        warning="always",
        health="at risk",
    ),
    Rule(
        name="slipping",
        about="milestone",
        on="the tracker's date is later than agreed, else than first promised, by more than the tolerance",
        off="at or below the off days",
        warning="above the tolerance",
        critical="above twice the tolerance",
        keys=("agreement.slip_tolerance_days", "agreement.dates.slip_off_days"),
        health=_BREACH,
    ),
    Rule(
        name="overdue",
        about="milestone",
        on=(
            "open after the end of its day; where the tracker has none, of the day agreed,"
            " else first promised"
        ),
        off="done, given up, or with a day that is not over",
        warning="from the first day on",
        critical="by more working days than the slip tolerance",
        keys=("agreement.slip_tolerance_days",),
        health=_BREACH,
    ),
    Rule(
        name="buffer",
        about="the last agreed milestone",
        on="share of the buffer used above 1/3 + 2/3 of the share of work done: red in the fever chart",
        off="at or below the off ratio of that line",
        info="only by the forecast's even chance, until forecasts have held in the project's own past",
        warning="by the tracker's date",
        critical="the tracker's date lies beyond the whole buffer",
        keys=("agreement.buffer_days", "agreement.dates.buffer_off_ratio"),
        health="at risk; off track where it is critical and of the last open milestone",
    ),
    Rule(
        name="silently_at_risk",
        about="milestone",
        on=(
            "the date stands, but the 85 % date lies beyond it and the buffer left;"
            f" with {OWN} finished milestones or more of its own behind it"
        ),
        off="the 85 % date lies within the limit by the off days",
        info=(
            f"until such warnings have held in the project's own past: recall {LEAST_RECALL:g} or more,"
            f" false alarms (of milestones that did not slip) {MOST_FALSE_ALARMS:g} or less"
        ),
        warning="afterwards; never critical",
        keys=("agreement.dates.risk_off_days",),
        health="at risk where it is a warning; never off track",
    ),
    Rule(
        name="volatile",
        about="milestone",
        on="the date was moved often, or to and fro, of late; moves of one day count as one",
        off="the moves are old enough",
        info="always",
        keys=(
            "agreement.dates.volatile_moves",
            "agreement.dates.volatile_move_days",
            "agreement.dates.volatile_turns",
            "agreement.dates.volatile_turn_days",
        ),
        health="none",
    ),
    Rule(
        name="sync_failed",
        about="source",
        on="a source could not be read since its last success",
        off="read again",
        critical="always",
        health="unknown, where nothing else is wrong",
    ),
    Rule(
        name="guard_tripped",
        about="source",
        on="what a source answered was not believed",
        off="believed again, or accepted by name and reason",
        critical="always",
        keys=("guards.shrink_ratio",),
        health="unknown, where nothing else is wrong",
    ),
    Rule(
        name="sync_stale",
        about="source",
        on="a source that did not fail was not read for longer than its limit",
        off="read again",
        warning="always",
        keys=("watch.stale_after",),
        health="none",
    ),
    Rule(
        name="goal_idle",
        about="goal",
        on="work of a begun goal is left, and for the limit in days none was finished or taken up",
        off="a piece of its work was finished or taken up, or none is left",
        warning="always",
        keys=("watch.goal_idle_days",),
        health="none",
    ),
    Rule(
        name="ageing",
        about="milestone",
        on="work of an open milestone with a date was begun longer ago than the limit in days",
        off="none of its work is that old",
        info="always",
        keys=("watch.ageing_days",),
        health="none",
    ),
    Rule(
        name="blocked",
        about="milestone",
        on=(
            "work of an open milestone with a date has been blocked for longer than the limit in working"
            " days: it was begun and waits for an open issue, or its status or a label says so"
        ),
        off="none of its work has been blocked that long",
        info="a longer chain of open work leads past everything that is blocked",
        warning="something blocked is on the longest chain of open work, or no chain is known",
        keys=("watch.blocked_days",),
        health="none",
    ),
    Rule(
        name="waiting_on_client",
        about="client action",
        on="open for longer than the limit in working days, or past the day by which it is needed",
        off="done or given up",
        warning="always",
        keys=("watch.waiting_days",),
        health="none",
    ),
    Rule(
        name="decision_overdue",
        about="decision",
        on="open after the day by which it is needed",
        off="decided or given up",
        warning="always",
        health="none",
    ),
    Rule(
        name="risk_unanswered",
        about="risk",
        on="open, its likelihood or impact high, and without a response for the limit in days",
        off="it has a response, is no longer grave, or is over",
        warning="always",
        keys=("watch.risk_days",),
        health="none",
    ),
    Rule(
        name="edition_overdue",
        about="audience",
        on="an edition has been due by `publish_cron` for longer than the limit in working days",
        off="published, or nothing is due",
        warning="always",
        keys=("watch.edition_days",),
        health="none",
    ),
    Rule(
        name="token_ending",
        about="source",
        on="the tracker says that its token ends in 14 days or less (GitHub does, Jira does not)",
        off="a token that ends later, or without an end, reads it",
        warning="always",
        health="none",
    ),
    Rule(
        name="channel_failed",
        about="channel of alerts",
        on=(
            "three tries or more failed and nothing went out for a day, or the answer will not mend by"
            " itself; told through the other channels"
        ),
        off="a message went out",
        warning="always",
        health="none",
    ),
    Rule(
        name="unmapped",
        about="project",
        on="more than the limit, as a share of all records, and at least 3 were placed by no rule",
        off="within the limit",
        info="always",
        keys=("watch.unmapped_ratio",),
        health="none",
    ),
    Rule(
        name="data_quality",
        about="project",
        on=(
            "an issue cannot be read; or more than a quarter of the work, and at least 3, is done without a"
            " resolution, or has no estimate where at least half has one"
        ),
        off="none of it",
        info="else",
        warning="an issue cannot be read",
        health="none",
    ),
)
BY_NAME: Mapping[str, Rule] = {rule.name: rule for rule in RULES}

_HEAD = """# Deviations

Every rule that `status` and alerts go by.
A deviation begins where its limit is passed.
One that was told is over only at a calmer point, so that a value about its limit does not come and go.
Those of information are shown by `status` and told along with the next message; they send none of their own.
"""


def page() -> str:
    """Return the reference page of the rules, as Markdown."""
    rows = [f"| `{r.name}` | {r.about} | {r.on} | {r.off} | {_levels(r)} | {r.health} |" for r in RULES]
    keys = [f"| `{r.name}` | {', '.join(f'`{key}`' for key in r.keys)} |" for r in RULES if r.keys]
    table = [
        "| rule | of | begins | is over | level | verdict |",
        "| --- | --- | --- | --- | --- | --- |",
        *rows,
    ]
    where = ["| rule | keys below `project` |", "| --- | --- |", *keys]
    told = "\nTheir limits are in the [configuration](configuration.md):\n"
    return "\n".join([_HEAD, *table, told, *where]) + "\n"


def _levels(rule: Rule) -> str:
    told = {"info": rule.info, "warning": rule.warning, "critical": rule.critical}
    return "; ".join(f"{level}: {text}" for level, text in told.items() if text)
