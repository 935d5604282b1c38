"""A sync's news for the PM as one message: what, since when, how much, why, what can be done. Pure; internal.

It is to be read on a phone: gravest first, each fact once, long lists cut.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from connector.alerts import words
from connector.alerts.decide import Decision, Notice, Transition
from connector.alerts.grouping import Heading, gravest, headings
from connector.alerts.scene import BOOKED, Scene
from connector.alerts.tellers import REMEDIES, over, rule_name, told
from connector.analysis.calendar import WorkingCalendar
from connector.analysis.state import LedgerEntry, ProjectState, Severity

MOST_HEADINGS = 5
MOST_ENTRIES = 6  # of all lists together; `status` has them all
MOST_ENDED = 3  # lines of all clears, one a rule
MOST_KNOWN = 4  # lines of what stands for information
_TOUCHED = 2  # containers that an entry's line names
_LISTS = {
    "scope_creep": "Added without an approved change request:",
    "scope_dropped": "Taken out without an approved change request:",
}
_WHY = {
    "dropped": "will not be done",
    "moved_out": "moved out of the project",
    "transferred": "moved to another repository",
    "converted": "turned into something else than an issue",
    "deleted": "deleted",
    "invisible": "deleted, or hidden from us",
    "taken_out": "taken out",
    "became_goal": "became a goal, with nothing below it yet",
    "decomposed": "not in what replaced it",
}
_CHANGED = {
    Transition.FIRED: "",
    Transition.WORSE: "Worse: ",
    Transition.BETTER: "Better: ",
    Transition.MOVED: "Again: ",
    Transition.REPEATED: "Still: ",
    Transition.ESCALATED: "Nobody acknowledged: ",
    Transition.RESOLVED: "All clear: ",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What goes to every channel of the project. `key` is unique in the project."""

    key: str
    subject: str
    text: str
    severity: Severity
    project: str = ""  # its key
    notices: tuple[Notice, ...] = ()

    @property
    def as_json(self) -> str:
        """The message for programs: schema `clientview.alert/1`."""
        return json.dumps(
            {
                "schema": "clientview.alert/1",
                "project": self.project,
                "subject": self.subject,
                "text": self.text,
                "severity": self.severity.value,
                "notices": [_notice(notice) for notice in self.notices],
            },
            ensure_ascii=False,
        )


def compose(decision: Decision, state: ProjectState, calendar: WorkingCalendar) -> tuple[Message, ...]:
    """Put a decision into words.

    Args:
        decision: What to tell.
        state: The project as it was judged; figures and entries come from it.
        calendar: The project's working days and time zone.

    Returns:
        One message that tells everything, or none where there is nothing worth a message: what is for
        information alone waits for the next one, which tells all of it that stands.
    """
    if all(notice.is_quiet for notice in decision.notices):
        return ()
    scene = Scene(state=state, calendar=calendar)
    standing = [n for n in decision.notices if n.transition is not Transition.RESOLVED]
    ended = [n for n in decision.notices if n.transition is Transition.RESOLVED]
    found = headings(standing, scene)
    parts = [_first_look(state)] if decision.as_digest else []
    parts += [*_told(found, scene), *_ended(ended, scene), *_known(standing, scene), *_lists(found, scene)]
    parts.append(_remedies(found))
    parts.append(_look_at(found, scene))
    message = Message(
        key=" ".join(notice.key for notice in decision.notices),
        subject=_subject(decision, found, ended, scene),
        text="\n\n".join(part for part in parts if part) + "\n",
        severity=gravest(decision.notices),
        project=state.project,
        notices=tuple(decision.notices),
    )
    return (message,)


def _notice(notice: Notice) -> dict[str, object]:
    alert = notice.alert
    return {
        "id": f"{alert.rule}:{alert.object}",
        "rule": alert.rule,
        "object": alert.object,
        "name": alert.object_name,
        "transition": notice.transition.value,
        "severity": alert.severity.value,
        "since": f"{alert.since.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}",
        "facts": dict(alert.facts),
    }


def _subject(decision: Decision, found: Sequence[Heading], ended: Sequence[Notice], scene: Scene) -> str:
    project = f"[{words.one_line(scene.state.name)}]"
    if decision.as_digest:
        return f"{project} First look: {words.count(len(decision.notices), 'deviations')}"
    rest = len(found) + len(ended) - 1
    more = f", and {rest} more" if rest else ""
    if found:
        return f"{project} {_title(found[0], scene)}{more}"
    first = ended[0]
    return f"{project} All clear: {rule_name(first.alert.rule)}: {scene.name(first)}{more}"


def _first_look(state: ProjectState) -> str:
    return (
        f"This is the first look at {words.one_line(state.name)}. What is out of order already is told once;"
        " from now on you hear of what changes."
    )


def _title(heading: Heading, scene: Scene) -> str:
    notice = heading.notice
    what = f"{rule_name(notice.alert.rule)}: {scene.name(notice)}"
    return f"{_CHANGED[notice.transition]}{what} ({heading.severity.value})"


def _told(found: Sequence[Heading], scene: Scene) -> Iterator[str]:
    for heading in found[:MOST_HEADINGS]:
        yield f"{_title(heading, scene)}\n{told(heading, scene)}"
    if len(found) > MOST_HEADINGS:
        yield f"And {len(found) - MOST_HEADINGS} more."


def _ended(ended: Sequence[Notice], scene: Scene) -> Iterator[str]:
    if ended:
        rules = dict.fromkeys(notice.alert.rule for notice in ended)
        lines = [over(rule, [n for n in ended if n.alert.rule == rule], scene) for rule in rules]
        more = [f"and {len(lines) - MOST_ENDED} more"] if len(lines) > MOST_ENDED else []
        yield "\n".join(["All clear", *lines[:MOST_ENDED], *more])


def _known(standing: Sequence[Notice], scene: Scene) -> Iterator[str]:
    """Name what stands for information alone, and was told by no message of its own."""
    told = {(notice.alert.rule, notice.alert.object) for notice in standing}
    waiting = [d for d in scene.state.deviations if d.severity is Severity.INFO]
    lines = [
        f"- {rule_name(d.rule)}: {words.one_line(d.object_name)}"
        for d in waiting
        if (d.rule, d.object) not in told
    ]
    if lines:
        more = [f"- and {len(lines) - MOST_KNOWN} more"] if len(lines) > MOST_KNOWN else []
        yield "\n".join(["For information:", *lines[:MOST_KNOWN], *more])


def _lists(found: Sequence[Heading], scene: Scene) -> Iterator[str]:
    """List which items were added, and which were taken out, each item once."""
    items = {rule: _items(rule, found[:MOST_HEADINGS], scene) for rule in BOOKED}
    room = MOST_ENTRIES
    for rule, entries in items.items():
        others = sum(bool(rest) for name, rest in items.items() if name != rule)
        shown = entries[: max(1, room - others)]
        room -= len(shown)
        if shown:
            more = [f"- and {len(entries) - len(shown)} more"] if len(entries) > len(shown) else []
            yield "\n".join([_LISTS[rule], *(_entry(rule, one, scene) for one in shown), *more])


def _items(rule: str, found: Sequence[Heading], scene: Scene) -> Sequence[LedgerEntry]:
    """Return one entry for each item that headings of a rule stand on, the latest first."""
    entries: dict[str, LedgerEntry] = {}
    for heading in found:
        for notice in (heading.notice, *heading.with_it):
            if notice.alert.rule == rule:
                for entry in scene.entries(rule, notice.alert.object):
                    entries.setdefault(entry.item_key, entry)
    return sorted(entries.values(), key=lambda entry: (-entry.at.timestamp(), entry.item))


def _entry(rule: str, entry: LedgerEntry, scene: Scene) -> str:
    title = scene.titles.get(entry.item_key, "")
    on = words.day(entry.at.astimezone(scene.zone).date())
    marks = [
        on,
        *([_WHY.get(entry.why, entry.why)] if entry.why else []),
        *(["seen late"] if entry.late else []),
    ]
    touched = words.listed(list(scene.touched(rule, entry.item_key)), _TOUCHED)
    where = f": {touched}" if touched else ""
    return f"- {' '.join(part for part in (entry.item, title) if part)} ({', '.join(marks)}){where}"


def _remedies(found: Sequence[Heading]) -> str:
    rules = dict.fromkeys(heading.notice.alert.rule for heading in found[:MOST_HEADINGS])
    lines = [f"- {rule_name(rule)}: {REMEDIES[rule]}." for rule in rules if rule in REMEDIES]
    return "\n".join(["What can be done:", *lines]) if lines else ""


def _look_at(found: Sequence[Heading], scene: Scene) -> str:
    project = scene.state.project
    commands = [f"clientview status {project}"]
    for heading in found[:1]:
        rule = heading.notice.alert.rule
        if items := _items(rule, [heading], scene) if rule in BOOKED else ():
            commands = [f"clientview explain {project} {items[0].item}", *commands]
        elif rule == "sync_failed":
            commands = ["clientview check --online"]
        elif rule == "guard_tripped":
            commands = [f'clientview sync {project} --accept --by NAME --reason "TEXT"']
    return "Look at: " + ", ".join(commands)
