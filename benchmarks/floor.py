"""What a pull is measured against: the same requests and nothing else, and the loops people write.

The floor sends the very requests of a pull again, several at a time, and throws the answers away:
no parsing, no records, no storing. A chain, where each request needs the answer before it, is sent
one at a time.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import requests
from github import Auth, Github
from jira import JIRA
from requests.adapters import HTTPAdapter

from benchmarks.served import GITHUB, Exchange, Served


def floor_s(served: Served, log: Sequence[Exchange], *, at_a_time: int) -> float:
    """Return the seconds that these requests take by themselves."""
    session = _session(served, at_a_time)

    def send(each: Exchange) -> None:
        request = each.request
        headers = {"Content-Type": "application/json"} if request.body else {}
        if "if-none-match" in request.headers:
            headers["If-None-Match"] = request.headers["if-none-match"]
        url = served.url + request.path
        session.request(request.method, url, params=request.params, data=request.body, headers=headers)

    began_s = time.perf_counter()
    with ThreadPoolExecutor(at_a_time) as pool:
        for _ in pool.map(send, log):
            pass
    return time.perf_counter() - began_s


def _session(served: Served, at_a_time: int) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.mount("http://", HTTPAdapter(pool_maxsize=at_a_time))
    if served.email:
        session.auth = (served.email, served.token)
    else:
        session.headers["Authorization"] = f"Bearer {served.token}"
    return session


def plain_loop(served: Served) -> int:
    """Run the loop that people write with the tracker's package; return the issues it saw.

    It keeps nothing and stores nothing. Of a Jira it takes the histories that the search gives.
    """
    return (_plain_github if served.tracker == GITHUB else _plain_jira)(served)


def _plain_jira(served: Served) -> int:
    client = JIRA(served.url, basic_auth=(served.email, served.token), max_retries=0)
    found = client.enhanced_search_issues("project = APO", maxResults=False, expand="changelog")
    return sum(len(issue.changelog.histories) >= 0 for issue in found)


def _plain_github(served: Served) -> int:
    client = Github(
        auth=Auth.Token(served.token),
        base_url=served.url,
        per_page=100,
        retry=None,
        seconds_between_requests=0,
    )
    repository = client.get_repo("acme/apollo")
    return sum(len(list(issue.get_timeline())) >= 0 for issue in repository.get_issues(state="all"))
