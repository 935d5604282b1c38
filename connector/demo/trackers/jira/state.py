"""A Jira site's data at one moment: raw payloads, and what searching them needs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field

from connector.demo.trackers.exchange import Payload, milliseconds

SITE = "https://apollo-tracker.example"
"""Host in `self` links. Not the host one calls: real sites behind a gateway do that too."""

EPIC_LEVEL = 1


def jira_time(at: dt.datetime, zone: dt.tzinfo = dt.UTC) -> str:
    """Return an instant as Jira prints it: milliseconds, offset without colon."""
    local = at.astimezone(zone)
    return f"{local:%Y-%m-%dT%H:%M:%S}.{local.microsecond // 1000:03d}{local:%z}"


def parse_time(text: str) -> dt.datetime:
    """Read an instant as Jira prints it."""
    return dt.datetime.fromisoformat(text)


@dataclass(slots=True, eq=False)
class JiraIssue:
    """One issue: its fields as Data Center's v2 gives them, and its histories, oldest first.

    `cache` holds what searching worked out; `touch` empties it.
    `hidden`: there, but no longer visible to the account that asks. `is_archived`: searching
    does not find it, asking by id or key does.
    """

    id: int
    key: str
    fields: Payload
    histories: list[Payload] = field(default_factory=list)
    hidden: bool = False
    is_archived: bool = False
    created_ms: int = 0
    updated_ms: int = 0
    cache: dict[str, frozenset[str]] = field(default_factory=dict)

    def at_ms(self, name: str) -> int:
        """Return the instant of being `created` or `updated`, in milliseconds."""
        return self.created_ms if name == "created" else self.updated_ms

    def touch(self) -> None:
        """Work out the instants anew, forget what was cached."""
        self.created_ms = milliseconds(parse_time(self.fields["created"]))
        self.updated_ms = milliseconds(parse_time(self.fields["updated"]))
        self.cache.clear()


@dataclass(slots=True, eq=False)
class JiraState:
    """Everything on the site. Definitions are raw payloads by id; issues by numeric id.

    `keys` leads from every key an issue ever had to its id. `closed`: keys of projects that the
    asking account may not browse any more. `extra_boards`: boards that show a sprint besides its
    own. `encoded`: what was printed already, by issue; `shown_in`: which prints show an issue.
    """

    projects: dict[str, Payload] = field(default_factory=dict)
    versions: dict[str, Payload] = field(default_factory=dict)
    components: dict[str, Payload] = field(default_factory=dict)
    statuses: dict[str, Payload] = field(default_factory=dict)
    types: dict[str, Payload] = field(default_factory=dict)
    priorities: dict[str, Payload] = field(default_factory=dict)
    resolutions: dict[str, Payload] = field(default_factory=dict)
    link_types: dict[str, Payload] = field(default_factory=dict)
    fields: dict[str, Payload] = field(default_factory=dict)
    people: dict[str, Payload] = field(default_factory=dict)
    boards: dict[int, Payload] = field(default_factory=dict)
    sprints: dict[int, Payload] = field(default_factory=dict)
    levels: dict[str, Payload] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
    extra_boards: dict[int, set[int]] = field(default_factory=dict)
    issues: dict[int, JiraIssue] = field(default_factory=dict)
    keys: dict[str, int] = field(default_factory=dict)
    encoded: dict[int, dict[str, bytes]] = field(default_factory=dict)
    shown_in: dict[int, set[int]] = field(default_factory=dict)
    sorted_by: dict[str, list[JiraIssue]] = field(default_factory=dict)

    def add(self, issue: JiraIssue) -> None:
        """Put an issue on the site."""
        self.issues[issue.id] = issue
        self.changed(issue)
        self.sorted_by.clear()

    def changed(self, issue: JiraIssue) -> None:
        """Forget what was worked out about an issue, and every printed issue that shows it."""
        issue.touch()
        self.keys[issue.key.upper()] = issue.id
        self.sorted_by.pop("updated", None)
        for number in (issue.id, *self.shown_in.pop(issue.id, ())):
            self.encoded.pop(number, None)

    def remove(self, number: int) -> None:
        """Take an issue off the site, with everything it held."""
        del self.issues[number]
        self.forget()

    def forget(self) -> None:
        """Forget everything that was worked out or printed."""
        self.encoded.clear()
        self.shown_in.clear()
        self.sorted_by.clear()

    def in_order(self, name: str) -> list[JiraIssue]:
        """Return every issue, hidden ones too, in the order of `created` or `updated`."""
        found = self.sorted_by.get(name)
        if found is None:
            found = sorted(self.issues.values(), key=lambda issue: issue.at_ms(name))
            self.sorted_by[name] = found
        return found

    def may_see(self, issue: JiraIssue) -> bool:
        """Whether the asking account may browse an issue."""
        return not issue.hidden and not (self.closed and issue.fields["project"]["key"] in self.closed)

    def visible(self) -> Iterator[JiraIssue]:
        """Yield the issues the asking account may browse."""
        return (issue for issue in self.issues.values() if self.may_see(issue))

    def find(self, id_or_key: str) -> JiraIssue | None:
        """Return a visible issue by id, key or former key."""
        number = int(id_or_key) if id_or_key.isdigit() else self.keys.get(id_or_key.upper(), -1)
        issue = self.issues.get(number)
        return issue if issue is not None and self.may_see(issue) else None

    def project(self, id_or_key: str) -> Payload | None:
        """Return a project by id or key, unless it is closed to the asking account."""
        wanted = id_or_key.upper()
        return next((p for p in self.open_projects() if wanted in (p["id"], p["key"].upper())), None)

    def open_projects(self) -> list[Payload]:
        """Return the projects the asking account may browse."""
        return [project for project in self.projects.values() if project["key"] not in self.closed]

    def versions_of(self, project_id: str) -> list[Payload]:
        """Return a project's versions in their order."""
        return [v for v in self.versions.values() if str(v.get("projectId")) == project_id]

    def named(self, kind: str, name: str) -> Payload:
        """Return a definition (`statuses`, `types`, …) by name or id.

        Raises:
            KeyError: There is none; the message lists what there is.
        """
        table: dict[str, Payload] = getattr(self, kind)
        for payload in table.values():
            if name in (payload["id"], payload["name"]):
                return payload
        raise KeyError(f"{kind}: found {name!r}, expected one of {[p['name'] for p in table.values()]}")

    def version(self, project_id: str, name: str) -> Payload:
        """Return a version by id, or by name within a project.

        Raises:
            KeyError: There is none of that name.
        """
        for payload in self.versions_of(project_id):
            if name in (payload["id"], payload["name"]):
                return payload
        raise KeyError(f"project {project_id} has no version {name!r}")

    def sprint(self, name: str) -> Payload:
        """Return a sprint by name or id.

        Raises:
            KeyError: There is none of that name.
        """
        for payload in self.sprints.values():
            if name in (str(payload["id"]), payload["name"]):
                return payload
        raise KeyError(f"no sprint {name!r}")
