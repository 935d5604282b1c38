"""Issue lists as GitHub's REST API gives them: filters, order, and pages by cursor."""

from __future__ import annotations

import base64
import binascii
import bisect
import json
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar
from urllib.parse import urlencode

from connector.demo.trackers.exchange import Answer, RefusalError, Request, answer_json
from connector.demo.trackers.github.state import GitHubIssue

MAX_PAGE = 100
LAST_NUMBERED_PAGE = 10
_DOCS = "https://docs.github.com/rest"
Row = TypeVar("Row")

_ORDERS: Mapping[str, Callable[[GitHubIssue], tuple[str | int, int]]] = {
    "created": lambda issue: (issue.row["created_at"], issue.number),
    "updated": lambda issue: (issue.row["updated_at"], issue.number),
    "comments": lambda issue: (issue.row["comments"], issue.number),
}


def refuse(status: int, message: str, *, headers: Mapping[str, str] | None = None) -> RefusalError:
    """Make GitHub's usual error answer."""
    body = {"message": message, "documentation_url": _DOCS, "status": str(status)}
    return RefusalError(answer_json(body, status=status, headers=headers))


def filtered(issues: Sequence[GitHubIssue], request: Request) -> list[GitHubIssue]:
    """Return the issues and pull requests a list request asks for, in its order.

    Raises:
        RefusalError: A parameter has a value GitHub does not know (422).
    """
    state = _one_of(request, "state", ("open", "closed", "all"))
    sort = _one_of(request, "sort", tuple(_ORDERS))
    is_descending = _one_of(request, "direction", ("desc", "asc")) == "desc"
    wanted, since = set(request.values("labels")), request.param("since")
    milestone, assignee = request.param("milestone"), request.param("assignee")
    found = [
        issue
        for issue in issues
        if state in ("all", issue.row["state"])
        and (not since or issue.updated_at >= since)
        and wanted <= {label["name"] for label in issue.row["labels"]}
        and _in_milestone(issue, milestone)
        and _has_assignee(issue, assignee)
    ]
    return sorted(found, key=_ORDERS[sort], reverse=is_descending)


def cursor_page(rows: Sequence[GitHubIssue], request: Request, path: str) -> tuple[list[GitHubIssue], str]:
    """Return one page of a filtered list, and its `Link` header ("" on a single page).

    Args:
        rows: The whole list in order.
        request: May carry `per_page` and `after`; `page` by hand works for the first ten pages.
        path: Where the next page is, without parameters.

    Raises:
        RefusalError: A page number too high, or a cursor that is none (422).
    """
    size, after, page = _size(request), request.param("after"), max(1, request.number("page", 1))
    if page > LAST_NUMBERED_PAGE and not after:
        raise refuse(
            422,
            "Pagination with the page parameter is not supported for large datasets,"
            " please use cursor based pagination (after/before)",
        )
    start = _behind(rows, request, after) if after else (page - 1) * size
    shown = list(rows[start : start + size])
    if start + size >= len(rows):
        return shown, ""
    kept = [(name, value) for name, value in request.params if name not in ("after", "page")]
    order = _ORDERS[_one_of(request, "sort", tuple(_ORDERS))]
    query = urlencode([*kept, ("after", _cursor(order(shown[-1]))), ("page", str(page + 1))])
    return shown, f'<{path}?{query}>; rel="next"'


def numbered_page(rows: Sequence[Row], request: Request, path: str) -> tuple[list[Row], str]:
    """Return one page of a short list, and its `Link` header with next and last."""
    size, page = _size(request), max(1, request.number("page", 1))
    last = max(1, -(-len(rows) // size))
    shown = list(rows[(page - 1) * size : page * size])
    kept = [(name, value) for name, value in request.params if name != "page"]
    links = {"next": page + 1, "last": last} if page < last else {}
    links |= {"prev": page - 1, "first": 1} if page > 1 else {}
    parts = [
        f'<{path}?{urlencode([*kept, ("page", str(number))])}>; rel="{name}"'
        for name, number in links.items()
    ]
    return shown, ", ".join(parts)


def page_answer(shown: Sequence[object], link: str) -> Answer:
    """Make the answer of a page."""
    return answer_json(list(shown), headers={"Link": link} if link else {}, issues=len(shown))


def _size(request: Request) -> int:
    return min(MAX_PAGE, max(1, request.number("per_page", 30)))


def _one_of(request: Request, name: str, known: Sequence[str]) -> str:
    value = request.param(name) or known[0]
    if value not in known:
        body = {
            "message": "Validation Failed",
            "errors": [{"resource": "Issue", "field": name, "code": "invalid", "value": value}],
            "documentation_url": _DOCS,
            "status": "422",
        }
        raise RefusalError(answer_json(body, status=422))
    return value


def _in_milestone(issue: GitHubIssue, wanted: str) -> bool:
    held = issue.row["milestone"]
    return not wanted or (
        held is None if wanted == "none" else wanted in ("*", str(held)) and held is not None
    )


def _has_assignee(issue: GitHubIssue, wanted: str) -> bool:
    held = [user["login"] for user in issue.row["assignees"]]
    return not wanted or (not held if wanted == "none" else bool(held) if wanted == "*" else wanted in held)


def _cursor(place: tuple[str | int, int]) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


def _behind(rows: Sequence[GitHubIssue], request: Request, cursor: str) -> int:
    """Return where the rows behind a cursor begin: rows that moved back are not passed over."""
    order = _ORDERS[_one_of(request, "sort", tuple(_ORDERS))]
    is_descending = _one_of(request, "direction", ("desc", "asc")) == "desc"
    try:
        value, number = json.loads(base64.urlsafe_b64decode(cursor))
    except (binascii.Error, ValueError) as exc:
        raise refuse(422, "The cursor is invalid.") from exc
    place = (value, number)

    def is_behind(row: GitHubIssue) -> bool:
        return order(row) < place if is_descending else order(row) > place

    return bisect.bisect_left(rows, True, key=is_behind)
