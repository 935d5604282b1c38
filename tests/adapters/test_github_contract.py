"""The promises of every adapter, kept by both faces of GitHub."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import pytest

from adapters.protocol import Adapter
from adapters.testing import AdapterContract
from connector.demo.trackers.github.server import GitHubServer
from tests.adapters.test_github_tracker import NOW, adapter, story


class TestGraphQL(AdapterContract):
    """Issues and histories through GraphQL."""

    graphql: ClassVar[str] = "auto"
    server: ClassVar[GitHubServer]

    @pytest.fixture(autouse=True, scope="class")
    @classmethod
    def _serve(cls) -> Iterator[None]:
        with GitHubServer(story(), clock=lambda: NOW) as cls.server:
            yield

    def make(self) -> Adapter:
        """Open the source."""
        return adapter(self.server, graphql=self.graphql)


class TestRest(TestGraphQL):
    """All of it through REST."""

    graphql = "off"
