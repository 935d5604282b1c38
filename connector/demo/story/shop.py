"""The web shop in Jira: project APO, told by its cards and by what happened to some of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from connector.demo.story.card import Card
from connector.demo.story.days import ZONE, Days
from connector.demo.story.shop_scope import GOALS, R1, R2, R3, SCOPE
from connector.demo.story.shop_steps import STEPS, WORK, Step
from connector.demo.story.shop_talk import COMMENTS, LINKS, TALK
from connector.demo.story.tongue import ENGLISH, Tongue, tongue
from connector.demo.trackers.jira import edits
from connector.demo.trackers.jira.defaults import STORY_POINTS
from connector.demo.trackers.jira.issues import IssueActs, IssueFields
from connector.demo.trackers.jira.world import JiraWorld

PROJECT = "APO"
CLIENT_TITLE = "customfield_10101"
CLIENT_TEXT = "customfield_10102"
CLIENT_RESPONSE = "customfield_10103"
LIKELIHOOD = "customfield_10104"
IMPACT = "customfield_10105"
RESPONSE = "customfield_10106"
NEEDED_BY = "customfield_10107"
CLIENT_OPTIONS = "customfield_10108"
CLIENT_OUTCOME = "customfield_10109"
BUDGET = "customfield_10110"
CLIENT_REASON = "customfield_10111"
_FIELDS = (
    (CLIENT_TITLE, "Client title", "string"),
    (CLIENT_TEXT, "Client text", "string"),
    (CLIENT_RESPONSE, "Client response", "string"),
    (LIKELIHOOD, "Likelihood", "string"),
    (IMPACT, "Impact", "string"),
    (RESPONSE, "Response", "string"),
    (NEEDED_BY, "Needed by", "date"),
    (CLIENT_OPTIONS, "Client options", "string"),
    (CLIENT_OUTCOME, "Client outcome", "string"),
    (BUDGET, "Budget left (EUR)", "number"),
    (CLIENT_REASON, "Client reason", "string"),
)
_PEOPLE = (
    ("mira", "Mira Castellanos", "mira.castellanos@northwind-studio.example"),
    ("jonas", "Jonas Feldhaus", "jonas.feldhaus@northwind-studio.example"),
    ("aiko", "Aiko Tanabe", "aiko.tanabe@northwind-studio.example"),
    ("tomasz", "Tomasz Zielonka", "tomasz.zielonka@northwind-studio.example"),
    ("ole", "Ole Brandt", "ole.brandt@acme-gmbh.example"),
)
_MAKERS = ("jonas", "aiko", "tomasz")


def jira_world(now: dt.datetime, language: str = ENGLISH) -> JiraWorld:
    """Tell the web shop's story up to `now`, aware; the same for the same day.

    Client words are told in `language`, all else in English.

    The world holds every act at its instant: asked as of an earlier moment, it shows the dates and
    the work of that moment.
    """
    days, say = Days(now), tongue(language)
    world = JiraWorld(timezone=str(ZONE))
    for account, name, email in _PEOPLE:
        world.person(account, name, email=email)
    world.project(PROJECT, "Apollo")
    for field_id, name, kind in _FIELDS:
        world.field(field_id, name, kind=kind)
    _releases(world, days, say)
    told = _Telling(world, days, say)
    told.cards({**GOALS, **SCOPE, **WORK, **TALK})
    told.turns()
    return world


# ----------------------------------------------------------------------------------- private


def _releases(world: JiraWorld, days: Days, say: Tongue) -> None:
    """Release 1 comes on its day, release 2 is put off twice, release 3 keeps a date it can hardly hold."""
    founded = days.at(-90)
    first = world.version(PROJECT, say(R1), at=founded, start_on=days.on(-82), release_on=days.on(-30))
    first.release(days.at(-30, 16), on=days.on(-30))
    second = world.version(PROJECT, say(R2), at=founded, start_on=days.on(-55), release_on=days.on(-6))
    second.move(days.at(-26, 15), release_on=days.on(4))
    second.move(days.at(-12, 11), release_on=days.on(14))
    world.version(PROJECT, say(R3), at=founded, start_on=days.on(5), release_on=days.on(30))
    for step in STEPS.values():
        _step(world, days, step, say(step.name))


def _step(world: JiraWorld, days: Days, step: Step, name: str) -> None:
    """Let a step be planned, perhaps put off, and reached."""
    made = world.version(
        PROJECT, name, at=days.at(-88), start_on=days.on(step.begun), release_on=days.on(step.due)
    )
    if step.told is not None and step.put_off is not None:
        made.move(days.at(step.told, 14), release_on=days.on(step.put_off))
    made.release(days.at(step.reached, 17), on=days.on(step.reached))


class _Telling:
    """Turns cards into issues, in the order in which they were raised."""

    def __init__(self, world: JiraWorld, days: Days, say: Tongue) -> None:
        self._world = world
        self._days = days
        self._say = say
        self._issues: dict[str, IssueActs] = {}

    def cards(self, cards: Mapping[str, Card]) -> None:
        """Raise every card and let it live its own life."""
        by_day = sorted(cards.items(), key=lambda pair: (pair[1].raised, bool(pair[1].under)))
        for position, (handle, card) in enumerate(by_day):
            self._raise(handle, card, minute=7 * position % 60)
            self._live(self._issues[handle], card, position)

    def turns(self) -> None:
        """Let happen what is more than a card's own life: changes of mind, links, talk."""
        at, issues = self._days.at, self._issues
        issues["erp"].points(at(-24, 16), 13.0, by="aiko")
        issues["returns"].fix_versions(at(-12, 12), add=self._say(R3), remove=self._say(R2), by="mira")
        issues["design"].move(at(-20, 9), "Waiting for client", by="mira")
        issues["history"].label(at(-40), add="internal-margin", by="mira")
        for a, kind, b, day in LINKS:
            issues[a].link(at(day, 17), kind, issues[b], by="mira")
        for handle, day, person, words in COMMENTS:
            issues[handle].comment(at(day, 18, 20), words, by=person)

    def _raise(self, handle: str, card: Card, *, minute: int) -> None:
        given: IssueFields = {
            "type": card.type,
            "reporter": card.by,
            "labels": card.labels,
            "description": card.description,
            "security": card.security,
            "fields": self._fields(card),
        }
        if card.under:
            given["parent"] = self._issues[card.under].key
        if card.release:
            name = STEPS[card.release].name if card.release in STEPS else card.release
            given["fix_versions"] = self._say(name)
        at = self._days.at(card.raised, 8, minute)
        self._issues[handle] = self._world.issue(PROJECT, at=at, summary=card.summary, **given)

    def _live(self, issue: IssueActs, card: Card, position: int) -> None:
        maker = _MAKERS[position % len(_MAKERS)]
        if card.started is not None:
            at = self._days.at(card.started, 9, 10)
            issue.edit(at, edits.status("In Progress"), edits.person("assignee", maker), by=maker)
        if card.ended is not None:
            if card.resolution == "Done" and card.started is not None and card.started < card.ended:
                issue.move(self._days.at(card.ended, 11, 30), "In Review", by=maker)
            issue.move(self._days.at(card.ended, 15, 40), card.end_status, card.resolution or None, by="mira")

    def _fields(self, card: Card) -> dict[str, object]:
        words = card.words
        values: dict[str, object] = {
            STORY_POINTS: card.points,
            CLIENT_TITLE: self._say(words.title) if words else None,
            CLIENT_TEXT: self._say(words.text) if words else None,
            CLIENT_RESPONSE: self._say(words.response) if words else None,
            CLIENT_OPTIONS: self._say(words.options) if words else None,
            CLIENT_OUTCOME: self._say(words.outcome) if words else None,
            CLIENT_REASON: self._say(words.reason) if words else None,
            LIKELIHOOD: card.likelihood,
            IMPACT: card.impact,
            RESPONSE: card.response,
            NEEDED_BY: None if card.needed is None else self._days.on(card.needed),
            BUDGET: 48200.0 if card.type == "Epic" else None,
        }
        return {name: value for name, value in values.items() if value not in (None, "")}
