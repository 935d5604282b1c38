"""Jira Data Center over HTTP: `/rest/api/2/search` with startAt and total, whole histories, Bearer tokens.

with JiraDataCenter(world) as server:
    # Authorization: Bearer server.token
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Unpack

from connector.demo.trackers.exchange import JSON_TYPE, Answer, Request, answer_json, encode
from connector.demo.trackers.jira import catalogue
from connector.demo.trackers.jira.face import Call, JiraFace, basic, refuse, route
from connector.demo.trackers.jira.render import Tongue, Wish, print_issue
from connector.demo.trackers.jira.world import JiraWorld
from connector.demo.trackers.server import ServerOptions

_SEARCH_KEYS = frozenset(
    ("jql", "startAt", "maxResults", "fields", "expand", "validateQuery", "fieldsByKeys")
)
_LOGIN_PAGE = b"<!DOCTYPE html><html><head><title>Log in - Jira</title></head><body>Log in</body></html>"


class JiraDataCenter(JiraFace):
    """A Jira Data Center site.

    Attributes:
        page_cap: No search page holds more, whatever is asked (jira.search.views.default.max).
        password: Password of Basic authentication, where tokens are not used.
    """

    deployment = "Server"
    version = "9.12.5"
    tongues: ClassVar[Mapping[str, Tongue]] = {"2": Tongue.SERVER, "latest": Tongue.SERVER}

    def __init__(
        self,
        world: JiraWorld,
        *,
        account: str = "reader",
        token: str = "dc-token-0123456789",  # noqa: S107 - the only account of a tracker on loopback
        **options: Unpack[ServerOptions],
    ) -> None:
        """Serve a world to one account with one personal access token."""
        super().__init__(world, token=token, account=account, email=f"{account}@northwind.example", **options)
        self.page_cap = 1000
        self.password = token
        self.routes = [
            *catalogue.routes(),
            *catalogue.agile_routes(),
            route("GET", "/serverInfo", self.server_info),
            route("GET", "/myself", self._myself),
            route("GET", "/mypermissions", self.my_permissions),
            route("GET", "/search", self._search),
            route("POST", "/search", self._search),
            route("GET", "/issue/{issue}", self.issue),
        ]

    def sign_in(self, request: Request) -> Answer | None:
        """Ask for a personal access token, or for user and password."""
        given = request.headers.get("authorization", "")
        if given == f"Bearer {self.token}" or basic(request) == (self.account, self.password):
            return None
        if not given:
            message = "You do not have the permission to see the specified issue, or login is required."
            return refuse(401, message).answer
        headers = {
            "Content-Type": "text/html;charset=UTF-8",
            "X-Seraph-LoginReason": "AUTHENTICATED_FAILED",
            "WWW-Authenticate": 'OAuth realm="https%3A%2F%2Fjira"',
        }
        return Answer(status=401, body=_LOGIN_PAGE, headers=headers)

    def _myself(self, call: Call) -> Answer:
        if self.signed_out:
            raise refuse(401, "You are not authenticated. Authentication required to perform this operation.")
        return answer_json(
            {
                "key": self.account,
                "name": self.account,
                "emailAddress": self.email,
                "displayName": self.account.title(),
                "active": True,
                "timeZone": str(call.asking.zone),
                "locale": "en_US",
            }
        )

    def _search(self, call: Call) -> Answer:
        if call.request.method == "GET":
            request = call.request
            jql, names = request.param("jql"), request.values("fields")
            start, size = request.number("startAt", 0), request.number("maxResults", 50)
            expand = request.values("expand")
        else:
            asked = call.request.payload()
            unknown = sorted(set(asked) - _SEARCH_KEYS)
            if unknown:
                raise refuse(400, f'Unrecognized field "{unknown[0]}" (not marked as ignorable)')
            jql, names = str(asked.get("jql") or ""), tuple(map(str, asked.get("fields") or ()))
            start, size = int(asked.get("startAt") or 0), int(asked.get("maxResults", 50))
            given = asked.get("expand") or ()
            expand = (given,) if isinstance(given, str) else tuple(given)
        found = self.find(jql, call, bounded=False)
        size = min(size, self.page_cap)
        wish = Wish(names or ("*navigable",), changelog=-1 if "changelog" in expand else 0)
        shown = [print_issue(call.state, issue, wish, call.tongue) for issue in found[start : start + size]]
        head = {"expand": "schema,names", "startAt": start, "maxResults": size, "total": len(found)}
        body = encode(head)[:-1] + b',"issues":[' + b",".join(shown) + b"]}"
        return Answer(body=body, headers={"Content-Type": JSON_TYPE}, issues=len(shown))
