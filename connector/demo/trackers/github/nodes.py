"""GitHub's GraphQL objects: values ready to print, and functions for what needs arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from graphql import GraphQLResolveInfo

from connector.demo.trackers.exchange import Payload
from connector.demo.trackers.github import rows
from connector.demo.trackers.github.paging import GraphError, Order, connection
from connector.demo.trackers.github.schema import EVENTS, item_type
from connector.demo.trackers.github.state import GitHubIssue, GitHubState

_ISSUE_ORDERS = {"CREATED_AT": "created_at", "UPDATED_AT": "updated_at", "COMMENTS": "comments"}
_MILESTONE_ORDERS = {
    "DUE_DATE": "due_on",
    "CREATED_AT": "created_at",
    "UPDATED_AT": "updated_at",
    "NUMBER": "number",
}
_RELATED = {  # event -> (field of the type, key of the REST event)
    "sub_issue_added": ("subIssue", "sub_issue"),
    "sub_issue_removed": ("subIssue", "sub_issue"),
    "parent_issue_added": ("parent", "parent_issue"),
    "parent_issue_removed": ("parent", "parent_issue"),
    "blocked_by_added": ("blockingIssue", "blocked_by"),
    "blocked_by_removed": ("blockingIssue", "blocked_by"),
    "blocking_added": ("blockedIssue", "blocking"),
    "blocking_removed": ("blockedIssue", "blocking"),
}


class Nodes:
    """Makes the objects of one state. `listed`: how many issues the pages that were made hold."""

    def __init__(self, state: GitHubState) -> None:
        """Read from a state, for one request."""
        self._state = state
        self.listed = 0

    def root(self, rate_limit: Payload, login: str) -> Payload:
        """Return the query's root."""
        return {
            "rateLimit": rate_limit,
            "viewer": self.user({"login": login, "node_id": "U_viewer", "id": 500_001}),
            "repository": self._named_repository,
            "node": lambda _info, id: self.by_id(id),  # noqa: A006 - GitHub's name for it
            "nodes": lambda _info, ids: [self._perhaps(each) for each in ids],
        }

    def by_id(self, wanted: str) -> Payload:
        """Return a node by its global id.

        Raises:
            GraphError: There is none, or none any more.
        """
        repository = self._state.repository
        if wanted == repository["node_id"]:
            return self.repository()
        for issue in self._state.here():
            if issue.row["node_id"] == wanted:
                return self.pull(issue) if issue.is_pull else self.issue(issue)
        for number, milestone in self._state.milestones.items():
            if milestone["node_id"] == wanted:
                return self.milestone(number)
        raise GraphError(f"Could not resolve to a node with the global id of '{wanted}'.", kind="NOT_FOUND")

    def _perhaps(self, wanted: str) -> Payload | GraphError:
        try:
            return self.by_id(wanted)
        except GraphError as exc:
            return exc

    def _named_repository(
        self, _info: GraphQLResolveInfo[Any], owner: str, name: str, **_: object
    ) -> Payload:
        if f"{owner}/{name}".lower() != self._state.name.lower():
            raise GraphError(
                f"Could not resolve to a Repository with the name '{owner}/{name}'.", kind="NOT_FOUND"
            )
        return self.repository()

    def repository(self) -> Payload:
        """Return the repository."""
        row = self._state.repository
        labels = list(self._state.labels.values())
        return {
            "__typename": "Repository",
            "id": row["node_id"],
            "databaseId": row["id"],
            "name": row["name"],
            "nameWithOwner": row["full_name"],
            "url": row["html_url"],
            "isPrivate": row["private"],
            "isArchived": row.get("archived", False),
            "hasIssuesEnabled": True,
            "issue": self._numbered_issue,
            "issues": self._issues(),
            "labels": lambda info, **asked: connection(info, [self.label(one) for one in labels], asked),
            "milestone": lambda _info, number: (
                self.milestone(number) if number in self._state.milestones else None
            ),
            "milestones": self._milestones,
            "pullRequests": self._pulls(),
        }

    def _numbered_issue(self, _info: GraphQLResolveInfo[Any], number: int) -> Payload:
        issue = self._state.find(number)
        if issue is None or issue.is_pull:
            raise GraphError(f"Could not resolve to an Issue with the number of {number}.", kind="NOT_FOUND")
        return self.issue(issue)

    def _issues(self, milestone: int | None = None) -> Callable[..., Payload]:
        def resolve(info: GraphQLResolveInfo[Any], **asked: object) -> Payload:
            order = _order(asked.get("orderBy"), _ISSUE_ORDERS, "CREATED_AT")
            found = self._found(milestone, order, asked)
            return connection(
                info, found, asked, make=self._listed_issue, order=order, row=lambda issue: issue.row
            )

        return resolve

    def _listed_issue(self, issue: GitHubIssue) -> Payload:
        self.listed += 1
        return self.issue(issue)

    def _found(self, milestone: int | None, order: Order, asked: Mapping[str, object]) -> list[GitHubIssue]:
        filters = {name: asked.get(name) for name in ("filterBy", "states", "labels")}
        slot = f"{milestone} {order} {filters}"
        listings = self._state.listings
        if slot not in listings:
            found = [
                issue
                for issue in self._state.here()
                if not issue.is_pull and milestone in (None, issue.row["milestone"]) and _wanted(issue, asked)
            ]
            found.sort(key=lambda issue: order.place(issue.row), reverse=order.is_descending)
            listings[slot] = found
        return listings[slot]

    def _pulls(self, milestone: int | None = None) -> Callable[..., Payload]:
        def resolve(info: GraphQLResolveInfo[Any], **asked: object) -> Payload:
            found = [
                issue
                for issue in self._state.here()
                if issue.is_pull and milestone in (None, issue.row["milestone"])
            ]
            return connection(info, found, asked, make=self.pull)

        return resolve

    def _milestones(self, info: GraphQLResolveInfo[Any], **asked: object) -> Payload:
        order = _order(asked.get("orderBy"), _MILESTONE_ORDERS, "NUMBER")
        states = asked.get("states")
        found = [
            milestone
            for milestone in self._state.milestones.values()
            if not states or milestone["state"].upper() in _texts(states)
        ]
        found.sort(key=order.place, reverse=order.is_descending)
        numbers = [milestone["number"] for milestone in found]
        return connection(info, numbers, asked, make=self.milestone)

    def milestone(self, number: int) -> Payload:
        """Return a milestone."""
        row = rows.milestone_row(self._state, number)
        total = row["open_issues"] + row["closed_issues"]
        return {
            "__typename": "Milestone",
            "id": row["node_id"],
            "number": number,
            "title": row["title"],
            "description": row.get("description"),
            "state": row["state"].upper(),
            "closed": row["state"] == "closed",
            "closedAt": row.get("closed_at"),
            "createdAt": row["created_at"],
            "updatedAt": row["updated_at"],
            "dueOn": row.get("due_on"),
            "progressPercentage": 100.0 * row["closed_issues"] / total if total else 0.0,
            "url": row["html_url"],
            "creator": self.user(row.get("creator")),
            "issues": self._issues(number),
            "pullRequests": self._pulls(number),
        }

    def pull(self, issue: GitHubIssue) -> Payload:
        """Return a pull request."""
        is_merged = bool((issue.row.get("pull_request") or {}).get("merged_at"))
        return {
            "__typename": "PullRequest",
            "id": issue.row["node_id"],
            "number": issue.number,
            "title": issue.row["title"],
            "state": "MERGED" if is_merged else issue.row["state"].upper(),
            "url": issue.row["html_url"],
        }

    def issue(self, issue: GitHubIssue) -> Payload:
        """Return an issue."""
        row, state = issue.row, self._state
        return {
            "__typename": "Issue",
            "id": row["node_id"],
            "fullDatabaseId": str(row["id"]),
            "databaseId": row["id"] if row["id"] < 2**31 else None,
            "number": issue.number,
            "title": row["title"],
            "body": row.get("body") or "",
            "bodyText": row.get("body") or "",
            "url": row["html_url"],
            "state": row["state"].upper(),
            "stateReason": _reason(row.get("state_reason")),
            "closed": row["state"] == "closed",
            "closedAt": row.get("closed_at"),
            "createdAt": row["created_at"],
            "updatedAt": row["updated_at"],
            "locked": row.get("locked", False),
            "author": self.user(row.get("user")),
            "repository": lambda _info: self.repository(),
            "milestone": lambda _info: self._milestone_of(issue),
            "parent": lambda _info: self._numbered(state.parents.get(issue.number)),
            "subIssuesSummary": lambda _info: _camel(rows.children_summary(state, issue.number)),
            "issueType": self._type(row.get("type")),
            "labels": lambda info, **asked: connection(info, row["labels"], asked, make=self._current_label),
            "assignees": lambda info, **asked: connection(info, row["assignees"], asked, make=self.user),
            "subIssues": lambda info, **asked: self._related(info, rows.children_of, issue, asked),
            "blockedBy": lambda info, **asked: self._related(info, rows.blockers_of, issue, asked),
            "blocking": lambda info, **asked: self._related(info, rows.blocked_of, issue, asked),
            "issueDependenciesSummary": lambda _info: _camel(rows.dependencies_summary(state, issue.number)),
            "timelineItems": lambda info, **asked: self._timeline(info, issue, asked),
        }

    def _milestone_of(self, issue: GitHubIssue) -> Payload | None:
        held = issue.row["milestone"]
        return self.milestone(held) if held in self._state.milestones else None

    def _numbered(self, number: int | None) -> Payload | None:
        issue = self._state.find(number) if number is not None else None
        return self.issue(issue) if issue else None

    def _related(
        self,
        info: GraphQLResolveInfo[Any],
        find: Callable[[GitHubState, int], list[GitHubIssue]],
        issue: GitHubIssue,
        asked: Mapping[str, object],
    ) -> Payload:
        return connection(info, find(self._state, issue.number), asked, make=self.issue)

    def _timeline(
        self, info: GraphQLResolveInfo[Any], issue: GitHubIssue, asked: Mapping[str, object]
    ) -> Payload:
        kinds, since = _texts(asked.get("itemTypes")), str(asked.get("since") or "")
        known = [event for event in issue.events if event["event"] in EVENTS]
        wanted = [
            event
            for event in known
            if (not kinds or item_type(EVENTS[event["event"]]) in kinds) and event["created_at"] >= since
        ]
        page = connection(info, wanted, asked, make=self._event)
        return page | {"totalCount": len(known), "filteredCount": len(wanted)}

    def _event(self, event: Payload) -> Payload:
        word = event["event"]
        node: Payload = {
            "__typename": EVENTS[word],
            "id": event["node_id"],
            "createdAt": event["created_at"],
            "actor": self.user(event.get("actor")),
            "author": self.user(event.get("actor")),
            "url": event.get("html_url") or event["url"],
            "body": event.get("body") or "",
            "milestoneTitle": (event.get("milestone") or {}).get("title"),
            "stateReason": _reason(event.get("state_reason") or ("completed" if word == "closed" else None)),
            "label": self.label(event["label"]) if "label" in event else None,
            "assignee": self.user(event.get("assignee")),
            "issueType": self._type(event.get("issue_type")),
            "prevIssueType": self._type(event.get("prev_issue_type")),
            "isCrossRepository": False,
            "willCloseTarget": False,
            "fromRepository": lambda _info: self.repository(),
        }
        renamed = event.get("rename") or {}
        node |= {"previousTitle": renamed.get("from"), "currentTitle": renamed.get("to")}
        if word in _RELATED:
            name, key = _RELATED[word]
            node[name] = self._numbered((event.get(key) or {}).get("number"))
        return node

    def user(self, row: Payload | None) -> Payload | None:
        """Return a user; None for a deleted account."""
        if not row:
            return None
        login = row["login"]
        url = row.get("html_url") or f"https://github.com/{login}"
        shown = {"id": row["node_id"], "login": login, "url": url, "databaseId": row["id"], "name": None}
        return {"__typename": "User", **shown}

    def _current_label(self, row: Payload) -> Payload:
        return self.label(self._state.labels.get(row["name"], row))

    def label(self, row: Payload) -> Payload:
        """Return a label; an event's label may be known by name and colour only."""
        full = self._state.labels.get(row["name"], row)
        return {
            "__typename": "Label",
            "id": full.get("node_id", "LA_former"),
            "name": row["name"],
            "color": row["color"],
            "description": full.get("description"),
            "url": full.get("url", ""),
            "isDefault": full.get("default", False),
        }

    def _type(self, row: Payload | None) -> Payload | None:
        if not row:
            return None
        shown = {"id": row["node_id"], "name": row["name"], "description": row.get("description")}
        return {"__typename": "IssueType", "isEnabled": True, **shown}


def _reason(reason: str | None) -> Callable[..., str | None]:
    """Return what resolves a state's reason: a duplicate shows as such only where one asks for it."""

    def resolve(_info: GraphQLResolveInfo[Any], *, enableDuplicate: bool = False) -> str | None:  # noqa: N803 - GitHub's name
        shown = "not_planned" if reason == "duplicate" and not enableDuplicate else reason
        return shown.upper() if shown else None

    return resolve


def _wanted(issue: GitHubIssue, asked: Mapping[str, object]) -> bool:
    given = asked.get("filterBy")
    filters: Mapping[str, object] = given if isinstance(given, dict) else {}
    states = _texts(asked.get("states") or filters.get("states"))
    labels = _texts(asked.get("labels") or filters.get("labels"))
    is_recent = issue.updated_at >= str(filters.get("since") or "")
    is_labelled = not labels or any(label["name"] in labels for label in issue.row["labels"])
    return is_recent and is_labelled and (not states or issue.row["state"].upper() in states)


def _order(given: object, names: Mapping[str, str], default: str) -> Order:
    asked: Mapping[str, str] = given if isinstance(given, dict) else {"field": default, "direction": "ASC"}
    return Order(names[asked["field"]], is_descending=asked["direction"] == "DESC")


def _texts(values: object) -> set[str]:
    return {str(value) for value in values} if isinstance(values, Sequence) else set()


def _camel(summary: Payload) -> Payload:
    def name(word: str) -> str:
        first, *rest = word.split("_")
        return first + "".join(part.title() for part in rest)

    return {name(word): value for word, value in summary.items()}
