"""Whether the service could do its work now.

Each check has a name and a remedy that anybody may read; why it failed names places of this machine
and is for the operator's log.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from connector.config.documents import read_documents
from connector.errors import ConnectorError, UsageError
from connector.pipeline.keyring import FOLDER, ID_KEY, id_key
from connector.pipeline.signing import key_file, signing_key
from connector.pipeline.workspace import Workspace
from mappings.errors import FaultsError

LEAST_FREE_BYTES: Final = 100_000_000  # below this the next editions and pulls may find no room


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check. `run` raises what is wrong; `remedy` names no place and no secret."""

    name: str
    remedy: str
    run: Callable[[Workspace], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """How one check ended. `fault` "": well; else it is for the operator alone."""

    name: str
    remedy: str = ""
    fault: str = ""

    @property
    def is_well(self) -> bool:
        """Whether nothing is wrong."""
        return not self.fault


def readiness(workspace: Workspace) -> tuple[Readiness, ...]:
    """Try everything the service needs, in the order of `CHECKS`; changes nothing, makes nothing."""
    return tuple(
        Readiness(name=one.name, remedy=one.remedy, fault=_fault(one.run, workspace)) for one in CHECKS
    )


def _fault(check: Callable[[Workspace], None], workspace: Workspace) -> str:
    try:
        check(workspace)
    except ConnectorError as error:
        return str(error)
    except OSError as error:
        return f"{error.filename or 'the system'}: {error.strerror or type(error).__name__}"
    return ""


def _store(workspace: Workspace) -> None:
    workspace.store.probe.look()


def _output(workspace: Workspace) -> None:
    """Write a file without a name where pages go; a folder that is not there yet must be makeable."""
    output = workspace.config.site.output
    place = _nearest(output)
    if not place.is_dir():
        raise UsageError(f"[site] output: found {place}, which is no folder; expected one to write to")
    with tempfile.TemporaryFile(dir=place) as file:
        file.write(b"\0")


def _disk(workspace: Workspace) -> None:
    for place in (_nearest(workspace.config.site.output), workspace.config.folder):
        free = shutil.disk_usage(place).free
        if free < LEAST_FREE_BYTES:
            raise UsageError(
                f"{place}: found {free // 1_000_000} MB free; expected {LEAST_FREE_BYTES // 1_000_000} MB"
                " or more"
            )


def _configuration(workspace: Workspace) -> None:
    """Read the files; whether what they say is right is told by `check`, and no reason to close pages."""
    file = workspace.config.file
    if not file.is_file():
        raise UsageError(f"{file}: found no such file; expected the configuration")
    try:
        read_documents(file)
    except FaultsError as error:
        raise UsageError(str(error)) from None


def _id_key(workspace: Workspace) -> None:
    _kept(workspace, workspace.config.folder / FOLDER / ID_KEY)
    if (workspace.config.folder / FOLDER / ID_KEY).exists():
        id_key(workspace.config.folder)


def _signing_key(workspace: Workspace) -> None:
    _kept(workspace, key_file(workspace))
    if key_file(workspace).exists():
        signing_key(workspace)


def _kept(workspace: Workspace, file: Path) -> None:
    """Miss a key only where editions were made with it: before the first there is none.

    Raises:
        UsageError: It was lost; the next edition would be made with another one.
    """
    if not file.exists() and _has_editions(workspace):
        raise UsageError(
            f"{file}: found no such file, though editions were published; put back the backup of it"
        )


def _has_editions(workspace: Workspace) -> bool:
    """Tell whether anything was published, as far as the store says; what it lacks is another check's."""
    try:
        return workspace.store.counting.has_editions()
    except ConnectorError:
        return False


def _nearest(place: Path) -> Path:
    """Return the place, or the nearest one above it that is there."""
    return next((one for one in (place, *place.parents) if one.exists()), place)


CHECKS: Final = (
    Check(
        name="store",
        remedy="see the log for what the store's file lacks; put back a backup, or restart after a restore",
        run=_store,
    ),
    Check(
        name="output",
        remedy="make the folder of `[site] output` one that the service's account may write to",
        run=_output,
    ),
    Check(name="disk", remedy="free some space where the store and the pages lie", run=_disk),
    Check(
        name="configuration",
        remedy="put the configuration back where it was; `clientview check` names every fault",
        run=_configuration,
    ),
    Check(name="id_key", remedy="put back the backup of `.clientview/id.key`", run=_id_key),
    Check(name="signing_key", remedy="put back the backup of the signing key", run=_signing_key),
)
"""In the order they are tried."""
