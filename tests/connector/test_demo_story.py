"""The demonstration's story: the same on every day it is told, and fit for a client to read."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from connector.config import load_config
from connector.demo import story
from connector.demo.story import app_scope, shop_scope, shop_steps, shop_talk
from connector.demo.story.card import Card
from connector.demo.story.days import ZONE, Days
from connector.demo.trackers.github.state import GitHubState
from connector.demo.trackers.jira.state import JiraState, parse_time
from connector.disclosure.markup import rich_text
from connector.errors import UsageError

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
MOMENTS = st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2029, 12, 31), timezones=st.just(dt.UTC))  # noqa: DTZ001 - bounds of a strategy are naive by its contract
CARDS: Mapping[str, Card] = {
    **shop_scope.GOALS,
    **shop_scope.SCOPE,
    **shop_steps.WORK,
    **shop_talk.TALK,
    **{
        f"app-{handle}": card
        for handle, card in {**app_scope.GOALS, **app_scope.WORK, **app_scope.TALK}.items()
    },
}
NOT_FOR_CLIENTS = re.compile(
    r"EUR|€|@|\bSP\b|\bCR-|\bepic\b|\bsprint\b|\bbacklog\b|\bbaseline\b|\bcreep\b|\bstory point"
    r"|\bOle\b|Mira|Jonas|Aiko|Tomasz|Northwind|Paylane|Kontora|Halden",
    re.IGNORECASE,
)


def jira(now: dt.datetime, at: dt.datetime) -> JiraState:
    """The shop's tracker as of a moment."""
    return story.jira_world(now).state_at(at)


def github(now: dt.datetime, at: dt.datetime) -> GitHubState:
    """The app's tracker as of a moment."""
    return story.github_world(now).state_at(at)


def release_dates(now: dt.datetime, name: str) -> list[str]:
    """The distinct dates a release had at the weekly syncs, in order."""
    world = story.jira_world(now)
    seen: list[str] = []
    for moment in story.sync_days(now):
        versions = world.state_at(moment).versions.values()
        date = next(version["releaseDate"] for version in versions if version["name"] == name)
        if date not in seen:
            seen.append(date)
    return seen


@settings(max_examples=25, deadline=None)
@given(now=MOMENTS)
def test_the_story_is_the_same_on_every_day(now: dt.datetime) -> None:
    """Whatever the moment, everything has happened, in order, on working days, by now."""
    shop, app = jira(now, now), github(now, now)
    assert len(shop.issues) == len(
        {**shop_scope.GOALS, **shop_scope.SCOPE, **shop_steps.WORK, **shop_talk.TALK}
    )
    assert len([issue for issue in app.here() if not issue.is_pull]) == 24
    for issue in shop.issues.values():
        instants = [parse_time(issue.fields["created"]), *(parse_time(h["created"]) for h in issue.histories)]
        assert instants == sorted(instants)
        assert all(at <= now and at.astimezone(ZONE).weekday() < 5 for at in instants)


@settings(max_examples=25, deadline=None)
@given(now=MOMENTS)
@example(now=dt.datetime(2028, 1, 2, 22, 0, tzinfo=dt.UTC))  # the clocks went back in between
def test_release_2_is_put_off_twice_between_syncs(now: dt.datetime) -> None:
    """The syncs see three dates of release 2, one of the others; the first sync comes before the baseline."""
    assert len(release_dates(now, shop_scope.R2)) == 3
    assert len(release_dates(now, shop_scope.R1)) == len(release_dates(now, shop_scope.R3)) == 1
    first, second, *_ = (moment.astimezone(ZONE).date() for moment in story.sync_days(now))
    assert first < story.baseline_on(now) < second


@given(now=MOMENTS, count=st.integers(-120, 120))
def test_working_days_count_without_weekends(now: dt.datetime, count: int) -> None:
    """Each count is a day of its own, one working day behind the one before."""
    days = Days(now)
    day, following = days.on(count), days.on(count + 1)
    assert day.weekday() < 5
    assert (following - day).days == (3 if day.weekday() == 4 else 1)
    assert days.on(0) <= now.astimezone(ZONE).date()


def test_the_trackers_end_as_the_story_says() -> None:
    """Release 1 is out on its day; the app's beta was put off, and has work left."""
    shop, app = jira(NOW, NOW), github(NOW, NOW)
    first = next(version for version in shop.versions.values() if version["name"] == shop_scope.R1)
    assert (first["released"], first["releaseDate"]) == (True, "2026-10-12")
    beta = next(milestone for milestone in app.milestones.values() if milestone["title"] == app_scope.BETA)
    assert (beta["state"], beta["due_on"][:10] > NOW.date().isoformat()) == ("open", True)


def test_enough_was_reached_to_tell_dates_from_it() -> None:
    """Five milestones and more were reached since the first sync, half of them later than planned."""
    first = story.sync_days(NOW)[0]
    days = Days(NOW)
    steps = shop_steps.STEPS.values()
    assert sum(days.on(step.reached) > first.date() for step in steps) >= 5
    assert sum(step.reached > step.due for step in steps) * 2 >= len(steps)


def client_texts() -> Iterator[str]:
    """Every word of the story that is meant for the client."""
    for card in CARDS.values():
        if card.words:
            yield from (text for text in (card.words.title, card.words.text, card.words.response) if text)
    yield from (shop_scope.R1, shop_scope.R2, shop_scope.R3, app_scope.BETA, app_scope.LAUNCH)
    yield from (step.name for step in shop_steps.STEPS.values())
    yield story.NOTE


@pytest.mark.parametrize("text", sorted(client_texts()))
def test_client_words_are_for_clients(text: str) -> None:
    """No money, people, addresses or trade words stand in what the client reads."""
    assert not NOT_FOR_CLIENTS.search(text)


@pytest.mark.parametrize("text", sorted(client_texts()))
def test_client_words_are_told_in_chinese(text: str) -> None:
    """Each word of the client's has its Chinese, with the same marks of emphasis and of lists."""
    told = story.tongue("zh-CN")(text)
    assert re.search("[\u4e00-\u9fff]", told)
    assert (told.count("**"), told.count("\n- ")) == (text.count("**"), text.count("\n- "))
    read = rich_text(told)
    assert read is not None
    assert "**" not in read.text
    assert not re.search("[，。：；（] |[\u4e00-\u9fff][,;:]", told)


def test_a_language_nobody_wrote_is_refused() -> None:
    """The story is told in the languages it was written in."""
    with pytest.raises(UsageError, match="found language 'fr'; the demonstration is told in en and zh-CN"):
        story.tongue("fr")


def test_there_is_something_to_hide() -> None:
    """The story holds what must not leak: money, addresses, names, labels, a restricted issue, talk."""
    internal = " ".join(f"{card.summary} {card.description} {card.response}" for card in CARDS.values())
    assert "EUR" in internal
    assert "@acme-gmbh.example" in internal
    assert any(card.security for card in CARDS.values())
    assert {"internal", "internal-margin"} <= {label for card in CARDS.values() for label in card.labels}
    assert len(shop_talk.COMMENTS) > 5
    assert any(card.type == "Risk" and card.words is None for card in CARDS.values())


@pytest.mark.parametrize("language", story.LANGUAGES)
def test_the_configuration_has_no_fault(tmp_path: Path, language: str) -> None:
    """The text that goes with the story loads, and holds no token."""
    for name, token in story.TOKENS.items():
        (tmp_path / name).write_text(token, encoding="utf-8")
        (tmp_path / name).chmod(0o600)
    (tmp_path / story.LOGO).write_bytes(story.logo())
    here = "127.0.0.1"
    addresses = story.Addresses(
        jira=f"http://{here}:1", github=f"http://{here}:2", alerts=f"json://{here}:3", mail=f"smtp://{here}:4"
    )
    text = story.configuration(addresses, tmp_path, now=NOW, language=language)
    file = tmp_path / "clientview.toml"
    file.write_text(text, encoding="utf-8")
    config = load_config(file)
    assert [project.key for project in config.projects] == ["apollo"]
    assert not any(token in text for token in story.TOKENS.values())
