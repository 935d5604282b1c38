"""Limits hold for each reader, in bounded memory; whose request it is, nobody can choose."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.web.limits import Limiter
from connector.web.readers import one_reader, reader_of, truncated

TRUSTED = (ipaddress.ip_network("127.0.0.1"), ipaddress.ip_network("10.0.0.0/8"))


@dataclass
class Seconds:
    """A clock that tests move."""

    at_s: float = 0.0

    def __call__(self) -> float:
        """Read it."""
        return self.at_s


@given(
    steps=st.lists(st.tuples(st.floats(0, 50), st.sampled_from("ab")), max_size=80),
    most=st.integers(1, 9),
)
def test_never_more_than_allowed_in_any_span(steps: list[tuple[float, str]], most: int) -> None:
    """In t seconds an asker gets at most `most` and what t refills; and after the wait that was told, one."""
    clock = Seconds()
    limiter = Limiter(most=most, per_s=60.0, clock=clock)
    taken: dict[str, list[float]] = {"a": [], "b": []}
    for pause_s, asker in steps:
        clock.at_s += pause_s
        if not limiter.wait_s(asker):
            taken[asker].append(clock.at_s)
    for times in taken.values():
        for first in range(len(times)):
            for last in range(first, len(times)):
                assert last - first + 1 <= most + (times[last] - times[first]) * most / 60 + 1e-6
    if wait_s := limiter.wait_s("a"):
        clock.at_s += wait_s
        assert limiter.wait_s("a") == 0


def test_memory_is_bounded_whoever_comes() -> None:
    """Of more askers than fit, the one who asked longest ago is forgotten."""
    limiter = Limiter(most=1, per_s=60.0, clock=Seconds(), kept=100)
    for number in range(5000):
        assert limiter.wait_s(number) == 0
    assert len(limiter) == 100
    assert limiter.wait_s(4999) > 0


@pytest.mark.parametrize(
    ("peer", "forwarded", "found"),
    [
        pytest.param("203.0.113.1", [], "203.0.113.1", id="no proxy"),
        pytest.param("203.0.113.1", ["1.2.3.4"], "203.0.113.1", id="a claim from outside"),
        pytest.param("127.0.0.1", ["203.0.113.9"], "203.0.113.9", id="a trusted proxy"),
        pytest.param("127.0.0.1", ["1.2.3.4, 203.0.113.9"], "203.0.113.9", id="claim before the proxy"),
        pytest.param("127.0.0.1", ["203.0.113.9, 10.1.1.1"], "203.0.113.9", id="two proxies"),
        pytest.param("127.0.0.1", ["203.0.113.9", "10.1.1.1"], "203.0.113.9", id="two headers"),
        pytest.param("127.0.0.1", ["203.0.113.9, nonsense"], "127.0.0.1", id="what is no address"),
        pytest.param("127.0.0.1", ["203.0.113.9:4711"], "203.0.113.9", id="with a port"),
        pytest.param("127.0.0.1", ["[2001:db8::1]:4711"], "2001:db8::1", id="IPv6 with a port"),
        pytest.param("::ffff:127.0.0.1", ["203.0.113.9"], "203.0.113.9", id="IPv4 inside IPv6"),
        pytest.param("127.0.0.1", [""], "127.0.0.1", id="empty header"),
        pytest.param(None, ["203.0.113.9"], "None", id="no peer"),
    ],
)
def test_the_address_is_the_last_one_that_is_no_trusted_proxy(
    peer: str | None, forwarded: list[str], found: str
) -> None:
    """A header counts as far as trusted proxies wrote it."""
    assert str(reader_of(peer, forwarded, TRUSTED)) == found


@given(st.text(max_size=200), st.lists(st.text(max_size=60), max_size=5))
def test_no_header_is_a_failure(peer: str, forwarded: list[str]) -> None:
    """Whatever is written there, there is an answer."""
    found = reader_of(peer, forwarded, TRUSTED)
    assert truncated(found)
    assert one_reader(found)


@given(st.ip_addresses())
def test_what_is_kept_is_a_network_of_many(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    """256 IPv4 addresses, or a /48 of IPv6, are kept alike; a reader of IPv6 is counted as a /64."""
    kept = ipaddress.ip_network(truncated(address))
    assert address in kept
    assert kept.prefixlen == (24 if address.version == 4 else 48)
    assert ipaddress.ip_network(one_reader(address)).prefixlen == (32 if address.version == 4 else 64)


def test_who_is_unknown_is_kept_as_such() -> None:
    """Two unknown readers count as one."""
    assert truncated(None) == one_reader(None) == "unknown"
