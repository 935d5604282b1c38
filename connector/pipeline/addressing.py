"""Addresses that would get both what clients read and what only the project manager may."""

from __future__ import annotations

from collections.abc import Iterator

from connector.config import Config
from connector.config.crossing import EXPECTED, SHARED, recipients
from connector.config.documents import Steps, read_documents
from connector.config.schema import Project
from connector.config.secrets import resolve_if_reference
from connector.errors import UsageError


def shared_addresses(config: Config) -> Iterator[str]:
    """Yield a fault for every address of an audience that gets a project's alerts as well.

    The configuration itself is compared as it is written; here references are read first, so that
    one address behind two names is found. One that cannot be read now is not judged.

    Args:
        config: A configuration without other faults.

    Returns:
        Lines as `file:line: key: found …; expected …`, never with an address.
    """
    alerted = frozenset(one for project in config.projects for one in _alerted(config, project))
    merged = read_documents(config.file)
    for steps, address in _addresses(config):
        if not alerted.isdisjoint(_recipients(config, address)):
            yield str(merged.fault(steps, found=SHARED, expected=EXPECTED))


def _addresses(config: Config) -> Iterator[tuple[Steps, str]]:
    for position, project in enumerate(config.projects):
        for name, audience in project.audiences.items():
            for key, addresses in (("mail", audience.mail), ("chat", audience.chat)):
                for number, address in enumerate(addresses):
                    yield ("project", position, "audience", name, key, number), address


def _alerted(config: Config, project: Project) -> Iterator[str]:
    alerts = project.alerts
    for address in (*alerts.to, *alerts.escalate_to, *(one for route in alerts.routes for one in route.to)):
        yield from _recipients(config, address)


def _recipients(config: Config, address: str) -> frozenset[str]:
    try:
        return recipients(resolve_if_reference(address, config.folder))
    except UsageError:
        return frozenset()
