"""What a fresh Jira site comes with: statuses, types, priorities, resolutions, link types, fields."""

from __future__ import annotations

from connector.demo.trackers.exchange import Payload
from connector.demo.trackers.jira.state import SITE

STORY_POINTS = "customfield_10016"
EPIC_LINK = "customfield_10014"
START_DATE = "customfield_10015"
SPRINT = "customfield_10020"

_CATEGORIES: dict[str, Payload] = {
    "new": {"id": 2, "key": "new", "colorName": "blue-gray", "name": "To Do"},
    "indeterminate": {"id": 4, "key": "indeterminate", "colorName": "yellow", "name": "In Progress"},
    "done": {"id": 3, "key": "done", "colorName": "green", "name": "Done"},
    "undefined": {"id": 1, "key": "undefined", "colorName": "medium-gray", "name": "No Category"},
}
_STATUSES = (
    ("10000", "To Do", "new"),
    ("3", "In Progress", "indeterminate"),
    ("10003", "In Review", "indeterminate"),
    ("10001", "Done", "done"),
    ("10004", "Approved", "done"),
    ("10005", "Rejected", "done"),
    ("10006", "Waiting for client", "indeterminate"),
)
_TYPES = (
    ("10000", "Epic", 1),
    ("10001", "Story", 0),
    ("10002", "Task", 0),
    ("10003", "Sub-task", -1),
    ("10004", "Bug", 0),
    ("10005", "Risk", 0),
    ("10006", "Change Request", 0),
    ("10007", "Decision", 0),
    ("10008", "Client Action", 0),
    ("10009", "Feedback", 0),
)
_PRIORITIES = (("1", "Highest"), ("2", "High"), ("3", "Medium"), ("4", "Low"), ("5", "Lowest"))
_RESOLUTIONS = (
    ("10000", "Done"),
    ("10001", "Won't Do"),
    ("10002", "Duplicate"),
    ("10003", "Cannot Reproduce"),
    ("10004", "Won't Fix"),
)
_LINK_TYPES = (
    ("10000", "Blocks", "is blocked by", "blocks"),
    ("10001", "Cloners", "is cloned by", "clones"),
    ("10002", "Duplicate", "is duplicated by", "duplicates"),
    ("10003", "Relates", "relates to", "relates to"),
    ("10004", "Issue split", "split from", "split to"),
    ("10005", "Covers", "is covered by", "covers"),
)
_SYSTEM_FIELDS = (
    ("summary", "Summary", "string", ("summary",)),
    ("description", "Description", "string", ("description",)),
    ("issuetype", "Issue Type", "issuetype", ("issuetype", "type")),
    ("status", "Status", "status", ("status",)),
    ("statuscategorychangedate", "Status Category Changed", "datetime", ("statusCategoryChangedDate",)),
    ("resolution", "Resolution", "resolution", ("resolution",)),
    ("resolutiondate", "Resolved", "datetime", ("resolutiondate", "resolved")),
    ("priority", "Priority", "priority", ("priority",)),
    ("project", "Project", "project", ("project",)),
    ("parent", "Parent", "", ("parent",)),
    ("fixVersions", "Fix versions", "array:version", ("fixVersion",)),
    ("versions", "Affects versions", "array:version", ("affectedVersion",)),
    ("components", "Components", "array:component", ("component",)),
    ("labels", "Labels", "array:string", ("labels",)),
    ("issuelinks", "Linked Issues", "array:issuelinks", ("issueLink",)),
    ("subtasks", "Sub-tasks", "array:issuelinks", ("subtasks",)),
    ("assignee", "Assignee", "user", ("assignee",)),
    ("reporter", "Reporter", "user", ("reporter",)),
    ("creator", "Creator", "user", ("creator",)),
    ("created", "Created", "datetime", ("created", "createdDate")),
    ("updated", "Updated", "datetime", ("updated", "updatedDate")),
    ("duedate", "Due date", "date", ("due", "duedate")),
    ("timeoriginalestimate", "Original estimate", "number", ("originalEstimate", "timeoriginalestimate")),
    ("timeestimate", "Remaining Estimate", "number", ("remainingEstimate", "timeestimate")),
    ("timespent", "Time Spent", "number", ("timespent",)),
    ("comment", "Comment", "comments-page", ("comment",)),
    ("worklog", "Log Work", "array:worklog", ()),
    ("security", "Security Level", "securitylevel", ("level",)),
    ("environment", "Environment", "string", ("environment",)),
)
_CUSTOM_FIELDS = (
    (STORY_POINTS, "Story Points", "number", "com.atlassian.jira.plugin.system.customfieldtypes:float"),
    (SPRINT, "Sprint", "array:json", "com.pyxis.greenhopper.jira:gh-sprint"),
    (START_DATE, "Start date", "date", "com.atlassian.jira.plugin.system.customfieldtypes:datepicker"),
    (EPIC_LINK, "Epic Link", "any", "com.pyxis.greenhopper.jira:gh-epic-link"),
)


def category(key: str) -> Payload:
    """Return a status category by key: new, indeterminate, done or undefined."""
    payload = _CATEGORIES[key]
    return {"self": f"{SITE}/rest/api/2/statuscategory/{payload['id']}", **payload}


def status(status_id: str, name: str, category_key: str) -> Payload:
    """Make a status."""
    return {
        "self": f"{SITE}/rest/api/2/status/{status_id}",
        "description": "",
        "iconUrl": f"{SITE}/images/icons/statuses/generic.png",
        "name": name,
        "id": status_id,
        "statusCategory": category(category_key),
    }


def issue_type(type_id: str, name: str, level: int) -> Payload:
    """Make an issue type at a level of the hierarchy: -1 sub-task, 0 base, 1 epic."""
    return {
        "self": f"{SITE}/rest/api/2/issuetype/{type_id}",
        "id": type_id,
        "description": "",
        "iconUrl": f"{SITE}/images/icons/issuetypes/{type_id}.svg",
        "name": name,
        "subtask": level < 0,
        "hierarchyLevel": level,
    }


def named(kind: str, item_id: str, name: str) -> Payload:
    """Make a definition of nothing but a name: `priority`, `resolution`, `component`, `securitylevel`."""
    return {
        "self": f"{SITE}/rest/api/2/{kind}/{item_id}",
        "id": item_id,
        "name": name,
        "description": "",
    }


def security_level(name: str) -> Payload:
    """Make a security level; its id follows from its name."""
    return named("securitylevel", str(10_000 + sum(map(ord, name))), name)


def custom_field(field_id: str, name: str, kind: str, type_key: str) -> Payload:
    """Make the description of a custom field. `kind`: a JSON type, `array:ITEM` for lists."""
    number = field_id.removeprefix("customfield_")
    outer, _, items = kind.partition(":")
    schema: Payload = {"type": outer, "custom": type_key, "customId": int(number)}
    if items:
        schema["items"] = items
    return {
        "id": field_id,
        "key": field_id,
        "name": name,
        "untranslatedName": name,
        "custom": True,
        "orderable": True,
        "navigable": True,
        "searchable": True,
        "clauseNames": [f"cf[{number}]", name],
        "schema": schema,
    }


def _system_field(field_id: str, name: str, kind: str, clauses: tuple[str, ...]) -> Payload:
    outer, _, items = kind.partition(":")
    described: Payload = {
        "id": field_id,
        "key": field_id,
        "name": name,
        "custom": False,
        "orderable": True,
        "navigable": field_id not in ("comment", "worklog"),
        "searchable": True,
        "clauseNames": list(clauses),
    }
    if outer:
        described["schema"] = {"type": outer, "system": field_id, **({"items": items} if items else {})}
    return described


def tables() -> dict[str, dict[str, Payload]]:
    """Return every table of definitions of a fresh site, by the name the state gives it."""
    links = {i: {"id": i, "name": n, "inward": inw, "outward": out} for i, n, inw, out in _LINK_TYPES}
    fields = {row[0]: _system_field(*row) for row in _SYSTEM_FIELDS}
    return {
        "statuses": {row[0]: status(*row) for row in _STATUSES},
        "types": {row[0]: issue_type(*row) for row in _TYPES},
        "priorities": {i: named("priority", i, name) for i, name in _PRIORITIES},
        "resolutions": {i: named("resolution", i, name) for i, name in _RESOLUTIONS},
        "link_types": links,
        "fields": fields | {row[0]: custom_field(*row) for row in _CUSTOM_FIELDS},
    }
