"""GitHub's REST resources: repository, milestones, issues with pull requests, timelines, sub-issues."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from connector.demo.trackers.exchange import Answer, Payload, RefusalError, Request, answer_json
from connector.demo.trackers.github import rows
from connector.demo.trackers.github.listing import cursor_page, filtered, numbered_page, page_answer, refuse
from connector.demo.trackers.github.state import GitHubIssue, GitHubState

_REPOSITORY = re.compile(r"/(?:repos/(?P<name>[^/]+/[^/]+)|repositories/(?P<id>\d+))(?P<tail>(?:/.*)?)\Z")
_TIMELINE_ONLY = frozenset(("commented", "cross-referenced", "committed", "reviewed"))
_MILESTONE_STATES = ("open", "closed", "all")


@dataclass(slots=True, kw_only=True)
class Manners:
    """What GitHub is seen to do in more than one way.

    Attributes:
        converted: Status of an issue that was converted into a discussion: 410, 404, or 200, where
            it can still be read though no list shows it.
        transferred_parts: Status of the timeline of a transferred issue: 404, or 301 that names no
            new place.
    """

    converted: int = 410
    transferred_parts: int = 404


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One REST request, understood. `base`: the API's root; `resources`: allowances by name."""

    request: Request
    state: GitHubState
    base: str
    login: str  # "" for an anonymous caller
    resources: Mapping[str, Mapping[str, str]]
    manners: Manners
    tail: str = ""  # path behind the repository
    part: Sequence[str] = ()

    @property
    def here(self) -> str:
        """Address of this resource as GitHub's `Link` headers give it: by repository id."""
        return f"{self.base}/repositories/{self.state.repository['id']}{self.tail}"


Handler = Callable[[Call], Answer]


def answer(call: Call) -> Answer:
    """Answer one request.

    Raises:
        RefusalError: There is nothing of that name, or nothing for this caller.
    """
    request = call.request
    if request.method not in ("GET", "HEAD"):
        raise refuse(404, "Not Found")
    if request.path in _GLOBAL:
        return _GLOBAL[request.path](call)
    if request.path in call.state.elsewhere:
        return answer_json(call.state.elsewhere[request.path], issues=1)
    found = _REPOSITORY.match(request.path)
    if found is None or not _is_ours(call, found["name"], found["id"]):
        raise refuse(404, "Not Found")
    tail = found["tail"].rstrip("/")
    for pattern, handler in _ROUTES:
        match = re.fullmatch(pattern, tail)
        if match:
            return handler(replace(call, tail=tail, part=match.groups()))
    raise refuse(404, "Not Found")


def _is_ours(call: Call, name: str | None, number: str | None) -> bool:
    repository = call.state.repository
    is_visible = bool(call.login) or not repository["private"]
    is_named = name is not None and name.lower() == call.state.name.lower()
    return is_visible and (is_named or number == str(repository["id"]))


def _user(call: Call) -> Answer:
    if not call.login:
        raise refuse(401, "Requires authentication")
    return answer_json({"login": call.login, "id": 500_001, "type": "User", "name": call.login.title()})


def _rate_limit(call: Call) -> Answer:
    shown = {}
    for name, headers in call.resources.items():
        numbers = {key: int(headers[f"x-ratelimit-{key}"]) for key in ("limit", "remaining", "reset", "used")}
        shown[name] = numbers | {"resource": name}
    return answer_json({"resources": shown, "rate": shown["core"]})


def _milestones(call: Call) -> Answer:
    wanted = call.request.param("state") or "open"
    if wanted not in _MILESTONE_STATES:
        raise refuse(422, "Validation Failed")
    found = [rows.milestone_row(call.state, number) for number in call.state.milestones]
    found = [row for row in found if wanted in ("all", row["state"])]
    is_descending = call.request.param("direction") == "desc"
    found.sort(
        key=lambda row: (row["due_on"] is None, row["due_on"] or "", row["number"]), reverse=is_descending
    )
    shown, link = numbered_page(found, call.request, call.here)
    return page_answer(shown, link)


def _milestone(call: Call) -> Answer:
    number = int(call.part[0])
    if number not in call.state.milestones:
        raise refuse(404, "Not Found")
    return answer_json(rows.milestone_row(call.state, number))


def _labels(call: Call) -> Answer:
    shown, link = numbered_page(list(call.state.labels.values()), call.request, call.here)
    return page_answer(shown, link)


def _issues(call: Call) -> Answer:
    kept = [part for part in call.request.params if part[0] not in ("page", "after", "per_page")]
    slot = f"rest {sorted(kept)}"
    found = call.state.listings.get(slot)
    if found is None:
        found = call.state.listings[slot] = filtered(call.state.here(), call.request)
    shown, link = cursor_page(found, call.request, call.here)
    return page_answer([rows.issue_row(call.state, issue) for issue in shown], link)


def _issue(call: Call) -> Answer:
    return answer_json(rows.issue_row(call.state, _wanted(call)), issues=1)


def _wanted(call: Call) -> GitHubIssue:
    """Return the issue a path names.

    Raises:
        RefusalError: 404 never there, 410 deleted, 301 transferred, or converted.
    """
    issue = call.state.issues.get(int(call.part[0]))
    if issue is None:
        raise refuse(404, "Not Found")
    if issue.gone == "deleted":
        raise refuse(410, "This issue was deleted")
    if issue.gone == "converted" and call.manners.converted != 200:
        message = "This issue was deleted" if call.manners.converted == 410 else "Not Found"
        raise refuse(call.manners.converted, message)
    if issue.gone == "transferred":
        address = f"{call.base}{issue.moved_to}"
        body = {
            "message": "Moved Permanently",
            "url": address,
            "documentation_url": "https://docs.github.com/rest",
        }
        raise RefusalError(answer_json(body, status=301, headers={"Location": address}))
    return issue


def _events_of(call: Call) -> list[Payload]:
    """Return an issue's events. Of a transferred issue they are not found, or somewhere untold."""
    issue = call.state.issues.get(int(call.part[0]))
    if issue is not None and issue.gone == "transferred":
        if call.manners.transferred_parts == 404:
            raise refuse(404, "Not Found")
        raise RefusalError(answer_json({"message": "Moved Permanently"}, status=301))
    return _wanted(call).events


def _timeline(call: Call) -> Answer:
    shown, link = numbered_page(_events_of(call), call.request, call.here)
    return page_answer(shown, link)


def _events(call: Call) -> Answer:
    told = [event for event in _events_of(call) if event["event"] not in _TIMELINE_ONLY]
    shown, link = numbered_page(told, call.request, call.here)
    return page_answer(shown, link)


def _related(find: Callable[[GitHubState, int], list[GitHubIssue]]) -> Handler:
    def handler(call: Call) -> Answer:
        found = find(call.state, _wanted(call).number)
        shown, link = numbered_page(found, call.request, call.here)
        return page_answer([rows.issue_row(call.state, issue) for issue in shown], link)

    return handler


def _parent(call: Call) -> Answer:
    above = call.state.find(call.state.parents.get(_wanted(call).number, -1))
    if above is None:
        raise refuse(404, "Not Found")
    return answer_json(rows.issue_row(call.state, above), issues=1)


_GLOBAL: Mapping[str, Handler] = {"/user": _user, "/rate_limit": _rate_limit}
_ROUTES: Sequence[tuple[str, Handler]] = (
    ("", lambda call: answer_json(call.state.repository)),
    ("/milestones", _milestones),
    (r"/milestones/(\d+)", _milestone),
    ("/labels", _labels),
    ("/issue-types", lambda call: answer_json(list(call.state.types.values()))),
    ("/issues", _issues),
    (r"/issues/(\d+)", _issue),
    (r"/issues/(\d+)/timeline", _timeline),
    (r"/issues/(\d+)/events", _events),
    (r"/issues/(\d+)/sub_issues", _related(rows.children_of)),
    (r"/issues/(\d+)/dependencies/blocked_by", _related(rows.blockers_of)),
    (r"/issues/(\d+)/dependencies/blocking", _related(rows.blocked_of)),
    (r"/issues/(\d+)/parent", _parent),
)
