"""A small GitHub on loopback: one repository, told as REST rows, served by REST and by GraphQL.

GraphQL documents are validated and executed by graphql-core against the public schema's part.
"""

from __future__ import annotations

import base64
import datetime as dt
import functools
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from graphql import GraphQLError, GraphQLSchema, build_schema, graphql_sync

from adapters.github.adapter import GitHubAdapter
from adapters.github.payloads import repository_of
from adapters.github.settings import GitHubSettings
from adapters.protocol import Environment, NoNotes

Row = dict[str, Any]
Answer = tuple[int, dict[str, str], Any]  # status, headers, payload

REPOSITORY = "acme/apollo"
START = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
TOKEN = "github_pat_secret"
_SDL = Path(__file__).with_name("github_schema.graphql").read_text(encoding="utf-8")
_EVENT_NODES = {
    "milestoned": "MilestonedEvent",
    "demilestoned": "DemilestonedEvent",
    "labeled": "LabeledEvent",
    "unlabeled": "UnlabeledEvent",
    "closed": "ClosedEvent",
    "reopened": "ReopenedEvent",
    "renamed": "RenamedTitleEvent",
    "transferred": "TransferredEvent",
    "parent_issue_added": "ParentIssueAddedEvent",
    "parent_issue_removed": "ParentIssueRemovedEvent",
    "issue_type_added": "IssueTypeAddedEvent",
    "issue_type_removed": "IssueTypeRemovedEvent",
    "issue_type_changed": "IssueTypeChangedEvent",
}


def row(number: int, **facts: Any) -> Row:
    """Make an open issue's REST row; `facts` are put over it."""
    made = f"2026-10-01T09:{number % 60:02d}:00Z"
    own = f"https://api.github.com/repos/{REPOSITORY}"
    return {
        "id": 1000 + number,
        "node_id": f"I_{number}",
        "number": number,
        "url": f"{own}/issues/{number}",
        "html_url": f"https://github.com/{REPOSITORY}/issues/{number}",
        "repository_url": own,
        "state": "open",
        "state_reason": None,
        "title": f"Issue {number}",
        "body": None,
        "user": {"login": "dev", "type": "User"},
        "labels": [],
        "assignees": [],
        "milestone": None,
        "type": None,
        "parent_issue_url": None,
        "created_at": made,
        "updated_at": made,
        "closed_at": None,
        **facts,
    }


def event(number: int, kind: str, at: str, **facts: Any) -> Row:
    """Make a timeline event's REST row; `number` makes its ids."""
    named = {"login": "dev", "type": "User"}
    made = {"id": number, "node_id": f"EV_{number}", "event": kind, "actor": named, "created_at": at}
    return {**made, **facts}


class Memo(NoNotes):
    """Notes that are kept as long as the test runs."""

    def __init__(self) -> None:
        """Begin with none."""
        self.texts: dict[str, str] = {}

    def read(self, name: str) -> str | None:
        """Return a note."""
        return self.texts.get(name)

    def write(self, name: str, text: str, *, until: dt.datetime) -> None:
        """Keep a note."""
        del until
        self.texts[name] = text


@dataclass(kw_only=True)
class World:
    """The repository, what the server lacks, how it misbehaves, and what was asked of it."""

    rows: list[Row] = field(default_factory=list)
    timelines: dict[int, list[Row]] = field(default_factory=dict)
    blockers: dict[int, list[Row]] = field(default_factory=dict)  # number -> rows of issues
    milestones: list[Row] = field(default_factory=list)
    labels: list[Row] = field(default_factory=list)
    repository: Row = field(default_factory=lambda: {"full_name": REPOSITORY, "permissions": {"pull": True}})
    moved: dict[int, str] = field(default_factory=dict)  # number -> path it answers 301 to
    answer_headers: dict[str, str] = field(default_factory=dict)
    lacks: frozenset[str] = frozenset()  # parts of the schema
    most_rows: int = 100  # of a page, whatever is asked for
    faults: list[tuple[str, str, int, dict[str, str], Any]] = field(default_factory=list)
    log: list[tuple[str, str, Row]] = field(default_factory=list)
    slept_s: list[float] = field(default_factory=list)
    at: dt.datetime = START
    url: str = ""
    memo: NoNotes = field(default_factory=NoNotes)  # what its adapters remember

    def sleep(self, seconds: float) -> None:
        """Move the clock instead of waiting."""
        self.slept_s.append(seconds)
        self.at += dt.timedelta(seconds=seconds)

    def adapter(self, name: str | None = None, **settings: Any) -> GitHubAdapter:
        """Open a source that asks this server."""
        told = {"repository": REPOSITORY, "token": TOKEN, "api": self.url, **settings}
        environment = Environment(now=lambda: self.at, sleep=self.sleep, name=name, notes=self.memo)
        return GitHubAdapter.open(GitHubSettings.model_validate(told), environment)

    def fail(
        self,
        path: str,
        status: int,
        payload: Any = None,
        *,
        containing: str = "",
        times: int = 1,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Answer the next requests whose path ends so, and whose query holds this, otherwise."""
        fault = (path, containing, status, dict(headers or {}), payload)
        self.faults.extend([fault] * times)

    def asked(self, part: str) -> list[Row]:
        """Return the parameters or GraphQL variables of the requests whose path holds `part`."""
        return [params for _, path, params in self.log if part in path]

    def answer(self, verb: str, path: str, params: Row) -> Answer:
        """Answer one request."""
        self.log.append((verb, path, params))
        for index, (ending, containing, status, headers, payload) in enumerate(self.faults):
            if path.endswith(ending) and containing in params.get("query", ""):
                del self.faults[index]
                return status, headers, payload
        if path == "/graphql":
            return 200, self.answer_headers, self._graphql(params)
        return self._rest(path, params)

    def _rest(self, path: str, params: Row) -> Answer:
        steps = path.removeprefix("/repositories/77").removeprefix(f"/repos/{REPOSITORY}").split("/")[1:]
        key = "updated_at" if params.get("sort") == "updated" else "created_at"
        lists = {
            "milestones": lambda: self.milestones,
            "labels": lambda: self.labels,
            "issues": lambda: self._rows(key, params.get("since"), pulls=True),
        }
        answer: Answer = 404, {}, {"message": "Not Found"}
        match steps:
            case ["user"] if not path.startswith("/repos"):
                answer = 200, self.answer_headers, {"login": "pm-bot"}
            case []:
                answer = 200, self.answer_headers, self.repository
            case [name] if name in lists:
                answer = self._page(path, params, lists[name]())
            case ["issues", number]:
                answer = self._issue(int(number))
            case ["issues", number, "timeline"]:
                answer = self._page(path, params, self.timelines.get(int(number), []))
            case ["issues", number, "dependencies", "blocked_by"]:
                answer = self._page(path, params, self.blockers.get(int(number), []))
            case _:
                pass
        return answer

    def _issue(self, number: int) -> Answer:
        if number in self.moved:
            return 301, {"Location": f"{self.url}{self.moved[number]}"}, {"message": "Moved Permanently"}
        found = next((r for r in self.rows if r["number"] == number), None)
        return (200, {}, found) if found else (404, {}, {"message": "Not Found"})

    def _page(self, path: str, params: Row, rows: list[Row]) -> Answer:
        """Give a page; the next one is told by Link alone, with an opaque place to go on from."""
        if "page" in params:
            return 422, {}, {"message": "Pagination with the page parameter is not supported"}
        size = min(int(params.get("per_page", 30)), self.most_rows)
        begin = int(base64.b64decode(params.get("after", "")) or b"0")
        headers = dict(self.answer_headers)
        if begin + size < len(rows):
            onward = {**params, "after": base64.b64encode(str(begin + size).encode()).decode()}
            moved = path.replace(f"/repos/{REPOSITORY}", "/repositories/77")
            headers["Link"] = (
                f'<{self.url}{moved}?{urlencode(onward)}>; rel="next", <{self.url}{moved}>; rel="first"'
            )
        return 200, headers, rows[begin : begin + size]

    def _rows(self, key: str, since: str | None, *, pulls: bool) -> list[Row]:
        rows = [r for r in self.rows if pulls or "pull_request" not in r]
        return sorted((r for r in rows if r["updated_at"] >= (since or "")), key=lambda r: str(r[key]))

    def _graphql(self, params: Row) -> Row:
        root = {
            "rateLimit": {"cost": 1, "remaining": 4999, "resetAt": "2026-11-23T10:00:00Z"},
            "repository": {
                "databaseId": self.repository.get("id"),
                "nameWithOwner": self.repository["full_name"],
                "hasIssuesEnabled": self.repository.get("has_issues", True),
                "issue": self._numbered,
                "issues": self._issues,
            },
            "node": self._node,
        }
        outcome = graphql_sync(
            _schema(self.lacks), params["query"], root, variable_values=params.get("variables")
        )
        answer: Row = {"data": outcome.data} if outcome.data is not None else {}
        errors = [{**(error.extensions or {}), **error.formatted} for error in outcome.errors or ()]
        return answer | ({"errors": errors} if errors else {})

    def _node(self, _: Any, id: str) -> Row | None:  # noqa: A002 - the schema's name
        return next(
            ({"__typename": "Issue", **self._as_node(r)} for r in self.rows if r["node_id"] == id), None
        )

    def _numbered(self, _: Any, number: int) -> Row:
        for r in self.rows:
            if r["number"] == number and "pull_request" not in r:
                return self._as_node(r)
        message = f"Could not resolve to an Issue with the number of {number}."
        raise GraphQLError(message, extensions={"type": "NOT_FOUND"})

    def _issues(self, _: Any, **asked: Any) -> Row:
        order = asked.get("orderBy") or {}
        key = "updated_at" if order.get("field") == "UPDATED_AT" else "created_at"
        rows = self._rows(key, (asked.get("filterBy") or {}).get("since"), pulls=False)
        return self._connection([self._as_node(r) for r in rows], asked)

    def _connection(self, nodes: list[Row], asked: Mapping[str, Any]) -> Row:
        try:
            begin = int(base64.b64decode(asked.get("after") or "").decode() or 0)
        except ValueError as exc:
            raise GraphQLError(f"`{asked['after']}` does not appear to be a valid cursor.") from exc
        end = begin + min(asked.get("first", 0), self.most_rows)
        cursor = base64.b64encode(str(min(end, len(nodes))).encode()).decode()
        page = {"hasNextPage": end < len(nodes), "endCursor": cursor if nodes[begin:end] else None}
        return {"nodes": nodes[begin:end], "pageInfo": page, "totalCount": len(nodes)}

    def _as_node(self, r: Row) -> Row:
        named = {"nameWithOwner": repository_of(r["repository_url"])}
        return {
            "id": r["node_id"],
            **{key: r[key] for key in ("number", "title", "milestone")},
            "body": r["body"] or "",
            "url": r["html_url"],
            "state": r["state"].upper(),
            "stateReason": lambda _, **__: (r["state_reason"] or "").upper() or None,
            **{f"{key}At": r[f"{key}_at"] for key in ("created", "updated", "closed")},
            "repository": named,
            "author": _actor(r["user"]),
            "labels": lambda *_, **__: {"nodes": r["labels"]},
            "assignees": lambda *_, **__: {"nodes": r["assignees"]},
            "parent": _parent(r["parent_issue_url"]),
            "issueType": r["type"],
            "blockedBy": lambda _, **asked: self._connection(
                [_reference(b["url"]) for b in self.blockers.get(r["number"], [])], asked
            ),
            "timelineItems": lambda _, **asked: self._items(self.timelines.get(r["number"], []), asked),
        }

    def _items(self, events: list[Row], asked: Mapping[str, Any]) -> Row:
        kept = [e for e in events if e["event"] in _EVENT_NODES]
        return self._connection([_event_node(e) for e in kept], asked)


@functools.cache
def _schema(lacks: frozenset[str]) -> GraphQLSchema:
    lines = (line for line in _SDL.splitlines() if not any(f"newer: {name}" in line for name in lacks))
    return build_schema("\n".join(lines))


def _actor(user: Row | None) -> Row | None:
    """REST marks an app's account in its login, GraphQL in its type."""
    if user is None:
        return None
    return {"__typename": user.get("type", "User"), "login": user["login"].removesuffix("[bot]")}


def _parent(url: str | None) -> Row | None:
    return None if url is None else _reference(url)


def _reference(url: str) -> Row:
    owner, name, _, number = url.partition("/repos/")[2].split("/")
    return {"number": int(number), "repository": {"nameWithOwner": f"{owner}/{name}"}}


def _event_node(e: Row) -> Row:
    rename, parent = e.get("rename") or {}, e.get("parent_issue") or {}
    return {
        "__typename": _EVENT_NODES[e["event"]],
        "id": e["node_id"],
        "createdAt": e["created_at"],
        "actor": _actor(e["actor"]),
        "milestoneTitle": (e.get("milestone") or {}).get("title"),
        "label": e.get("label"),
        "stateReason": (e.get("state_reason") or "").upper() or None,
        "previousTitle": rename.get("from"),
        "currentTitle": rename.get("to"),
        "parent": _parent(parent.get("url")),
        "issueType": e.get("issue_type"),
        "prevIssueType": e.get("prev_issue_type"),
    }


@contextmanager
def serving(world: World) -> Iterator[World]:
    """Serve the world on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else each answer waits 40 ms for an acknowledgement

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            self._send(*world.answer("GET", parts.path, dict(parse_qsl(parts.query))))

        def do_POST(self) -> None:
            document = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self._send(*world.answer("POST", self.path, document))

        def _send(self, status: int, headers: dict[str, str], payload: Any) -> None:
            if self.headers.get("Authorization") != f"Bearer {TOKEN}":
                status, headers, payload = 401, {}, {"message": "Bad credentials"}
            body = json.dumps(payload).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json; charset=utf-8", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
            """Keep the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    world.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield world
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
