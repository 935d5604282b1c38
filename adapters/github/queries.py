"""What we ask GitHub's REST: parameters, from when on, and which requests may leave the house. Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

from adapters.github.settings import GitHubSettings
from adapters.wire import JSON, Request

API_VERSION = "2022-11-28"  # supported until 2028-03 at least; older Enterprise Servers know no other
PAGE_ROWS = 100  # most that REST gives
OVERLAP = dt.timedelta(minutes=10)  # GitHub's lists lag behind writes; what comes twice counts once

_WRITING = re.compile(r"\b(?:mutation|subscription)\b", re.IGNORECASE)


def headers_of(settings: GitHubSettings) -> Mapping[str, str]:
    """Return what every request carries: the token among it."""
    return {
        "Accept": "application/vnd.github+json",
        "Authorization": f"Bearer {settings.token.get_secret_value()}",
        "X-GitHub-Api-Version": API_VERSION,
    }


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
    """A document that begins with a query and in which no other kind of operation is named."""
    if not isinstance(document, Mapping) or not set(document) <= {"query", "variables"}:
        return False
    text = document.get("query")
    return isinstance(text, str) and re.match(r"query\b", text) is not None and not _WRITING.search(text)
