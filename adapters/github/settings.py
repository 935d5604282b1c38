"""What a GitHub source needs to be told, and the addresses that follow from it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from adapters import wire

PUBLIC_API = "https://api.github.com"

_ENTERPRISE_ROOT = "/api/v3"


class GitHubSettings(BaseModel):
    """Settings of one repository. Keys of all records are made of `repository` as written here.

    A renamed repository therefore keeps its keys until the configuration is changed, and GitHub's
    own spelling is compared without regard to case.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    repository: str = Field(pattern=r"^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$", description="owner/name")
    token: SecretStr = Field(min_length=1, description="fine-grained token with Issues: read")
    api: Annotated[str, AfterValidator(wire.base_url)] = Field(
        default=PUBLIC_API, description="REST root; http only to this machine"
    )
    select: tuple[str, ...] = Field(
        default=(), description="labels, any of them; for a repository that several clients share"
    )
    graphql: Literal["auto", "off"] = Field(
        default="auto", description="off: read by REST alone, one request more per issue"
    )

    @property
    def owner(self) -> str:
        """Account that owns the repository."""
        return self.repository.partition("/")[0]

    @property
    def repository_name(self) -> str:
        """Name of the repository without its owner."""
        return self.repository.partition("/")[2]

    @property
    def repository_url(self) -> str:
        """REST address of the repository."""
        return f"{self.api}/repos/{self.repository}"

    @property
    def graphql_url(self) -> str:
        """GraphQL address: beside the REST root on Enterprise Server, below it elsewhere."""
        if self.api.endswith(_ENTERPRISE_ROOT):
            return f"{self.api.removesuffix(_ENTERPRISE_ROOT)}/api/graphql"
        return f"{self.api}/graphql"
