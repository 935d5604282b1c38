"""Misbehaviour inside an answer: pages that lie about what follows, data that is only half there.

Used as the faults of `tests.trackers.faults` are; each says what a page of that tracker shows.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from connector.demo.trackers.exchange import Answer, Request, Serve, answer_json
from tests.trackers.faults import Fault

Body = dict[str, Any]


def changed_page(change: Callable[[Request, Body], None]) -> Fault:
    """Change what an answer's JSON object says; an answer that is none stays as it is."""

    def fault(request: Request, serve: Serve) -> Answer:
        answer = serve(request)
        try:
            page = json.loads(answer.body)
        except ValueError:
            return answer
        if not isinstance(page, dict) or answer.status != 200:
            return answer
        change(request, page)
        return replace(answer, body=answer_json(page).body)

    return fault


def repeated_token() -> Fault:
    """The page that was asked for, but it names its own token as the next one."""

    def change(request: Request, page: Body) -> None:
        asked = request.payload().get("nextPageToken") or request.param("nextPageToken")
        page |= {"nextPageToken": asked or page.get("nextPageToken"), "isLast": False}

    return changed_page(change)


def lost_token() -> Fault:
    """A page that has followers, but does not say which: `isLast` is false and there is no token."""

    def change(_request: Request, page: Body) -> None:
        if page.get("nextPageToken"):
            page["nextPageToken"] = None

    return changed_page(change)


def expired_token() -> Fault:
    """400 for a page behind the first: the token is no longer known."""
    message = {"errorMessages": ["The provided next page token is invalid or expired."], "errors": {}}

    def fault(request: Request, serve: Serve) -> Answer:
        is_behind = b'"nextPageToken":' in request.body.replace(b" ", b"") or request.param("nextPageToken")
        return answer_json(message, status=400) if is_behind else serve(request)

    return fault


def empty_page() -> Fault:
    """A page without any issue that still names a next one."""

    def change(_request: Request, page: Body) -> None:
        if "issues" in page and page.get("nextPageToken"):
            page["issues"] = []

    return changed_page(change)


def repeated_cursor() -> Fault:
    """GraphQL: every connection of the answer that has a next page names a cursor it gave before."""

    def change(request: Request, page: Body) -> None:
        variables = request.payload().get("variables") or {}
        given = next((value for name, value in variables.items() if name == "after" and value), None)
        for info in _page_infos(page):
            if info.get("hasNextPage") and given:
                info["endCursor"] = given

    return changed_page(change)


def lost_cursor() -> Fault:
    """GraphQL: a connection says that there is a next page, and gives no cursor to it."""

    def change(_request: Request, page: Body) -> None:
        for info in _page_infos(page):
            if info.get("hasNextPage"):
                info["endCursor"] = None

    return changed_page(change)


def lost_link() -> Fault:
    """REST: 200 and the rows, cut short, and no `Link` header although more rows follow."""

    def fault(request: Request, serve: Serve) -> Answer:
        answer = serve(request)
        return replace(answer, headers={n: v for n, v in answer.headers.items() if n.lower() != "link"})

    return fault


def partial_data() -> Fault:
    """GraphQL: 200 with data, some nodes null, and errors that say why."""

    def change(_request: Request, page: Body) -> None:
        for nodes in _node_lists(page.get("data")):
            if nodes:
                nodes[-1] = None
        text = "Something went wrong while executing your query."
        page["errors"] = [{"type": "SERVICE_UNAVAILABLE", "message": text}]

    return changed_page(change)


def no_data() -> Fault:
    """GraphQL: 200, data null, and an error of no type."""
    error = {"message": "Something went wrong while executing your query. Please try again later."}
    return lambda _request, _serve: answer_json({"data": None, "errors": [error]})


def not_json() -> Fault:
    """200 and a body that says it is JSON, and is not."""
    headers = {"Content-Type": "application/json"}
    return lambda _request, _serve: Answer(body=b"upstream connect error", headers=headers)


def meanwhile(act: Callable[[], object]) -> Fault:
    """The right answer; right before it, something happens on the tracker."""
    lock = threading.Lock()

    def fault(request: Request, serve: Serve) -> Answer:
        with lock:
            act()
        return serve(request)

    return fault


def _page_infos(found: object) -> list[Body]:
    if isinstance(found, dict):
        own = [found["pageInfo"]] if isinstance(found.get("pageInfo"), dict) else []
        return own + [info for value in found.values() for info in _page_infos(value)]
    if isinstance(found, list):
        return [info for value in found for info in _page_infos(value)]
    return []


def _node_lists(found: object) -> list[list[Any]]:
    if isinstance(found, dict):
        own = [found["nodes"]] if isinstance(found.get("nodes"), list) else []
        return own + [nodes for value in found.values() for nodes in _node_lists(value)]
    if isinstance(found, list):
        return [nodes for value in found for nodes in _node_lists(value)]
    return []
