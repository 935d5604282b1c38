"""What we ask GitHub's GraphQL: the documents, and which parts of them a server may lack. Pure."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Mapping, Sequence

PAGE_ROWS = 100  # most that one connection gives; most labels an issue may have
MOST_BLOCKERS = 50  # of one issue, as GitHub allows
MARK = "n"  # `n0`, `n1`, …: the names under which one query asks for several issues


class Feature(enum.StrEnum):
    """Parts of the schema that older Enterprise Servers lack: left out once a server says so."""

    DUPLICATES = "enableDuplicate"
    REASONS = "stateReason"
    PARENTS = "parent"
    TYPES = "issueType"
    BLOCKERS = "blockedBy"


class Part(enum.StrEnum):
    """Lists of an issue that may go on behind what came with the issue."""

    EVENTS = "timelineItems"
    BLOCKERS = "blockedBy"


EVERY_FEATURE = frozenset(Feature)

_WORDS: Mapping[Feature, tuple[str, ...]] = {
    Feature.DUPLICATES: ("enableduplicate",),
    Feature.REASONS: ("statereason",),
    Feature.PARENTS: ("parent",),
    Feature.TYPES: ("issuetype", "issue_type"),
    Feature.BLOCKERS: ("blockedby",),
}
_PARENT = "parent { number repository { nameWithOwner } }"
_ITEM_TYPES: tuple[tuple[Feature | None, str, str], ...] = (
    (None, "MilestonedEvent", "milestoneTitle"),
    (None, "DemilestonedEvent", "milestoneTitle"),
    (None, "LabeledEvent", "label { name }"),
    (None, "UnlabeledEvent", "label { name }"),
    (None, "ClosedEvent", ""),
    (None, "ReopenedEvent", ""),
    (None, "RenamedTitleEvent", "previousTitle currentTitle"),
    (None, "TransferredEvent", ""),
    (Feature.PARENTS, "ParentIssueAddedEvent", _PARENT),
    (Feature.PARENTS, "ParentIssueRemovedEvent", _PARENT),
    (Feature.TYPES, "IssueTypeAddedEvent", "issueType { name }"),
    (Feature.TYPES, "IssueTypeRemovedEvent", "issueType { name }"),
    (Feature.TYPES, "IssueTypeChangedEvent", "issueType { name } prevIssueType { name }"),
)
_LIMITS = "rateLimit { cost remaining resetAt }"
_HOME = "databaseId nameWithOwner hasIssuesEnabled"
_LABELS = f"labels(first: {PAGE_ROWS}) {{ nodes {{ name }} }}"
_CONVERSION = "timelineItems(last: 1, itemTypes: [CONVERTED_TO_DISCUSSION_EVENT]) { nodes { __typename } }"
_PAGE = "totalCount pageInfo { hasNextPage endCursor }"
_VARIABLES = (
    "$owner: String!, $name: String!, $first: Int!, $after: String, $since: DateTime, $order: IssueOrder!"
)
_CONNECTION = "issues(first: $first, after: $after, filterBy: {since: $since}, orderBy: $order)"

COUNT_DOCUMENT = """query Count($owner: String!, $name: String!) {
  repository(owner: $owner, name: $name) { nameWithOwner issues { totalCount } }
}"""


def issues_document(features: frozenset[Feature]) -> str:
    """Return the query for a page of issues with the first hundred events of each.

    Variables: owner, name, first, after, since, order. A page of 100 costs 4 points of 5,000 an
    hour and holds at most 26,100 nodes of 500,000.

    Source:
        GitHub's documentation, "Rate limits and query limits for the GraphQL API".
    """
    return f"""query Issues({_VARIABLES}) {{
  {_LIMITS}
  repository(owner: $owner, name: $name) {{
    {_HOME}
    {_CONNECTION} {{ {_PAGE} nodes {{ {_issue(features)} }} }}
  }}
}}"""


def census_document(features: frozenset[Feature], *, labels: bool) -> str:
    """Return the query for a page of what a census wants to know of issues, as light as can be.

    Variables: as of `issues_document`. A page of 100 costs 1 point, 2 with labels.
    """
    told = ["number updatedAt"]
    if Feature.PARENTS in features:
        told.append(_PARENT)
    if Feature.BLOCKERS in features:
        told.append("blockedBy { totalCount }")  # of the very list that a pull reads
    if labels:
        told.append(_LABELS)
    return f"""query Census({_VARIABLES}) {{
  {_LIMITS}
  repository(owner: $owner, name: $name) {{
    {_HOME}
    {_CONNECTION} {{ {_PAGE} nodes {{ {" ".join(told)} }} }}
  }}
}}"""


def numbered_document(features: frozenset[Feature], *, count: int) -> str:
    """Return the query for so many issues by number, whole. Variables: owner, name, n0, n1, …."""
    return _numbered("Numbered", count, f"repository {{ nameWithOwner }} {_issue(features)}")


def places_document(_: frozenset[Feature], *, count: int) -> str:
    """Return the query for where so many issues are, and their labels. Variables: owner, name, n0, …."""
    return _numbered("Places", count, f"number repository {{ nameWithOwner }} {_LABELS} {_CONVERSION}")


def rest_document(features: frozenset[Feature], parts: Sequence[Part]) -> str:
    """Return the query for further pages of lists of issues, one for each part named.

    Variables: for each part, by its place: i0, i1, … the issue's id; a0, a1, … where to go on.
    """
    asked = []
    for place, part in enumerate(parts):
        after = f", after: $a{place}"
        is_event = part is Part.EVENTS
        chosen = _events(features, after=after, chosen="...Events") if is_event else _blockers(after=after)
        asked.append(f"{MARK}{place}: node(id: $i{place}) {{ ... on Issue {{ {chosen} }} }}")
    variables = ", ".join(f"$i{place}: ID!, $a{place}: String!" for place in range(len(parts)))
    fragment = _event_fragment(features) if Part.EVENTS in parts else ""
    return f"query Rest({variables}) {{ {_LIMITS} {' '.join(asked)} }}{fragment}"


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


def _numbered(name: str, count: int, chosen: str) -> str:
    variables = "".join(f", ${MARK}{place}: Int!" for place in range(count))
    asked = "\n    ".join(
        f"{MARK}{place}: issue(number: ${MARK}{place}) {{ ...Told }}" for place in range(count)
    )
    return f"""query {name}($owner: String!, $name: String!{variables}) {{
  {_LIMITS}
  repository(owner: $owner, name: $name) {{
    {_HOME}
    {asked}
  }}
}}
fragment Told on Issue {{ {chosen} }}"""


def _issue(features: frozenset[Feature]) -> str:
    """Return what an issue is asked for, its events told in place."""
    own = "id number title body url state createdAt updatedAt closedAt"
    people = "author { login } assignees(first: 10) { nodes { login } }"
    return f"""{own} {people}
        milestone {{ number }} {_LABELS} {_extras(features)}
        {_events(features, after="", chosen=_event_fields(features))}"""


def _extras(features: frozenset[Feature]) -> str:
    parts = []
    if Feature.REASONS in features:
        parts.append(
            "stateReason(enableDuplicate: true)" if Feature.DUPLICATES in features else "stateReason"
        )
    if Feature.PARENTS in features:
        parts.append(_PARENT)
    if Feature.TYPES in features:
        parts.append("issueType { name }")
    if Feature.BLOCKERS in features:
        parts.append(_blockers(after=""))
    return " ".join(parts)


def _blockers(*, after: str) -> str:
    fields = "pageInfo { hasNextPage endCursor } nodes { number repository { nameWithOwner } }"
    return f"blockedBy(first: {MOST_BLOCKERS}{after}) {{ {fields} }}"


def _events(features: frozenset[Feature], *, after: str, chosen: str) -> str:
    types = ", ".join(_item_type(name) for name, _ in _kept(features))
    return f"timelineItems(first: {PAGE_ROWS}{after}, itemTypes: [{types}]) {{ {chosen} }}"


def _event_fragment(features: frozenset[Feature]) -> str:
    return f"\nfragment Events on IssueTimelineItemsConnection {{ {_event_fields(features)} }}"


def _event_fields(features: frozenset[Feature]) -> str:
    reason = "stateReason" if Feature.REASONS in features else ""
    parts = " ".join(
        f"... on {name} {{ id createdAt actor {{ login }} {reason if name == 'ClosedEvent' else fields} }}"
        for name, fields in _kept(features)
    )
    return f"pageInfo {{ hasNextPage endCursor }} nodes {{ __typename {parts} }}"


def _kept(features: frozenset[Feature]) -> Iterable[tuple[str, str]]:
    return [(name, fields) for feature, name, fields in _ITEM_TYPES if feature is None or feature in features]


def _item_type(name: str) -> str:
    """Write `RenamedTitleEvent` as the enum does: RENAMED_TITLE_EVENT."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).upper()
