"""A GitHub repository's data at one moment: raw REST objects, and how they hang together."""

from __future__ import annotations

import base64
import datetime as dt
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from connector.demo.trackers.exchange import Payload

API = "https://api.github.com"
WEB = "https://github.com"
PACIFIC = ZoneInfo("America/Los_Angeles")


def github_time(at: dt.datetime) -> str:
    """Return an instant as GitHub prints it: UTC, whole seconds."""
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def due_time(day: dt.date | None) -> str | None:
    """Return a milestone's due date as GitHub keeps it: midnight in California, in UTC."""
    if day is None:
        return None
    return github_time(dt.datetime(day.year, day.month, day.day, tzinfo=PACIFIC))


def node_id(kind: str, number: int) -> str:
    """Return a global id: stable, opaque, told apart by its kind (`I`, `MI`, `LA`, `R`, `U`, `EV`)."""
    code = base64.urlsafe_b64encode(f"{kind}:{number}".encode()).decode().rstrip("=")
    return f"{kind}_{code}"


@dataclass(slots=True, eq=False)
class GitHubIssue:
    """One issue or pull request: its REST object, with `milestone` as a number, and its timeline.

    `gone`: why it is no longer here (`deleted`, `transferred`, `converted`), "" while it is.
    """

    number: int
    row: Payload
    events: list[Payload] = field(default_factory=list)
    gone: str = ""
    moved_to: str = ""  # path of the new place of a transferred issue

    @property
    def is_pull(self) -> bool:
        """Whether it is a pull request."""
        return "pull_request" in self.row

    @property
    def updated_at(self) -> str:
        """When it last changed, as GitHub prints it (texts compare as instants do)."""
        return str(self.row["updated_at"])


@dataclass(slots=True, eq=False)
class GitHubState:
    """A repository. `children` are sub-issues in their order, `blockers` what blocks an issue.

    `elsewhere` holds issues of other repositories by path, for what was transferred there.
    `rendered`, `counts`, `listings`, `blocked` (by their blockers) and `answers` (of GraphQL, by
    question) hold what was worked out; `changed` empties them.
    """

    repository: Payload
    issues: dict[int, GitHubIssue] = field(default_factory=dict)
    milestones: dict[int, Payload] = field(default_factory=dict)
    labels: dict[str, Payload] = field(default_factory=dict)
    types: dict[str, Payload] = field(default_factory=dict)
    users: dict[str, Payload] = field(default_factory=dict)
    parents: dict[int, int] = field(default_factory=dict)
    children: dict[int, list[int]] = field(default_factory=dict)
    blockers: dict[int, list[int]] = field(default_factory=dict)
    elsewhere: dict[str, Payload] = field(default_factory=dict)
    rendered: dict[int, Payload] = field(default_factory=dict)
    counts: dict[int, Payload] = field(default_factory=dict)
    listings: dict[str, list[GitHubIssue]] = field(default_factory=dict)
    blocked: dict[int, list[int]] = field(default_factory=dict)
    answers: dict[bytes, tuple[bytes, int]] = field(default_factory=dict)

    def changed(self) -> None:
        """Forget what was worked out."""
        self.rendered.clear()
        self.counts.clear()
        self.listings.clear()
        self.blocked.clear()
        self.answers.clear()

    @property
    def name(self) -> str:
        """Full name of the repository."""
        return str(self.repository["full_name"])

    def here(self) -> list[GitHubIssue]:
        """Return what is in the repository: issues and pull requests."""
        return [issue for issue in self.issues.values() if not issue.gone]

    def find(self, number: int) -> GitHubIssue | None:
        """Return an issue or pull request that is still here."""
        issue = self.issues.get(number)
        return None if issue is None or issue.gone else issue


def user_payload(login: str, number: int) -> Payload:
    """Make a user's REST object."""
    return {
        "login": login,
        "id": number,
        "node_id": node_id("U", number),
        "avatar_url": f"https://avatars.githubusercontent.com/u/{number}?v=4",
        "gravatar_id": "",
        "url": f"{API}/users/{login}",
        "html_url": f"{WEB}/{login}",
        "type": "User",
        "site_admin": False,
    }


def label_payload(repository: str, name: str, number: int, color: str, description: str) -> Payload:
    """Make a label's REST object."""
    return {
        "id": number,
        "node_id": node_id("LA", number),
        "url": f"{API}/repos/{repository}/labels/{name.replace(' ', '%20')}",
        "name": name,
        "color": color,
        "default": False,
        "description": description or None,
    }


def repository_payload(full_name: str, number: int, *, private: bool) -> Payload:
    """Make a repository's REST object."""
    owner, _, name = full_name.partition("/")
    return {
        "id": number,
        "node_id": node_id("R", number),
        "name": name,
        "full_name": full_name,
        "private": private,
        "owner": user_payload(owner, number + 1) | {"type": "Organization"},
        "html_url": f"{WEB}/{full_name}",
        "description": None,
        "fork": False,
        "url": f"{API}/repos/{full_name}",
        "has_issues": True,
        "archived": False,
        "disabled": False,
        "visibility": "private" if private else "public",
        "default_branch": "main",
        "permissions": {"admin": False, "maintain": False, "push": False, "triage": False, "pull": True},
    }
