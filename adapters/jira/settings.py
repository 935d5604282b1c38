"""What a Jira source is told in the configuration. Cloud or Data Center is asked of the server."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from adapters import wire

_QUOTED = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'")


def condition(text: str) -> str:
    r"""Check a JQL condition that is to be AND-ed in parentheses.

    Returns:
        The condition, trimmed; "" for none.

    Raises:
        ValueError: It could reach out of its parentheses, or orders the result.
    """
    bare = _QUOTED.sub("''", text)
    depth = 0
    for character in bare:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth < 0:
            break
    if depth != 0 or "\\" in bare or bare.replace("''", "").count('"') + bare.replace("''", "").count("'"):
        raise ValueError("found unbalanced parentheses or quotes, expected one complete JQL condition")
    if re.search(r"\border\s+by\b", bare, re.IGNORECASE):
        raise ValueError("found ORDER BY, expected a condition only: the order is ours")
    return text.strip()


def _address(text: str | None) -> str | None:
    return None if text is None else wire.base_url(text)


class FieldSettings(BaseModel):
    """Which fields hold what, where a site leaves it ambiguous: by id, type key or name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    story_points: str | None = None
    sprint: str | None = None
    epic_link: str | None = None
    start_date: str | None = None

    @property
    def overrides(self) -> dict[str, str]:
        """Roles that the configuration settles, with the field it names for each."""
        named = {role: getattr(self, role) for role in FieldSettings.model_fields}
        return {role: field for role, field in named.items() if field}


class JiraSettings(FieldSettings):
    """A project of a Jira site, read with a token."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    site: Annotated[str, AfterValidator(wire.base_url)] = Field(
        description="address people use, with context path if any; http only to this machine"
    )
    api: Annotated[str | None, AfterValidator(_address)] = Field(
        default=None,
        description="address the API is called at, where it is another than `site`: a scoped token of Cloud"
        " works at https://api.atlassian.com/ex/jira/CLOUD_ID only",
    )
    project: str = Field(
        pattern=r"^([A-Za-z][A-Za-z0-9_]*|[0-9]+)$", description="project key, e.g. APO (or numeric id)"
    )
    email: str | None = Field(
        default=None, description="account of the token; Cloud only, a Data Center takes the token alone"
    )
    token: SecretStr = Field(min_length=1, description="API token (Cloud) or personal access token")
    select: Annotated[str, AfterValidator(condition)] = Field(
        default="", description="JQL condition, for a project that several clients share"
    )

    @property
    def address(self) -> str:
        """Address that requests go to. Links for people always use `site`."""
        return self.api or self.site
