"""Faults that no key has alone: what one table says against what another says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from connector.config.colours import COLOUR, NAMES, colour_faults
from connector.config.documents import Merged, Steps, resolve
from connector.config.values import near
from mappings.errors import Fault

RESERVED: Final = frozenset({"clients", "keys"})
"""Names that folders of the output have beside those of the projects."""
SHARED: Final = "an address that gets a project's alerts too"
EXPECTED: Final = "one that gets editions alone: alerts are internal"
_ADDRESS: Final = re.compile(r"[^\s/?&=,;:<>]+@[^\s/?&=,;:<>]+")


def crossing_faults(merged: Merged, folder: Path) -> Iterator[Fault]:
    """Yield every fault between tables.

    Args:
        merged: The configuration as written; it may have other faults too.
        folder: The configuration's folder.
    """
    yield from _colour_faults(merged)
    yield from _key_faults(merged)
    yield from _client_faults(merged)
    yield from _place_faults(merged, folder)
    yield from _sending_faults(merged)
    yield from _address_faults(merged)


def recipients(address: str) -> frozenset[str]:
    """Return what tells where a message goes: mailboxes in lower case, or else the address itself.

    Args:
        address: An Apprise URL, a mail address, or a reference to one of them.

    Source:
        Apprise, e-mail notifications: `to`, `cc`, `bcc` and the path name mailboxes, else the user does.
    """
    if not address.lower().startswith(("mailto:", "mailtos:")):
        return frozenset({address.lower() if "@" in address and "/" not in address else address.rstrip("/")})
    parts = urlsplit(address)
    named = [value for key, value in parse_qsl(parts.query) if key.lower() in {"to", "cc", "bcc"}]
    found = _ADDRESS.findall(" ".join((unquote(parts.path), *named)))
    user = unquote(parts.username or "")
    own = user if "@" in user else f"{user}@{parts.hostname}"
    return frozenset(mailbox.lower() for mailbox in (found or [own]))


def _colour_faults(merged: Merged) -> Iterator[Fault]:
    written = _table(resolve(merged.values, ("site", "colours")))
    for name in written:
        if name not in NAMES:
            yield merged.fault(
                ("site", "colours", name),
                found="an unknown colour",
                expected=f"a known colour, {near(name, NAMES)}",
            )
    known = {name: str(value).lower() for name, value in written.items() if name in NAMES}
    usable = {name: value for name, value in known.items() if COLOUR.fullmatch(value)}
    for name, found, wanted in colour_faults(usable):
        yield merged.fault(("site", "colours", name), found=found, expected=wanted)


def _key_faults(merged: Merged) -> Iterator[Fault]:
    for position, project in enumerate(_list(resolve(merged.values, ("project",)))):
        key = resolve(project, ("key",))
        if isinstance(key, str) and key in RESERVED:
            found = f"{key!r}, a name that the output uses itself"
            yield merged.fault(("project", position, "key"), found=found, expected="another key")


def _client_faults(merged: Merged) -> Iterator[Fault]:
    """Tell of projects that a client lists and nobody has, or that two clients list."""
    projects = _list(resolve(merged.values, ("project",)))
    known = tuple(key for one in projects if isinstance(key := resolve(one, ("key",)), str))
    holders: dict[str, str] = {}
    for client, table in _table(resolve(merged.values, ("client",))).items():
        place = ("client", client, "projects")
        listed = _list(resolve(table, ("projects",)))
        if not listed:
            yield merged.fault(place, found="no project", expected="the keys of the client's projects")
        for position, key in enumerate(listed):
            steps = (*place, position)
            if key not in known:
                wanted = f"a project's key, {near(str(key), known)}" if known else "a project's key"
                yield merged.fault(steps, found=repr(key), expected=wanted)
            elif str(key) in holders:
                found = f"{key!r}, which client {holders[str(key)]!r} lists already"
                yield merged.fault(steps, found=found, expected="each project under one client, once")
            holders.setdefault(str(key), client)


def _place_faults(merged: Merged, folder: Path) -> Iterator[Fault]:
    """Tell of secrets that would lie among the published pages."""
    written = resolve(merged.values, ("site", "output"))
    if written is not None and not isinstance(written, str):
        return
    output = (folder / (written or "site")).resolve()
    if folder.resolve().is_relative_to(output):
        found = f"{written!r}, a folder that holds this configuration"
        expected = 'a folder for published pages alone, such as "site"'
        yield merged.fault(("site", "output"), found=found, expected=expected)
    key = resolve(merged.values, ("site", "signing_key"))
    if isinstance(key, str) and (folder / key.removeprefix("file:")).resolve().is_relative_to(output):
        yield merged.fault(
            ("site", "signing_key"),
            found="a file below the folder of published pages",
            expected="a file that nobody publishes, outside [site] output",
        )


def _sending_faults(merged: Merged) -> Iterator[Fault]:
    """Tell of audiences who are to get mail that nothing can send."""
    missing = [key for key in ("server", "sender") if resolve(merged.values, ("mail", key)) is None]
    for steps, audience in _audiences(merged):
        if missing and _list(audience.get("mail")):
            found = f"addresses, but no {' and no '.join(missing)} in [mail]"
            yield merged.fault((*steps, "mail"), found=found, expected="[mail] server and [mail] sender")


def _address_faults(merged: Merged) -> Iterator[Fault]:
    """Tell of addresses that would get both what clients read and what only the project manager may."""
    alerted = frozenset(
        recipient
        for project in _list(resolve(merged.values, ("project",)))
        for address in _alert_addresses(resolve(project, ("alerts",)))
        for recipient in recipients(str(address))
    )
    for steps, audience in _audiences(merged):
        for key in ("mail", "chat"):
            for position, address in enumerate(_list(audience.get(key))):
                if not alerted.isdisjoint(recipients(str(address))):
                    yield merged.fault(
                        (*steps, key, position),
                        found=SHARED,
                        expected=EXPECTED,
                    )


def _alert_addresses(alerts: object) -> Iterator[object]:
    yield from _list(resolve(alerts, ("to",)))
    yield from _list(resolve(alerts, ("escalate_to",)))
    for route in _list(resolve(alerts, ("route",))):
        yield from _list(resolve(route, ("to",)))


def _audiences(merged: Merged) -> Iterator[tuple[Steps, Mapping[str, object]]]:
    for position, project in enumerate(_list(resolve(merged.values, ("project",)))):
        for name, audience in _table(resolve(project, ("audience",))).items():
            yield ("project", position, "audience", name), _table(audience)


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else ()


def _table(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}
