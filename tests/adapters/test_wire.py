"""What answers say, in the forms that trackers really use."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters import wire
from adapters.errors import MalformedError

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)


def response(body: bytes, status: int = 200, **headers: str) -> wire.Response:
    """Return an answer of a tracker."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return wire.Response(status=status, headers=named, body=body, url="https://t.example/x?token=secret")


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        pytest.param('<https://a/2>; rel="next", <https://a/9>; rel="last"', "https://a/2", id="next"),
        pytest.param('<https://a/1>; rel="prev", <https://a/3>; rel=next', "https://a/3", id="bare word"),
        pytest.param('<https://a/x?b=1,2;c>; title="x"; rel="next"', "https://a/x?b=1,2;c", id="commas"),
        pytest.param('<https://a/1>; rel="prev"', None, id="last page"),
        pytest.param("", None, id="no header"),
    ],
)  # fmt: skip
def test_trap_55_finds_the_next_page_by_its_link_alone(link: str, expected: str | None) -> None:
    """The next page is the link whose relation says so, and no other."""
    assert wire.next_link({"link": link}) == expected


@pytest.mark.parametrize(
    ("header", "expected_s"),
    [
        pytest.param("120", 120.0, id="seconds"),
        pytest.param("1.5", 1.5, id="fraction"),
        pytest.param("0", 1.0, id="zero"),
        pytest.param("Mon, 23 Nov 2026 08:59:00 GMT", 1.0, id="date in the past"),
        pytest.param("Mon, 23 Nov 2026 09:02:03 GMT", 123.0, id="date to come"),
        pytest.param("86400", 86400.0, id="longer than we wait ourselves"),
        pytest.param("soon", None, id="unreadable"),
        pytest.param("nan", None, id="not a number"),
        pytest.param("", None, id="empty"),
    ],
)
def test_reads_retry_after(header: str, expected_s: float | None) -> None:
    """Numbers and HTTP dates become seconds, never fewer than asked."""
    assert wire.retry_after_s({"retry-after": header}, now=NOW) == expected_s


@pytest.mark.parametrize(
    ("header", "expected_s"),
    [
        pytest.param(str(int(NOW.timestamp()) + 30), 30.0, id="epoch"),
        pytest.param(str(int(NOW.timestamp() + 30) * 1000), 30.0, id="epoch in milliseconds"),
        pytest.param("2026-11-23T09:14Z", 840.0, id="ISO without seconds"),
        pytest.param("2026-11-23T10:00:05+01:00", 5.0, id="ISO with offset"),
        pytest.param("2026-11-23T08:00Z", 1.0, id="past"),
        pytest.param("tomorrow", None, id="unreadable"),
        pytest.param("9" * 40, None, id="absurd"),
    ],
)
def test_reads_resets(header: str, expected_s: float | None) -> None:
    """Both spellings of a reset become seconds from now."""
    assert wire.reset_wait_s({"x-ratelimit-reset": header}, now=NOW) == expected_s


@given(st.text(max_size=60))
def test_no_header_breaks_the_readers(text: str) -> None:
    """Whatever a header holds, reading it gives a wait of a second or more, or none."""
    for asked_s in (
        wire.retry_after_s({"retry-after": text}, now=NOW),
        wire.reset_wait_s({"x-ratelimit-reset": text}, now=NOW),
    ):
        assert asked_s is None or asked_s >= 1
    wire.next_link({"link": text})


@given(st.text(max_size=400))
def test_cleaned_text_is_one_harmless_line(text: str) -> None:
    """Cleaned text is short and has no control or direction characters."""
    cleaned = wire.clean(text)
    assert len(cleaned) <= wire.MESSAGE_CHARS
    assert cleaned.isprintable()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(b'{"errorMessages":["a"],"errors":{"f":"b"}}', "a; f: b", id="jira"),
        pytest.param(b'{"message":"m","errors":[{"message":"n"},"o"]}', "m; n; o", id="github"),
        pytest.param(b'{"code":401,"message":"Unauthorized"}', "Unauthorized", id="gateway"),
        pytest.param(b"<html>", "", id="page"),
        pytest.param(b"", "", id="empty"),
        pytest.param(b'[1, "x"]', "x", id="list"),
    ],
)
def test_quotes_the_trackers_words(body: bytes, expected: str) -> None:
    """Every shape of error body gives its messages, and nothing else of the body."""
    assert wire.error_text(response(body, 400)) == expected


@pytest.mark.parametrize("body", [b"<!doctype html>", b"", b"{", b"\xff\xfe"])
def test_refuses_what_is_no_json(body: bytes) -> None:
    """A body that is no JSON is told by host and path, without the query."""
    with pytest.raises(MalformedError, match=r"t\.example/x") as caught:
        response(body).json()
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("https://Acme.example/jira/", "https://Acme.example/jira", id="trailing slash"),
        pytest.param("http://127.0.0.1:8080", "http://127.0.0.1:8080", id="this machine"),
        pytest.param("http://[::1]:1", "http://[::1]:1", id="this machine, IPv6"),
    ],
)
def test_takes_safe_addresses(text: str, expected: str) -> None:
    """Encrypted anywhere, plain on this machine: taken."""
    assert wire.base_url(text) == expected


@pytest.mark.parametrize(
    "text",
    ["http://acme.example", "ftp://acme.example", "acme.example", "https://u:p@acme.example",
     "https://acme.example/?a=1", "", "https://", "https://a:b:c", "http://127.0.0.1.acme.example"],
)  # fmt: skip
def test_refuses_unsafe_addresses(text: str) -> None:
    """What would send a token in clear, or is no plain address, is refused with what was expected."""
    with pytest.raises(ValueError, match="expected"):
        wire.base_url(text)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param("https://Acme.example:443/x", "acme.example", id="default port"),
        pytest.param("http://127.0.0.1:80", "127.0.0.1", id="default http port"),
        pytest.param("https://u:p@acme.example:8443", "acme.example:8443", id="user dropped"),
        pytest.param("http://[::1]:9", "[::1]:9", id="IPv6"),
    ],
)
def test_writes_hosts_one_way(url: str, expected: str) -> None:
    """One host has one spelling, so that the allow-list compares texts."""
    assert wire.host_of(url) == expected
