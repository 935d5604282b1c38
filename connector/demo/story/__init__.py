"""The fictional project: "Apollo web shop" by Northwind Studio for Acme GmbH, leading up to today.

Two worlds, told for a given `now`: the shop in Jira (project APO) and the app in GitHub
(acme/apollo-app). Releases, a date put off twice, scope that crept in, an approved change and one
that waits, risks, questions to the client; and much that is none of the client's business.

    now = clock.now()
    jira = story.jira_world(now)              # served by demo.trackers, as of the server's clock
    github = story.github_world(now)
    for moment in story.sync_days(now): ...   # weekly syncs; milestones move between them
    text = story.configuration(addresses, folder, now=now)
"""

from __future__ import annotations

from connector.demo.story.app import REPOSITORY, github_world
from connector.demo.story.configuration import (
    JIRA_EMAIL,
    LOGO,
    TOKENS,
    Addresses,
    baseline_on,
    configuration,
    logo,
    sync_days,
)
from connector.demo.story.shop import PROJECT, jira_world
from connector.demo.story.shop_talk import NOTE
from connector.demo.story.tongue import ENGLISH, LANGUAGES, tongue

__all__ = [
    "ENGLISH",
    "JIRA_EMAIL",
    "LANGUAGES",
    "LOGO",
    "NOTE",
    "PROJECT",
    "REPOSITORY",
    "TOKENS",
    "Addresses",
    "baseline_on",
    "configuration",
    "github_world",
    "jira_world",
    "logo",
    "sync_days",
    "tongue",
]
