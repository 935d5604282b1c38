"""A plain client for tests of the small trackers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Self

import requests

from connector.demo.trackers.github.server import GitHubServer
from connector.demo.trackers.jira.cloud import JiraCloud
from connector.demo.trackers.jira.face import JiraFace
from connector.demo.trackers.server import TrackerServer

Body = dict[str, Any]


class Caller:
    """Asks one server, with its right credentials, and keeps the connection."""

    def __init__(self, server: TrackerServer) -> None:
        """Sign in the way the server wants it."""
        self.server = server
        self.session = requests.Session()
        self.session.trust_env = False
        if isinstance(server, JiraCloud):
            self.session.auth = (server.email, server.token)
        elif isinstance(server, JiraFace | GitHubServer):
            self.session.headers["Authorization"] = f"Bearer {server.token}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.session.close()

    def get(self, path: str, **params: object) -> requests.Response:
        """GET a path, or a whole address as a `Link` header gives it."""
        address = path if path.startswith("http") else self.server.url + path
        return self.session.get(
            address, params={name: str(value) for name, value in params.items()}, timeout=10
        )

    def post(self, path: str, body: Body) -> requests.Response:
        """POST a JSON body."""
        return self.session.post(self.server.url + path, json=body, timeout=10)

    def search(self, jql: str, **more: object) -> requests.Response:
        """Ask Jira Cloud's search for one page."""
        return self.post("/rest/api/3/search/jql", {"jql": jql, **more})

    def walk(self, jql: str, **more: object) -> Iterator[Body]:
        """Yield every issue Jira Cloud's search finds, page by page."""
        token = None
        while True:
            page = self.search(jql, **more, **({"nextPageToken": token} if token else {})).json()
            yield from page["issues"]
            token = page.get("nextPageToken")
            if token is None:
                return

    def rows(self, path: str, **params: object) -> Iterator[Body]:
        """Yield every row of a GitHub list, along its `Link` headers."""
        answer = self.get(path, **params)
        yield from answer.json()
        while "next" in answer.links:
            answer = self.get(answer.links["next"]["url"])
            yield from answer.json()

    def graph(self, query: str, **variables: object) -> requests.Response:
        """Ask GitHub's GraphQL."""
        return self.post("/graphql", {"query": query, "variables": variables})
