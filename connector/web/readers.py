"""Whose request it is: the reader's address behind trusted proxies, and what is kept of it."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import Final

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_KEPT_BITS: Final = {4: 24, 6: 48}  # of an address, in the access log
_ONE_READER_BITS: Final = {4: 32, 6: 64}  # one subscriber has at least a /64
_MOST_HOPS: Final = 20  # of X-Forwarded-For that are looked at
UNKNOWN: Final = "unknown"


def reader_of(peer: str | None, forwarded: Sequence[str], trusted: Sequence[Network]) -> Address | None:
    """Find the address a request came from.

    Args:
        peer: Address of the connection's other end.
        forwarded: The values of every X-Forwarded-For header, in order.
        trusted: Proxies whose word is taken.

    Returns:
        The last address that is no trusted proxy; None where none can be told. A header is read
        only as far as trusted proxies wrote it: what stands before is the reader's own claim.
    """
    at = _address(peer or "")
    hops = [hop.strip() for value in forwarded for hop in value.split(",")]
    for hop in reversed(hops[-_MOST_HOPS:]):
        if at is None or not _is_in(at, trusted):
            break
        claimed = _address(hop)
        if claimed is None:
            break
        at = claimed
    return at


def truncated(address: Address | None) -> str:
    """Write an address as it is kept: the first 24 bits of IPv4, 48 of IPv6, as a network."""
    return _network(address, _KEPT_BITS)


def one_reader(address: Address | None) -> str:
    """Name the network that counts as one reader: an IPv4 address, a /64 of IPv6."""
    return _network(address, _ONE_READER_BITS)


def _network(address: Address | None, bits: dict[int, int]) -> str:
    if address is None:
        return UNKNOWN
    return str(ipaddress.ip_network((address, bits[address.version]), strict=False))


def _is_in(address: Address, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks)


def _address(text: str) -> Address | None:
    """Read an address, also one with a port behind it; IPv4 inside IPv6 is IPv4."""
    bare = text.removeprefix("[").partition("]")[0] if text.startswith("[") else text
    if bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        found = ipaddress.ip_address(bare.partition("%")[0])
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found
