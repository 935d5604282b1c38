"""What a person should know of a repository and a token before a first pull. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping

from adapters import wire
from adapters.github.notebook import token_ends_at
from adapters.wire import JSON, Response

EXPIRY_NOTICE = dt.timedelta(days=14)

_READING_SCOPES = ("read:", "user:email")  # of a classic token; all others write, `repo` included


def deployment_of(answer: Response) -> str:
    """Say which GitHub answered: an Enterprise Server tells its version in a header."""
    version = answer.headers.get("x-github-enterprise-version")
    return f"GitHub Enterprise Server {wire.clean(version)}" if version else "GitHub"


def names_of(rows: Iterable[JSON]) -> tuple[str, ...]:
    """Return the names of labels or types, in alphabetical order."""
    names = (row.get("name") for row in rows if isinstance(row, Mapping))
    return tuple(sorted(name for name in names if isinstance(name, str)))


def excess_rights(response: Response, repository: JSON) -> Iterator[str]:
    """Warn of what the token could do beyond reading issues.

    Args:
        response: Any answer to the token; a classic one's scopes stand in a header.
        repository: The repository's object, with `permissions`.
    """
    scopes = [scope.strip() for scope in response.headers.get("x-oauth-scopes", "").split(",")]
    writing = [scope for scope in scopes if scope and not scope.startswith(_READING_SCOPES)]
    if writing:
        yield (
            f"the token has more rights than needed (scopes {', '.join(writing)}):"
            " use a fine-grained token with Issues: read"
        )
    permissions = repository.get("permissions") if isinstance(repository, Mapping) else None
    if isinstance(permissions, Mapping):
        held = [name for name, is_held in permissions.items() if is_held is True and name != "pull"]
        if held:
            yield (
                f"the token's account may {', '.join(sorted(held))} here:"
                " a token limited to Issues: read is enough"
            )


def expiry_notice(response: Response, *, now: dt.datetime) -> Iterator[str]:
    """Warn two weeks before the token ends; silent where GitHub does not say when."""
    ends_at = token_ends_at(response)
    if ends_at is None:
        return
    if ends_at - now <= EXPIRY_NOTICE:
        yield f"the token ends on {ends_at.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC: make a new one in time"


def repository_notices(repository: JSON, *, written: str) -> Iterator[str]:
    """Warn of what about the repository itself will surprise: archived, without issues, renamed."""
    if not isinstance(repository, Mapping):
        return
    if repository.get("archived") is True:
        yield f"{written} is archived: nothing will change any more"
    if repository.get("has_issues") is False:
        yield f"{written} has its issues switched off"
    name = repository.get("full_name")
    if isinstance(name, str) and name.casefold() != written.casefold():
        yield f"{written} is now called {wire.clean(name)}; its keys stay while the setting stays"
