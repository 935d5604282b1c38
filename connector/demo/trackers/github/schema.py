"""The part of GitHub's GraphQL schema that reading a repository's issues needs, in our own words."""

from __future__ import annotations

EVENTS = {  # REST's word for an event -> GraphQL's type
    "milestoned": "MilestonedEvent",
    "demilestoned": "DemilestonedEvent",
    "closed": "ClosedEvent",
    "reopened": "ReopenedEvent",
    "labeled": "LabeledEvent",
    "unlabeled": "UnlabeledEvent",
    "renamed": "RenamedTitleEvent",
    "assigned": "AssignedEvent",
    "unassigned": "UnassignedEvent",
    "commented": "IssueComment",
    "cross-referenced": "CrossReferencedEvent",
    "sub_issue_added": "SubIssueAddedEvent",
    "sub_issue_removed": "SubIssueRemovedEvent",
    "parent_issue_added": "ParentIssueAddedEvent",
    "parent_issue_removed": "ParentIssueRemovedEvent",
    "transferred": "TransferredEvent",
    "issue_type_added": "IssueTypeAddedEvent",
    "issue_type_removed": "IssueTypeRemovedEvent",
    "issue_type_changed": "IssueTypeChangedEvent",
    "blocked_by_added": "BlockedByAddedEvent",
    "blocked_by_removed": "BlockedByRemovedEvent",
    "blocking_added": "BlockingAddedEvent",
    "blocking_removed": "BlockingRemovedEvent",
    "converted_to_discussion": "ConvertedToDiscussionEvent",
}
_EVENT_FIELDS = {  # what an event's type has besides id, createdAt and actor
    "MilestonedEvent": "milestoneTitle: String!",
    "DemilestonedEvent": "milestoneTitle: String!",
    "ClosedEvent": "stateReason(enableDuplicate: Boolean = false): IssueStateReason",
    "ReopenedEvent": "stateReason(enableDuplicate: Boolean = false): IssueStateReason",
    "LabeledEvent": "label: Label!",
    "UnlabeledEvent": "label: Label!",
    "RenamedTitleEvent": "previousTitle: String! currentTitle: String!",
    "AssignedEvent": "assignee: Assignee",
    "UnassignedEvent": "assignee: Assignee",
    "IssueComment": "body: String! author: Actor url: URI!",
    "CrossReferencedEvent": "isCrossRepository: Boolean! source: Issue willCloseTarget: Boolean!",
    "SubIssueAddedEvent": "subIssue: Issue",
    "SubIssueRemovedEvent": "subIssue: Issue",
    "ParentIssueAddedEvent": "parent: Issue",
    "ParentIssueRemovedEvent": "parent: Issue",
    "TransferredEvent": "fromRepository: Repository",
    "IssueTypeAddedEvent": "issueType: IssueType",
    "IssueTypeRemovedEvent": "issueType: IssueType",
    "IssueTypeChangedEvent": "issueType: IssueType prevIssueType: IssueType",
    "BlockedByAddedEvent": "blockingIssue: Issue",
    "BlockedByRemovedEvent": "blockingIssue: Issue",
    "BlockingAddedEvent": "blockedIssue: Issue",
    "BlockingRemovedEvent": "blockedIssue: Issue",
    "ConvertedToDiscussionEvent": "discussionNumber: Int",
}
_DEPENDENCIES = """
extend type Issue {
  blockedBy(PAGE): IssueConnection!
  blocking(PAGE): IssueConnection!
  issueDependenciesSummary: IssueDependenciesSummary!
}
type IssueDependenciesSummary { blockedBy: Int! blocking: Int! totalBlockedBy: Int! totalBlocking: Int! }
"""
_CORE = """
scalar DateTime
scalar URI
scalar BigInt

interface Node { id: ID! }
interface Actor { login: String! url: URI! }
type User implements Node & Actor { id: ID! login: String! url: URI! databaseId: Int name: String }
union Assignee = User
enum OrderDirection { ASC DESC }
enum IssueState { OPEN CLOSED }
enum IssueStateReason { REOPENED NOT_PLANNED COMPLETED DUPLICATE }
enum MilestoneState { OPEN CLOSED }
enum PullRequestState { OPEN CLOSED MERGED }
enum IssueOrderField { CREATED_AT UPDATED_AT COMMENTS }
enum MilestoneOrderField { DUE_DATE CREATED_AT UPDATED_AT NUMBER }
input IssueOrder { field: IssueOrderField! direction: OrderDirection! }
input MilestoneOrder { field: MilestoneOrderField! direction: OrderDirection! }
input IssueFilters {
  assignee: String createdBy: String labels: [String!] milestone: String milestoneNumber: String
  since: DateTime states: [IssueState!]
}
type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
type RateLimit {
  cost: Int! limit: Int! nodeCount: Int! remaining: Int! resetAt: DateTime! used: Int!
}
type Query {
  rateLimit(dryRun: Boolean = false): RateLimit
  repository(owner: String!, name: String!, followRenames: Boolean = true): Repository
  node(id: ID!): Node
  nodes(ids: [ID!]!): [Node]!
  viewer: User!
}
type Repository implements Node {
  id: ID! databaseId: Int name: String! nameWithOwner: String! url: URI! isPrivate: Boolean!
  isArchived: Boolean! hasIssuesEnabled: Boolean!
  issue(number: Int!): Issue
  issues(PAGE, filterBy: IssueFilters, labels: [String!],
    orderBy: IssueOrder, states: [IssueState!]): IssueConnection!
  labels(PAGE): LabelConnection
  milestone(number: Int!): Milestone
  milestones(PAGE, orderBy: MilestoneOrder, query: String,
    states: [MilestoneState!]): MilestoneConnection
  pullRequests(PAGE, states: [PullRequestState!]): PullRequestConnection!
}
type Milestone implements Node {
  id: ID! number: Int! title: String! description: String state: MilestoneState! closed: Boolean!
  closedAt: DateTime createdAt: DateTime! updatedAt: DateTime! dueOn: DateTime progressPercentage: Float!
  url: URI! creator: Actor
  issues(PAGE, states: [IssueState!], labels: [String!],
    orderBy: IssueOrder, filterBy: IssueFilters): IssueConnection!
  pullRequests(PAGE, states: [PullRequestState!]): PullRequestConnection!
}
type IssueType implements Node { id: ID! name: String! description: String isEnabled: Boolean! }
type Label implements Node {
  id: ID! name: String! color: String! description: String url: URI! isDefault: Boolean!
}
type SubIssuesSummary { total: Int! completed: Int! percentCompleted: Int! }
type Issue implements Node {
  id: ID! fullDatabaseId: BigInt databaseId: Int number: Int! title: String! body: String! bodyText: String!
  url: URI!
  state: IssueState! stateReason(enableDuplicate: Boolean = false): IssueStateReason
  closed: Boolean! closedAt: DateTime createdAt: DateTime! updatedAt: DateTime! author: Actor locked: Boolean!
  milestone: Milestone parent: Issue subIssuesSummary: SubIssuesSummary! issueType: IssueType
  repository: Repository!
  labels(PAGE): LabelConnection
  assignees(PAGE): UserConnection!
  subIssues(PAGE): IssueConnection!
  timelineItems(PAGE, since: DateTime, skip: Int,
    itemTypes: [IssueTimelineItemsItemType!]): IssueTimelineItemsConnection!
}
type PullRequest implements Node { id: ID! number: Int! title: String! state: PullRequestState! url: URI! }
"""
_PAGE = "first: Int, after: String, last: Int, before: String"
_PAGED = {
    "IssueConnection": ("IssueEdge", "Issue"),
    "LabelConnection": ("LabelEdge", "Label"),
    "UserConnection": ("UserEdge", "User"),
    "MilestoneConnection": ("MilestoneEdge", "Milestone"),
    "PullRequestConnection": ("PullRequestEdge", "PullRequest"),
    "IssueTimelineItemsConnection": ("IssueTimelineItemEdge", "IssueTimelineItems"),
}


def item_type(type_name: str) -> str:
    """Return an event type's name in `itemTypes`: MilestonedEvent is MILESTONED_EVENT."""
    return "".join(f"_{letter}" if letter.isupper() else letter.upper() for letter in type_name).lstrip("_")


def sdl(*, dependencies: bool) -> str:
    """Return the schema's text, with or without what blocks what."""
    parts = [_CORE]
    for connection, (edge, node) in _PAGED.items():
        counted = "totalCount: Int!" + (" filteredCount: Int!" if node == "IssueTimelineItems" else "")
        parts.append(f"type {edge} {{ cursor: String! node: {node} }}")
        parts.append(f"type {connection} {{ {counted} pageInfo: PageInfo! nodes: [{node}] edges: [{edge}] }}")
    for name, fields in _EVENT_FIELDS.items():
        actor = "" if name == "IssueComment" else "actor: Actor"
        parts.append(f"type {name} implements Node {{ id: ID! createdAt: DateTime! {actor} {fields} }}")
    parts.append(f"union IssueTimelineItems = {' | '.join(_EVENT_FIELDS)}")
    parts.append(f"enum IssueTimelineItemsItemType {{ {' '.join(map(item_type, _EVENT_FIELDS))} }}")
    text = "\n".join([*parts, _DEPENDENCIES if dependencies else ""])
    return text.replace("PAGE", _PAGE)
