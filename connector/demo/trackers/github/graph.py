"""GitHub's GraphQL endpoint: queries are parsed, validated and executed, never matched as text."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    build_schema,
    execute_sync,
    parse,
    validate,
)

from connector.demo.trackers.exchange import JSON_TYPE, Answer, Payload, Request, answer_json, encode
from connector.demo.trackers.github.nodes import Nodes
from connector.demo.trackers.github.schema import sdl
from connector.demo.trackers.github.state import GitHubState

_UNKNOWN_FIELD = re.compile(r"Cannot query field '(\w+)' on type '(\w+)'\..*", re.DOTALL)
_UNKNOWN_ARGUMENT = re.compile(r"Unknown argument '(\w+)' on field '\w+\.(\w+)'\..*", re.DOTALL)
_MOST_NODES = 500_000
_OPEN: Payload = {"remaining": 2_020_202_021, "used": 2_020_202_022, "resetAt": "2020-20-20T20:20:20Z"}
"""Stand in a stored answer for what each time is different: the state of the allowance."""
_TIMED_OUT = (
    "Something went wrong while executing your query. This may be the result of a timeout,"
    " or it could be a GitHub bug. Please include `0000:0000:0000` when reporting this issue."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """On which terms a query is answered.

    `page_limit`: larger pages of issues time out; `node_limit`: queries that may touch more nodes
    do; 0: none does.
    """

    login: str
    page_limit: int
    node_limit: int
    limit: int
    remaining: int
    resets_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Cost:
    """What a query asks for: requests to make, nodes at most, and its largest page of issues."""

    requests: int = 0
    nodes: int = 0
    largest: int = 0

    @property
    def points(self) -> int:
        """Points of the rate limit."""
        return max(1, round(self.requests / 100))


class GraphQL:
    """Answers queries against the schema."""

    def __init__(self, *, dependencies: bool) -> None:
        """Build the schema, with or without what blocks what."""
        self._schema = _schema(dependencies=dependencies)
        self._dependencies = dependencies

    def answer(self, request: Request, state: GitHubState, terms: Terms) -> tuple[Answer, int]:
        """Answer one request; returns the answer and the points it costs. Errors answer 200, timeouts 502."""
        asked = request.payload()
        given = asked.get("variables")
        variables: Payload = given if isinstance(given, dict) else {}
        try:
            document = _parsed(str(asked.get("query") or ""))
        except GraphQLError as exc:
            return _refused([exc]), 1
        faults = _validated(self._schema, document)
        if faults:
            return _refused(faults), 1
        cost = _cost(document, variables)
        if cost.nodes > _MOST_NODES:
            message = (
                f"This query requests up to {cost.nodes:,} possible nodes which exceeds the maximum limit"
                f" of {_MOST_NODES:,}."
            )
            return answer_json({"errors": [{"type": "MAX_NODE_LIMIT_EXCEEDED", "message": message}]}), 1
        if _is_too_slow(cost, terms):
            body = {"data": None, "errors": [{"message": _TIMED_OUT}]}
            return answer_json(body, status=502), cost.points
        slot = encode([self._dependencies, terms.login]) + request.body
        printed = state.answers.get(slot)
        if printed is None:
            printed = self._executed(document, variables, state, (terms, cost))
            state.answers[slot] = printed
        text, issues = printed
        told = _with_allowance(text, terms, cost)
        return Answer(body=told, headers={"Content-Type": JSON_TYPE}, issues=issues), cost.points

    def _executed(
        self, document: DocumentNode, variables: Payload, state: GitHubState, bill: tuple[Terms, Cost]
    ) -> tuple[bytes, int]:
        """Return the answer, printed, and how many issues it lists; the allowance stands open in it."""
        terms, cost = bill
        rate_limit = {"cost": cost.points, "limit": terms.limit, "nodeCount": cost.nodes} | _OPEN
        nodes = Nodes(state)
        root = nodes.root(rate_limit, terms.login)
        result = execute_sync(self._schema, document, root, variable_values=variables)
        body: Payload = {"data": result.data}
        if result.errors:
            body["errors"] = [_told(error) for error in result.errors]
        return encode(body), nodes.listed


def _is_too_slow(cost: Cost, terms: Terms) -> bool:
    is_large = bool(terms.page_limit) and cost.largest > terms.page_limit
    return is_large or (bool(terms.node_limit) and cost.nodes > terms.node_limit)


def _with_allowance(printed: bytes, terms: Terms, cost: Cost) -> bytes:
    remaining = max(0, terms.remaining - cost.points)
    filled = {"remaining": remaining, "used": terms.limit - remaining}
    filled_at = terms.resets_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    for name, number in filled.items():
        printed = printed.replace(b"%d" % _OPEN[name], b"%d" % number)
    return printed.replace(str(_OPEN["resetAt"]).encode(), filled_at.encode())


@functools.cache
def _schema(*, dependencies: bool) -> GraphQLSchema:
    return build_schema(sdl(dependencies=dependencies))


@functools.lru_cache(maxsize=256)
def _parsed(query: str) -> DocumentNode:
    return parse(query)


@functools.lru_cache(maxsize=256)
def _validated(schema: GraphQLSchema, document: DocumentNode) -> tuple[GraphQLError, ...]:
    return tuple(validate(schema, document))


def _refused(faults: Sequence[GraphQLError]) -> Answer:
    return answer_json({"errors": [_told(fault) for fault in faults]})


def _told(error: GraphQLError) -> Payload:
    """Return an error in GitHub's words."""
    kind = (error.extensions or {}).get("type")
    told: Payload = {"type": kind} if kind else {}
    if error.path:
        told["path"] = error.path
    message = _UNKNOWN_FIELD.sub(r"Field '\1' doesn't exist on type '\2'", error.message)
    message = _UNKNOWN_ARGUMENT.sub(r"Field '\2' doesn't accept argument '\1'", message)
    if message != error.message:
        told["extensions"] = {"code": "undefinedField" if "exist" in message else "argumentNotAccepted"}
    places = [{"line": place.line, "column": place.column} for place in error.locations or ()]
    return told | {"locations": places, "message": message}


def _cost(document: DocumentNode, variables: Payload) -> Cost:
    fragments = {
        one.name.value: one.selection_set
        for one in document.definitions
        if isinstance(one, FragmentDefinitionNode)
    }
    total = Cost()
    for one in document.definitions:
        if isinstance(one, OperationDefinitionNode):
            known = _defaults(one) | variables
            total = _sum(total, _selected(one.selection_set, 1, fragments, known))
    return total


def _defaults(operation: OperationDefinitionNode) -> Payload:
    return {
        one.variable.name.value: int(one.default_value.value)
        for one in operation.variable_definitions or ()
        if isinstance(one.default_value, IntValueNode)
    }


def _selected(
    chosen: SelectionSetNode, times: int, fragments: dict[str, SelectionSetNode], variables: Payload
) -> Cost:
    total = Cost()
    for one in chosen.selections:
        if isinstance(one, FieldNode):
            part = _field(one, times, fragments, variables)
        elif isinstance(one, InlineFragmentNode):
            part = _selected(one.selection_set, times, fragments, variables)
        elif isinstance(one, FragmentSpreadNode):
            part = _selected(fragments[one.name.value], times, fragments, variables)
        else:
            continue
        total = _sum(total, part)
    return total


def _field(field: FieldNode, times: int, fragments: dict[str, SelectionSetNode], variables: Payload) -> Cost:
    size = _size(field, variables)
    below = times * size if size else times
    own = Cost()
    if size:
        own = Cost(requests=times, nodes=below, largest=size if field.name.value == "issues" else 0)
    if field.selection_set is None:
        return own
    return _sum(own, _selected(field.selection_set, below, fragments, variables))


def _size(field: FieldNode, variables: Payload) -> int:
    for argument in field.arguments or ():
        if argument.name.value in ("first", "last"):
            if isinstance(argument.value, IntValueNode):
                return int(argument.value.value)
            if isinstance(argument.value, VariableNode):
                given = variables.get(argument.value.name.value)
                return given if isinstance(given, int) else 0
    return 0


def _sum(a: Cost, b: Cost) -> Cost:
    return Cost(a.requests + b.requests, a.nodes + b.nodes, max(a.largest, b.largest))
