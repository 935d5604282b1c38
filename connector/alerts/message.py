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
from connector.alerts.listing import listing
from connector.alerts.scene import BOOKED, Scene
from connector.alerts.see_more import booked_items, look_at
from connector.alerts.tellers import over, remedy, rule_name, told
from connector.alerts.texts import Speech
from connector.alerts.texts import speech as speech_of
from connector.analysis.calendar import WorkingCalendar
from connector.analysis.state import Deviation, LedgerEntry, ProjectState, Severity

MOST_HEADINGS = 5
MOST_ENTRIES = 6  # of all lists together; `status` has them all
MOST_ENDED = 3  # lines of all clears, one a rule
MOST_KNOWN = 4  # lines of what stands for information
_TOUCHED = 2  # containers that an entry's line names
_LISTS = {"scope_creep": "head.added", "scope_dropped": "head.removed"}


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


def compose(
    decision: Decision, state: ProjectState, calendar: WorkingCalendar, speech: Speech | None = None
) -> tuple[Message, ...]:
    """Put a decision into words.

    Args:
        decision: What to tell.
        state: The project as it was judged; figures and entries come from it.
        calendar: The project's working days and time zone.
        speech: The language; None for English.

    Returns:
        One message that tells everything, or none where there is nothing worth a message: what is for
        information alone waits for the next one, which tells all of it that stands.
    """
    if all(notice.is_quiet for notice in decision.notices):
        return ()
    scene = Scene(state=state, calendar=calendar, speech=speech or speech_of())
    standing = [n for n in decision.notices if n.transition is not Transition.RESOLVED]
    ended = [n for n in decision.notices if n.transition is Transition.RESOLVED]
    found = headings(standing, scene)
    parts = [_first_look(scene)] if decision.as_digest else []
    parts += [*_told(found, scene), *_ended(ended, scene), *_known(standing, scene), *_lists(found, scene)]
    parts += [_remedies(found, scene), look_at(found, scene)]
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
    say, project = scene.speech, words.one_line(scene.state.name)
    if decision.as_digest:
        first = say.count("subject.first", len(decision.notices))
        return say.say("subject", project=project, title=first)
    title = _title(found[0], scene) if found else _end(ended[0], scene)
    rest = len(found) + len(ended) - 1
    if rest:
        title = say.count("subject.more", rest, title=title)
    return say.say("subject", project=project, title=title)


def _first_look(scene: Scene) -> str:
    return scene.speech.say("first_look", project=words.one_line(scene.state.name))


def _title(heading: Heading, scene: Scene) -> str:
    notice, say = heading.notice, scene.speech
    return say.say(
        f"title.{notice.transition.value}",
        rule=rule_name(notice.alert.rule, say),
        name=scene.name(notice),
        level=say.say(f"level.{heading.severity.value}"),
    )


def _end(notice: Notice, scene: Scene) -> str:
    rule = rule_name(notice.alert.rule, scene.speech)
    return scene.speech.say("title.resolved", rule=rule, name=scene.name(notice))


def _told(found: Sequence[Heading], scene: Scene) -> Iterator[str]:
    known: set[str] = set()
    for heading in found[:MOST_HEADINGS]:
        yield f"{_title(heading, scene)}\n{told(heading, scene, known=known)}"
    if len(found) > MOST_HEADINGS:
        yield scene.speech.count("more.headings", len(found) - MOST_HEADINGS)


def _ended(ended: Sequence[Notice], scene: Scene) -> Iterator[str]:
    if ended:
        rules = dict.fromkeys(notice.alert.rule for notice in ended)
        lines = [over(rule, [n for n in ended if n.alert.rule == rule], scene) for rule in rules]
        yield "\n".join(
            [scene.speech.say("head.ended"), *lines[:MOST_ENDED], *_rest(lines, MOST_ENDED, scene)]
        )


def _known(standing: Sequence[Notice], scene: Scene) -> Iterator[str]:
    """Name what stands for information alone, and was told by no message of its own."""
    told = {(notice.alert.rule, notice.alert.object) for notice in standing}
    waiting = [d for d in scene.state.deviations if d.severity is Severity.INFO]
    lines = [_waiting(one, scene) for one in waiting if (one.rule, one.object) not in told]
    if lines:
        yield listing(scene.speech.say("head.known"), lines, MOST_KNOWN, scene.speech)


def _waiting(one: Deviation, scene: Scene) -> str:
    rule = rule_name(one.rule, scene.speech)
    return scene.speech.say("line.known", rule=rule, name=scene.label(one.object, one.object_name))


def _rest(lines: Sequence[str], most: int, scene: Scene) -> Sequence[str]:
    return [scene.speech.count("more.lines", len(lines) - most)] if len(lines) > most else []


def _lists(found: Sequence[Heading], scene: Scene) -> Iterator[str]:
    """List which items were added, and which were taken out, each item once."""
    items = {rule: booked_items(rule, found[:MOST_HEADINGS], scene) for rule in BOOKED}
    room = MOST_ENTRIES
    for rule, entries in items.items():
        others = sum(bool(rest) for name, rest in items.items() if name != rule)
        most = max(1, room - others)
        room -= len(entries[:most])
        if entries:
            lines = [_entry(rule, one, scene) for one in entries]
            yield listing(scene.speech.say(_LISTS[rule]), lines, most, scene.speech)


def _entry(rule: str, entry: LedgerEntry, scene: Scene) -> str:
    say, title = scene.speech, words.one_line(scene.titles.get(entry.item_key, ""))
    marks = [
        say.day(entry.at.astimezone(scene.zone).date()),
        *([_why(entry.why, say)] if entry.why else []),
        *([say.say("late")] if entry.late else []),
    ]
    item = " ".join(part for part in (words.one_line(entry.item), title) if part)
    where = say.listed(list(scene.touched(rule, entry.item_key)), _TOUCHED)
    key = "line.entry_in" if where else "line.entry"
    return say.say(key, item=item, marks=say.broken(marks), **({"where": where} if where else {}))


def _why(code: str, say: Speech) -> str:
    key = f"gone.{code}"
    return say.say(key) if say.knows(key) else code


def _remedies(found: Sequence[Heading], scene: Scene) -> str:
    say = scene.speech
    rules = dict.fromkeys(heading.notice.alert.rule for heading in found[:MOST_HEADINGS])
    lines = [
        say.say("line.remedy", rule=rule_name(rule, say), remedy=remedy(rule, say))
        for rule in rules
        if remedy(rule, say)
    ]
    return listing(say.say("head.remedies"), lines, len(lines), say) if lines else ""
