"""The app in GitHub: repository acme/apollo-app, told by its cards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from connector.demo.story.app_scope import BETA, GOALS, LAUNCH, PULLS, TALK, WORK
from connector.demo.story.card import Card
from connector.demo.story.days import Days
from connector.demo.story.tongue import ENGLISH, Tongue, tongue
from connector.demo.trackers.github.world import GitHubWorld, IssueActs, MilestoneActs

REPOSITORY = "acme/apollo-app"
_PEOPLE = ("mira", "jonas-feldhaus", "aiko-t", "tomasz-z")
_MAKERS = ("jonas-feldhaus", "aiko-t")


def github_world(now: dt.datetime, language: str = ENGLISH) -> GitHubWorld:
    """Tell the app's story up to `now`, aware; the same for the same day.

    The world holds every act at its instant, as `jira_world` does. Client words are told in `language`.
    """
    days, say = Days(now), tongue(language)
    world = GitHubWorld(REPOSITORY)
    for login in _PEOPLE:
        world.user(login)
    milestones = {
        BETA: world.milestone(say(BETA), at=days.at(-74), due_on=days.on(-4)),
        LAUNCH: world.milestone(say(LAUNCH), at=days.at(-74), due_on=days.on(34)),
    }
    milestones[BETA].move(days.at(-7, 11), due_on=days.on(5))
    telling = _Telling(world, days, milestones, say)
    telling.cards({**GOALS, **WORK, **TALK})
    telling.pulls()
    return world


# ----------------------------------------------------------------------------------- private


class _Telling:
    """Turns cards into issues, in the order in which they were raised."""

    def __init__(
        self, world: GitHubWorld, days: Days, milestones: Mapping[str, MilestoneActs], say: Tongue
    ) -> None:
        self._world = world
        self._say = say
        self._days = days
        self._milestones = milestones
        self._issues: dict[str, IssueActs] = {}

    def cards(self, cards: Mapping[str, Card]) -> None:
        """Open every card, hang it below its goal, close it on its day."""
        by_day = sorted(cards.items(), key=lambda pair: (pair[1].raised, bool(pair[1].under)))
        for position, (handle, card) in enumerate(by_day):
            self._issues[handle] = self._open(card, position)
            if card.under:
                at = self._days.at(card.raised, 14, position)
                self._issues[card.under].sub_issue(at, self._issues[handle], by="mira")
        self._issues["icon"].comment(self._days.at(-8), "We showed them three others. Sigh.", by="mira")

    def pulls(self) -> None:
        """Open the pull requests among the issues, as GitHub numbers them."""
        for position, (title, opened, closed) in enumerate(PULLS):
            maker = _MAKERS[position % len(_MAKERS)]
            pull = self._world.pull(title, at=self._days.at(opened, 16, position), by=maker)
            if closed is not None:
                pull.close(self._days.at(closed, 12, position), by=maker)

    def _open(self, card: Card, position: int) -> IssueActs:
        issue = self._world.issue(
            card.summary,
            at=self._days.at(card.raised, 13, position),
            body=self._body(card),
            labels=card.labels,
            milestone=self._milestones.get(card.release),
            by=card.by,
            assignee=_MAKERS[position % len(_MAKERS)],
        )
        if card.ended is not None:
            reason = "completed" if card.resolution == "Done" else card.resolution
            issue.close(self._days.at(card.ended, 15, position), reason, by=_MAKERS[position % len(_MAKERS)])
        return issue

    def _body(self, card: Card) -> str:
        """Write what an issue form would: a heading for each answer."""
        needed = "" if card.needed is None else self._days.on(card.needed).isoformat()
        words = card.words
        answers = (
            ("Client title", self._say(words.title) if words else ""),
            ("Client text", self._say(words.text) if words else ""),
            ("Client response", self._say(words.response) if words else ""),
            ("Response", card.response),
            ("Likelihood", card.likelihood),
            ("Impact", card.impact),
            ("Needed by", needed),
        )
        written = [f"### {heading}\n\n{answer}" for heading, answer in answers if answer]
        return "\n\n".join([card.description, *written] if card.description else written)
