"""Projects, versions, fields and other definitions over HTTP: the same on both faces."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from connector.demo.trackers.exchange import Answer, Payload, answer_json
from connector.demo.trackers.jira.face import Call, Route, refuse, route
from connector.demo.trackers.jira.render import hidden_fields, type_payload
from connector.demo.trackers.jira.state import SITE

_MAX_PAGE = 50
_VERSION_STATES: Mapping[str, Callable[[Payload], bool]] = {
    "released": lambda version: version["released"],
    "unreleased": lambda version: not version["released"] and not version["archived"],
    "archived": lambda version: version["archived"],
}


def routes() -> list[Route]:
    """Return the routes both products have."""
    return [
        route("GET", "/field", lambda call: answer_json(_fields(call))),
        route("GET", "/status", lambda call: answer_json(list(call.state.statuses.values()))),
        route("GET", "/issuetype", _types),
        route("GET", "/priority", lambda call: answer_json(list(call.state.priorities.values()))),
        route("GET", "/resolution", lambda call: answer_json(list(call.state.resolutions.values()))),
        route("GET", "/issueLinkType", _link_types),
        route("GET", "/project", lambda call: answer_json(call.state.open_projects())),
        route("GET", "/project/{key}", _project),
        route("GET", "/project/{key}/versions", _versions),
        route("GET", "/project/{key}/statuses", _project_statuses),
        route("GET", "/project/{key}/securitylevel", _levels),
        route("GET", "/version/{id}", _version),
        route("GET", "/issue/{issue}/comment", _comments),
    ]


def paged_routes() -> list[Route]:
    """Return the routes that answer in pages and that only Cloud has."""
    return [
        route("GET", "/project/search", _project_search),
        route("GET", "/project/{key}/version", _version_pages),
        route("GET", "/field/search", lambda call: page(call, _fields(call))),
        route("GET", "/priority/search", lambda call: page(call, list(call.state.priorities.values()))),
        route("GET", "/resolution/search", lambda call: page(call, list(call.state.resolutions.values()))),
        route("GET", "/label", _labels),
    ]


def agile_routes() -> list[Route]:
    """Return the routes of boards and sprints."""
    return [
        route("GET", "/board", _boards),
        route("GET", "/board/{board}", lambda call: answer_json(_board(call))),
        route("GET", "/board/{board}/configuration", _board_configuration),
        route("GET", "/board/{board}/sprint", _board_sprints),
        route("GET", "/sprint/{sprint}", _sprint),
    ]


def page(call: Call, rows: Sequence[object], *, most: int = _MAX_PAGE) -> Answer:
    """Answer the part of a list that startAt and maxResults ask for; `most` rows at once."""
    start = max(0, call.request.number("startAt", 0))
    size = min(most, max(1, call.request.number("maxResults", most)))
    shown = rows[start : start + size]
    here = f"{SITE}{call.request.path}"
    shape: Payload = {
        "self": f"{here}?startAt={start}&maxResults={size}",
        "maxResults": size,
        "startAt": start,
    }
    is_last = start + size >= len(rows)
    if not is_last:
        shape["nextPage"] = f"{here}?startAt={start + size}&maxResults={size}"
    return answer_json(shape | {"total": len(rows), "isLast": is_last, "values": shown})


def _fields(call: Call) -> list[Payload]:
    hidden = hidden_fields(call.state, call.tongue)
    return [field for field in call.state.fields.values() if field["id"] not in hidden]


def _shown_types(call: Call) -> list[Payload]:
    return [type_payload(kind, call.tongue) for kind in call.state.types.values()]


def _types(call: Call) -> Answer:
    return answer_json(_shown_types(call))


def _link_types(call: Call) -> Answer:
    return answer_json({"issueLinkTypes": list(call.state.link_types.values())})


def _labels(call: Call) -> Answer:
    found = {label for issue in call.state.visible() for label in issue.fields.get("labels") or ()}
    return page(call, sorted(found), most=1000)


def _wanted(call: Call) -> Payload:
    project = call.state.project(call.part["key"])
    if project is None:
        raise refuse(404, f"No project could be found with key '{call.part['key']}'.")
    return project


def _project(call: Call) -> Answer:
    project = _wanted(call)
    components = [
        one for one in call.state.components.values() if one.get("project") in (None, project["key"])
    ]
    more = {
        "issueTypes": _shown_types(call),
        "versions": _shown_versions(call, project),
        "components": components,
        "roles": {},
    }
    return answer_json(project | more)


def _project_search(call: Call) -> Answer:
    request = call.request
    keys = {key.upper() for key in request.values("keys")}
    text = request.param("query").lower()
    states = request.values("status") or ("live",)
    found = [
        project
        for project in call.state.open_projects()
        if "live" in states
        and (not keys or project["key"].upper() in keys)
        and (text in project["key"].lower() or text in project["name"].lower())
    ]
    return page(call, found)


def _project_statuses(call: Call) -> Answer:
    _wanted(call)
    statuses = list(call.state.statuses.values())
    return answer_json([{**one, "statuses": statuses} for one in _shown_types(call)])


def _versions(call: Call) -> Answer:
    return answer_json(_shown_versions(call, _wanted(call)))


def _levels(call: Call) -> Answer:
    project = _wanted(call)
    held = [one for one in call.state.levels.values() if one.get("project") in (None, project["key"])]
    shown = [{name: value for name, value in one.items() if name != "project"} for one in held]
    return answer_json({"levels": shown})


def _version_pages(call: Call) -> Answer:
    rows = _shown_versions(call, _wanted(call))
    states = call.request.values("status")
    if states:
        rows = [row for row in rows if any(_VERSION_STATES[state](row) for state in states)]
    order = call.request.param("orderBy")
    if order:
        rows.sort(key=lambda row: str(row.get(order.lstrip("+-"), "")), reverse=order.startswith("-"))
    return page(call, rows)


def _shown_versions(call: Call, project: Payload) -> list[Payload]:
    return [_shown_version(call, version) for version in call.state.versions_of(project["id"])]


def _shown_version(call: Call, version: Payload) -> Payload:
    shown = dict(version)
    today = call.asking.now.astimezone(call.asking.zone).date().isoformat()
    if version.get("releaseDate"):
        shown["userReleaseDate"] = version["releaseDate"]
        if not version["released"]:
            shown["overdue"] = version["releaseDate"] < today
    return shown


def _version(call: Call) -> Answer:
    version = call.state.versions.get(call.part["id"])
    if version is None:
        raise refuse(404, f"Could not find version for id '{call.part['id']}'")
    return answer_json(_shown_version(call, version))


def _comments(call: Call) -> Answer:
    issue = call.state.find(call.part["issue"])
    if issue is None:
        raise refuse(404, "Issue does not exist or you do not have permission to see it.")
    held = (issue.fields.get("comment") or {}).get("comments", [])
    start, size = call.request.number("startAt", 0), min(100, call.request.number("maxResults", _MAX_PAGE))
    rows = held[start : start + size]
    return answer_json({"startAt": start, "maxResults": size, "total": len(held), "comments": rows})


def _boards(call: Call) -> Answer:
    wanted, kinds = call.request.param("projectKeyOrId"), call.request.values("type")
    if wanted and call.state.project(wanted) is None:
        raise refuse(400, f"No project could be found with key or id '{wanted}'.")
    boards = [
        board
        for board in call.state.boards.values()
        if (not wanted or wanted in (board["location"]["projectKey"], str(board["location"]["projectId"])))
        and (not kinds or board["type"] in kinds)
        and call.state.project(board["location"]["projectKey"]) is not None
    ]
    return page(call, boards)


def _board(call: Call) -> Payload:
    number = call.part["board"]
    board = call.state.boards.get(int(number)) if number.isdigit() else None
    if board is None:
        raise refuse(404, "Board does not exist or you do not have permission to see it.")
    return board


def _board_configuration(call: Call) -> Answer:
    from_points = {"fieldId": "customfield_10016", "displayName": "Story Points"}
    board = _board(call)
    columns = [{"name": one["name"], "statuses": [{"id": one["id"]}]} for one in call.state.statuses.values()]
    return answer_json(
        {
            "id": board["id"],
            "name": board["name"],
            "type": board["type"],
            "self": f"{SITE}/rest/agile/1.0/board/{board['id']}/configuration",
            "columnConfig": {"columns": columns, "constraintType": "none"},
            "estimation": {"type": "field", "field": from_points},
        }
    )


def _board_sprints(call: Call) -> Answer:
    board = _board(call)
    if board["type"] == "kanban":
        raise refuse(400, "The board does not support sprints")
    states = call.request.values("state")
    extra = call.state.extra_boards
    rows = [
        sprint
        for sprint in call.state.sprints.values()
        if (sprint["originBoardId"] == board["id"] or board["id"] in extra.get(sprint["id"], ()))
        and (not states or sprint["state"] in states)
    ]
    return page(call, rows)


def _sprint(call: Call) -> Answer:
    number = call.part["sprint"]
    sprint = call.state.sprints.get(int(number)) if number.isdigit() else None
    if sprint is None:
        raise refuse(404, "Sprint does not exist or you do not have permission to view it.")
    return answer_json(sprint)
