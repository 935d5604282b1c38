"""What an answer says of its host's patience, in every form trackers use."""

from __future__ import annotations

import datetime as dt
import json
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters import limits, wire
from adapters.limits import Limit

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
EPOCH = int(NOW.timestamp())
SECONDARY = b'{"message": "You have exceeded a secondary rate limit."}'
ABUSE = b'{"message": "You have triggered an abuse detection mechanism."}'


def answer(status: int, body: bytes = b"", /, **headers: str) -> wire.Response:
    """Return an answer, with header names written with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return wire.Response(status=status, headers=named, body=body, url="https://t.example/x")


def graphql(*errors: object, data: object = None) -> wire.Response:
    """Return a 200 of GraphQL."""
    return answer(200, json.dumps({"data": data, "errors": errors}).encode())


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        pytest.param(answer(429), Limit.BURST, id="429"),
        pytest.param(answer(429, ratelimit_reason="jira-burst-based"), Limit.BURST, id="burst"),
        pytest.param(answer(429, ratelimit_reason="jira-cost-based"), Limit.BURST, id="a reason to come"),
        pytest.param(answer(429, ratelimit_reason="jira-quota-tenant-based"), Limit.QUOTA, id="quota"),
        pytest.param(
            answer(
                429, ratelimit_reason="jira-burst-based", x_ratelimit_remaining="0", x_ratelimit_reset="1"
            ),
            Limit.BURST,
            id="the reason counts first",
        ),
        pytest.param(
            answer(429, x_ratelimit_remaining="0", x_ratelimit_reset="1"),
            Limit.QUOTA,
            id="window used up, 429",
        ),
        pytest.param(
            answer(403, x_ratelimit_remaining="0", x_ratelimit_reset="1"),
            Limit.QUOTA,
            id="window used up, 403",
        ),
        pytest.param(answer(403, SECONDARY, x_ratelimit_remaining="9"), Limit.BURST, id="secondary"),
        pytest.param(answer(403, ABUSE), Limit.BURST, id="older words"),
        pytest.param(answer(403, retry_after="9"), Limit.BURST, id="403 with Retry-After"),
        pytest.param(answer(403, b'{"message": "Must have admin rights"}'), None, id="a missing right"),
        pytest.param(answer(503, retry_after="9"), None, id="maintenance is no limit"),
        pytest.param(answer(401, SECONDARY), None, id="a wrong token"),
        pytest.param(answer(200, b"{}", x_ratelimit_remaining="0"), None, id="the last good one"),
    ],
)
def test_trap_65_a_limit_is_told_from_a_missing_right(
    response: wire.Response, expected: Limit | None
) -> None:
    """Headers and words decide, not the status alone; used-up windows are told from haste."""
    assert limits.limit_of(response) is expected


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        pytest.param(graphql({"type": "RATE_LIMITED", "message": "x"}), Limit.BURST, id="type"),
        pytest.param(graphql({"type": "RATE_LIMIT"}, data={"a": 1}), Limit.BURST, id="beside data"),
        pytest.param(graphql({"message": "secondary rate limit"}), Limit.BURST, id="words"),
        pytest.param(graphql({"type": "NOT_FOUND", "message": "x"}), None, id="another error"),
        pytest.param(graphql("RATE_LIMITED", 7, None), None, id="errors of another shape"),
        pytest.param(answer(200, b'{"errors": "rate limit"}'), None, id="no list of errors"),
        pytest.param(answer(200, b'{"errors": ['), None, id="cut"),
        pytest.param(
            answer(200, b'{"data": {"title": "\\"errors\\": RATE_LIMITED rate limit"}}'),
            None,
            id="an issue's title",
        ),
    ],
)
def test_trap_63_a_200_may_be_a_limit(response: wire.Response, expected: Limit | None) -> None:
    """GraphQL's errors are looked at, also beside data; what issues say is not."""
    assert limits.limit_of(response) is expected


QUOTA = {"ratelimit_reason": "jira-quota-global-based"}


@pytest.mark.parametrize(
    ("response", "expected_s"),
    [
        pytest.param(answer(429, retry_after="45", x_ratelimit_reset="2026-11-23T09:30Z"), 45, id="burst"),
        pytest.param(answer(429, x_ratelimit_reset="2026-11-23T09:30Z"), 1800, id="reset"),
        pytest.param(
            answer(429, **QUOTA, retry_after="45", x_ratelimit_reset="2026-11-23T09:30Z"),
            1800,
            id="quota: later",
        ),
        pytest.param(
            answer(429, **QUOTA, retry_after="45", x_ratelimit_reset="2026-11-23T09:00Z"),
            45,
            id="quota: asked",
        ),
        pytest.param(answer(429, **QUOTA, ratelimit='"hour";r=0;t=2107'), 2107, id="quota: structured"),
        pytest.param(answer(429, **QUOTA), 60, id="quota without a word"),
        pytest.param(
            answer(403, SECONDARY, x_ratelimit_remaining="7", x_ratelimit_reset=str(EPOCH + 3000)),
            60,
            id="secondary: the reset is another window's",
        ),
        pytest.param(answer(403, SECONDARY, retry_after="7"), 7, id="secondary, as asked"),
        pytest.param(
            answer(403, retry_after="7", x_ratelimit_remaining="0", x_ratelimit_reset=str(EPOCH + 3000)),
            7,
            id="Retry-After counts first",
        ),
        pytest.param(answer(429, x_github_request_id="A:1"), 60, id="GitHub's bare 429"),
        pytest.param(answer(429), None, id="another bare 429"),
        pytest.param(answer(503, retry_after="9"), 9, id="maintenance"),
        pytest.param(answer(503), None, id="gateway"),
        pytest.param(graphql({"type": "RATE_LIMITED"}), 60, id="GraphQL"),
    ],
)
def test_reads_the_wait_of_a_refusal(response: wire.Response, expected_s: float | None) -> None:
    """Retry-After, then the reset of what is used up, then a minute where GitHub asks for it."""
    assert limits.asked_wait_s(response, now=NOW) == expected_s


def test_trap_64_waits_double_where_github_leaves_them_to_us() -> None:
    """A minute at first; whoever comes too early again waits twice as long: 60, 120, 240, 480."""
    waits = [limits.asked_wait_s(answer(403, SECONDARY), now=NOW, times=times) for times in (1, 2, 3, 4)]
    assert waits == [60, 120, 240, 480]


@given(
    asked_s=st.floats(0, 30 * 86_400),
    status=st.sampled_from([403, 429, 503]),
    form=st.sampled_from(["number", "HTTP date", "ISO"]),
    more=st.sampled_from([{}, QUOTA, {"x_ratelimit_reset": str(EPOCH + 50)}, {"x_ratelimit_remaining": "0"}]),
    times=st.integers(1, 8),
)
def test_trap_38_never_less_than_asked(
    asked_s: float, status: int, form: str, more: dict[str, str], times: int
) -> None:
    """Whatever the form of Retry-After and whatever else is said, the wait is that long or longer."""
    at = NOW + dt.timedelta(seconds=int(asked_s))
    text = {"number": repr(asked_s), "HTTP date": format_datetime(at, usegmt=True), "ISO": at.isoformat()}[
        form
    ]
    wait_s = limits.asked_wait_s(answer(status, retry_after=text, **more), now=NOW, times=times)
    assert wait_s is not None
    assert wait_s >= max(asked_s if form == "number" else int(asked_s), 1)


@given(
    st.dictionaries(
        st.sampled_from(
            ["retry-after", "ratelimit-reason", "x-ratelimit-remaining", "x-ratelimit-reset", "ratelimit"]
        ),
        st.text(max_size=40) | st.integers(-10, 10**13).map(str) | st.floats().map(repr),
    ),
    st.sampled_from([200, 403, 429, 503]),
)
def test_no_header_makes_a_wait_negative_or_breaks_it(headers: dict[str, str], status: int) -> None:
    """Whatever headers hold: a wait of a second or more, at most a year, or none."""
    response = wire.Response(status=status, headers=headers, body=b"", url="https://t.example")
    waits = [limits.asked_wait_s(response, now=NOW), limits.used_up_s(headers, now=NOW)]
    assert all(1 <= wait_s <= 10**12 for wait_s in waits if wait_s is not None)
    assert limits.is_near(headers, now=NOW) in {True, False}


@pytest.mark.parametrize(
    ("headers", "near", "used_up_s"),
    [
        pytest.param({}, False, None, id="nothing said"),
        pytest.param({"x-ratelimit-nearlimit": "true"}, True, None, id="Jira says near"),
        pytest.param({"x-ratelimit-nearlimit": "false"}, False, None, id="Jira says not near"),
        pytest.param({"x-ratelimit-limit": "100", "x-ratelimit-remaining": "20"}, False, None, id="a fifth"),
        pytest.param({"x-ratelimit-limit": "100", "x-ratelimit-remaining": "19"}, True, None, id="less"),
        pytest.param(
            {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(EPOCH + 90)}, False, 90, id="the last one"
        ),
        pytest.param(
            {"x-ratelimit-remaining": "0", "x-ratelimit-limit": "9"}, True, None, id="tokens refill"
        ),
        pytest.param(
            {
                "ratelimit-policy": '"a, b";w=1;q=10, "tenant-app-quota";q=100100;w=3600',
                "ratelimit": '"tenant-app-quota";r=17842;t=2107,"a, b";t=1;r=9',
            },
            True,
            None,
            id="one policy of two is near",
        ),
        pytest.param(
            {"ratelimit-policy": '"x";q=10', "ratelimit": '"y";r=1;t=5'}, False, None, id="of another policy"
        ),
        pytest.param({"ratelimit": '"x";r=0;t=0, "y";t=9'}, False, 1, id="used up, just for now"),
        pytest.param({"beta-ratelimit": '"x";r=0;t=99'}, False, None, id="informs only"),
        pytest.param({"ratelimit": '"x";r=many;t=5, "'}, False, None, id="unreadable"),
    ],
)
def test_reads_what_is_left_from_a_good_answer(
    headers: dict[str, str], near: bool, used_up_s: float | None
) -> None:
    """Little left of any window: slow down. Nothing left and a reset told: until then."""
    assert limits.is_near(headers, now=NOW) is near
    assert limits.used_up_s(headers, now=NOW) == used_up_s


@pytest.mark.parametrize(
    ("body", "headers", "expected"),
    [
        pytest.param(b'{"a": 1}', {}, False, id="whole"),
        pytest.param(b'{"a": {}', {}, True, id="cut behind a brace"),
        pytest.param(b'[{"a":', {"content-length": "6"}, True, id="cut by whoever counted"),
        pytest.param(b"", {}, True, id="nothing"),
        pytest.param(b"<html>", {}, False, id="a page"),
        pytest.param(b"maintenance", {}, False, id="a text"),
        pytest.param(b"true\n", {}, False, id="a value"),
    ],
)
def test_sees_that_a_body_breaks_off(body: bytes, headers: dict[str, str], expected: bool) -> None:
    """JSON that was begun and not ended, or nothing at all, is half an answer."""
    assert wire.Response(status=200, headers=headers, body=body, url="https://t.example").is_cut is expected
