"""Recorded Jira projects: raw payloads, one JSON document a line, gzipped or not, served as they are.

    world = load_jira(folder / "NAME.issues_changelog.jsonl.gz", versions=folder / "NAME.versions.json.gz")
    world = load_jira(folder / "NAME.issues.jsonl.gz", project=folder / "NAME.project.json.gz")

Definitions that no file lists (statuses, types, fields, people) are gathered from the issues.
"""

from __future__ import annotations

from pathlib import Path
from typing import cast

from connector.demo.trackers.exchange import Payload
from connector.demo.trackers.jira import defaults
from connector.demo.trackers.jira.state import SITE, JiraIssue, JiraState, parse_time
from connector.demo.trackers.jira.world import JiraWorld
from connector.demo.trackers.lines import read_document, read_lines
from connector.demo.trackers.world import BEGINNING

_DEFINED = {"statuses": "status", "types": "issuetype", "priorities": "priority", "resolutions": "resolution"}
_PEOPLE = ("assignee", "reporter", "creator")
_FIRST_FREE_ID = 90_000_000  # ids of what tests add to a recorded project


def load_jira(
    issues: Path, *, versions: Path | None = None, project: Path | None = None, timezone: str = "UTC"
) -> JiraWorld:
    """Return a world that begins with a recorded project; acts may be booked on top of it.

    Args:
        issues: Issues as `GET issue/KEY?expand=changelog` answered, or without `changelog`.
        versions: A list of version objects, each with `_project`, the key of its project.
        project: A project document with `versions` and `components`.
        timezone: Of the asking account.
    """
    world = JiraWorld(timezone=timezone, fresh=lambda: read_state(issues, versions=versions, project=project))
    for kind in ("issue", "version", "history", "comment", "link"):
        world.number(kind, _FIRST_FREE_ID)
    world.state_at(BEGINNING)  # read now: a missing file shows here, not as an answer
    return world


def read_state(issues: Path, *, versions: Path | None, project: Path | None) -> JiraState:
    """Return a recorded project as a site's state."""
    tables = defaults.tables()
    own = {name: field for name, field in tables["fields"].items() if not field["custom"]}
    state = JiraState(fields=own, link_types=tables["link_types"])
    for payload in read_lines(issues):
        _take_issue(state, payload)
    if state.sprints:
        state.fields[defaults.SPRINT] = tables["fields"][defaults.SPRINT]
    if project is not None:
        _take_project(state, cast("Payload", read_document(project)))
    if versions is not None:
        _take_versions(state, cast("list[Payload]", read_document(versions)))
    return state


def _take_issue(state: JiraState, payload: Payload) -> None:
    fields: Payload = payload["fields"]
    _take_iterations(state, fields)
    for table, name in _DEFINED.items():
        if fields.get(name):
            getattr(state, table).setdefault(fields[name]["id"], fields[name])
    project = fields["project"]
    state.projects.setdefault(project["id"], project)
    for component in fields.get("components") or ():
        state.components.setdefault(component["id"], component | {"project": project["key"]})
    for version in (*(fields.get("fixVersions") or ()), *(fields.get("versions") or ())):
        state.versions.setdefault(version["id"], version | {"projectId": int(project["id"])})
    for person in (fields[role] for role in _PEOPLE if fields.get(role)):
        state.people.setdefault(person["name"], person)
    for name, value in fields.items():
        if name.startswith("customfield_") and name not in state.fields:
            state.fields[name] = _unnamed_field(name, value)
    told = (payload.get("changelog") or {}).get("histories") or []
    histories = sorted(told, key=lambda entry: (parse_time(entry["created"]), int(entry["id"])))
    issue = JiraIssue(id=int(payload["id"]), key=payload["key"], fields=fields, histories=histories)
    state.add(issue)


def _take_iterations(state: JiraState, fields: Payload) -> None:
    """Turn the agile API's `sprint`, `closedSprints` and `epic` into the fields Jira's core has."""
    current = fields.pop("sprint", None)
    sprints = [*(fields.pop("closedSprints", None) or ()), *([current] if current else ())]
    if sprints:
        fields[defaults.SPRINT] = [{"id": sprint["id"]} for sprint in sprints]
        state.sprints.update({sprint["id"]: sprint for sprint in sprints})
    epic = fields.pop("epic", None)
    if epic and not fields.get("parent"):
        fields["parent"] = {"id": str(epic["id"]), "key": epic["key"]}


def _unnamed_field(field_id: str, value: object) -> Payload:
    number = field_id.removeprefix("customfield_")
    kind = "number" if isinstance(value, int | float) else "string"
    return defaults.custom_field(field_id, f"Custom field {number}", kind, "unknown:unknown")


def _take_project(state: JiraState, document: Payload) -> None:
    kept = ("id", "key", "name", "description")
    project = {name: document[name] for name in kept if name in document}
    project["self"] = f"{SITE}/rest/api/2/project/{project['id']}"
    state.projects[project["id"]] = project
    for version in document.get("versions") or ():
        state.versions[version["id"]] = version | {"projectId": int(project["id"])}
    for component in document.get("components") or ():
        state.components[component["id"]] = component | {"project": project["key"]}


def _take_versions(state: JiraState, versions: list[Payload]) -> None:
    for version in versions:
        owner = state.project(version["_project"])
        if owner is not None:
            shown = {name: value for name, value in version.items() if name != "_project"}
            state.versions[version["id"]] = shown | {"projectId": int(owner["id"])}
