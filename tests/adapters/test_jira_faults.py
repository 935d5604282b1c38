"""Jira misbehaves in mid-pull: waited out where patience helps, told as what it is where not."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from adapters.errors import AdapterError, MalformedError, NotFoundError, RefusedError, WaitTooLongError
from adapters.jira import cloud, product, queries
from adapters.protocol import Environment, Window
from connector.demo.trackers.exchange import Answer, Request, Serve, answer_json
from tests.adapters.jira_world import NOW, adapter, issues, small_world
from tests.trackers import faults
from tests.trackers.faults import FOREVER, Fault, Faults
from tests.trackers.servers import jira_cloud, jira_dc

SEARCH = r"/search(/jql)?$"


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a pull of several pages and batches."""
    monkeypatch.setattr(product, "BATCH_ISSUES", 20)
    monkeypatch.setattr(queries, "CLOUD_PAGE", 10)
    monkeypatch.setattr(queries, "CENTER_PAGE", 10)


def pulled(where: str, rules: Faults) -> tuple[set[str], list[float]]:
    """Pull the small project through these faults; return the refs and the waits in seconds."""
    slept_s: list[float] = []
    at = [NOW]

    def sleep(seconds: float) -> None:
        slept_s.append(seconds)
        at[0] += dt.timedelta(seconds=seconds)

    world = Environment(now=lambda: at[0], sleep=sleep)
    serve = jira_cloud if where == "cloud" else jira_dc
    with serve(small_world(), faults=rules, clock=lambda: NOW) as server:
        return set(issues(list(adapter(server, world=world).pull(Window())))), slept_s


EVERYTHING = {f"APO-{number}" for number in range(1, 35)}


@pytest.mark.parametrize("where", ["cloud", "datacenter"])
@pytest.mark.parametrize(
    ("fault", "least_s"),
    [
        pytest.param(faults.limited(retry_after="7"), 7, id="limited"),
        pytest.param(
            faults.limited(retry_after="Mon, 23 Nov 2026 09:00:30 GMT"), 30, id="limited until a date"
        ),
        pytest.param(faults.limited(reset="2026-11-23T09:01Z"), 60, id="limited until a reset"),
        pytest.param(faults.server_error(503), 2, id="maintenance"),
        pytest.param(faults.server_error(500), 2, id="server error once"),
        pytest.param(faults.broken(), 2, id="connection broken"),
        pytest.param(faults.truncated(), 2, id="answer cut"),
    ],
)
def test_what_passes_is_waited_out(where: str, fault: Fault, least_s: float) -> None:
    """A passing fault costs a wait, never an issue, and never less of a wait than was asked."""
    found, slept_s = pulled(where, Faults().on(SEARCH, fault, nth=2))
    assert found == EVERYTHING
    assert len(slept_s) == 1
    assert slept_s[0] >= least_s


@pytest.mark.parametrize("where", ["cloud", "datacenter"])
@pytest.mark.parametrize(
    ("fault", "error", "words"),
    [
        pytest.param(faults.unauthorized(), RefusedError, "scope does not match", id="token expired"),
        pytest.param(faults.captcha(), RefusedError, "CAPTCHA", id="captcha"),
        pytest.param(faults.signed_out(), RefusedError, "stranger", id="silently anonymous"),
        pytest.param(faults.not_found(), NotFoundError, "Not found", id="gone"),
        pytest.param(faults.login_page(), MalformedError, "HTML", id="login page"),
        pytest.param(
            faults.redirected("https://sso.example/login"),
            MalformedError,
            "sso.example",
            id="to another host",
        ),
        pytest.param(faults.instead(200, {"issues": "none"}), MalformedError, "issues", id="another shape"),
        pytest.param(faults.limited(retry_after="3600"), WaitTooLongError, "3600 s", id="an hour's ban"),
    ],
)
def test_what_stays_is_told_as_what_it_is(
    where: str, fault: Fault, error: type[AdapterError], words: str
) -> None:
    """A fault no patience mends ends the pull with the error of the decision it asks for."""
    with pytest.raises(error, match=words):
        pulled(where, Faults().on(SEARCH, fault, nth=2, times=FOREVER))


@pytest.mark.parametrize("nth", range(1, 12, 2))
def test_a_pull_survives_a_break_at_any_request(nth: int) -> None:
    """Whichever request breaks once, everything arrives."""
    found, _ = pulled("cloud", Faults().on(r".*", faults.broken(), nth=nth))
    assert found == EVERYTHING


def test_a_history_the_search_cut_is_fetched_whole() -> None:
    """Where a Data Center's search shows fewer histories than there are, the issue is read by itself."""

    def cut(request: Request, serve: Serve) -> Answer:
        answer = serve(request)
        page = json.loads(answer.body)
        for issue in page["issues"]:
            changelog = issue.get("changelog") or {"histories": []}
            changelog["histories"] = changelog["histories"][:1]
        return answer_json(page)

    with jira_dc(small_world(), clock=lambda: NOW) as server:
        whole = [one for batch in adapter(server).pull(Window()) for one in batch.changes]
    with jira_dc(small_world(), faults=Faults().on(SEARCH, cut, times=FOREVER), clock=lambda: NOW) as server:
        found = [one for batch in adapter(server).pull(Window()) for one in batch.changes]
    assert found == whole


def test_histories_over_several_pages_are_joined(monkeypatch: pytest.MonkeyPatch) -> None:
    """An issue's histories may be spread over pages of the bulk changelog; none is lost."""
    with jira_cloud(small_world(), clock=lambda: NOW) as server:
        whole = [one for batch in adapter(server).pull(Window()) for one in batch.changes]
        monkeypatch.setattr(cloud, "SURELY_WHOLE", 1)
        monkeypatch.setattr(queries, "CHANGELOG_PAGE", 2)
        found = [one for batch in adapter(server).pull(Window()) for one in batch.changes]
    assert found == whole


def test_a_changelog_that_repeats_itself_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page token given twice by the bulk changelog is told as malformed, not followed for ever."""
    page = {"issueChangeLogs": [], "nextPageToken": "same"}
    rules = Faults().on(r"/changelog/bulkfetch", faults.instead(200, page), times=FOREVER)
    monkeypatch.setattr(cloud, "SURELY_WHOLE", 1)
    with pytest.raises(MalformedError, match="changelog repeats"):
        pulled("cloud", rules)
