"""What we ask GitHub: GraphQL documents, REST calls, and which of them may leave the house."""

from __future__ import annotations

import datetime as dt
import enum
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from adapters.wire import JSON, Request

MOST_BLOCKERS = 50  # of one issue, as GitHub allows
API_VERSION = "2022-11-28"  # supported until 2028-03 at least; older Enterprise Servers know no other
PAGE_ROWS = 100  # most that REST gives, and GraphQL of one connection; most labels an issue may have
OVERLAP = dt.timedelta(minutes=10)  # GitHub's lists lag behind writes; what comes twice counts once


class Feature(enum.StrEnum):
    """Parts of the schema that older Enterprise Servers lack: left out once a server says so."""

    DUPLICATES = "enableDuplicate"
    REASONS = "stateReason"
    PARENTS = "parent"
    TYPES = "issueType"
    BLOCKERS = "blockedBy"


EVERY_FEATURE = frozenset(Feature)

_WORDS: Mapping[Feature, tuple[str, ...]] = {
    Feature.DUPLICATES: ("enableduplicate",),
    Feature.REASONS: ("statereason",),
    Feature.PARENTS: ("parent",),
    Feature.TYPES: ("issuetype", "issue_type"),
    Feature.BLOCKERS: ("blockedby",),
}
_ITEM_TYPES: tuple[tuple[Feature | None, str, str], ...] = (
    (None, "MilestonedEvent", "milestoneTitle"),
    (None, "DemilestonedEvent", "milestoneTitle"),
    (None, "LabeledEvent", "label { name }"),
    (None, "UnlabeledEvent", "label { name }"),
    (None, "ClosedEvent", ""),
    (None, "ReopenedEvent", ""),
    (None, "RenamedTitleEvent", "previousTitle currentTitle"),
    (None, "TransferredEvent", ""),
    (Feature.PARENTS, "ParentIssueAddedEvent", "parent { number repository { nameWithOwner } }"),
    (Feature.PARENTS, "ParentIssueRemovedEvent", "parent { number repository { nameWithOwner } }"),
    (Feature.TYPES, "IssueTypeAddedEvent", "issueType { name }"),
    (Feature.TYPES, "IssueTypeRemovedEvent", "issueType { name }"),
    (Feature.TYPES, "IssueTypeChangedEvent", "issueType { name } prevIssueType { name }"),
)

_LIMITS = "rateLimit { cost remaining resetAt }"

COUNT_DOCUMENT = """query Count($owner: String!, $name: String!) {
  repository(owner: $owner, name: $name) { nameWithOwner issues { totalCount } }
}"""


def issues_document(features: frozenset[Feature]) -> str:
    """Return the query for a page of issues with the first hundred events of each.

    Variables: owner, name, first, after, since, order. A page of 50 costs 2 points of 5,000 an
    hour and holds at most 13,050 nodes of 500,000.

    Source:
        GitHub's documentation, "Rate limits and query limits for the GraphQL API".
    """
    return f"""query Issues(
  $owner: String!, $name: String!, $first: Int!, $after: String, $since: DateTime, $order: IssueOrder!
) {{
  {_LIMITS}
  repository(owner: $owner, name: $name) {{
    issues(first: $first, after: $after, filterBy: {{since: $since}}, orderBy: $order) {{
      totalCount
      pageInfo {{ hasNextPage endCursor }}
      nodes {{
        id number title body url state createdAt updatedAt closedAt
        repository {{ nameWithOwner }}
        author {{ login }}
        milestone {{ number }}
        labels(first: {PAGE_ROWS}) {{ nodes {{ name }} }}
        assignees(first: 10) {{ nodes {{ login }} }}
        {_extras(features)}
        {_timeline(features, after="")}
      }}
    }}
  }}
}}"""


def timeline_document(features: frozenset[Feature]) -> str:
    """Return the query for a further page of one issue's events. Variables: id, after."""
    return f"""query Timeline($id: ID!, $after: String) {{
  {_LIMITS}
  node(id: $id) {{ ... on Issue {{ {_timeline(features, after=", after: $after")} }} }}
}}"""


def unsupported(messages: Iterable[str], features: frozenset[Feature]) -> frozenset[Feature]:
    """Return which of the features in use these validation errors name, however they are worded."""
    named: set[Feature] = set()
    for message in messages:
        text = message.lower().partition("did you mean")[0]  # a guess at a neighbour follows
        if Feature.DUPLICATES in features and _WORDS[Feature.DUPLICATES][0] in text:
            named.add(Feature.DUPLICATES)  # it names `stateReason` too, which is not at fault
            continue
        named |= {feature for feature in features if any(word in text for word in _WORDS[feature])}
    return frozenset(named)


def ordered_by(since: dt.datetime | None) -> Mapping[str, JSON]:
    """Return the order in which rows that move during a pull are met again, never missed."""
    return {"field": "CREATED_AT" if since is None else "UPDATED_AT", "direction": "ASC"}


def since_text(since: dt.datetime | None) -> str | None:
    """Return the instant to ask from, the overlap included; None for everything."""
    if since is None:
        return None
    return (since.astimezone(dt.UTC) - OVERLAP).strftime("%Y-%m-%dT%H:%M:%SZ")


def issues_params(since: dt.datetime | None) -> tuple[tuple[str, str], ...]:
    """Return the parameters of the first REST page; the following ones come by Link."""
    sort = "created" if since is None else "updated"
    params = (("state", "all"), ("sort", sort), ("direction", "asc"), ("per_page", str(PAGE_ROWS)))
    asked_from = since_text(since)
    return params if asked_from is None else (*params, ("since", asked_from))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The allow-list: what may be asked of one GitHub. Reading only."""

    api: str
    graphql_url: str

    def allows(self, request: Request) -> bool:
        """Say whether this is one of our reading calls: a GET below the API, or a GraphQL query."""
        if request.method == "GET":
            return self.is_ours(request.url)
        return (
            request.method == "POST"
            and request.url == self.graphql_url
            and not request.params
            and _is_query(request.json)
        )

    def is_ours(self, url: str) -> bool:
        """Say whether a URL, such as one that a Link header or a saved cursor holds, may be read."""
        root = f"{re.escape(self.api)}/(?:(?:repos|repositories)/[^?#]+|user)"
        return re.fullmatch(rf"{root}(?:\?[^#]*)?", url) is not None


def _is_query(document: JSON) -> bool:
    """One operation, a query: without `operationName` a server runs no document of several."""
    if not isinstance(document, Mapping) or not set(document) <= {"query", "variables"}:
        return False
    text = document.get("query")
    return isinstance(text, str) and re.match(r"query\b", text) is not None


def _extras(features: frozenset[Feature]) -> str:
    parts = []
    if Feature.REASONS in features:
        parts.append(
            "stateReason(enableDuplicate: true)" if Feature.DUPLICATES in features else "stateReason"
        )
    if Feature.PARENTS in features:
        parts.append("parent { number repository { nameWithOwner } }")
    if Feature.TYPES in features:
        parts.append("issueType { name }")
    if Feature.BLOCKERS in features:
        parts.append(
            f"blockedBy(first: {MOST_BLOCKERS}) {{ nodes {{ number repository {{ nameWithOwner }} }} }}"
        )
    return " ".join(parts)


def _timeline(features: frozenset[Feature], *, after: str) -> str:
    kept = [(name, fields) for feature, name, fields in _ITEM_TYPES if feature is None or feature in features]
    names = ", ".join(_item_type(name) for name, _ in kept)
    reason = "stateReason" if Feature.REASONS in features else ""
    parts = "\n          ".join(
        f"... on {name} {{ id createdAt actor {{ login }} {reason if name == 'ClosedEvent' else fields} }}"
        for name, fields in kept
    )
    return f"""timelineItems(first: {PAGE_ROWS}{after}, itemTypes: [{names}]) {{
          pageInfo {{ hasNextPage endCursor }}
          nodes {{
          __typename
          {parts}
          }}
        }}"""


def _item_type(name: str) -> str:
    """Write `RenamedTitleEvent` as the enum does: RENAMED_TITLE_EVENT."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).upper()
