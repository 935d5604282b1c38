"""The configuration that goes with the story, and the moments at which its trackers are looked at."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

from connector.demo.story.days import Days
from connector.demo.story.tongue import ENGLISH, tongue

PROJECT_NAME = "Apollo web shop"
CLIENT = "Acme GmbH"
PUBLISHER = "Northwind Studio"
CONTACT = "Rita Falk"
FOOTER = "Northwind Studio, Berlin and Gdańsk"
JIRA_EMAIL = "reader@northwind-studio.example"
TOKENS: Mapping[str, str] = MappingProxyType(
    {"jira-token": "demo-jira-token-31415926", "github-token": "demo-github-token-27182818"}
)
"""Files that hold the trackers' tokens, by name, and what stands in them."""

SYNCS = 11  # a week apart
_BASELINE = -48  # working days from today: behind the first sync, so that every date was seen
_TEMPLATE = "clientview.toml"
LOGO = "logo.png"


def sync_days(now: dt.datetime) -> tuple[dt.datetime, ...]:
    """Return the moments of the weekly syncs, oldest first; the last is `now`."""
    return tuple(now - dt.timedelta(weeks=week) for week in reversed(range(SYNCS)))


def baseline_on(now: dt.datetime) -> dt.date:
    """Return the day on which scope and dates were agreed: between the first sync and the second."""
    return Days(now).on(_BASELINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where the story's servers answer: both trackers, the project manager's alerts, the client's mail."""

    jira: str
    github: str
    alerts: str
    mail: str


def configuration(addresses: Addresses, folder: Path, *, now: dt.datetime, language: str = ENGLISH) -> str:
    """Write the configuration of the demonstration.

    Args:
        addresses: Of the trackers' roots; an Apprise URL for alerts; `smtp://` for mail.
        folder: Absolute folder in which the files of `TOKENS` lie.
        now: The instant at which the story is told.
        language: In which the client reads, and the project is named.

    Returns:
        A TOML text.
    """
    say = tongue(language)
    names = {
        name: _quoted(say(text))
        for name, text in {
            "project": PROJECT_NAME,
            "client": CLIENT,
            "publisher": PUBLISHER,
            "contact": CONTACT,
            "footer": FOOTER,
        }.items()
    }
    values = {
        **names,
        "language": language,
        "jira_url": addresses.jira,
        "jira_email": JIRA_EMAIL,
        "github_url": addresses.github,
        "mail_server": _quoted(addresses.mail),
        "folder": _quoted(folder.as_posix()),
        "baseline_on": baseline_on(now).isoformat(),
        "alerts_to": _quoted(addresses.alerts),
    }
    text = files("connector.demo.files").joinpath(_TEMPLATE).read_text(encoding="utf-8")
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def logo() -> bytes:
    """Return the publisher's logo, a PNG; the configuration names it as `LOGO`."""
    return files("connector.demo.files").joinpath(LOGO).read_bytes()


def _quoted(text: str) -> str:
    """Escape what stands inside a TOML text."""
    return json.dumps(text, ensure_ascii=False)[1:-1]
